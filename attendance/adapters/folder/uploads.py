"""Stores half-done uploads in a folder: a file's size is its upload's offset, so a killed process loses nothing."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from io import FileIO
from pathlib import Path

from attendance.adapters.folder.errors import Place, plain_disk_errors
from attendance.adapters.upload_json import upload_from_json, upload_to_json
from attendance.disk.files import DiskFile
from attendance.errors import AlreadyExists, Conflict, InvalidInput, NotFound, OutOfSpace, Phrase, TooLarge
from attendance.model import Sender, is_id
from attendance.ports import ByteStream, Upload
from attendance.settings import Settings

RESERVE_BYTES = 1_000_000_000
"""Stays free beside an upload: the database, pictures and searches need room too."""

_PLACE = Place(Phrase("The folder of uploads"), Phrase("the folder of uploads"))
_CHUNK_BYTES = 256 * 1024  # at most so much of a broken connection is sent again
_LOOK_EVERY_S = 0.05
_NEW = ".new-"
_GONE = ".gone-"


def open_uploads(value: str, settings: Settings) -> FolderUploads:
    """The folder of `folder:PATH`. Raises ServiceUnavailable."""
    return FolderUploads(settings.data / value.removeprefix("folder:"))


def free_bytes(folder: Path) -> int:
    """How much may still be written there."""
    return shutil.disk_usage(folder).free


class FolderUploads:
    """An UploadSpool in `root`: a folder an upload, with its `data` and its `details.json`."""

    direct = None

    def __init__(self, root: Path, free: Callable[[Path], int] = free_bytes) -> None:
        self._root = root
        self._free = free
        with plain_disk_errors(_PLACE):
            root.mkdir(mode=0o700, parents=True, exist_ok=True)

    @property
    def appended(self) -> FolderUploads:
        return self

    def begin(self, upload: Upload) -> None:
        if not is_id(upload.id):
            raise InvalidInput("An upload needs an id of 32 hexadecimal digits.")
        with plain_disk_errors(_PLACE):
            if upload.size + RESERVE_BYTES > self._free(self._root):
                raise OutOfSpace(
                    "There is no room for a file of %(size)s GB on this machine.", size=f"{upload.size / 1e9:.1f}"
                )
            new = Path(tempfile.mkdtemp(prefix=_NEW, dir=self._root))
            try:
                _write(new / "details.json", json.dumps(upload_to_json(upload)).encode())
                _write(new / "data", b"")
                _publish(new, self._folder(upload.id))
            finally:
                shutil.rmtree(new, ignore_errors=True)

    def upload(self, upload_id: str) -> Upload:
        folder = self._folder(upload_id)
        with plain_disk_errors(_PLACE):
            try:
                details = json.loads((folder / "details.json").read_bytes())
                offset = (folder / "data").stat().st_size
            except (FileNotFoundError, NotADirectoryError) as error:
                raise NotFound("This upload does not exist any more.") from error
        return upload_from_json(details, offset=offset)

    def append(self, upload_id: str, offset: int, stream: ByteStream) -> Upload:
        upload = self.upload(upload_id)
        with self._writing(upload_id) as file:
            here = file.seek(0, os.SEEK_END)
            if offset != here:
                raise Conflict("The upload is at byte %(here)s, not at %(offset)s.", here=here, offset=offset)
            _receive(stream, file, upload.size - here, self._check_reserve)
        return self.upload(upload_id)

    def file(self, upload_id: str) -> DiskFile:
        upload = self.upload(upload_id)
        if upload.offset != upload.size:
            raise NotFound("This upload is not whole yet.")
        return DiskFile(self._folder(upload_id) / "data")

    @contextmanager
    def finishing(self, upload_id: str, patience_s: float = 0.0) -> Iterator[DiskFile]:
        with self._writing(upload_id, patience_s):
            yield self.file(upload_id)  # raises where whoever was waited for has moved it away

    def remove(self, upload_id: str) -> None:
        if not is_id(upload_id):
            return
        gone = self._root / f"{_GONE}{upload_id}"
        with plain_disk_errors(_PLACE):
            _remove_folder(gone)
            # Renamed first, so that it is gone whole even where this process dies in the middle.
            with suppress(FileNotFoundError):
                self._folder(upload_id).rename(gone)
            _remove_folder(gone)

    def of_sender(self, sender: Sender) -> Sequence[Upload]:
        mine = [upload for upload in self._uploads() if upload.sender == sender and upload.offset < upload.size]
        return sorted(mine, key=lambda upload: (upload.created_at, upload.id), reverse=True)

    def whole(self) -> Sequence[Upload]:
        whole = [upload for upload in self._uploads() if upload.offset == upload.size]
        return sorted(whole, key=lambda upload: (upload.created_at, upload.id))

    def remove_older_than(self, moment: datetime) -> int:
        self._tidy(moment)
        old = [upload for upload in self._uploads() if upload.created_at < moment]
        return sum(self._remove_idle(upload.id) for upload in old)

    def _check_reserve(self) -> None:
        """Asked at each chunk, because many uploads that fit one by one may not fit together."""
        if self._free(self._root) < RESERVE_BYTES:
            raise OutOfSpace("There is no room left on this machine; the upload can go on when there is.")

    def _folder(self, upload_id: str) -> Path:
        if not is_id(upload_id):
            raise NotFound("There is no upload by this name.")
        return self._root / upload_id

    @contextmanager
    def _writing(self, upload_id: str, patience_s: float = 0.0) -> Iterator[FileIO]:
        """The data file, open for this request alone; the lock ends with the process that holds it."""
        with plain_disk_errors(_PLACE):
            try:
                file = FileIO(self._folder(upload_id) / "data", "r+")
            except FileNotFoundError as error:
                raise NotFound("This upload does not exist any more.") from error
        with file:
            _lock(file, time.monotonic() + patience_s)
            yield file

    def _uploads(self) -> Iterator[Upload]:
        with plain_disk_errors(_PLACE):
            names = [path.name for path in self._root.iterdir() if is_id(path.name)]
        for name in names:
            with suppress(NotFound):  # removed at this moment
                yield self.upload(name)

    def _remove_idle(self, upload_id: str) -> bool:
        """Remove it unless a request is sending it."""
        try:
            with self._writing(upload_id):
                self.remove(upload_id)
        except (Conflict, NotFound):
            return False
        return True

    def _tidy(self, moment: datetime) -> None:
        """Remove what processes left that died while they began, moved away or removed an upload."""
        with plain_disk_errors(_PLACE):
            for folder in self._root.iterdir():
                with suppress(FileNotFoundError):
                    if _is_moved_away(folder) or (_is_new(folder) and folder.stat().st_mtime < moment.timestamp()):
                        _remove_folder(folder)


def _lock(file: FileIO, until: float) -> None:
    """Asked for again and again, because a lock that is waited for cannot be given up."""
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError as error:
            if time.monotonic() >= until:
                raise Conflict("Another request is sending this upload at this moment.") from error
            time.sleep(_LOOK_EVERY_S)


def _publish(new: Path, folder: Path) -> None:
    try:
        new.rename(folder)  # refused where the folder holds something
    except OSError as error:
        if folder.exists():
            raise AlreadyExists("There is an upload by this name already.") from error
        raise


def _receive(stream: ByteStream, file: FileIO, room: int, check_reserve: Callable[[], None]) -> None:
    """Write up to `room` bytes as they come. An error of the stream goes through; what came before it stays."""
    try:
        while room and (chunk := stream.read(min(room, _CHUNK_BYTES))):
            room -= len(chunk)
            with plain_disk_errors(_PLACE):
                check_reserve()
                _write_all(file, chunk)
        if not room and stream.read(1):
            raise TooLarge("More was sent than was announced for this upload.")
    finally:
        with plain_disk_errors(_PLACE):
            os.fsync(file.fileno())


def _write_all(file: FileIO, chunk: bytes) -> None:
    rest = memoryview(chunk)
    while rest:
        rest = rest[file.write(rest) :]


def _write(path: Path, data: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _is_new(folder: Path) -> bool:
    """Another process may be about to publish it."""
    return folder.name.startswith(_NEW)


def _is_moved_away(folder: Path) -> bool:
    """Nobody needs it any more: an upload is published with its data and loses it as a whole."""
    if is_id(folder.name):
        return not (folder / "data").exists()
    return folder.name.startswith(_GONE)


def _remove_folder(folder: Path) -> None:
    with suppress(FileNotFoundError):
        shutil.rmtree(folder)
