"""How far the search of a recording is, and in whose hands: read here alone from the lease in the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from attendance.model import Recording, SearchStatus, new_id

_REMOTE = "far"
"""The first word of a lease for a service; it is in databases."""


class SearchState(StrEnum):
    """What may become of it next, and by whom."""

    QUEUED = "queued"  # whoever comes first begins it
    HELD = "held"  # a process of ours searches, or records what a service found
    WAITING = "waiting"  # a service searches; its answer, or a look, ends it
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Search:
    """`token` is what a service was asked with: asked with it again, it begins nothing new and is not paid twice.

    `holder` is the name on the lease. `is_due` says that the lease has lapsed: who held it has died, or the service
    is to be asked.
    """

    state: SearchState
    token: str | None = None
    holder: str = ""
    is_due: bool = False


def search_of(recording: Recording, now: datetime) -> Search:
    """As the recording's row says it."""
    if recording.status is not SearchStatus.SEARCHING:
        return Search(SearchState(recording.status.value))
    holder = recording.claimed_by or ""
    word, *rest = holder.split(":")
    token = rest[0] if word == _REMOTE and rest else None
    is_due = recording.claimed_until is not None and recording.claimed_until < now
    state = SearchState.WAITING if token is not None and holder == waiting_for(token) else SearchState.HELD
    return Search(state, token, holder, is_due)


def waiting_for(token: str) -> str:
    """The name on the lease while a service searches."""
    return f"{_REMOTE}:{token}"


def recording_answer_of(token: str) -> str:
    """A name on the lease for one process that records what the service found."""
    return f"{waiting_for(token)}:{new_id()[:8]}"
