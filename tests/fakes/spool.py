"""What fakes of uploads share: their state is in memory; the bytes of whole ones lie in a temporary folder."""

from __future__ import annotations

import shutil
import tempfile
import time
import weakref
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from attendance.disk.files import DiskFile
from attendance.errors import AlreadyExists, Conflict, NotFound
from attendance.model import Sender
from attendance.ports import Upload


class FakeSpool(ABC):
    """An UploadSpool. An id in `busy` is being sent or finished by somebody else."""

    def __init__(self) -> None:
        self.busy: set[str] = set()
        self._uploads: dict[str, Upload] = {}
        self._folder = Path(tempfile.mkdtemp())
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)

    @abstractmethod
    def _is_here(self, upload_id: str) -> bool:
        """Whether the file of a known upload was not moved away."""

    @abstractmethod
    def _offset(self, upload: Upload) -> int: ...

    @abstractmethod
    def _is_whole(self, upload: Upload) -> bool: ...

    def begin(self, upload: Upload) -> None:
        if upload.id in self._uploads:
            raise AlreadyExists("There is an upload by this name already.")
        self._uploads[upload.id] = upload

    def upload(self, upload_id: str) -> Upload:
        if upload_id not in self._uploads or not self._is_here(upload_id):
            raise NotFound("This upload does not exist any more.")
        upload = self._uploads[upload_id]
        return replace(upload, offset=self._offset(upload))

    def file(self, upload_id: str) -> DiskFile:
        if not self._is_whole(self.upload(upload_id)):
            raise NotFound("This upload is not whole yet.")
        return DiskFile(self._file(upload_id))

    @contextmanager
    def finishing(self, upload_id: str, patience_s: float = 0.0) -> Iterator[DiskFile]:
        until = time.monotonic() + patience_s
        while upload_id in self.busy:
            if time.monotonic() >= until:
                raise Conflict("Another request has this upload at this moment.")
            time.sleep(0.01)
        self.busy.add(upload_id)
        try:
            yield self.file(upload_id)
        finally:
            self.busy.discard(upload_id)

    def remove(self, upload_id: str) -> None:
        if self._uploads.pop(upload_id, None):
            self._file(upload_id).unlink(missing_ok=True)

    def of_sender(self, sender: Sender) -> Sequence[Upload]:
        mine = [one for one in self._all() if one.sender == sender and not self._is_whole(one)]
        return sorted(mine, key=lambda one: (one.created_at, one.id), reverse=True)

    def whole(self) -> Sequence[Upload]:
        return sorted(filter(self._is_whole, self._all()), key=lambda one: (one.created_at, one.id))

    def remove_older_than(self, moment: datetime) -> int:
        old = [one.id for one in self._all() if one.created_at < moment and one.id not in self.busy]
        for upload_id in old:
            self.remove(upload_id)
        return len(old)

    def _all(self) -> list[Upload]:
        return [self.upload(upload_id) for upload_id in self._uploads if self._is_here(upload_id)]

    def _file(self, upload_id: str) -> Path:
        return self._folder / upload_id
