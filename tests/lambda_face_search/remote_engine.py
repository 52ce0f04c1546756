"""A face engine whose videos are searched far away, as Rekognition's are: asked now, answered later."""

from __future__ import annotations

from collections.abc import Sequence

from attendance.errors import BadRecording, ServiceBusy
from attendance.model import Face, RecordingKind
from attendance.ports import MediaFile, Seen
from tests.fakes import FakeFaces


class RemoteEngine(FakeFaces):
    """`tags` are those of the searches that were begun, by their ids; `under_way` those that have not ended.

    A search ends by itself after `looks` looks, where that is set; `most` is how many it takes at once.
    """

    def __init__(self, *, answers_by_event: bool = True, looks: int | None = None, most: int = 20) -> None:
        super().__init__()
        self.answers_by_event = answers_by_event
        self.looks, self.most = looks, most
        self.tags: dict[str, str] = {}
        self.under_way: set[str] = set()
        self.failed: set[str] = set()
        self._by_token: dict[str, str] = {}

    def begin_search(self, file: MediaFile, token: str, tag: str) -> str:
        if token not in self._by_token:
            if len(self.under_way) >= self.most:
                raise ServiceBusy("The engine searches as many recordings as it takes at once.")
            search_id = f"job-{len(self.tags) + 1}"
            self._by_token[token], self.tags[search_id] = search_id, tag
            self.under_way.add(search_id)
        return self._by_token[token]

    def search_result(self, search_id: str, file: MediaFile, faces: Sequence[Face]) -> Sequence[Seen] | None:
        if self.looks is not None:
            self.looks -= 1
            if self.looks <= 0:
                self.under_way.discard(search_id)
        if search_id in self.failed:
            raise BadRecording("The engine gave up on this recording: it cannot be decoded.")
        return None if search_id in self.under_way else self.search(file, RecordingKind.VIDEO, faces)

    def end(self, search_id: str) -> None:
        """Let a search come to its end."""
        self.under_way.discard(search_id)
