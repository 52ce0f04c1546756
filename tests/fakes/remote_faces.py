"""A RemoteFaceSearch without networks: it finds what FakeFaces finds, once a test lets its searches end."""

from __future__ import annotations

from collections.abc import Sequence

from attendance.errors import RollcallError
from attendance.model import Face, RecordingKind
from attendance.ports import MediaFile, Seen
from tests.fakes.faces import FakeFaces


class FakeRemoteFaces(FakeFaces):
    """`begun` are the tags of the searches that were begun, by id, which is made of the token; all go on until `end`.

    Each of `refusals` is raised once by the next search that is begun or asked for; `failure` by every result.
    """

    compares_everybody = True
    charges_by_minute = True
    gives_vectors = False
    answers_by_event = True

    def __init__(self) -> None:
        super().__init__("fake-far")
        self.begun: dict[str, str] = {}
        self.asked = 0
        self.refusals: list[RollcallError] = []
        self.failure: RollcallError | None = None
        self._ended: set[str] = set()

    def begin_search(self, file: MediaFile, token: str, tag: str) -> str:
        """The same token is the same search."""
        self._refuse()
        assert file.exists()
        search_id = f"search-{token}"
        assert self.begun.setdefault(search_id, tag) == tag
        return search_id

    def search_result(self, search_id: str, file: MediaFile, faces: Sequence[Face]) -> Sequence[Seen] | None:
        """None until the search was let end."""
        self._refuse()
        self.asked += 1
        assert search_id in self.begun
        if search_id not in self._ended:
            return None
        if self.failure is not None:
            raise self.failure
        return super().search(file, RecordingKind.VIDEO, faces)

    def end(self) -> tuple[str, str]:
        """Let the search that was begun last end; its tag and id, as the word of it says them."""
        search_id, tag = list(self.begun.items())[-1]
        self._ended.add(search_id)
        return tag, search_id

    def _refuse(self) -> None:
        if self.refusals:
            raise self.refusals.pop()
