"""Search a recording on this machine, under a lease, and store what was seen."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from attendance.changes import FinishSearch, RemoveEvidence
from attendance.committing import commit
from attendance.errors import (
    BadRecording,
    FacesOutdated,
    MovedOn,
    NotFound,
    RollcallError,
    SearchStopped,
    Sentence,
    ServiceBusy,
    ServiceUnavailable,
)
from attendance.events import RecordingSearched, UnknownSeen
from attendance.media_keys import evidence_key
from attendance.model import Face, Purpose, Recording, Sighting, Student, new_id
from attendance.ports import MediaFile, Progress, Seen
from attendance.rules.consent import has_consent
from attendance.rules.stored_sentences import to_text
from attendance.searching.budget import ordered
from attendance.services import Services
from attendance.use_cases.erasing import erase_soon
from attendance.use_cases.lectures.marks import decided_sightings, mark_lecture, students_to_mark
from attendance.use_cases.site.reading import site
from attendance.use_cases.students.checking import compared_with, only_of
from attendance.use_cases.students.reindexing import comparable_faces
from attendance.use_cases.unknowns.searching import as_before, knowledge, numbers_of_unknown, without_refused

LEASE = timedelta(seconds=30)
HEARTBEAT_S = 1.0
MOST_ATTEMPTS = 3
_FAULT = Sentence("The search broke off because of a fault in the program. The details are in the worker's log.")

_log = logging.getLogger(__name__)


def search_recording(
    services: Services,
    recording_id: str,
    *,
    progress: Progress | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> bool:
    """Whether this call searched the recording to its end; False where another holds it, it was stopped, or it waits.

    A recording that cannot be searched ends as failed with its reason; one whose students' faces the engine cannot
    compare yet stays queued with that reason. Raises ServiceUnavailable where a part
    does not answer; the lease then ends by itself and the recording is tried again.
    """
    worker = f"{socket.gethostname()}:{os.getpid()}:{new_id()[:8]}"
    now = services.now()
    recording = services.store.claim_search(recording_id, worker, now, now + LEASE)
    if recording is None:
        return False
    return concluded(
        services, recording_id, worker, lambda: _search_claimed(services, recording, worker, progress, stopping)
    )


def concluded(services: Services, recording_id: str, worker: str, work: Callable[[], bool]) -> bool:
    """What the work on a claimed recording returns; False where it broke off, which is then written down.

    Raises ServiceUnavailable; the claim is then left as it is.
    """
    try:
        return work()
    except SearchStopped:
        services.store.release_claim(recording_id, worker)
    except (FacesOutdated, ServiceBusy) as waits:
        services.store.release_claim(recording_id, worker, to_text(waits))
    except ServiceUnavailable:
        raise
    except RollcallError as reason:
        services.store.fail_search(recording_id, worker, to_text(reason))
    except Exception:
        _log.exception("The search of recording %s failed.", recording_id)
        services.store.fail_search(recording_id, worker, to_text(_FAULT))
    return False


def _search_claimed(
    services: Services,
    recording: Recording,
    worker: str,
    progress: Progress | None,
    stopping: Callable[[], bool],
) -> bool:
    refuse_what_breaks_off(services, recording, MOST_ATTEMPTS)
    with held_lease(services, recording.id, worker, progress, stopping) as report:
        compared_at = services.now()
        seen = _seen(services, recording, report)
        if not store_sightings(services, recording, worker, seen, compared_at):
            return False
        mark_lecture(services, recording.lecture_id, finishing=recording.id)
    return finished(services, recording, worker)


def finished(services: Services, recording: Recording, worker: str) -> bool:
    """Say that the recording is searched; False where the worker has lost its lease meanwhile."""
    about: dict[str, Any] = {"at": services.now(), "lecture_id": recording.lecture_id, "recording_id": recording.id}
    seen = decided_sightings(services, recording.lecture_id)
    _erase_what_was_refused(services, [one for one in seen if one.recording_id == recording.id])
    unknown = numbers_of_unknown(services, recording)
    events = [RecordingSearched(**about), *([UnknownSeen(**about, numbers=unknown)] if unknown else [])]
    try:
        commit(services, FinishSearch(recording.id, worker), *events)
    except MovedOn:
        return False
    return True


def _erase_what_was_refused(services: Services, seen: Sequence[Sighting]) -> None:
    """The pictures of whoever took the consent to them back between the look at it and their storing."""
    shown = {one.student_id for one in seen if one.student_id is not None and one.picture_key is not None}
    for student_id in sorted(shown):
        if not _may_show(services, student_id):
            with suppress(NotFound):
                commit(services, RemoveEvidence(student_id))
            erase_soon(services)


def refuse_what_breaks_off(services: Services, recording: Recording, most_attempts: int) -> None:
    """Raises BadRecording where it killed its workers so many times."""
    if recording.attempts <= most_attempts:
        return
    delete_stray_pictures(services, recording)
    raise BadRecording(
        "The search of this recording was broken off %(times)s times, for example because the machine ran out of "
        "memory or a disk did not answer. Search it again when all is well.",
        times=MOST_ATTEMPTS,
    )


def _seen(services: Services, recording: Recording, report: Progress) -> Sequence[Seen]:
    faces, others = who_may_be_seen(services, recording)
    known = knowledge(services, recording)
    with recording_file(services, recording) as file, ordered(services, recording, ServiceBusy):
        seen = services.faces.search(file, recording.kind, [*faces, *others], report, vectors=known.needs_vectors)
    return without_refused(services, known.refused, only_of({face.student_id for face in faces}, seen))


def who_may_be_seen(services: Services, recording: Recording) -> tuple[Sequence[Face], Sequence[Face]]:
    """Faces of the students to mark, and of look-alikes elsewhere. Raises FacesOutdated."""
    site(services)  # the search goes by the thresholds of now
    faces = comparable_faces(services, students_to_mark(services, recording.lecture_id))
    return faces, compared_with(services, faces)


@contextmanager
def recording_file(services: Services, recording: Recording) -> Iterator[MediaFile]:
    """The file, and where it is found missing within, why. Raises SearchStopped (on its way), BadRecording."""
    try:
        yield services.media.file(recording.media_key)
    except NotFound as gone:
        if _is_on_its_way(services, recording):
            raise SearchStopped("The file of this recording is not in its place yet; it is searched later.") from gone
        raise BadRecording("The file of this recording is not there any more.") from gone


def _is_on_its_way(services: Services, recording: Recording) -> bool:
    """Whether the file was still in its upload a moment ago: the recording's row is made before the file is moved."""
    try:
        services.uploads.file(recording.id)
    except NotFound:
        return any(key == recording.media_key for key in services.media.keys(recording.media_key))
    return True


@contextmanager
def held_lease(
    services: Services,
    recording_id: str,
    worker: str,
    progress: Progress | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> Iterator[Progress]:
    """Keep the lease from a thread of its own; the given callback raises SearchStopped once it is lost."""
    ended, lost = threading.Event(), threading.Event()
    done = [0.0]

    def keep() -> None:
        held_until = services.now() + LEASE
        while not ended.wait(HEARTBEAT_S):
            until = services.now() + LEASE
            try:
                if not services.store.renew_claim(recording_id, worker, until, done[0]):
                    lost.set()
                    return
                held_until = until
            except ServiceUnavailable:
                _log.warning("The lease on recording %s could not be renewed; trying again.", recording_id)
                if services.now() > held_until:
                    lost.set()
                    return

    def report(share: float) -> None:
        done[0] = share
        if lost.is_set() or stopping():
            raise SearchStopped("The search was stopped; it goes on later.")
        if progress is not None:
            progress(share)

    keeper = threading.Thread(target=keep, name=f"lease-{recording_id}", daemon=True)
    keeper.start()
    try:
        yield report
    finally:
        ended.set()
        keeper.join()


def store_sightings(
    services: Services, recording: Recording, worker: str, seen: Sequence[Seen], compared_at: datetime
) -> bool:
    """Replace the recording's sightings; pictures of searches that died before this one go away.

    `compared_at` is when the photos were read that it compared: later ones count as not compared.

    False, and nothing stored, where the worker lost the lease.
    """
    agreed = [_as_agreed(services, one) for one in _still_known(services, seen)]
    sightings = [_sighting(services, recording.id, one) for one in agreed]
    numbered = _numbered(_as_before(services, recording, sightings))
    if not services.store.save_sightings(recording.id, worker, numbered, services.faces.name, compared_at):
        # Another worker searches it by now; its pictures are none of ours.
        services.media.delete([seen.picture_key for seen in sightings if seen.picture_key is not None])
        return False
    delete_stray_pictures(services, recording)
    erase_soon(services)
    return True


def _as_before(services: Services, recording: Recording, sightings: Sequence[Sighting]) -> Sequence[Sighting]:
    """Of a recording that is being removed nothing is taken over; whoever saves learns that the lease is lost."""
    try:
        return as_before(services, recording, sightings)
    except NotFound:
        return sightings


def delete_stray_pictures(services: Services, recording: Recording) -> None:
    """Only for the worker that holds the lease: others' pictures lie there for a moment before their sightings do."""
    stored = {seen.picture_key for seen in services.store.sightings(recording.lecture_id)}
    services.media.delete([key for key in services.media.keys(f"evidence/{recording.id}/") if key not in stored])


def _still_known(services: Services, seen: Sequence[Seen]) -> Sequence[Seen]:
    """Who took consent back, or lost the last photo, while the search was under way is an unknown in its result, as in
    that of any search from now on. Who was removed meanwhile is left out by the store.
    """
    named = {one.student_id for one in seen if one.student_id is not None}
    enrolled = {face.student_id for face in services.store.faces(sorted(named))}
    gone = {student_id for student_id in named - enrolled if _registered(services, student_id) is None}
    return only_of(enrolled | gone, seen)


def _as_agreed(services: Services, seen: Seen) -> Seen:
    """Without its picture where the student did not agree to pictures as evidence."""
    return seen if seen.student_id is None or _may_show(services, seen.student_id) else replace(seen, picture=None)


def _may_show(services: Services, student_id: str) -> bool:
    """True of whoever was removed, too: the store leaves them out."""
    student = _registered(services, student_id)
    return student is None or has_consent(student.consents, Purpose.EVIDENCE)


def _registered(services: Services, student_id: str) -> Student | None:
    try:
        return services.store.student(student_id)
    except NotFound:
        return None


def _sighting(services: Services, recording_id: str, seen: Seen) -> Sighting:
    key = None
    if seen.picture is not None:
        key = evidence_key(recording_id)
        services.media.put(key, seen.picture)
    return Sighting(
        id=new_id(),
        recording_id=recording_id,
        student_id=seen.student_id,
        first_s=seen.first_s,
        last_s=seen.last_s,
        frames=seen.frames,
        good_frames=seen.good_frames,
        similarity=seen.similarity,
        margin=seen.margin,
        picture_key=key,
        picture_s=seen.picture_s,
        appearances_s=seen.appearances_s,
        flat=seen.flat,
        quality=seen.quality,
        place=seen.place,
        vector=seen.vector,
    )


def _numbered(sightings: Sequence[Sighting]) -> list[Sighting]:
    """Unknowns get numbers in the order in which they came."""
    unknown = sorted((s for s in sightings if s.student_id is None), key=lambda s: (s.first_s, -s.frames))
    known = [s for s in sightings if s.student_id is not None]
    return known + [replace(s, number=number) for number, s in enumerate(unknown, start=1)]
