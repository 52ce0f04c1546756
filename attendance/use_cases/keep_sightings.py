"""Keep what a search saw: pictures, then sightings, and nothing of the searches before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from attendance.errors import NotFound
from attendance.media_keys import evidence_key
from attendance.model import Recording, Sighting, new_id
from attendance.ports import Seen
from attendance.services import Services
from attendance.use_cases.compared_with import only_of
from attendance.use_cases.erase import erase_soon


def keep_sightings(
    services: Services, recording: Recording, worker: str, seen: Sequence[Seen], compared_at: datetime
) -> bool:
    """Replace the recording's sightings; pictures of searches that died before this one go away.

    `compared_at` is when the photos were read that it compared: later ones count as not compared.

    False, and nothing kept, where the worker lost the lease.
    """
    sightings = [_sighting(services, recording.id, one) for one in _still_known(services, seen)]
    numbered = _numbered(sightings)
    if not services.store.save_sightings(recording.id, worker, numbered, services.faces.name, compared_at):
        # Another worker searches it by now; its pictures are none of ours.
        services.media.delete([seen.picture_key for seen in sightings if seen.picture_key is not None])
        return False
    delete_stray_pictures(services, recording)
    erase_soon(services)
    return True


def delete_stray_pictures(services: Services, recording: Recording) -> None:
    """Only for the worker that holds the lease: others' pictures lie there for a moment before their sightings do."""
    kept = {seen.picture_key for seen in services.store.sightings(recording.lecture_id)}
    services.media.delete([key for key in services.media.keys(f"evidence/{recording.id}/") if key not in kept])


def _still_known(services: Services, seen: Sequence[Seen]) -> Sequence[Seen]:
    """Who took consent back, or lost the last photo, while the search was under way is an unknown in its result, as in
    that of any search from now on. Who was removed meanwhile is left out by the store.
    """
    named = {one.student_id for one in seen if one.student_id is not None}
    enrolled = {face.student_id for face in services.store.faces(sorted(named))}
    gone = {student_id for student_id in named - enrolled if not _is_registered(services, student_id)}
    return only_of(enrolled | gone, seen)


def _is_registered(services: Services, student_id: str) -> bool:
    try:
        services.store.student(student_id)
    except NotFound:
        return False
    return True


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
    )


def _numbered(sightings: Sequence[Sighting]) -> list[Sighting]:
    """Unknowns get numbers in the order in which they came."""
    unknown = sorted((s for s in sightings if s.student_id is None), key=lambda s: (s.first_s, -s.frames))
    known = [s for s in sightings if s.student_id is not None]
    return known + [replace(s, number=number) for number, s in enumerate(unknown, start=1)]
