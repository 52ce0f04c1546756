"""An AppendedUploads in memory, and the size of its disk."""

from __future__ import annotations

from typing import BinaryIO

from attendance.errors import Conflict, OutOfSpace, TooLarge
from attendance.ports import Upload
from tests.fakes.spool import FakeSpool


class FakeUploads(FakeSpool):
    """`free_bytes` is what its disk has room for."""

    direct = None

    def __init__(self) -> None:
        super().__init__()
        self.free_bytes = 10**12

    @property
    def appended(self) -> FakeUploads:
        return self

    def begin(self, upload: Upload) -> None:
        if upload.size > self.free_bytes:
            raise OutOfSpace("There is no room for this file on this machine.")
        super().begin(upload)
        self._file(upload.id).write_bytes(b"")

    def append(self, upload_id: str, offset: int, stream: BinaryIO) -> Upload:
        upload = self.upload(upload_id)
        if offset != upload.offset or upload_id in self.busy:
            raise Conflict(f"The upload is at byte {upload.offset}, not at {offset}.")
        self.busy.add(upload_id)
        try:
            self._receive(upload, stream)
        finally:
            self.busy.discard(upload_id)
        return self.upload(upload_id)

    def _receive(self, upload: Upload, stream: BinaryIO) -> None:
        room = upload.size - upload.offset
        with self._file(upload.id).open("ab") as file:
            while room and (chunk := stream.read(min(room, 1024))):
                file.write(chunk)
                room -= len(chunk)
        if not room and stream.read(1):
            raise TooLarge("More was sent than was announced for this upload.")

    def _is_here(self, upload_id: str) -> bool:
        return self._file(upload_id).exists()

    def _offset(self, upload: Upload) -> int:
        return self._file(upload.id).stat().st_size

    def _is_whole(self, upload: Upload) -> bool:
        return upload.offset == upload.size
