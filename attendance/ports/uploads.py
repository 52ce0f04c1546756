"""The UploadSpool: uploads that are not whole yet, whose bytes come through the site or go straight to the bucket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from attendance.model import LectureRecording, Sender
from attendance.ports.media import MediaFile


class ByteStream(Protocol):
    """What bytes come from: a request, or a file."""

    def read(self, size: int, /) -> bytes:
        """At most so many; none where there are no more."""


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload of `size` bytes of which `offset` are here.

    `offset` counts bytes; where parts arrive in any order it is no place to go on from. `refusal` is the stored
    sentence with which a whole upload was refused, where it is stored. `metadata` is the header Upload-Metadata of a
    client that speaks tus, which is told it again.
    """

    id: str
    sender: Sender
    size: int
    created_at: datetime
    purpose: LectureRecording
    offset: int = 0
    refusal: str | None = None
    metadata: str = ""


class UploadSpool(Protocol):
    """Uploads that are not whole yet. They survive a restart. Each adapter takes bytes in one of two ways."""

    @property
    def appended(self) -> AppendedUploads | None:
        """The spool itself, where bytes come through the site."""

    @property
    def direct(self) -> DirectUploads | None:
        """The spool itself, where bytes go straight to the media store."""

    def begin(self, upload: Upload) -> None:
        """Raises OutOfSpace, AlreadyExists."""

    def upload(self, upload_id: str) -> Upload:
        """Raises NotFound."""

    def file(self, upload_id: str) -> MediaFile:
        """The file of a whole upload. Raises NotFound."""

    def finishing(self, upload_id: str, patience_s: float = 0.0) -> AbstractContextManager[MediaFile]:
        """The file of a whole upload, for one process at a time while the context is open.

        Raises NotFound; Conflict where another has it for longer than `patience_s`. A process that dies lets go of it.
        """

    def remove(self, upload_id: str) -> None:
        """Nothing happens where it is gone."""

    def of_sender(self, sender: Sender) -> Sequence[Upload]:
        """Those not finished, newest first."""

    def whole(self) -> Sequence[Upload]:
        """Those of everybody whose last byte is here, oldest first."""

    def remove_older_than(self, moment: datetime) -> int:
        """How many were removed."""


class AppendedUploads(UploadSpool, Protocol):
    """Bytes come through the site, each at the end of those before."""

    def append(self, upload_id: str, offset: int, stream: ByteStream) -> Upload:
        """Add what the stream holds and return the new state; what arrived before a break is stored.

        Raises NotFound; Conflict where the offset is not the size so far or another request is writing;
        TooLarge where the stream holds more than was announced; OutOfSpace.
        """


@dataclass(frozen=True, slots=True)
class UploadPart:
    """A part of a direct upload that has arrived. Numbers count from 1."""

    number: int
    size: int


class DirectUploads(UploadSpool, Protocol):
    """Bytes go straight to the media store, in parts of which several may be on their way at once.

    An upload is whole once it is completed: one whose parts are all there, but which nobody completed, is in
    `of_sender`.
    """

    def part_size(self, upload_id: str) -> int:
        """In bytes; only the last part is smaller. Raises NotFound."""

    def parts(self, upload_id: str) -> Sequence[UploadPart]:
        """Those that are there, by number. Raises NotFound."""

    def part_links(self, upload_id: str, numbers: Sequence[int], seconds: int = 3600) -> Mapping[int, str]:
        """Where each of these parts is sent by PUT. Raises NotFound, InvalidInput (no such part)."""

    def complete(self, upload_id: str) -> None:
        """Put the parts together; nothing happens where they are already. Raises NotFound, Conflict (bytes missing)."""

    def refuse(self, upload_id: str, sentence: str) -> None:
        """Delete the bytes and store why, so that who sent them learns it: they are looked at when nobody listens.

        `upload` then has the `refusal` and an offset of 0. It is in `of_sender`, never in `whole`; `file` and
        `finishing` raise NotFound. It may be called while this process is in `finishing`. Nothing happens where it is
        gone.
        """
