"""Stores media as files in a folder of this machine, readable by its own user only."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from attendance.adapters.folder.errors import Place, plain_disk_errors
from attendance.disk.files import DiskFile
from attendance.disk.private_files import keep_private
from attendance.errors import InvalidInput, NotFound, Phrase, SettingsError
from attendance.media_keys import check_key, is_key
from attendance.ports import MediaFile
from attendance.settings import Settings

_PLACE = Place(Phrase("The media folder"), Phrase("the media folder"))
_INCOMING = ".incoming"
_STALE_AFTER_S = 24 * 3600  # no write takes a day, so what is older was left by a process that died
_ABSENT = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EISDIR}  # ELOOP: a link, which we never made


def open_media(value: str, settings: Settings) -> FolderMedia:
    """The folder of a setting `folder:PATH`. Raises SettingsError, ServiceUnavailable."""
    path = value.removeprefix("folder:")
    if not path:
        raise SettingsError("ROLLCALL_MEDIA must name a folder, such as folder:/srv/rollcall/media.")
    return FolderMedia(settings.data / path)


class FolderMedia:
    """A MediaStore in `root`. A file is written beside the others and renamed, so it is whole or not there."""

    origins = ()

    def __init__(self, root: Path) -> None:
        with plain_disk_errors(_PLACE):
            _make_private(root)
            self._root = root.resolve()
            keep_private(self._root)
            self._incoming = self._root / _INCOMING
            _make_private(self._incoming)
            self._remove_stale()

    def put(self, key: str, data: bytes) -> None:
        path = self._path(key)

        def write(target: BinaryIO) -> None:
            target.write(data)

        self._write_whole(path, write)

    def put_file(self, key: str, file: MediaFile) -> None:
        target = self._path(key)
        with file.local_path() as path:
            if not path.exists():
                raise NotFound("This file is not there any more.")
            self._move_in(path, target)

    def file(self, key: str) -> DiskFile:
        self.size(key)
        return DiskFile(self._path(key))

    def _move_in(self, path: Path, target: Path) -> None:
        with plain_disk_errors(_PLACE):
            try:
                path.chmod(0o600)
                _sync(path)
                _rename_into(path, target)
                return
            except OSError as error:
                if error.errno != errno.EXDEV:
                    raise
        with path.open("rb") as source:
            self._write_whole(target, lambda file: shutil.copyfileobj(source, file, 1 << 20))
        with plain_disk_errors(_PLACE):
            path.unlink()

    def read(self, key: str) -> bytes:
        with self.open(key) as file, plain_disk_errors(_PLACE):
            return file.read()

    def open(self, key: str) -> BinaryIO:
        path = self._path(key)
        with plain_disk_errors(_PLACE), _absence_as_not_found():
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            return os.fdopen(descriptor, "rb")  # raises EISDIR for a folder, and closes it

    def size(self, key: str) -> int:
        path = self._path(key)
        with plain_disk_errors(_PLACE), _absence_as_not_found():
            if path.is_symlink():
                raise NotFound("This file is not stored.")
            return path.stat().st_size

    @contextmanager
    def local_path(self, key: str) -> Iterator[Path]:
        self.size(key)
        yield self._path(key)

    def delete(self, keys: Iterable[str]) -> None:
        for path in [self._path(key) for key in keys]:
            with plain_disk_errors(_PLACE):
                path.unlink(missing_ok=True)
                self._remove_empty(path.parent)

    def keys(self, prefix: str = "", *, stored_before: datetime | None = None) -> Iterable[str]:
        with plain_disk_errors(_PLACE):
            found = [
                key
                for folder in self._folders(prefix)
                for name in _names(folder)
                if (key := f"{folder.relative_to(self._root).as_posix()}/{name}").startswith(prefix) and is_key(key)
            ]
            old = found if stored_before is None else [key for key in found if self._is_older(key, stored_before)]
        return sorted(old)

    def url(self, key: str, seconds: int = 300) -> None:
        check_key(key)

    def _path(self, key: str) -> Path:
        """Where the key's file is. The folder is resolved, because somebody may have put a link in its place."""
        path = self._root / check_key(key)
        with plain_disk_errors(_PLACE):
            if path.parent.resolve() != path.parent:
                raise InvalidInput("This is not the name of a stored file.")
        return path

    def _write_whole(self, path: Path, write: Callable[[BinaryIO], None]) -> None:
        with plain_disk_errors(_PLACE):
            descriptor, name = tempfile.mkstemp(dir=self._incoming)  # made with mode 0600
            half = Path(name)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    write(file)
                    file.flush()
                    os.fsync(file.fileno())
                _rename_into(half, path)
            finally:
                half.unlink(missing_ok=True)

    def _is_older(self, key: str, moment: datetime) -> bool:
        """By the time of its last change of state, which also moving a file in sets."""
        with suppress(FileNotFoundError):  # it was deleted meanwhile
            return (self._root / key).stat().st_ctime < moment.timestamp()
        return False

    def _folders(self, prefix: str) -> Iterator[Path]:
        """The folders `kind/id` that may hold keys with this prefix."""
        for kind in _names(self._root):
            for name in _names(self._root / kind):
                start = f"{kind}/{name}/"
                folder = self._root / kind / name
                if (start.startswith(prefix) or prefix.startswith(start)) and not folder.is_symlink():
                    yield folder

    def _remove_empty(self, folder: Path) -> None:
        """Remove the folder and those above it that hold nothing; a name may tell whose photos were here."""
        while folder != self._root:
            try:
                folder.rmdir()
            except OSError:  # it holds something, or somebody else removed it
                return
            folder = folder.parent

    def _remove_stale(self) -> None:
        for path in self._incoming.iterdir():
            try:
                if path.stat().st_mtime < time.time() - _STALE_AFTER_S:
                    path.unlink()
            except FileNotFoundError:  # another process tidies too
                continue


def _make_private(folder: Path) -> None:
    """Make the folder and those above it, 0700; `Path.mkdir` would make the upper ones with the usual mode."""
    if not folder.is_dir():
        _make_private(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def _rename_into(source: Path, target: Path) -> None:
    """Rename, making the target's folder; again where somebody removes the empty folder in between."""
    for attempt in range(10):
        try:
            _make_private(target.parent)
            source.replace(target)
            _sync(target.parent)
            return
        except FileNotFoundError:
            if attempt == 9 or not source.exists():
                raise


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _names(folder: Path) -> list[str]:
    try:
        return [path.name for path in folder.iterdir()]
    except (FileNotFoundError, NotADirectoryError):
        return []


@contextmanager
def _absence_as_not_found() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _ABSENT:
            raise NotFound("This file is not stored.") from error
        raise
