"""Keeps imports that wait as files in a folder of this machine, readable by its own user only."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from attendance.adapters.folder.errors import Place, plain_disk_errors
from attendance.errors import Conflict, NotFound, Phrase
from attendance.model import is_id
from attendance.ports import ImportPart
from attendance.settings import Settings

_PLACE = Place(Phrase("The folder for imports"), Phrase("the folder for imports"))
_LOCK = "lock"


def open_imports(value: str, settings: Settings) -> FolderImports:
    """The folder of `folder:PATH`; it is made with the first import."""
    return FolderImports(settings.data / value.removeprefix("folder:"))


class FolderImports:
    """An ImportStore: a folder an import in `root`. A part is written beside the others and renamed."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def ids(self, *, idle_since: datetime | None = None) -> Sequence[str]:
        with plain_disk_errors(_PLACE):
            here = [path for path in self._root.iterdir() if is_id(path.name)] if self._root.is_dir() else []
            return sorted(path.name for path in here if idle_since is None or _is_idle(path, idle_since.timestamp()))

    def write(self, import_id: str, part: ImportPart, fill: Callable[[BinaryIO], object]) -> None:
        folder = self._folder(import_id)
        new = folder / f"{part}.new"
        with plain_disk_errors(_PLACE):
            self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.mkdir(mode=0o700, exist_ok=True)
            try:
                with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                    fill(file)
                new.replace(folder / part)
            except BaseException:
                new.unlink(missing_ok=True)
                raise

    def read(self, import_id: str, part: ImportPart) -> bytes:
        with self.open(import_id, part) as file, plain_disk_errors(_PLACE):
            return file.read()

    def open(self, import_id: str, part: ImportPart) -> BinaryIO:
        with plain_disk_errors(_PLACE):
            try:
                return (self._folder(import_id) / part).open("rb")
            except FileNotFoundError as gone:
                raise NotFound("There is no such import.") from gone

    def erase(self, import_id: str, parts: Collection[ImportPart]) -> None:
        folder = self._folder(import_id)
        with plain_disk_errors(_PLACE):
            for part in parts:
                (folder / part).unlink(missing_ok=True)

    def remove(self, import_id: str) -> None:
        if is_id(import_id):
            with plain_disk_errors(_PLACE), suppress(FileNotFoundError):
                shutil.rmtree(self._folder(import_id))

    @contextmanager
    def alone(self, import_id: str) -> Iterator[None]:
        """The lock ends with the process that holds it."""
        with plain_disk_errors(_PLACE):
            try:
                lock = (self._folder(import_id) / _LOCK).open("ab")
            except FileNotFoundError as gone:
                raise NotFound("There is no such import.") from gone
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as busy:
                raise Conflict("This import is going on in another window.") from busy
            yield

    def _folder(self, import_id: str) -> Path:
        if not is_id(import_id):
            raise NotFound("There is no such import.")
        return self._root / import_id


def _is_idle(folder: Path, since: float) -> bool:
    try:
        return max(path.stat().st_mtime for path in (folder, *folder.iterdir())) < since
    except FileNotFoundError:  # another process works on it, or removes it, at this moment
        return False
