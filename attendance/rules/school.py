"""What each row of a school's files does: decided on a picture of what is stored, which every decision carries on.

The picture is of one moment; whoever commits what was decided decides anew where the store has moved on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby

from attendance.changes import AddStudent, AddToRoster, AddUser, Change, RemoveFromRoster
from attendance.errors import InvalidInput, Personal, Sentence
from attendance.model import Effect, RowKind, SchoolRow
from attendance.rules.school_courses import decide_class, decide_course
from attendance.rules.school_people import decide_student, decide_teacher
from attendance.rules.school_picture import Decision, Options, School, known_id, when_said
from attendance.rules.school_rosters import decide_enrollment
from attendance.rules.stored_sentences import from_text


def decide(row: SchoolRow, school: School, options: Options) -> Decision:
    """What the row does; the picture is as it is after that."""
    decision = Decision(person=row.value("id") or row.value("email"), name=row.value("name"))
    earlier = school.note(row)
    try:
        if row.problem:
            stored = from_text(row.problem)
            raise InvalidInput(stored.template, **stored.values)
        if row.note:
            decision.remarks.append(from_text(row.note))
            return decision
        if earlier is not None:
            raise InvalidInput("This is on line %(line)s already.", line=earlier[0])
        if (other := school.name_of(row)) is not None:
            raise InvalidInput("The list gives this person another name before: %(name)s.", name=Personal(other))
        if not _is_stale(row, school, decision):
            _DECIDED_BY[row.kind](row, school, options, decision)
    except InvalidInput as refused:
        return Decision(Effect.REFUSED, decision.person, decision.name, [refused])
    return decision


def _is_stale(row: SchoolRow, school: School, decision: Decision) -> bool:
    known = known_id(row, school)
    modified = when_said(row)
    if known is None or modified is None or known.modified_at is None or modified >= known.modified_at:
        return False
    decision.remarks.append(Sentence("A newer state of this was imported before."))
    return True


_DECIDED_BY: Mapping[RowKind, Callable[[SchoolRow, School, Options, Decision], None]] = {
    RowKind.COURSE: decide_course,
    RowKind.CLASS: decide_class,
    RowKind.STUDENT: decide_student,
    RowKind.TEACHER: decide_teacher,
    RowKind.ENROLLMENT: decide_enrollment,
}


def merged(decisions: Sequence[Decision]) -> list[Change]:
    """Their changes with those of one roster put together, so that many rows are few statements."""
    changes: list[Change] = []
    rosters: dict[str, list[str]] = {}
    for change in (change for one in decisions for change in one.changes):
        if isinstance(change, AddToRoster):
            rosters.setdefault(change.course_id, []).extend(change.student_ids)
        elif isinstance(change, RemoveFromRoster) and change.student_id in rosters.get(change.course_id, ()):
            rosters[change.course_id].remove(change.student_id)
        else:
            changes.append(change)
    return [*_alike_together(changes), *(AddToRoster(course_id, ids) for course_id, ids in rosters.items() if ids)]


def _alike_together(changes: Sequence[Change]) -> Iterator[Change]:
    """Where students and accounts follow each other, all those students come first: alike rows are one statement.

    Nobody's account is needed to add a student. All other changes stay where they are.
    """
    for is_adding, run in groupby(changes, lambda change: isinstance(change, AddStudent | AddUser)):
        some = list(run)
        yield from sorted(some, key=lambda change: isinstance(change, AddUser)) if is_adding else some
