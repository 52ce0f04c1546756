"""What a person says of unknown people at a door. Whatever they say, the visits that it is about follow it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from attendance.changes import AddUnknownDecision, RemoveUnknownDecision
from attendance.committing import commit
from attendance.errors import BadPhoto, Conflict, InvalidInput, NotFound
from attendance.events import VisitsDecided
from attendance.model import AuditEntry, DecisionKind, Device, Owner, Student, UnknownDecision, User, Visit, new_id
from attendance.rules.visits import kept_photo_id, may_see, visit_spot
from attendance.sentences import no_visit, undone_already
from attendance.services import Services
from attendance.use_cases.doors.consenting import check_agreed
from attendance.use_cases.doors.groups import DoorGroup, group_of
from attendance.use_cases.doors.refused import remember_refused
from attendance.use_cases.outbox import follow_up
from attendance.use_cases.students.photos import SamePhoto, add_photo, remove_photo


@dataclass(frozen=True, slots=True)
class DoorNaming:
    """Who a group was named. `refusal` is why no picture could be kept as a photo, where that was asked for."""

    student: Student
    decision: UnknownDecision
    refusal: BadPhoto | None = None


def name_group(services: Services, user: User, group_id: str, student: Student, keep_photo: bool = False) -> DoorNaming:
    """All visits of this group show this student, who agreed to visits at doors.

    With `keep_photo` the best picture that serves becomes a photo. Raises NotFound, InvalidInput (no consent),
    ConsentMissing (a photo without consent).
    """
    _, group = group_of(services, user, group_id)
    return name_visits(services, [one.visit for one in group.best or group.seen], student, user.id, keep_photo, group)


def name_visits(
    services: Services,
    best: Sequence[Visit],
    student: Student,
    by: str,
    keep_photo: bool = False,
    group: DoorGroup | None = None,
) -> DoorNaming:
    """These visits of one door, or all of the group whose best they are. Raises as `name_group` does."""
    check_agreed(student)
    door = services.store.device(best[0].device_id)
    visits = [one.visit for one in group.seen] if group is not None else best
    kept, refusal = _kept(services, door, best, student, by) if keep_photo else (None, None)
    decision = _decision(services, door, DecisionKind.NAMED, by, visits, student_id=student.id, face_id=kept)
    try:
        _commit(services, door, decision, "visit.named", student.id, door.name)
    except NotFound:
        if kept is not None:
            remove_photo(services, student.id, kept, by=by)
        raise
    if student.consent_on is None:
        services.store.set_visit_vectors(dict.fromkeys(visit.id for visit in visits))
    return DoorNaming(student, decision, refusal)


def ignore_group(services: Services, user: User, group_id: str) -> UnknownDecision:
    """This group is nobody of ours; vectors of it are forgotten. Raises NotFound."""
    door, group = group_of(services, user, group_id)
    return ignore_visits(services, door, [one.visit for one in group.seen], user.id)


def ignore_visits(services: Services, door: Device, visits: Sequence[Visit], by: str) -> UnknownDecision:
    """These visits show nobody of ours. Raises NotFound."""
    decision = _decision(services, door, DecisionKind.IGNORED, by, visits)
    _commit(services, door, decision, "visit.ignored", door.name, f"visits {len(visits)}")
    services.store.set_visit_vectors(dict.fromkeys(visit.id for visit in visits))
    return decision


def split(services: Services, user: User, group_id: str, visit_ids: Collection[str]) -> UnknownDecision:
    """These of the group are somebody else than the others. Raises NotFound, InvalidInput (none, or all of them)."""
    door, group = group_of(services, user, group_id)
    chosen = [one.visit for one in group.seen if one.visit.id in set(visit_ids)]
    rest = [one.visit for one in group.seen if one.visit not in chosen]
    if not chosen or not rest:
        raise InvalidInput("Choose some of the pictures, but not all of them.")
    decision = _decision(services, door, DecisionKind.APART, user.id, chosen, others=rest)
    _commit(services, door, decision, "visit.split", door.name, f"visits {len(chosen)} of {len(group.seen)}")
    return decision


def merge(services: Services, user: User, group_id: str, other_id: str) -> UnknownDecision:
    """Both groups are one person; where one was named, the other is named so too, or ignored.

    Raises NotFound, InvalidInput (one group, or two doors), Conflict (two names).
    """
    door, group = group_of(services, user, group_id)
    other_door, other = group_of(services, user, other_id)
    if door.id != other_door.id or group.id == other.id:
        raise InvalidInput("Choose two different people of one door.")
    if group.student and other.student and group.student.id != other.student.id:
        raise Conflict("These two were given different names; undo one of them first.")
    known = next((one for one in (group, other) if not one.is_open), None)
    kind = DecisionKind.TOGETHER
    if known is not None:
        kind = DecisionKind.NAMED if known.student else DecisionKind.IGNORED
    student_id = known.student.id if known and known.student else None
    visits = [one.visit for one in (*group.seen, *other.seen)]
    decision = _decision(services, door, kind, user.id, visits, student_id=student_id)
    _commit(services, door, decision, "visit.merged", door.name, f"visits {len(visits)}")
    return decision


def not_this_person(services: Services, user: User, group_id: str, student: Student) -> UnknownDecision:
    """None of the group's faces is this student's; where they were named so, they are not any more. Raises NotFound."""
    door, group = group_of(services, user, group_id)
    return refuse_visits(services, door, [one.visit for one in group.seen], student.id, user.id)


def refuse_visits(
    services: Services, door: Device, visits: Sequence[Visit], student_id: str, by: str
) -> UnknownDecision:
    """These visits do not show this student, and the same face is not proposed again where the door keeps vectors.

    Photos that were kept of them with that name go. Raises NotFound.
    """
    decision = _decision(services, door, DecisionKind.NOT_STUDENT, by, visits, student_id=student_id)
    _commit(services, door, decision, "visit.unnamed", student_id, door.name)
    remove_kept(services, visits, student_id, by)
    for visit in visits:
        remember_refused(services, visit)
    return decision


def undo(services: Services, user: User, door: Device, decision_id: str) -> UnknownDecision:
    """As if it had not been said; a photo that was kept with it goes too. Raises NotFound."""
    if not may_see(user, door):
        raise no_visit()
    said = {one.id: one for one in services.store.unknown_decisions(Owner.door(door.id))}
    decision = said.get(decision_id)
    if decision is None:
        raise undone_already()
    entry = AuditEntry(services.now(), user.id, "visit.undone", door.name, decision.kind.value)
    told = _event(services, decision, user.id, undone=True)
    commit(services, RemoveUnknownDecision(decision.owner, decision_id), entry, told)
    if decision.face_id is not None and decision.student_id is not None:
        _remove_photo(services, decision.student_id, decision.face_id, user.id)
    follow_up(services)
    return decision


def remove_kept(services: Services, visits: Iterable[Visit], student_id: str, by: str) -> bool:
    """Photos of this student that pictures of these visits became; whether there were any."""
    try:
        key = services.store.student(student_id).key
        own = {face.id for face in services.store.faces([student_id])}
    except NotFound:
        return False
    kept = own & {kept_photo_id(visit.id, key) for visit in visits}
    for face_id in sorted(kept):
        _remove_photo(services, student_id, face_id, by)
    return bool(kept)


def forget_what_was_said_of_gone_visits(services: Services) -> None:
    """Decisions whose visits are all gone tell nothing any more."""
    for door in [device for device in services.store.devices() if device.is_door]:
        for decision in services.store.unknown_decisions(Owner.door(door.id)):
            ids = [spot.sighting_id for spot in (*decision.seen, *decision.others)]
            if not services.store.visits_by_id(ids):
                _forget(services, decision)


def _forget(services: Services, decision: UnknownDecision) -> None:
    try:
        commit(services, RemoveUnknownDecision(decision.owner, decision.id))
    except NotFound:
        return


def _decision(
    services: Services,
    door: Device,
    kind: DecisionKind,
    by: str,
    visits: Iterable[Visit],
    others: Iterable[Visit] = (),
    student_id: str | None = None,
    face_id: str | None = None,
) -> UnknownDecision:
    """Later than all that was said there before, whatever the clock does: the later of two counts."""
    seen, rest = (tuple(visit_spot(visit.id) for visit in some) for some in (visits, others))
    before = max((one.at for one in services.store.unknown_decisions(Owner.door(door.id))), default=None)
    now = services.now()
    at = now if before is None else max(now, before + timedelta(microseconds=1))
    return UnknownDecision(new_id(), None, kind, at, by, seen, rest, student_id, face_id, device_id=door.id)


def _commit(
    services: Services, door: Device, decision: UnknownDecision, action: str, subject: str, detail: str
) -> None:
    """And let the visits follow before answering; where that breaks off, the next sweep does it."""
    entry = AuditEntry(decision.at, decision.by, action, subject, detail)
    commit(services, AddUnknownDecision(decision), entry, _event(services, decision, decision.by or ""))
    follow_up(services)


def _event(services: Services, decision: UnknownDecision, by: str, *, undone: bool = False) -> VisitsDecided:
    visits = sorted({spot.sighting_id for spot in (*decision.seen, *decision.others)})
    return VisitsDecided(
        at=services.now(),
        device_id=decision.device_id or "",
        decision_id=decision.id,
        decision=decision.kind.value,
        visit_ids=tuple(visits),
        by=by,
        undone=undone,
    )


def _kept(
    services: Services, door: Device, visits: Sequence[Visit], student: Student, by: str
) -> tuple[str | None, BadPhoto | None]:
    """The face that the first picture became which the engine can use. Raises ConsentMissing."""
    refusal = BadPhoto("There is no picture of this person that is good enough.")
    for visit in visits:
        origin = f"from the door {door.name}, {visit.at:%Y-%m-%d %H:%M:%S} UTC"
        face_id = kept_photo_id(visit.id, student.key)
        try:
            picture = services.media.read(visit.picture_key or "")
            return add_photo(
                services, student.id, picture, by=by, origin=origin, face_id=face_id, is_upright=True
            ).face.id, None
        except SamePhoto:
            return None, None
        except BadPhoto as unfit:
            refusal = unfit
        except NotFound:
            continue
    return None, refusal


def _remove_photo(services: Services, student_id: str, face_id: str, by: str) -> None:
    try:
        remove_photo(services, student_id, face_id, by=by)
    except NotFound:
        return
