"""A file in a bucket, as engines and media stores take it."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, TypeVar

from attendance.adapters.disk_errors import Place, plain_disk_errors
from attendance.adapters.s3_bucket import Bucket
from attendance.adapters.s3_stream import S3Stream, open_object
from attendance.errors import NotFound, OutOfSpace, Phrase

T = TypeVar("T")

_WAITS_S = (0.2, 0.6)
_RESERVE_BYTES = 100_000_000
_CHUNK_BYTES = 1 << 20
_TEMPORARY = Place(Phrase("The folder for temporary files"), Phrase("the folder for temporary files"))


@dataclass(frozen=True, slots=True)
class S3File:
    """A MediaFile at `key` of the bucket.

    Whoever holds one was told that the file is there, by an event or a row; so where the bucket does not know it yet
    (a replica that is behind, a cache), it is asked again a moment later before NotFound is raised.
    """

    bucket: Bucket
    key: str

    @property
    def place(self) -> str:
        """Where services of AWS read it."""
        return f"s3://{self.bucket.name}/{self.bucket.full(self.key)}"

    def exists(self) -> bool:
        """Whether it is there."""
        try:
            self._head()
        except NotFound:
            return False
        return True

    def size(self) -> int:
        """In bytes. Raises NotFound."""
        return int(self._head()["ContentLength"])

    def open(self) -> BinaryIO:
        """A seekable stream. Raises NotFound."""
        return asked_again(lambda: open_object(self.bucket, self.key))

    @contextmanager
    def local_path(self) -> Iterator[Path]:
        """A copy on this machine's disk, which goes afterwards. Raises NotFound, OutOfSpace."""
        with asked_again(lambda: S3Stream(self.bucket, self.key)) as source, _folder() as folder:
            path = folder / PurePosixPath(self.key).name
            _copy(source, path)
            yield path

    def _head(self) -> dict[str, Any]:
        def head() -> dict[str, Any]:
            found = self.bucket.head(self.key)
            if found is None:
                raise NotFound("This file is not stored.")
            return found

        return asked_again(head)


def asked_again(ask: Callable[[], T]) -> T:
    """What `ask` answers, within a second; the last NotFound goes through."""
    for wait_s in _WAITS_S:
        try:
            return ask()
        except NotFound:
            time.sleep(wait_s)
    return ask()


@contextmanager
def _folder() -> Iterator[Path]:
    """A temporary folder of our own user's, which goes afterwards."""
    with plain_disk_errors(_TEMPORARY):
        folder = tempfile.TemporaryDirectory(prefix="rollcall-")
    with folder as name:
        yield Path(name)


def _copy(source: S3Stream, path: Path) -> None:
    with plain_disk_errors(_TEMPORARY):
        if shutil.disk_usage(path.parent).free < source.size + _RESERVE_BYTES:
            raise OutOfSpace(
                "There is no room on this machine for a copy of a file of %(size)s GB.", size=f"{source.size / 1e9:.1f}"
            )
        with path.open("xb") as target:
            shutil.copyfileobj(source, target, _CHUNK_BYTES)
