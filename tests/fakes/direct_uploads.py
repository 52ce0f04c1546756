"""A DirectUploads in memory with small parts, and what a browser does with its links; whole files lie in a folder."""

from __future__ import annotations

import shutil
import tempfile
import time
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from attendance.disk_file import DiskFile
from attendance.errors import AlreadyExists, Conflict, InvalidInput, NotFound
from attendance.ports import Upload, UploadPart

ORIGIN = "https://bucket.example.org"


class FakeDirectUploads:
    """Parts of `part_bytes` bytes. An id in `busy` is being finished by somebody else."""

    def __init__(self, part_bytes: int = 8) -> None:
        self.part_bytes = part_bytes
        self.busy: set[str] = set()
        self._uploads: dict[str, Upload] = {}
        self._parts: dict[str, dict[int, bytes]] = {}
        self._completed: set[str] = set()
        self._folder = Path(tempfile.mkdtemp())
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)

    def put(self, link: str, data: bytes) -> None:
        """What a browser does with a link."""
        upload_id, number = link.partition("?")[0].removeprefix(f"{ORIGIN}/uploads/").split("/")
        self._parts[self.upload(upload_id).id][int(number)] = data

    def send(self, upload_id: str, data: bytes) -> None:
        """All parts, and their end."""
        size = self.part_bytes
        chunks = {at // size + 1: data[at : at + size] for at in range(0, len(data), size)}
        for number, link in self.part_links(upload_id, list(chunks)).items():
            self.put(link, chunks[number])
        self.complete(upload_id)

    def begin(self, upload: Upload) -> None:
        if upload.id in self._uploads:
            raise AlreadyExists("There is an upload by this name already.")
        self._uploads[upload.id] = upload
        self._parts[upload.id] = {}

    def upload(self, upload_id: str) -> Upload:
        if upload_id not in self._uploads or (upload_id in self._completed and not self._file(upload_id).exists()):
            raise NotFound("This upload does not exist any more.")
        upload = self._uploads[upload_id]
        if upload.refusal is not None:
            return upload
        offset = upload.size if upload_id in self._completed else sum(part.size for part in self.parts(upload_id))
        return replace(upload, offset=offset)

    def part_size(self, upload_id: str) -> int:
        self._known(upload_id)
        return self.part_bytes

    def parts(self, upload_id: str) -> Sequence[UploadPart]:
        self._known(upload_id)
        parts = self._parts[upload_id]
        return [UploadPart(number, len(parts[number])) for number in sorted(parts)]

    def part_links(self, upload_id: str, numbers: Sequence[int], seconds: int = 3600) -> Mapping[int, str]:
        last = -(-self._known(upload_id).size // self.part_bytes)
        if any(not 1 <= number <= last for number in numbers):
            raise InvalidInput("This upload has no such part.")
        return {number: f"{ORIGIN}/uploads/{upload_id}/{number}?seconds={seconds}" for number in numbers}

    def complete(self, upload_id: str) -> None:
        upload = self.upload(upload_id)
        if upload_id in self._completed:
            return
        whole = b"".join(self._parts[upload_id][part.number] for part in self.parts(upload_id))
        if len(whole) != upload.size:
            raise Conflict("Bytes of this upload are missing.")
        self._file(upload_id).write_bytes(whole)
        self._completed.add(upload_id)

    def refuse(self, upload_id: str, sentence: str) -> None:
        if upload_id in self._uploads:
            upload = self._uploads[upload_id]
            self.remove(upload_id)
            self._uploads[upload_id] = replace(upload, offset=0, refusal=sentence)
            self._parts[upload_id] = {}

    def file(self, upload_id: str) -> DiskFile:
        self.upload(upload_id)
        if upload_id not in self._completed:
            raise NotFound("This upload is not whole yet.")
        return DiskFile(self._file(upload_id))

    @contextmanager
    def finishing(self, upload_id: str, patience_s: float = 0.0) -> Iterator[DiskFile]:
        until = time.monotonic() + patience_s
        while upload_id in self.busy:
            if time.monotonic() >= until:
                raise Conflict("Another request is finishing this upload at this moment.")
            time.sleep(0.01)
        self.busy.add(upload_id)
        try:
            yield self.file(upload_id)
        finally:
            self.busy.discard(upload_id)

    def remove(self, upload_id: str) -> None:
        if self._uploads.pop(upload_id, None):
            self._parts.pop(upload_id)
            self._completed.discard(upload_id)
            self._file(upload_id).unlink(missing_ok=True)

    def of_user(self, user_id: str) -> Sequence[Upload]:
        mine = [one for one in self._all() if one.user_id == user_id and one.id not in self._completed]
        return sorted(mine, key=lambda one: (one.created_at, one.id), reverse=True)

    def whole(self) -> Sequence[Upload]:
        whole = [one for one in self._all() if one.id in self._completed]
        return sorted(whole, key=lambda one: (one.created_at, one.id))

    def remove_older_than(self, moment: datetime) -> int:
        old = [one.id for one in self._all() if one.created_at < moment and one.id not in self.busy]
        for upload_id in old:
            self.remove(upload_id)
        return len(old)

    def _known(self, upload_id: str) -> Upload:
        if upload_id not in self._uploads:
            raise NotFound("This upload does not exist any more.")
        return self._uploads[upload_id]

    def _all(self) -> list[Upload]:
        moved = {one for one in self._completed if not self._file(one).exists()}
        return [self.upload(upload_id) for upload_id in self._uploads if upload_id not in moved]

    def _file(self, upload_id: str) -> Path:
        return self._folder / upload_id
