"""The ImportStore: files of imports that wait between the request that brought them and those that go on with them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from enum import StrEnum
from typing import BinaryIO, Protocol


class ImportPart(StrEnum):
    """The files of an import, by the names that they have wherever they wait."""

    DETAILS = "details.json"
    """Written last, so that an import without it was not begun to its end."""

    ROSTER = "students.csv"
    PHOTOS = "photos.zip"
    REPORT = "report.jsonl"
    ROWS = "rows.jsonl"
    """Of a school's files, as they were read."""

    PLAN = "plan.jsonl"
    """What they would change."""


class ImportStore(Protocol):
    """Parts of imports by the import's id. They name people, so nobody else can read them, and no link leads to them.

    What is asked for by an id that cannot be one is NotFound.
    """

    def ids(self, *, idle_since: datetime | None = None) -> Sequence[str]:
        """Of all, begun to their end or not, or of those of which nothing was written since a moment; sorted."""

    def write(self, import_id: str, part: ImportPart, fill: Callable[[BinaryIO], object]) -> None:
        """Store or replace a part, whole or not at all; `fill` writes it into the file that it is handed.

        What `fill` raises goes through. Raises NotFound, OutOfSpace.
        """

    def read(self, import_id: str, part: ImportPart) -> bytes:
        """Raises NotFound."""

    def open(self, import_id: str, part: ImportPart) -> BinaryIO:
        """A seekable stream. Raises NotFound."""

    def erase(self, import_id: str, parts: Collection[ImportPart]) -> None:
        """Those that are missing are passed over. Raises NotFound."""

    def remove(self, import_id: str) -> None:
        """All of it; nothing happens where it is gone."""

    def alone(self, import_id: str) -> AbstractContextManager[None]:
        """No other process has the import while the context is open. Raises Conflict, NotFound (it is gone)."""
