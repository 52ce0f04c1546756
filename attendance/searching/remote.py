"""Searches by a service far away, which is asked now and answers later: begun, ended and looked after.

The lease on the recording is held under `far:TOKEN` while the service works, and under `far:TOKEN:…` by whoever takes
down its answer. The token is the search's: the same one asked for again begins nothing new, and is not paid for twice.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

from attendance.errors import BadRecording, NotFound, ServiceBusy, ServiceUnavailable
from attendance.model import Recording, RecordingKind, SearchStatus, new_id
from attendance.ports import FarFaceSearch, Seen
from attendance.searching.budget import order, ordered
from attendance.searching.searches import (
    LEASE,
    MOST_ATTEMPTS,
    concluded,
    finished,
    held_lease,
    keep_sightings,
    recording_file,
    refuse_what_breaks_off,
    search_recording,
    who_may_be_seen,
)
from attendance.services import Services
from attendance.use_cases.lectures.marks import mark_lecture
from attendance.use_cases.students.checking import only_of

FAR_LEASE = timedelta(minutes=15)
"""How long the service's word is waited for before somebody looks."""

_SOON = timedelta(seconds=30)
_MOMENT = timedelta(seconds=1)
_TRIES = 3
_FAR = "far"

_log = logging.getLogger(__name__)


def begin_far_search(services: Services, recording_id: str) -> bool:
    """Whether the service was asked for it, or it was searched at once, as pictures are.

    False where it is held, done, failed or gone, was refused, or waits its turn; why is written on the recording. A
    search whose word was lost is looked after instead. Raises ServiceUnavailable: it is asked for again soon, and
    begun once.
    """
    recording = _recording(services, recording_id)
    faces = services.faces
    if recording is None or not isinstance(faces, FarFaceSearch) or recording.kind is not RecordingKind.VIDEO:
        return recording is not None and search_recording(services, recording_id)
    if _token(recording) is not None and _has_lapsed(services, recording):
        look_after_far_search(services, recording_id)
        return True
    token, now = new_id(), services.now()
    claimed = services.store.claim_search(recording_id, _waiting(token), now, now + FAR_LEASE)
    if claimed is None:
        return False
    return concluded(services, recording_id, _waiting(token), lambda: _begin(services, faces, claimed, token))


def end_far_search(services: Services, tag: str, search_id: str) -> bool:
    """Take down what the service found, as its word with this tag asks for; whether this call did.

    Old, doubled and replayed words change nothing. Raises ServiceUnavailable: the word must come again.
    """
    recording_id, _, token = tag.partition(".")
    recording = _recording(services, recording_id)
    faces = services.faces
    if recording is None or not token or _token(recording) != token or not isinstance(faces, FarFaceSearch):
        _log.info("No search waits for the word %s.", tag)
        return False
    return _end(services, faces, recording, token, search_id)


def look_after_far_search(services: Services, recording_id: str) -> bool:
    """Ask the service how far a search is: take down what it found, or go on waiting. Whether it has ended by this.

    Attempts are not counted by looking. Raises ServiceUnavailable.
    """
    recording, faces = _recording(services, recording_id), services.faces
    if recording is None or not isinstance(faces, FarFaceSearch):
        return False
    token, worker = _token(recording), recording.claimed_by
    if token is None or worker is None:
        return False
    if worker != _waiting(token) and not _has_lapsed(services, recording):
        return False  # somebody takes its answer down at this moment
    return concluded(services, recording_id, worker, lambda: _look(services, faces, recording, token, worker))


def _begin(services: Services, faces: FarFaceSearch, recording: Recording, token: str) -> bool:
    refuse_what_breaks_off(services, recording, MOST_ATTEMPTS)
    try:
        who_may_be_seen(services, recording)
        with recording_file(services, recording) as file, ordered(services, recording, ServiceBusy, BadRecording):
            faces.begin_search(file, token, _tag(recording, token))
    except ServiceUnavailable:
        # Perhaps it was begun all the same; whoever looks soon finds out with the same token.
        with suppress(ServiceUnavailable):
            services.store.renew_claim(recording.id, _waiting(token), services.now() + _SOON, 0.0)
        raise
    return True


def _ask(services: Services, faces: FarFaceSearch, recording: Recording, token: str) -> str:
    """The id of the search with this token, begun where it was not."""
    with recording_file(services, recording) as file:
        if recording.claimed_by == _waiting(token):
            order(services, recording)
        return faces.begin_search(file, token, _tag(recording, token))


def _tag(recording: Recording, token: str) -> str:
    """What the service's word says the search by."""
    return f"{recording.id}.{token}"


def _look(services: Services, faces: FarFaceSearch, recording: Recording, token: str, worker: str) -> bool:
    if worker != _waiting(token):  # whoever took its answer down died of it, perhaps because of it: that is counted
        return _end(services, faces, recording, token, _ask(services, faces, recording, token))
    try:
        seen = _seen(services, faces, recording, _ask(services, faces, recording, token))
    except ServiceBusy:  # it may be at work on this one: the token must not get lost
        services.store.renew_claim(recording.id, worker, services.now() + _SOON, recording.progress)
        return False
    if seen is None:
        services.store.renew_claim(recording.id, worker, services.now() + FAR_LEASE, recording.progress)
        return False
    claimed = _taken_over(services, recording, token)
    return claimed is not None and concluded(
        services, claimed.id, _worker(claimed), lambda: _keep(services, claimed, seen)
    )


def _end(services: Services, faces: FarFaceSearch, recording: Recording, token: str, search_id: str) -> bool:
    claimed = _taken_over(services, recording, token)
    if claimed is None:
        return False
    return concluded(services, claimed.id, _worker(claimed), lambda: _take_down(services, faces, claimed, search_id))


def _taken_over(services: Services, recording: Recording, token: str) -> Recording | None:
    """The claim in a name that nobody else has, so that of two who heard the same word one works; None for the other.

    The lease is made to lapse first: it is never given back, so that a process that is killed here loses no token.
    """
    own = f"{_waiting(token)}:{new_id()[:8]}"
    for _ in range(_TRIES):  # somebody who looks may renew the lease between the two steps
        now = services.now()
        services.store.renew_claim(recording.id, _waiting(token), now - _MOMENT, recording.progress)
        claimed = services.store.claim_search(recording.id, own, now, now + LEASE)
        if claimed is not None:
            return claimed
    return None


def _take_down(services: Services, faces: FarFaceSearch, claimed: Recording, search_id: str) -> bool:
    refuse_what_breaks_off(services, claimed, MOST_ATTEMPTS + 1)  # beginning it was one
    with held_lease(services, claimed.id, _worker(claimed)):
        seen = _seen(services, faces, claimed, search_id)
    if seen is None:  # the word came early
        services.store.renew_claim(claimed.id, _worker(claimed), services.now() + _SOON, claimed.progress)
        return False
    return _keep(services, claimed, seen)


def _seen(services: Services, faces: FarFaceSearch, recording: Recording, search_id: str) -> Sequence[Seen] | None:
    """What the service found of these students; None while it is under way."""
    known, others = who_may_be_seen(services, recording)
    with recording_file(services, recording) as file:
        seen = faces.search_result(search_id, file, [*known, *others])
    return None if seen is None else only_of({face.student_id for face in known}, seen)


def _keep(services: Services, claimed: Recording, seen: Sequence[Seen]) -> bool:
    worker = _worker(claimed)
    with held_lease(services, claimed.id, worker):
        if not keep_sightings(services, claimed, worker, seen, services.now()):
            return False
        mark_lecture(services, claimed.lecture_id)
    return finished(services, claimed, worker)


def _recording(services: Services, recording_id: str) -> Recording | None:
    try:
        return services.store.recording(recording_id)
    except NotFound:
        return None


def _waiting(token: str) -> str:
    return f"{_FAR}:{token}"


def _token(recording: Recording) -> str | None:
    """Of the search that is under way far from here; None where none is."""
    far, *rest = (recording.claimed_by or "").split(":")
    return rest[0] if recording.status is SearchStatus.SEARCHING and far == _FAR and rest else None


def _worker(claimed: Recording) -> str:
    return claimed.claimed_by or ""


def _has_lapsed(services: Services, recording: Recording) -> bool:
    return recording.claimed_until is not None and recording.claimed_until < services.now()
