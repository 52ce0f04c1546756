"""What a person says of unknown people. Whatever they say, the lectures that it is about are marked anew."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from attendance.changes import AddUnknownDecision, RemoveUnknownDecision
from attendance.committing import commit
from attendance.errors import BadPhoto, Conflict, InvalidInput, NotFound
from attendance.events import UnknownDecided
from attendance.model import (
    AuditEntry,
    Course,
    DecisionKind,
    Owner,
    Role,
    Sighting,
    Spot,
    Student,
    UnknownDecision,
    User,
    new_id,
)
from attendance.rules.consent import check_may_be_named
from attendance.rules.unknowns import spot_of
from attendance.sentences import undone_already
from attendance.services import Services
from attendance.use_cases.outbox import follow_up
from attendance.use_cases.people.rights import check_may_teach
from attendance.use_cases.students.photos import SamePhoto, add_photo, remove_photo
from attendance.use_cases.unknowns.groups import SeenUnknown, UnknownGroup, group_of
from attendance.use_cases.unknowns.vectors import forget_vectors, remember_refused


@dataclass(frozen=True, slots=True)
class Naming:
    """Who a group was named. `is_marked` says whether the student is on the roster, so that marks follow.

    `refusal` is why no picture could be kept as a photo, where that was asked for.
    """

    student: Student
    decision: UnknownDecision
    is_marked: bool
    refusal: BadPhoto | None = None


def name_group(services: Services, user: User, group_id: str, student_key: str, keep_photo: bool = False) -> Naming:
    """This group is this student: of the roster, or anybody who consented.

    With `keep_photo` the best picture that serves becomes a photo of the student. Raises NotFound, InvalidInput (no
    consent, and not on the roster; a teacher's photo of such a one), ConsentMissing (a photo without consent).
    """
    course, group = _group(services, user, group_id)
    student = services.store.student_by_key(student_key)
    on_roster = student.id in {one.id for one in services.store.roster(course.id)}
    check_may_be_named(student, on_roster=on_roster)
    if keep_photo and not on_roster and user.role is not Role.ADMIN:  # it would be known by it in courses of others
        raise InvalidInput("Only an admin can keep a photo of somebody who is not on the roster of this course.")
    face_id, refusal = _kept(services, course, group.best, student, user) if keep_photo else (None, None)
    decision = _decision(
        services, course, DecisionKind.NAMED, user, _spots(group), student_id=student.id, face_id=face_id
    )
    _commit(services, decision, "unknown.named", course, f"{student.id}, faces {len(group.seen)}")
    if student.consent_on is None:
        forget_vectors(services, [one.sighting.id for one in group.seen])
    return Naming(student, decision, on_roster, refusal)


def name_sighting(
    services: Services, user: User, sighting_id: str, student_key: str, keep_photo: bool = False
) -> Naming:
    """The face that a search took for somebody is this student of the roster.

    With `keep_photo` its picture becomes a photo of the student, if it serves. Raises NotFound, InvalidInput (not on
    the roster), ConsentMissing (a photo without consent).
    """
    sighting = services.store.sighting(sighting_id)
    recording = services.store.recording(sighting.recording_id)
    lecture = services.store.lecture(recording.lecture_id)
    course = services.store.course(lecture.course_id)
    check_may_teach(services, user, course)
    student = services.store.student_by_key(student_key)
    if student.id not in {one.id for one in services.store.roster(course.id)}:
        raise InvalidInput("Choose somebody of the roster.")
    best = [SeenUnknown(sighting, recording, lecture)]
    face_id, refusal = _kept(services, course, best, student, user) if keep_photo else (None, None)
    spots = [spot_of(sighting, lecture.id)]
    decision = _decision(services, course, DecisionKind.NAMED, user, spots, student_id=student.id, face_id=face_id)
    _commit(services, decision, "unknown.named", course, f"{student.id}, faces 1")
    return Naming(student, decision, is_marked=True, refusal=refusal)


def ignore_group(services: Services, user: User, group_id: str) -> UnknownDecision:
    """This group is nobody of ours; vectors of it are forgotten. Raises NotFound."""
    course, group = _group(services, user, group_id)
    decision = _decision(services, course, DecisionKind.IGNORED, user, _spots(group))
    _commit(services, decision, "unknown.ignored", course, f"faces {len(group.seen)}")
    forget_vectors(services, [one.sighting.id for one in group.seen])
    return decision


def split(services: Services, user: User, group_id: str, sighting_ids: Collection[str]) -> UnknownDecision:
    """These of the group are somebody else than the others. Raises NotFound, InvalidInput (none, or all of them)."""
    course, group = _group(services, user, group_id)
    chosen = [one for one in group.seen if one.sighting.id in set(sighting_ids)]
    rest = [one for one in group.seen if one not in chosen]
    if not chosen or not rest:
        raise InvalidInput("Choose some of the pictures, but not all of them.")
    decision = _decision(
        services,
        course,
        DecisionKind.APART,
        user,
        [spot_of(one.sighting, one.lecture.id) for one in chosen],
        others=[spot_of(one.sighting, one.lecture.id) for one in rest],
    )
    _commit(services, decision, "unknown.split", course, f"faces {len(chosen)} of {len(group.seen)}")
    return decision


def merge(services: Services, user: User, group_id: str, other_id: str) -> UnknownDecision:
    """Both groups are one person; where one was named, the other is named so too, or ignored.

    Raises NotFound, InvalidInput (one group), Conflict (two names).
    """
    course, group = _group(services, user, group_id)
    other_course, other = _group(services, user, other_id)
    if course.id != other_course.id or group.id == other.id:
        raise InvalidInput("Choose two different people of one course.")
    if group.student and other.student and group.student.id != other.student.id:
        raise Conflict("These two were given different names; undo one of them first.")
    known = next((one for one in (group, other) if not one.is_open), None)
    kind = DecisionKind.TOGETHER
    if known is not None:
        kind = DecisionKind.NAMED if known.student else DecisionKind.IGNORED
    student_id = known.student.id if known and known.student else None
    decision = _decision(services, course, kind, user, [*_spots(group), *_spots(other)], student_id=student_id)
    _commit(services, decision, "unknown.merged", course, f"faces {len(decision.seen)}")
    return decision


def not_this_student(services: Services, user: User, sighting_id: str, student_key: str) -> UnknownDecision:
    """The face is not this student's, whatever a search says. Raises NotFound.

    In this recording it is remembered by where it is; where vectors are kept, by the face in others too.
    """
    sighting = services.store.sighting(sighting_id)
    lecture = services.store.lecture(services.store.recording(sighting.recording_id).lecture_id)
    course = services.store.course(lecture.course_id)
    check_may_teach(services, user, course)
    return _refuse(services, user, course, [spot_of(sighting, lecture.id)], student_key, [sighting])


def not_this_person(services: Services, user: User, group_id: str, student_key: str) -> UnknownDecision:
    """None of the group's faces is this student's; where they were named so, they are not any more. Raises NotFound."""
    course, group = _group(services, user, group_id)
    return _refuse(services, user, course, _spots(group), student_key, [one.sighting for one in group.seen])


def _refuse(
    services: Services, user: User, course: Course, spots: Sequence[Spot], student_key: str, seen: Sequence[Sighting]
) -> UnknownDecision:
    student = services.store.student_by_key(student_key)
    decision = _decision(services, course, DecisionKind.NOT_STUDENT, user, spots, student_id=student.id)
    _commit(services, decision, "unknown.not_student", course, student.id)
    for one in seen:
        remember_refused(services, course, one)
    return decision


def undo(services: Services, user: User, course: Course, decision_id: str) -> UnknownDecision:
    """As if it had not been said; a photo that was kept with it goes too. Raises NotFound."""
    check_may_teach(services, user, course)
    decision = _said(services, course, decision_id)
    entry = AuditEntry(services.now(), user.id, "unknown.undone", course.label, decision.kind.value)
    commit(
        services,
        RemoveUnknownDecision(decision.owner, decision_id),
        entry,
        _event(services, decision, user, undone=True),
    )
    if decision.face_id is not None and decision.student_id is not None:
        _remove_photo(services, decision.student_id, decision.face_id, user)
    follow_up(services)
    return decision


def _group(services: Services, user: User, group_id: str) -> tuple[Course, UnknownGroup[SeenUnknown]]:
    course, group = group_of(services, group_id)
    check_may_teach(services, user, course)
    return course, group


def _said(services: Services, course: Course, decision_id: str) -> UnknownDecision:
    for decision in services.store.unknown_decisions(Owner.course(course.id)):
        if decision.id == decision_id:
            return decision
    raise undone_already()


def _spots(group: UnknownGroup[SeenUnknown]) -> list[Spot]:
    return [spot_of(one.sighting, one.lecture.id) for one in group.seen]


def _decision(
    services: Services,
    course: Course,
    kind: DecisionKind,
    user: User,
    seen: Sequence[Spot],
    others: Sequence[Spot] = (),
    student_id: str | None = None,
    face_id: str | None = None,
) -> UnknownDecision:
    return UnknownDecision(
        new_id(), course.id, kind, services.now(), user.id, tuple(seen), tuple(others), student_id, face_id
    )


def _commit(services: Services, decision: UnknownDecision, action: str, course: Course, detail: str) -> None:
    """And mark the lectures anew before answering; where that breaks off, the next sweep does it."""
    entry = AuditEntry(decision.at, decision.by, action, course.label, detail)
    commit(services, AddUnknownDecision(decision), entry, _event(services, decision, None))
    follow_up(services)


def _event(services: Services, decision: UnknownDecision, user: User | None, *, undone: bool = False) -> UnknownDecided:
    lectures = sorted({spot.lecture_id for spot in (*decision.seen, *decision.others)})
    return UnknownDecided(
        at=services.now(),
        course_id=decision.course_id or "",
        decision_id=decision.id,
        decision=decision.kind.value,
        lecture_ids=tuple(lectures),
        by=user.id if user else decision.by,
        undone=undone,
        student_key=_key_of(services, decision.student_id),
    )


def _key_of(services: Services, student_id: str | None) -> str | None:
    """Whoever is gone by now is not named."""
    try:
        return None if student_id is None else services.store.student(student_id).key
    except NotFound:
        return None


def _kept(
    services: Services, course: Course, best: Sequence[SeenUnknown], student: Student, user: User
) -> tuple[str | None, BadPhoto | None]:
    """The face that the best picture became which the engine can use. Raises ConsentMissing."""
    refusal = BadPhoto("There is no picture of this person that is good enough.")
    for one in best:
        origin = f"from {course.label} {one.at:%Y-%m-%d %H:%M:%S} UTC, recording {one.recording.original_name}"
        try:
            picture = services.media.read(one.sighting.picture_key or "")
            return add_photo(services, student.id, picture, by=user.id, origin=origin, is_upright=True).face.id, None
        except SamePhoto:
            return None, None
        except BadPhoto as unfit:
            refusal = unfit
        except NotFound:
            continue
    return None, refusal


def _remove_photo(services: Services, student_id: str, face_id: str, user: User) -> None:
    try:
        remove_photo(services, student_id, face_id, by=user.id)
    except NotFound:
        return
