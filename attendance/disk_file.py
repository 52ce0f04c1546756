"""A file on a disk of this machine, as engines and media stores take it."""

from __future__ import annotations

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
