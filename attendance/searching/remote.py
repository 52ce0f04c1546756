"""Searches by a service elsewhere, which is asked now and answers later: begun, ended and looked after.

The lease on the recording waits in the name of the search while the service works, and is held by whoever records its
answer; see state.py. Whoever comes (worker, Lambda, clock) takes it one step on.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

from attendance.errors import BadRecording, NotFound, ServiceBusy, ServiceUnavailable
from attendance.model import Recording, RecordingKind, new_id
from attendance.ports import RemoteFaceSearch, Seen
from attendance.searching.budget import order, ordered
from attendance.searching.searches import (
    LEASE,
    MOST_ATTEMPTS,
    concluded,
    finished,
    held_lease,
    recording_file,
    refuse_what_breaks_off,
    search_recording,
    store_sightings,
    who_may_be_seen,
)
from attendance.searching.state import SearchState, recording_answer_of, search_of, waiting_for
from attendance.services import Services
from attendance.use_cases.lectures.marks import mark_lecture
from attendance.use_cases.students.checking import only_of

REMOTE_LEASE = timedelta(minutes=15)
"""How long the service's word is waited for before somebody looks."""

_SOON = timedelta(seconds=30)
_MOMENT = timedelta(seconds=1)
_ATTEMPTS = 3

_log = logging.getLogger(__name__)


def begin_remote_search(services: Services, recording_id: str) -> bool:
    """Whether the service was asked for it, or it was searched at once, as pictures are.

    False where it is held, done, failed or gone, was refused, or waits its turn; why is written on the recording. A
    search whose word was lost is looked after instead. Raises ServiceUnavailable: it is asked for again soon, and
    begun once.
    """
    recording = _recording(services, recording_id)
    faces = services.faces
    if recording is None or not isinstance(faces, RemoteFaceSearch) or recording.kind is not RecordingKind.VIDEO:
        return recording is not None and search_recording(services, recording_id)
    token, now = new_id(), services.now()
    search = search_of(recording, now)
    if search.token is not None and search.is_due:
        look_after_remote_search(services, recording_id)
        return True
    claimed = services.store.claim_search(recording_id, waiting_for(token), now, now + _until_looked_at(faces))
    if claimed is None:
        return False
    return concluded(services, recording_id, waiting_for(token), lambda: _begin(services, faces, claimed, token))


def end_remote_search(services: Services, tag: str, search_id: str) -> bool:
    """Record what the service found, as its word with this tag asks for; whether this call did.

    Old, doubled and replayed words change nothing. Raises ServiceUnavailable: the word must come again.
    """
    recording_id, _, token = tag.partition(".")
    recording = _recording(services, recording_id)
    faces = services.faces
    known = recording is not None and search_of(recording, services.now()).token == token
    if recording is None or not token or not known or not isinstance(faces, RemoteFaceSearch):
        _log.info("No search waits for the word %s.", tag)
        return False
    return _end(services, faces, recording, token, search_id)


def look_after_remote_search(services: Services, recording_id: str) -> bool:
    """Ask the service how far a search is: record what it found, or go on waiting. Whether it has ended by this.

    Attempts are not counted by looking. Raises ServiceUnavailable.
    """
    recording, faces = _recording(services, recording_id), services.faces
    if recording is None or not isinstance(faces, RemoteFaceSearch):
        return False
    search = search_of(recording, services.now())
    token = search.token
    if token is None or (search.state is SearchState.HELD and not search.is_due):
        return False  # nothing waits, or somebody records its answer at this moment
    return concluded(services, recording_id, search.holder, lambda: _look(services, faces, recording, token))


def _begin(services: Services, faces: RemoteFaceSearch, recording: Recording, token: str) -> bool:
    refuse_what_breaks_off(services, recording, MOST_ATTEMPTS)
    try:
        who_may_be_seen(services, recording)
        with recording_file(services, recording) as file, ordered(services, recording, ServiceBusy, BadRecording):
            faces.begin_search(file, token, _tag(recording, token))
    except ServiceUnavailable:
        # Perhaps it was begun all the same; whoever looks soon finds out with the same token.
        with suppress(ServiceUnavailable):
            services.store.renew_claim(recording.id, waiting_for(token), services.now() + _SOON, 0.0)
        raise
    return True


def _ask(services: Services, faces: RemoteFaceSearch, recording: Recording, token: str) -> str:
    """The id of the search with this token, begun where it was not."""
    with recording_file(services, recording) as file:
        if recording.claimed_by == waiting_for(token):
            order(services, recording)
        return faces.begin_search(file, token, _tag(recording, token))


def _tag(recording: Recording, token: str) -> str:
    """What the service's word says the search by."""
    return f"{recording.id}.{token}"


def _look(services: Services, faces: RemoteFaceSearch, recording: Recording, token: str) -> bool:
    worker = _worker(recording)
    if worker != waiting_for(token):  # whoever recorded its answer died of it, perhaps because of it: that is counted
        return _end(services, faces, recording, token, _ask(services, faces, recording, token))
    try:
        seen = _seen(services, faces, recording, _ask(services, faces, recording, token))
    except ServiceBusy:  # it may be at work on this one: the token must not get lost
        services.store.renew_claim(recording.id, worker, services.now() + _SOON, recording.progress)
        return False
    if seen is None:
        services.store.renew_claim(recording.id, worker, services.now() + _until_looked_at(faces), recording.progress)
        return False
    claimed = _taken_over(services, recording, token)
    return claimed is not None and concluded(
        services, claimed.id, _worker(claimed), lambda: _keep(services, claimed, seen)
    )


def _end(services: Services, faces: RemoteFaceSearch, recording: Recording, token: str, search_id: str) -> bool:
    claimed = _taken_over(services, recording, token)
    if claimed is None:
        return False
    return concluded(services, claimed.id, _worker(claimed), lambda: _record(services, faces, claimed, search_id))


def _taken_over(services: Services, recording: Recording, token: str) -> Recording | None:
    """The claim in a name that nobody else has, so that of two who heard the same word one works; None for the other.

    The lease is made to lapse first: it is never given back, so that a process that is killed here loses no token.
    """
    own = recording_answer_of(token)
    for _ in range(_ATTEMPTS):  # somebody who looks may renew the lease between the two steps
        now = services.now()
        services.store.renew_claim(recording.id, waiting_for(token), now - _MOMENT, recording.progress)
        claimed = services.store.claim_search(recording.id, own, now, now + LEASE)
        if claimed is not None:
            return claimed
    return None


def _record(services: Services, faces: RemoteFaceSearch, claimed: Recording, search_id: str) -> bool:
    refuse_what_breaks_off(services, claimed, MOST_ATTEMPTS + 1)  # beginning it was one
    with held_lease(services, claimed.id, _worker(claimed)):
        seen = _seen(services, faces, claimed, search_id)
    if seen is None:  # the word came early
        services.store.renew_claim(claimed.id, _worker(claimed), services.now() + _SOON, claimed.progress)
        return False
    return _keep(services, claimed, seen)


def _seen(services: Services, faces: RemoteFaceSearch, recording: Recording, search_id: str) -> Sequence[Seen] | None:
    """What the service found of these students; None while it is under way."""
    known, others = who_may_be_seen(services, recording)
    with recording_file(services, recording) as file:
        seen = faces.search_result(search_id, file, [*known, *others])
    return None if seen is None else only_of({face.student_id for face in known}, seen)


def _keep(services: Services, claimed: Recording, seen: Sequence[Seen]) -> bool:
    worker = _worker(claimed)
    with held_lease(services, claimed.id, worker):
        if not store_sightings(services, claimed, worker, seen, services.now()):
            return False
        mark_lecture(services, claimed.lecture_id, finishing=claimed.id)
    return finished(services, claimed, worker)


def _recording(services: Services, recording_id: str) -> Recording | None:
    try:
        return services.store.recording(recording_id)
    except NotFound:
        return None


def _worker(claimed: Recording) -> str:
    return claimed.claimed_by or ""


def _until_looked_at(faces: RemoteFaceSearch) -> timedelta:
    return REMOTE_LEASE if faces.answers_by_event else _SOON
