"""The UploadSpool: uploads that are not whole yet."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload of `size` bytes of which `offset` are here. `details` say what it is for."""

    id: str
    user_id: str
    size: int
    created_at: datetime
    details: dict[str, str]
    offset: int = 0


class UploadSpool(Protocol):
    """Uploads that are not whole yet. They survive a restart."""

    def begin(self, upload: Upload) -> None:
        """Raises OutOfSpace, AlreadyExists."""

    def upload(self, upload_id: str) -> Upload:
        """Raises NotFound."""

    def append(self, upload_id: str, offset: int, stream: BinaryIO) -> Upload:
        """Add what the stream holds and return the new state; what arrived before a break is kept.

        Raises NotFound; Conflict where the offset is not the size so far or another request is writing;
        TooLarge where the stream holds more than was announced; OutOfSpace.
        """

    def path(self, upload_id: str) -> Path:
        """The file of a whole upload. Raises NotFound."""

    def finishing(self, upload_id: str, patience_s: float = 0.0) -> AbstractContextManager[Path]:
        """The file of a whole upload, for one process at a time while the context is open.

        Raises NotFound; Conflict where another has it for longer than `patience_s`. A process that dies lets go of it.
        """

    def remove(self, upload_id: str) -> None:
        """Nothing happens where it is gone."""

    def of_user(self, user_id: str) -> Sequence[Upload]:
        """Those not finished, newest first."""

    def whole(self) -> Sequence[Upload]:
        """Those of everybody whose last byte is here, oldest first."""

    def remove_older_than(self, moment: datetime) -> int:
        """How many were removed."""
