"""Marks that people set for many students at once: in bulk, by taking the roll, and undone again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from attendance.changes import MarkStep, SaveMarks
from attendance.committing import commit
from attendance.errors import Conflict, InvalidInput, NotFound
from attendance.events import MarksSet
from attendance.model import Mark, MarkChange, Status, new_id
from attendance.rules.acts import Act, acts_of, standing_before, undoing_step
from attendance.rules.merging import person_step
from attendance.rules.roll import Answer, Tap, answer_to, tapped_at
from attendance.rules.statuses import BY_PERSON, usable_status
from attendance.services import Services
from attendance.use_cases.lectures.marks import (
    REASONS,
    REASONS_OF_MACHINE,
    ROLL_CALL,
    clean_decision,
    commit_marks,
    decided_mark,
    keys_of,
    students_to_mark,
)

MOST_TAPS = 1000
_LECTURES_LOOKED_AT = 5
_MOST_REASONS = 6


@dataclass(frozen=True, slots=True)
class TapAnswer:
    """What became of a tap, and the mark as it is now."""

    tap: Tap
    answer: Answer
    mark: Mark | None


def set_marks(
    services: Services,
    lecture_id: str,
    student_ids: Sequence[str],
    status: Status,
    reason: str,
    *,
    by: str,
    own_status: str | None = None,
    action: str = "",
) -> str:
    """Set marks of several students by one commit; the id of that act, by which it can be undone.

    `own_status` is the id of one of the course's own statuses; `status` then is its base, whatever was given. Raises
    InvalidInput (nobody, no reason, unsure, no such status of the course), NotFound (lecture; somebody is not in it,
    and nothing is set).
    """
    reason = clean_decision(status, reason)
    if own_status is not None:
        course = services.store.course(services.store.lecture(lecture_id).course_id)
        status = usable_status(course, own_status).base
    chosen = list(dict.fromkeys(student_ids))
    if not chosen:
        raise InvalidInput("Choose students first.", field="students")
    if not set(chosen) <= set(students_to_mark(services, lecture_id)):
        raise NotFound("There is no such student in this lecture.")
    action = action or new_id()

    def decide(before: Mapping[str, Mark]) -> Sequence[MarkStep]:
        now = services.now()
        decided = (
            replace(decided_mark(lecture_id, one, status, reason, by, now), own_status=own_status) for one in chosen
        )
        return [person_step(before.get(mark.student_id), mark, action) for mark in decided]

    commit_marks(services.store, lecture_id, decide, lambda change: _save(services, change, by))
    return action


def undo_act(services: Services, lecture_id: str, act_id: str, *, by: str, action: str = "") -> tuple[int, int]:
    """Give each mark back what it was before an act, as a new entry of its history.

    How many were given back, and how many stay because somebody changed them since. Raises NotFound (no such act),
    Conflict (all were changed since).
    """
    changes = services.store.mark_changes(lecture_id)
    act = next((one for one in acts_of(changes) if one.id == act_id), None)
    if act is None:
        raise NotFound("There is nothing to undo.")
    if not act.open_for:
        raise Conflict("This was changed since; undo the later change first.")
    action = action or new_id()

    def decide(before: Mapping[str, Mark]) -> Sequence[MarkStep]:
        history = _by_student(services.store.mark_changes(lecture_id))
        return [
            undoing_step(
                before[one],
                standing_before(history[one], act_id, REASONS_OF_MACHINE),
                action=action,
                undoes=act_id,
                by=by,
                at=services.now(),
            )
            for one in act.student_ids
            if one in before and history[one][-1].action == act_id
        ]

    commit_marks(services.store, lecture_id, decide, lambda change: _save(services, change, by))
    return len(act.open_for), len(act.student_ids) - len(act.open_for)


def acts(services: Services, lecture_id: str) -> Sequence[Act]:
    """What people did to the marks of a lecture, newest first."""
    return acts_of(services.store.mark_changes(lecture_id))


def take_roll(services: Services, lecture_id: str, taps: Sequence[Tap], *, by: str) -> Sequence[TapAnswer]:
    """Set the marks that were tapped, by one commit; the same taps again change nothing.

    What somebody else set meanwhile is left, and said. Raises InvalidInput, NotFound (lecture; somebody not in it).
    """
    if len(taps) > MOST_TAPS:
        raise InvalidInput("These are more than %(most)s taps at once.", most=MOST_TAPS)
    if any(tap.status not in BY_PERSON for tap in taps):
        raise InvalidInput("A person's mark cannot be unsure.", field="status")
    if not {tap.student_id for tap in taps} <= set(students_to_mark(services, lecture_id)):
        raise NotFound("There is no such student in this lecture.")
    answers: dict[tuple[str, str], Answer] = {}

    def decide(before: Mapping[str, Mark]) -> Sequence[MarkStep]:
        history = _by_student(services.store.mark_changes(lecture_id))
        steps: dict[str, MarkStep] = {}
        for tap in sorted(taps, key=lambda one: one.at):
            old, its = before.get(tap.student_id), history.get(tap.student_id, [])
            answer = answers[tap.id, tap.student_id] = answer_to(tap, old, its, by)
            if answer is Answer.SAVED and not any(change.action == tap.id for change in its):
                steps[tap.student_id] = _tapped(services, lecture_id, tap, old, its, by)
        return list(steps.values())

    commit_marks(services.store, lecture_id, decide, lambda change: _save(services, change, by))
    marks = {mark.student_id: mark for mark in services.store.marks(lecture_id)}
    return [TapAnswer(tap, answers[tap.id, tap.student_id], marks.get(tap.student_id)) for tap in taps]


def usual_reasons(services: Services, course_id: str, *, by: str) -> Sequence[str]:
    """What this person, and then others, gave as reasons in the course lately; the most frequent first.

    Read from the marks themselves, so that a reason goes with whose mark it is.
    """
    found: Counter[tuple[bool, str]] = Counter()
    for lecture in services.store.lectures(course_ids=[course_id], size=_LECTURES_LOOKED_AT).items:
        for mark in services.store.marks(lecture.id):
            if mark.set_by is not None and mark.reason and mark.reason not in REASONS:
                found[mark.set_by == by, mark.reason] += 1
    ordered = sorted(found, key=lambda one: (not one[0], -found[one], one[1]))
    return list(dict.fromkeys(reason for _, reason in ordered))[:_MOST_REASONS]


def _tapped(
    services: Services, lecture_id: str, tap: Tap, old: Mark | None, history: Sequence[MarkChange], by: str
) -> MarkStep:
    at = tapped_at(tap.at, services.now(), history)
    return person_step(old, decided_mark(lecture_id, tap.student_id, tap.status, ROLL_CALL, by, at), tap.id)


def _by_student(changes: Sequence[MarkChange]) -> dict[str, list[MarkChange]]:
    found: dict[str, list[MarkChange]] = {}
    for change in changes:
        found.setdefault(change.student_id, []).append(change)
    return found


def _save(services: Services, change: SaveMarks, by: str) -> None:
    keys = keys_of(services, change.lecture_id, [step.student_id for step in change.steps])
    event = MarksSet(at=services.now(), lecture_id=change.lecture_id, student_keys=keys, by=by)
    commit(services, change, *([event] if change.steps else []))
