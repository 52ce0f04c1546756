"""A MediaStore in memory."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from attendance.errors import NotFound
from attendance.media_keys import check_key
from attendance.ports import MediaFile


@dataclass(frozen=True)
class FakeFile:
    """A MediaFile in memory."""

    media: FakeMedia
    key: str

    @property
    def place(self) -> None:
        """Nobody else can read it."""

    def exists(self) -> bool:
        return self.key in self.media.files

    def size(self) -> int:
        return self.media.size(self.key)

    def open(self) -> BinaryIO:
        return self.media.open(self.key)

    def local_path(self) -> AbstractContextManager[Path]:
        return self.media.local_path(self.key)


class FakeMedia:
    """Files in a dict; `files` may be looked into by tests."""

    origins = ()

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.stored_at: dict[str, datetime] = {}

    def put(self, key: str, data: bytes) -> None:
        self.files[check_key(key)] = bytes(data)
        self.stored_at[key] = datetime.now(UTC)

    def put_file(self, key: str, file: MediaFile) -> None:
        check_key(key)
        with file.local_path() as path:
            if not path.exists():
                raise NotFound("This file is not there any more.")
            self.put(key, path.read_bytes())
            path.unlink()

    def file(self, key: str) -> FakeFile:
        self.read(key)
        return FakeFile(self, key)

    def read(self, key: str) -> bytes:
        if check_key(key) not in self.files:
            raise NotFound("This file is not stored.")
        return self.files[key]

    def open(self, key: str) -> BinaryIO:
        return io.BytesIO(self.read(key))

    def size(self, key: str) -> int:
        return len(self.read(key))

    @contextmanager
    def local_path(self, key: str) -> Iterator[Path]:
        data = self.read(key)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / Path(key).name
            path.write_bytes(data)
            yield path

    def delete(self, keys: Iterable[str]) -> None:
        for key in [check_key(key) for key in keys]:
            self.files.pop(key, None)

    def keys(self, prefix: str = "", *, stored_before: datetime | None = None) -> Iterable[str]:
        wanted = [key for key in self.files if key.startswith(prefix)]
        return sorted(key for key in wanted if stored_before is None or self.stored_at[key] < stored_before)

    def url(self, key: str, seconds: int = 300) -> None:
        check_key(key)
