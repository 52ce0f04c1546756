"""When a student is at risk: a course's rules and the marks of its lectures in; what they find, and when, out. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from itertools import zip_longest

from attendance.model import AtRisk, BookMark, Course, Lecture, Status
from attendance.rules.book import BookLecture
from attendance.rules.statuses import has_attended, points_of

LEAST_COUNTED = 3
"""A percentage says something from so many lectures on; before that one absence would be "below 80 %"."""
MOST_LECTURES = 100
"""More is no rule that anybody means."""
MOST_DAYS = 12
"""So many absences are named with a finding, the newest; mails say how many there are."""


class RiskRule(StrEnum):
    """What a course can ask for."""

    BELOW = "below"
    ABSENCES = "absences"
    IN_A_ROW = "in_a_row"


@dataclass(frozen=True, slots=True)
class RiskRules:
    """What a course chose; a rule that is None is not asked. Contacts are told only where the school allows it."""

    below_percent: int | None = None
    absences: int | None = None
    in_a_row: int | None = None
    tells_students: bool = True
    tells_contacts: bool = False

    @property
    def ask(self) -> bool:
        """Whether there is any rule."""
        return any(limit is not None for limit in (self.below_percent, self.absences, self.in_a_row))


@dataclass(frozen=True, slots=True)
class Finding:
    """That a rule holds: its limit, what was reached, the lecture in which it was crossed, and the absences' starts."""

    rule: RiskRule
    limit: int
    value: int
    lecture_id: str
    absences: int
    days: tuple[datetime, ...]

    @property
    def crossing(self) -> str:
        """What somebody is told of once."""
        return f"{self.rule}:{self.lecture_id}"


def rules_of(course: Course) -> RiskRules:
    """What the course chose; nothing where nobody ever did."""
    return RiskRules(**json.loads(course.risk_rules)) if course.risk_rules else RiskRules()


def written_rules(rules: RiskRules) -> str:
    """As it is stored with the course."""
    return json.dumps(asdict(rules))


def find(course: Course, lectures: Sequence[BookLecture], marks: Sequence[BookMark | None]) -> list[Finding]:
    """What holds now of one student, whose marks are those of the lectures, in their order.

    Only lectures that are over count. A lecture without a mark, with an excuse or with a mark that waits for a person
    is passed over: it neither ends a run of absences nor is part of it.
    """
    rules = rules_of(course)
    counted = [(one.lecture, mark) for one, mark in zip_longest(lectures, marks) if one.is_over and mark is not None]
    absent = [lecture for lecture, mark in counted if _is_absent(mark, course)]
    days = tuple(lecture.starts_at for lecture in absent[-MOST_DAYS:])
    found: list[Finding] = []
    if rules.below_percent is not None and (below := _below(counted, course, rules.below_percent)):
        percent, lecture_id = below
        found.append(Finding(RiskRule.BELOW, rules.below_percent, percent, lecture_id, len(absent), days))
    if rules.absences and len(absent) >= rules.absences:
        crossed = absent[rules.absences - 1].id
        found.append(Finding(RiskRule.ABSENCES, rules.absences, len(absent), crossed, len(absent), days))
    run = _run(counted, course)
    if rules.in_a_row and len(run) >= rules.in_a_row:
        its_days = tuple(lecture.starts_at for lecture in run[-MOST_DAYS:])
        crossed = run[rules.in_a_row - 1].id
        found.append(Finding(RiskRule.IN_A_ROW, rules.in_a_row, len(run), crossed, len(run), its_days))
    return found


def next_state(
    was: AtRisk | None, found: Sequence[Finding], *, course_id: str, student_id: str, now: datetime
) -> tuple[AtRisk | None, tuple[str, ...]]:
    """What is to be stored (`was` where nothing changes), and the crossings of which nobody was told yet."""
    told = set(was.told.split()) if was else set()
    new = tuple(one.crossing for one in found if one.crossing not in told)
    if not found:
        return (replace(was, is_open=False, findings="[]") if was else None), ()
    kept = " ".join(sorted(told | set(new)))
    if was is None:
        return AtRisk(course_id, student_id, now, written_findings(found), kept), new
    changed = replace(was, findings=written_findings(found), told=kept, is_open=True)
    if new:
        changed = replace(changed, since=now, seen_by=None, seen_at=None)
    return changed, new


def written_findings(found: Sequence[Finding]) -> str:
    """As they are stored."""
    return json.dumps([asdict(one) | {"days": [day.isoformat() for day in one.days]} for one in found])


def read_findings(text: str) -> list[Finding]:
    """What `written_findings` made the text of."""
    return [_finding(said) for said in json.loads(text)]


def _finding(said: dict[str, object]) -> Finding:
    days = tuple(datetime.fromisoformat(day).astimezone(UTC) for day in said["days"])  # type: ignore[attr-defined]
    return Finding(**(said | {"rule": RiskRule(said["rule"]), "days": days}))  # type: ignore[arg-type]


def _is_absent(mark: BookMark, course: Course) -> bool:
    return mark.status is Status.ABSENT and not has_attended(mark, course)


def _below(counted: Sequence[tuple[Lecture, BookMark]], course: Course, limit: int) -> tuple[int, str] | None:
    """The percentage, rounded down, and the lecture since which it has been below the limit."""
    points, number, since = 0.0, 0, ""
    for lecture, mark in counted:
        worth = points_of(mark, course)
        if worth is None:
            continue
        points, number = points + worth, number + 1
        is_below = number >= LEAST_COUNTED and 100 * points < limit * number - 1e-9
        since = (since or lecture.id) if is_below else ""
    return (int(100 * points / number + 1e-9), since) if since else None


def _run(counted: Sequence[tuple[Lecture, BookMark]], course: Course) -> list[Lecture]:
    """The absences since the student was there last."""
    run: list[Lecture] = []
    for lecture, mark in counted:
        if has_attended(mark, course):
            run = []
        elif _is_absent(mark, course):
            run.append(lecture)
    return run
