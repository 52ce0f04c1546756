"""The marks of a lecture: decided from all that was seen, and reviewed by people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from attendance.changes import MarkStep, SaveMarks
from attendance.committing import commit
from attendance.errors import Conflict, InvalidInput, MovedOn, NotFound, Phrase
from attendance.events import MarksChanged, MarkSet, MarksWait, written
from attendance.model import (
    AuditEntry,
    Course,
    DoorCheckIn,
    Lecture,
    Mark,
    OutboxItem,
    Owner,
    Recording,
    SearchStatus,
    Sighting,
    Status,
    new_id,
)
from attendance.ports import Store
from attendance.rules.acts import UNDONE_ACT
from attendance.rules.appeals import is_excused_by
from attendance.rules.book import is_over
from attendance.rules.check_ins import CHECKED_IN, with_check_ins
from attendance.rules.door_check_ins import with_door_check_ins
from attendance.rules.lectures import decide_marks, present_or_late
from attendance.rules.merging import (
    REASONS_OF_FACES,
    TIMES_CHANGED,
    Because,
    cleared_steps,
    machine_steps,
    person_step,
)
from attendance.rules.statuses import BY_PERSON, usable_status
from attendance.rules.unknowns import with_decisions
from attendance.services import Services
from attendance.use_cases.kiosks.places import check_ins_around
from attendance.use_cases.site.reading import thresholds
from attendance.wall_time import wall_time

Decision = Callable[[Mapping[str, Mark]], Sequence[MarkStep]]
"""From the marks of a lecture, by student, to what is to become of them."""


def mark_lecture(
    services: Services,
    lecture_id: str,
    because: Because | None = None,
    *,
    finishing: str | None = None,
    waited: str | None = None,
) -> Sequence[Mark]:
    """Decide and save the marks of a lecture; what a person decided stays. Raises NotFound.

    `because` is what a person said of faces in it, for the history of what changes by it. Recordings count whose
    sightings were saved once, also while they are searched again.

    While the lecture runs, or another recording than the one that is `finishing` waits to be searched, nobody is
    absent; the outbox then asks for its marks again. `waited` is the event by which it did.
    """
    marks = _decided(services, lecture_id, because, finishing)
    if not _is_over(services, services.store.lecture(lecture_id), finishing):
        _wait(services, lecture_id, waited)
    return marks


def _decided(services: Services, lecture_id: str, because: Because | None, finishing: str | None) -> Sequence[Mark]:
    facts = facts_of(services, lecture_id, finishing)
    while True:
        decide = partial(_steps, services, facts, because=because)
        commit_marks(services.store, lecture_id, decide, partial(_save_changed, services))
        before, facts = facts, facts_of(services, lecture_id, finishing)
        if before.state == facts.state:
            if facts.is_over:  # who comes late may still come
                excuse_ahead(services, lecture_id)
            return services.store.marks(lecture_id)
        # Another worker saved sightings meanwhile, and its marks may have been overwritten just now; or times changed.


_WAITING = (SearchStatus.QUEUED, SearchStatus.SEARCHING)
_LOOKED_AGAIN = timedelta(minutes=1)
_HANDLER = "marks"


def is_over_now(services: Services) -> Callable[[Lecture], bool]:
    """Whether a lecture has ended and all that was recorded of it is searched; for many, by one read."""
    return partial(is_over, in_search=services.store.lectures_in_search(), now=services.now())


def _is_over(services: Services, lecture: Lecture, finishing: str | None = None) -> bool:
    recordings = services.store.recordings(lecture.id)
    waits = any(one.status in _WAITING and one.id != finishing for one in recordings)
    return is_over(lecture, {lecture.id} if waits else (), services.now())


def _wait(services: Services, lecture_id: str, waited: str | None) -> None:
    """One item a lecture: it is due when the lecture begins, where somebody may be there already, and when it ends, and
    each minute while something is searched.
    """
    now = services.now()
    event = MarksWait(at=now, lecture_id=lecture_id)
    there = services.store.outbox(_HANDLER)
    if any(item.subject == event.subject and (waited is None or waited not in item.body) for item in there):
        return
    lecture = services.store.lecture(lecture_id)
    due = lecture.starts_at if now < lecture.starts_at else max(lecture.ends_at, now + _LOOKED_AGAIN)
    commit(services, OutboxItem(_HANDLER, event.subject, written(event), now, due))


@dataclass(frozen=True, slots=True)
class Facts:
    """What the marks of a lecture follow from, beside what its marks hold already."""

    lecture: Lecture
    course: Course
    searched: Sequence[Recording]
    seen: Sequence[Sighting]
    is_over: bool
    at_door: Sequence[DoorCheckIn] = ()
    """Who checked in and out at kiosks of its place around that time."""

    @property
    def state(self) -> tuple[Lecture, Course, Mapping[str, datetime | None], Sequence[DoorCheckIn]]:
        """Where it is the same, the facts are."""
        return self.lecture, self.course, {one.id: one.searched_at for one in self.searched}, self.at_door


def facts_of(services: Services, lecture_id: str, finishing: str | None = None) -> Facts:
    """Raises NotFound."""
    lecture = services.store.lecture(lecture_id)
    searched = [one for one in services.store.recordings(lecture_id) if one.searched_at is not None]
    seen = decided_sightings(services, lecture_id)
    course, over = services.store.course(lecture.course_id), _is_over(services, lecture, finishing)
    return Facts(lecture, course, searched, seen, over, check_ins_around(services, lecture, course))


def decided_sightings(services: Services, lecture_id: str) -> list[Sighting]:
    """What searches saw in a lecture, with the names that people gave and without those that they refused.

    Raises NotFound.
    """
    seen = services.store.sightings(lecture_id)
    decisions = services.store.unknown_decisions(Owner.course(services.store.lecture(lecture_id).course_id))
    return with_decisions(seen, decisions)


def _steps(
    services: Services, facts: Facts, before: Mapping[str, Mark], because: Because | None = None
) -> Sequence[MarkStep]:
    student_ids = students_to_mark(services, facts.lecture.id)
    by_faces = decide_marks(
        facts.lecture,
        facts.course,
        student_ids,
        facts.searched,
        facts.seen,
        services.store.faces(student_ids),
        thresholds(services),
        services.now(),
        is_over=facts.is_over,
    )
    lecture, course, now = facts.lecture, facts.course, services.now()
    at_door = with_door_check_ins(by_faces, facts.at_door, student_ids, lecture, course, now, is_over=facts.is_over)
    opinions = with_check_ins(at_door, before, lecture, course, now)
    return machine_steps(before, opinions, because, is_over=facts.is_over)


def steps_for_times(services: Services, lecture: Lecture, *, by: str | None) -> Sequence[MarkStep]:
    """What becomes of a lecture's marks when its times are these, without a new search. Raises NotFound."""
    before = {mark.student_id: mark for mark in services.store.marks(lecture.id)}
    facts = replace(facts_of(services, lecture.id), lecture=lecture, is_over=_is_over(services, lecture))
    return _steps(services, facts, before, Because(by, TIMES_CHANGED))


def _save_changed(services: Services, change: SaveMarks) -> None:
    commit(services, change, *marks_changed(services, change.lecture_id, change.steps))


def marks_changed(services: Services, lecture_id: str, steps: Sequence[MarkStep]) -> Sequence[MarksChanged]:
    """The event that tells of steps which no person decided; none where no status changes."""
    changed = [step.student_id for step in steps if step.changes]
    keys = keys_of(services, lecture_id, changed)
    return [MarksChanged(at=services.now(), lecture_id=lecture_id, student_keys=keys)] if changed else []


def keys_of(services: Services, lecture_id: str, student_ids: Sequence[str]) -> tuple[str, ...]:
    """What an event may name them by; of who was removed meanwhile there is nothing to tell."""
    if not student_ids:
        return ()
    course_id = services.store.lecture(lecture_id).course_id
    keys = {student.id: student.key for student in services.store.roster(course_id)}
    for student_id in set(student_ids) - set(keys):  # who left the roster keeps the marks of before
        with suppress(NotFound):
            keys[student_id] = services.store.student(student_id).key
    return tuple(keys[student_id] for student_id in student_ids if student_id in keys)


def commit_marks(
    store: Store,
    lecture_id: str,
    decide: Decision,
    commit: Callable[[SaveMarks], None] | None = None,
) -> None:
    """Read the marks of a lecture, decide and commit; again where others were faster. Raises NotFound.

    `commit` is where more is committed with them.
    """
    while True:
        change = SaveMarks(lecture_id, decide({mark.student_id: mark for mark in store.marks(lecture_id)}))
        try:
            if commit is None:
                store.commit(change)
            else:
                commit(change)
            return
        except MovedOn:
            continue


def students_to_mark(services: Services, lecture_id: str) -> list[str]:
    """Ids of the roster, and of those who left it after they were marked here."""
    course_id = services.store.lecture(lecture_id).course_id
    on_roster = {student.id for student in services.store.roster(course_id)}
    marked = {mark.student_id for mark in services.store.marks(lecture_id)}
    return sorted(on_roster | marked)


_LONGEST_REASON = 500
_KNOWN_OTHERWISE = str(Phrase("Found out in another way than by the face."))
_CONFIRMED, _REFUSED = str(Phrase("The face was confirmed.")), str(Phrase("The face was refused."))
TAKEN_BACK = str(Phrase("The person's mark was taken back."))
IMPORT_UNDONE = str(Phrase("An import was undone."))
ROLL_CALL = str(Phrase("Roll call."))
REASONS_OF_MACHINE = frozenset({TAKEN_BACK, IMPORT_UNDONE, TIMES_CHANGED, *CHECKED_IN.values()}) | REASONS_OF_FACES
"""With these a mark is the machine's, also where a person made it so."""
EXCUSED_AHEAD = str(Phrase("Excused in advance."))
AGREED = str(Phrase("The objection was accepted."))
_OF_PEOPLE = frozenset({_KNOWN_OTHERWISE, _CONFIRMED, _REFUSED, ROLL_CALL, UNDONE_ACT, EXCUSED_AHEAD, AGREED})
REASONS = _OF_PEOPLE | REASONS_OF_MACHINE
"""Those of the buttons; they are stored as they are, beside what people type."""


def excuse_ahead(services: Services, lecture_id: str) -> None:
    """Excuse whoever was excused for its day beforehand, where no person and no face says more. Raises NotFound.

    For whoever makes a lecture or marks it anew.
    """
    lecture = services.store.lecture(lecture_id)
    day = wall_time(services.store.course(lecture.course_id).timezone, lecture.starts_at).date()
    excused = [one for one in services.store.appeals_in(lecture.course_id) if one.is_accepted and one.covers(day)]
    marks = {mark.student_id: mark for mark in services.store.marks(lecture_id)} if excused else {}
    for one in excused:
        if is_excused_by(marks.get(one.student_id)) and one.answered_by is not None:
            with suppress(NotFound):  # removed at this moment
                set_mark(services, lecture_id, one.student_id, Status.EXCUSED, EXCUSED_AHEAD, by=one.answered_by)


def set_mark(
    services: Services,
    lecture_id: str,
    student_id: str,
    status: Status,
    reason: str,
    *,
    by: str,
    own_status: str | None = None,
    action: str = "",
) -> Mark:
    """Set a mark by hand. Raises InvalidInput (no reason, unsure, or no such status of the course), NotFound.

    `own_status` is the id of one of the course's own statuses; `status` then is its base, whatever was given. The mark
    can be undone by `action`.
    """
    reason = clean_decision(status, reason)
    if own_status is not None:
        course = services.store.course(services.store.lecture(lecture_id).course_id)
        status = usable_status(course, own_status).base
    return _save(services, lecture_id, student_id, status, reason, by, action, own_status)


def clean_decision(status: Status, reason: str) -> str:
    """The reason for a mark set by hand. Raises InvalidInput."""
    reason = " ".join(reason.split())
    if not reason:
        raise InvalidInput("Say why you change this mark.", field="reason")
    if len(reason) > _LONGEST_REASON:
        raise InvalidInput("The reason can have %(most)s characters at most.", most=_LONGEST_REASON, field="reason")
    if status not in BY_PERSON:
        raise InvalidInput("A person's mark cannot be unsure.", field="status")
    return reason


def confirm(services: Services, lecture_id: str, student_id: str, *, by: str, action: str = "") -> Mark:
    """The unsure face is the student: present, or late by the times; without a face, somebody knows that they were
    there. Raises Conflict where it is decided already.
    """
    mark = _unsure(services, lecture_id, student_id)
    status = _present_or_late(services, mark)
    reason = _KNOWN_OTHERWISE if mark.needs_another_way else _CONFIRMED
    return _save(services, lecture_id, student_id, status, reason, by, action)


def refuse(services: Services, lecture_id: str, student_id: str, *, by: str, action: str = "") -> Mark:
    """The unsure face is somebody else, or without a face somebody knows that they were not there: absent.

    Raises Conflict where the mark is not unsure any more.
    """
    mark = _unsure(services, lecture_id, student_id)
    reason = _KNOWN_OTHERWISE if mark.needs_another_way else _REFUSED
    return _save(services, lecture_id, student_id, Status.ABSENT, reason, by, action)


def undo(services: Services, lecture_id: str, student_id: str, *, by: str, action: str = "") -> Mark:
    """Back to what the search says. Raises NotFound."""
    action = action or new_id()
    clear = partial(cleared_steps, student_id=student_id, by=by, at=services.now(), reason=TAKEN_BACK, action=action)
    return _committed(services, lecture_id, student_id, by, clear)


def _unsure(services: Services, lecture_id: str, student_id: str) -> Mark:
    for mark in services.store.marks(lecture_id):
        if mark.student_id == student_id and mark.status is Status.UNSURE:
            return mark
    raise Conflict("This mark does not wait for a decision any more.")


def _present_or_late(services: Services, mark: Mark) -> Status:
    if mark.evidence is None:
        return Status.PRESENT
    lecture = services.store.lecture(mark.lecture_id)
    course = services.store.course(lecture.course_id)
    recordings = services.store.recordings(lecture.id)
    return present_or_late(mark.evidence.first_seen_at, lecture, course, recordings)


def decided_mark(lecture_id: str, student_id: str, status: Status, reason: str, by: str, at: datetime) -> Mark:
    """A person's decision. Where there was no mark, no search has an opinion."""
    return Mark(lecture_id, student_id, status, Status.UNSURE, at, set_by=by, reason=reason)


def _save(
    services: Services,
    lecture_id: str,
    student_id: str,
    status: Status,
    reason: str,
    by: str,
    action: str,
    own_status: str | None = None,
) -> Mark:
    mark = decided_mark(lecture_id, student_id, status, reason, by, services.now())
    mark = replace(mark, own_status=own_status)
    return _committed(
        services,
        lecture_id,
        student_id,
        by,
        lambda marks: [person_step(marks.get(student_id), mark, action or new_id())],
    )


def _noted(services: Services, change: SaveMarks, by: str) -> list[AuditEntry]:
    """The reason stands in the history of the mark alone, which goes with the student."""
    lecture = services.store.lecture(change.lecture_id)
    course = services.store.course(lecture.course_id)
    where = f"{course.label} {lecture.starts_at:%Y-%m-%d %H:%M} UTC"
    return [
        AuditEntry(
            services.now(), by, "mark.changed", step.student_id, f"{where}: {_status(step.old)} → {_status(step.new)}"
        )
        for step in change.steps
        if step.is_by_a_person
    ]


def _status(mark: Mark | None) -> str:
    return mark.status.value if mark else "-"


def _committed(services: Services, lecture_id: str, student_id: str, by: str, decide: Decision) -> Mark:
    def save(change: SaveMarks) -> None:
        key = services.store.student(student_id).key
        event = MarkSet(at=services.now(), lecture_id=lecture_id, student_key=key, by=by)
        commit(
            services,
            change,
            *(_noted(services, change, by) if change.steps else []),
            *([event] if change.steps else []),
        )

    commit_marks(services.store, lecture_id, decide, save)
    return next(mark for mark in services.store.marks(lecture_id) if mark.student_id == student_id)
