"""The MediaStore: photos, recordings and evidence as files by key, and what one such file is to an engine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol


class MediaFile(Protocol):
    """One whole file where it lies: in the media store, or in an upload that is about to become a recording."""

    @property
    def place(self) -> str | None:
        """Where a service can read it itself, `s3://BUCKET/KEY`; None for a file on a disk of ours."""

    def exists(self) -> bool:
        """Whether it is there."""

    def size(self) -> int:
        """In bytes. Raises NotFound."""

    def open(self) -> BinaryIO:
        """A seekable stream. Raises NotFound."""

    def local_path(self) -> AbstractContextManager[Path]:
        """A path that can be read while the context is open; a copy where the file is far. Raises NotFound."""


class MediaStore(Protocol):
    """Files by key. Keys are made by attendance.media_keys and never by a person; others raise InvalidInput."""

    origins: Sequence[str]
    """Where browsers load from and send to past the site, such as `https://host`; empty where all goes through it."""

    def put(self, key: str, data: bytes) -> None:
        """Store or replace, whole or not at all. Raises OutOfSpace."""

    def put_file(self, key: str, file: MediaFile) -> None:
        """Move a file in, whole or not at all; it is gone from its old place then. Raises NotFound, OutOfSpace."""

    def file(self, key: str) -> MediaFile:
        """The file as engines take it. Raises NotFound."""

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
