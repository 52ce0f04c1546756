"""A DirectUploads in memory with small parts, and what a browser does with its links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from attendance.errors import Conflict, InvalidInput, NotFound
from attendance.ports import Upload, UploadPart
from tests.fakes.spool import FakeSpool

ORIGIN = "https://bucket.example.org"


class FakeDirectUploads(FakeSpool):
    """Parts of `part_bytes` bytes."""

    appended = None

    def __init__(self, part_bytes: int = 8) -> None:
        super().__init__()
        self.part_bytes = part_bytes
        self._parts: dict[str, dict[int, bytes]] = {}
        self._completed: set[str] = set()

    @property
    def direct(self) -> FakeDirectUploads:
        return self

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
        super().begin(upload)
        self._parts[upload.id] = {}

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
            self.begin(replace(upload, offset=0, refusal=sentence))

    def remove(self, upload_id: str) -> None:
        super().remove(upload_id)
        self._parts.pop(upload_id, None)
        self._completed.discard(upload_id)

    def _known(self, upload_id: str) -> Upload:
        if upload_id not in self._uploads:
            raise NotFound("This upload does not exist any more.")
        return self._uploads[upload_id]

    def _is_here(self, upload_id: str) -> bool:
        return upload_id not in self._completed or self._file(upload_id).exists()

    def _offset(self, upload: Upload) -> int:
        return upload.size if upload.id in self._completed else sum(part.size for part in self.parts(upload.id))

    def _is_whole(self, upload: Upload) -> bool:
        return upload.id in self._completed
