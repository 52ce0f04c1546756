"""Files on disk: opened, measured, and how much room there is for them."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from attendance.errors import NotFound


@dataclass(frozen=True, slots=True)
class DiskFile:
    """A MediaFile at `path`. No service elsewhere can read it."""

    path: Path

    @property
    def place(self) -> None:
        """It has no address elsewhere."""

    def exists(self) -> bool:
        """Whether it is there."""
        return self.path.exists()

    def size(self) -> int:
        """In bytes. Raises NotFound."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError as gone:
            raise NotFound("This file is not there any more.") from gone

    def open(self) -> BinaryIO:
        """A seekable stream. Raises NotFound."""
        try:
            return self.path.open("rb")
        except FileNotFoundError as gone:
            raise NotFound("This file is not there any more.") from gone

    @contextmanager
    def local_path(self) -> Iterator[Path]:
        """The file itself; whoever opens it finds out whether it is there."""
        yield self.path


FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
"""What a system calls a write that found no room."""

_A_FILE_AT_LEAST = 64 * 1024  # what SQLite wants beside its file before it opens it: 32 kB, and some


def is_full(folder: Path) -> bool:
    """Whether this user could not make one more small file there. False where the folder cannot be asked."""
    try:
        disk = os.statvfs(folder)
    except OSError:
        return False
    has_files = disk.f_files == 0 or disk.f_favail > 0  # some file systems do not count them
    return disk.f_bavail * disk.f_frsize < _A_FILE_AT_LEAST or not has_files
