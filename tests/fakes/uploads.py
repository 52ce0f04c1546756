"""An UploadSpool whose state is in memory; the bytes lie in a temporary folder, because a whole upload has a path."""

from __future__ import annotations

import shutil
import tempfile
import time
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from attendance.disk_file import DiskFile
from attendance.errors import AlreadyExists, Conflict, NotFound, OutOfSpace, TooLarge
from attendance.ports import Upload


class FakeUploads:
    """`free_bytes` is what its disk has room for; an id in `busy` is being sent by somebody else."""

    def __init__(self) -> None:
        self.free_bytes = 10**12
        self.busy: set[str] = set()
        self._uploads: dict[str, Upload] = {}
        self._folder = Path(tempfile.mkdtemp())
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)

    def begin(self, upload: Upload) -> None:
        if upload.size > self.free_bytes:
            raise OutOfSpace("There is no room for this file on this machine.")
        if upload.id in self._uploads:
            raise AlreadyExists("There is an upload by this name already.")
        self._file(upload.id).write_bytes(b"")
        self._uploads[upload.id] = upload

    def upload(self, upload_id: str) -> Upload:
        if upload_id not in self._uploads or not self._file(upload_id).exists():
            raise NotFound("This upload does not exist any more.")
        return replace(self._uploads[upload_id], offset=self._file(upload_id).stat().st_size)

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

    def file(self, upload_id: str) -> DiskFile:
        upload = self.upload(upload_id)
        if upload.offset != upload.size:
            raise NotFound("This upload is not whole yet.")
        return DiskFile(self._file(upload_id))

    @contextmanager
    def finishing(self, upload_id: str, patience_s: float = 0.0) -> Iterator[DiskFile]:
        until = time.monotonic() + patience_s
        while upload_id in self.busy:
            if time.monotonic() >= until:
                raise Conflict("Another request is sending this upload at this moment.")
            time.sleep(0.01)
        self.busy.add(upload_id)
        try:
            yield self.file(upload_id)
        finally:
            self.busy.discard(upload_id)

    def remove(self, upload_id: str) -> None:
        if self._uploads.pop(upload_id, None):
            self._file(upload_id).unlink(missing_ok=True)

    def of_user(self, user_id: str) -> Sequence[Upload]:
        mine = [upload for upload in self._all() if upload.user_id == user_id and upload.offset < upload.size]
        return sorted(mine, key=lambda upload: (upload.created_at, upload.id), reverse=True)

    def whole(self) -> Sequence[Upload]:
        whole = [upload for upload in self._all() if upload.offset == upload.size]
        return sorted(whole, key=lambda upload: (upload.created_at, upload.id))

    def remove_older_than(self, moment: datetime) -> int:
        old = [upload.id for upload in self._all() if upload.created_at < moment and upload.id not in self.busy]
        for upload_id in old:
            self.remove(upload_id)
        return len(old)

    def _receive(self, upload: Upload, stream: BinaryIO) -> None:
        room = upload.size - upload.offset
        with self._file(upload.id).open("ab") as file:
            while room and (chunk := stream.read(min(room, 1024))):
                file.write(chunk)
                room -= len(chunk)
        if not room and stream.read(1):
            raise TooLarge("More was sent than was announced for this upload.")

    def _all(self) -> list[Upload]:
        return [self.upload(upload_id) for upload_id in self._uploads if self._file(upload_id).exists()]

    def _file(self, upload_id: str) -> Path:
        return self._folder / upload_id
