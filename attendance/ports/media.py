"""The MediaStore: photos, recordings and evidence as files by key."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol


class MediaStore(Protocol):
    """Files by key. Keys are made by attendance.media_keys and never by a person; others raise InvalidInput."""

    def put(self, key: str, data: bytes) -> None:
        """Store or replace, whole or not at all. Raises OutOfSpace."""

    def put_file(self, key: str, path: Path) -> None:
        """Move a local file in, whole or not at all; `path` is gone afterwards. Raises OutOfSpace."""

    def read(self, key: str) -> bytes:
        """Raises NotFound."""

    def open(self, key: str) -> BinaryIO:
        """A seekable stream. Raises NotFound."""

    def size(self, key: str) -> int:
        """In bytes. Raises NotFound."""

    def local_path(self, key: str) -> AbstractContextManager[Path]:
        """A path that can be read while the context is open; a copy where the store is far. Raises NotFound."""

    def delete(self, keys: Iterable[str]) -> None:
        """Those that are missing are passed over."""

    def keys(self, prefix: str = "", *, stored_before: datetime | None = None) -> Iterable[str]:
        """All keys that begin so, or those that were stored before a moment; sorted."""

    def url(self, key: str, seconds: int = 300) -> str | None:
        """A link that works for this long, or None where the site itself must serve the file."""
