"""Vectors of unknown people and of refused faces: kept where an admin switched that on, and forgotten in time.

They are the one exception to "no consent, no vector". Without it a group is a person of one recording, and a refused
face is known again by where it is in its recording.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Sequence

from attendance.changes import SetUnknownsSwitch
from attendance.committing import commit
from attendance.errors import InvalidInput, NotFound
from attendance.model import (
    AuditEntry,
    Course,
    Device,
    Owner,
    OwnerKind,
    Sighting,
    UnknownDecision,
    UnknownsSwitch,
    User,
    Visit,
)
from attendance.rules.unknowns import expires_at, rulings
from attendance.services import Services
from attendance.use_cases.unknowns.groups import lectures_of, owner_of

_log = logging.getLogger(__name__)

_PAGE = 200


def keeps_vectors(services: Services, owner: Owner) -> bool:
    """Whether vectors of its unknown people may be kept, and the engine gives any."""
    switch = services.store.unknowns_switch(owner)
    return services.faces.gives_vectors and switch is not None and switch.on


def set_switch(services: Services, user: User, owner: Course | Device, *, on: bool) -> None:
    """An admin lets the vectors of unknown people of a course or a door be kept, or has all of them forgotten at once.

    Raises InvalidInput where the engine gives no vectors, NotFound.
    """
    if on and not services.faces.gives_vectors:
        raise InvalidInput("This face engine gives no face vectors: unknown people are told apart within a recording.")
    place = owner_of(owner)
    before = services.store.unknowns_switch(place)
    if (before is not None and before.on) == on:
        return
    switch = UnknownsSwitch(place, on, services.now(), user.id)
    kind, name = ("course", owner.label) if isinstance(owner, Course) else ("door", owner.name)
    action = f"{kind}.unknown_vectors_{'on' if on else 'off'}"
    commit(services, SetUnknownsSwitch(switch), AuditEntry(switch.at, user.id, action, name))
    if not on:
        forget_expired_of(services, place)


def forget_vectors(services: Services, sighting_ids: Collection[str]) -> None:
    """Those of these sightings."""
    services.store.set_vectors(dict.fromkeys(sighting_ids))


def remember_refused(services: Services, course: Course, sighting: Sighting) -> None:
    """Keep the vector of a face that a person refused, made of its picture, where that is switched on."""
    if sighting.picture_key is None or sighting.vector is not None or not keeps_vectors(services, owner_of(course)):
        return
    try:
        vector = services.faces.vector_of(services.media.read(sighting.picture_key))
    except NotFound:
        return
    if vector is not None:
        services.store.set_vectors({sighting.id: vector})


def refused_faces(services: Services, decisions: Sequence[UnknownDecision]) -> list[tuple[str, tuple[float, ...]]]:
    """Students, and the vectors of faces of which a person said that they are not theirs."""
    lectures = {spot.sighting_id: spot.lecture_id for one in decisions for spot in one.seen}
    wanted = {one: ruling.not_students for one, ruling in rulings(decisions).items() if ruling.not_students}
    found = []
    for lecture_id in sorted({lectures[one] for one in wanted}):
        own = {one.id for one in services.store.recordings(lecture_id) if one.engine == services.faces.name}
        for seen in services.store.sightings(lecture_id):
            if seen.id in wanted and seen.vector is not None and seen.recording_id in own:
                found += [(student_id, seen.vector) for student_id in sorted(wanted[seen.id])]
    return found


def forget_expired(services: Services) -> int:
    """What is older than the days that are set, and what must not be kept any more; how many."""
    return sum(forget_expired_of(services, one.owner) for one in services.store.unknowns_switches())


def forget_expired_of(services: Services, owner: Owner) -> int:
    """Of one course or door; how many were forgotten."""
    is_course = owner.kind is OwnerKind.COURSE
    gone = list(_expired(services, owner) if is_course else _expired_at_door(services, owner))
    if gone:
        _forget(services, owner, gone)
        _log.info("%s vectors of unknown people were forgotten.", len(gone))
    return len(gone)


def _forget(services: Services, owner: Owner, ids: Collection[str]) -> None:
    if owner.kind is OwnerKind.COURSE:
        forget_vectors(services, ids)
    else:
        services.store.set_visit_vectors(dict.fromkeys(ids))


def visits_with_vector(services: Services, door_id: str) -> Iterator[Visit]:
    """Newest first."""
    before = None
    while found := services.store.visits([door_id], with_vector=True, before=before, limit=_PAGE):
        yield from found
        before = found[-1].place


def _expired_at_door(services: Services, owner: Owner) -> Iterator[str]:
    is_on = keeps_vectors(services, owner)
    unwanted = _unwanted(services, services.store.unknown_decisions(owner))
    days, now = services.settings.unknown_days, services.now()
    for visit in visits_with_vector(services, owner.id):
        if not is_on or visit.id in unwanted or expires_at(visit.at, days) <= now:
            yield visit.id


def _expired(services: Services, owner: Owner) -> Iterator[str]:
    is_on = keeps_vectors(services, owner)
    unwanted = _unwanted(services, services.store.unknown_decisions(owner))
    for lecture in lectures_of(services, owner.id):
        old = {
            one.id
            for one in services.store.recordings(lecture.id)
            if one.searched_at is None or expires_at(one.searched_at, services.settings.unknown_days) <= services.now()
        }
        for seen in services.store.sightings(lecture.id):
            if seen.vector is not None and (not is_on or seen.recording_id in old or seen.id in unwanted):
                yield seen.id


def _unwanted(services: Services, decisions: Sequence[UnknownDecision]) -> set[str]:
    """Sightings of nobody of ours, and of students who have not consented."""
    said = rulings(decisions)
    named = {ruling.student_id for ruling in said.values() if ruling.student_id is not None}
    without = {one for one in named if not _has_consented(services, one)}
    return {one for one, ruling in said.items() if ruling.is_ignored or ruling.student_id in without}


def _has_consented(services: Services, student_id: str) -> bool:
    try:
        return services.store.student(student_id).consent_on is not None
    except NotFound:
        return False


def forget_without_consent(services: Services, student_id: str) -> None:
    """Of faces that were named so: who takes consent back leaves no vector."""
    if _has_consented(services, student_id):
        return
    for owner in [one.owner for one in services.store.unknowns_switches()]:
        said = rulings(services.store.unknown_decisions(owner))
        _forget(services, owner, [one for one, ruling in said.items() if ruling.student_id == student_id])
