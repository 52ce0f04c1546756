"""Marks from a list: read, checked line by line without changing anything, set with one reason, and undone.

Each mark is set as a person sets one, with its history; undoing reads there what the mark was before.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, partial

from attendance.changes import MarkStep, SaveMarks
from attendance.committing import commit
from attendance.errors import InvalidInput, NotFound, Sentence
from attendance.events import MarksChanged
from attendance.languages import LANGUAGES, catalogue
from attendance.model import AuditEntry, BookMark, Course, Lecture, Mark, Status, Student
from attendance.rules.merging import cleared_steps, person_step
from attendance.rules.paging import all_items
from attendance.rules.statuses import BY_PERSON, MEANINGS
from attendance.services import Services
from attendance.use_cases.imports.lists import MOST_ROWS, list_lines, read_consent_date
from attendance.use_cases.lectures.marks import IMPORT_UNDONE, TAKEN_BACK, commit_marks
from attendance.use_cases.names import same_text
from attendance.wall_time import wall_time

_COLUMNS = {
    "date": ("date", "day", "날짜", "일자"),
    "start": ("start", "starts", "time", "시작", "시작시간", "시간"),
    "id": ("id", "studentid", "studentno", "studentnumber", "number", "no", "학번", "학생번호"),
    "status": ("status", "mark", "attendance", "상태", "출결"),
}
_REQUIRED = ("date", "id", "status")
_LONGEST_REASON = 400
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(:\d{2})?")
_BLANKS = re.compile(r"[\s_.-]+")
_IN_ZONE = re.compile(r"\(.*\)\s*$")


@dataclass(frozen=True, slots=True)
class MarkRow:
    """One line of the list: whom and what it means, or why it cannot be used. `before` is what the mark is now."""

    line: int
    date: str
    student_id: str
    name: str = ""
    lecture: Lecture | None = None
    status: Status | None = None
    own_status: str | None = None
    before: BookMark | None = None
    problem: Sentence | None = None

    @property
    def changes(self) -> bool:
        """Whether setting it changes the mark."""
        if self.problem is not None or self.lecture is None:
            return False
        was = self.before
        return was is None or (was.status, was.own_status, was.by_person) != (self.status, self.own_status, True)


@dataclass(frozen=True, slots=True)
class MarksReport:
    """What a list says, or what became of it. `tag` names an import that was done, so that it can be undone."""

    rows: Sequence[MarkRow]
    tag: str = ""

    @property
    def set(self) -> int:
        """How many marks it changes, or has changed."""
        return sum(row.changes for row in self.rows)

    @property
    def refused(self) -> int:
        """How many lines cannot be used."""
        return sum(row.problem is not None for row in self.rows)

    @property
    def same(self) -> int:
        """How many lines say what is so already."""
        return len(self.rows) - self.set - self.refused


def read_marks(services: Services, course_id: str, data: bytes) -> MarksReport:
    """A dry run: what the list would do, and nothing done. Raises NotFound, InvalidInput (the list as a whole)."""
    course = services.store.course(course_id)
    lines = list_lines(data, lambda cells: all(name in _found(cells) for name in _REQUIRED))
    header = next(lines, None)
    places = _found(header[1]) if header else {}
    if not all(name in places for name in _REQUIRED):
        raise InvalidInput("The first line must name the columns date, student id and status.", field="csv")
    reading = _Reading(services, course)
    rows: list[MarkRow] = []
    for number, cells in lines:
        rows.append(reading.row(number, cells, places))
        if len(rows) > MOST_ROWS:
            raise InvalidInput("The list has more than %(most)s lines; split it.", most=f"{MOST_ROWS:,}", field="csv")
    if not rows:
        raise InvalidInput("The list names no marks.", field="csv")
    return MarksReport(_without_doubles(rows))


def import_marks(services: Services, course_id: str, data: bytes, reason: str, *, by: str) -> MarksReport:
    """Set what can be set, lecture by lecture; the same again changes nothing. Raises NotFound, InvalidInput."""
    words = " ".join(reason.split())
    if not words:
        raise InvalidInput("Say why you change these marks.", field="reason")
    if len(words) > _LONGEST_REASON:
        raise InvalidInput("The reason can have %(most)s characters at most.", most=_LONGEST_REASON, field="reason")
    report, course, now = read_marks(services, course_id, data), services.store.course(course_id), services.now()
    tag = f"{words} [{now:%Y-%m-%d %H:%M:%S}]"
    by_lecture: dict[str, list[MarkRow]] = {}
    for row in report.rows:
        if row.changes and row.lecture is not None:
            by_lecture.setdefault(row.lecture.id, []).append(row)
    for lecture_id, rows in by_lecture.items():
        new = [_mark(row, lecture_id, now, by, tag) for row in rows]
        _commit(services, lecture_id, partial(_steps_of, new))
    detail = f"marks {report.set}, lines refused {report.refused}"
    commit(services, AuditEntry(now, by, "marks.imported", course.label, detail))
    return MarksReport(report.rows, tag)


def undo_import(services: Services, course_id: str, tag: str, *, by: str) -> int:
    """Put back what each mark of an import was before it; those that somebody changed since stay.

    How many were put back. Raises NotFound where there is no mark of this import any more.
    """
    course, now = services.store.course(course_id), services.now()
    lecture_ids = [one.id for one in _lectures(services, course_id)]
    number = 0
    for lecture_id in lecture_ids:
        if any(_is_of(mark, tag) for mark in services.store.marks(lecture_id)):
            number += _commit(services, lecture_id, lambda marks: _steps_back(services, marks, tag, now, by))
    if not number:
        raise NotFound("No mark is as this import left it; there is nothing to undo.")
    commit(services, AuditEntry(now, by, "marks.import_undone", course.label, f"marks {number}"))
    return number


class _Reading:
    """What lines are compared with, read once."""

    def __init__(self, services: Services, course: Course) -> None:
        self.course = course
        self.students: Mapping[str, Student] = {one.id: one for one in services.store.roster(course.id)}
        self.marks = {(one.lecture_id, one.student_id): one for one in services.store.course_marks(course.id)}
        self.days: dict[date, list[Lecture]] = {}
        for lecture in sorted(_lectures(services, course.id), key=lambda one: one.starts_at):
            self.days.setdefault(self._local(lecture).date(), []).append(lecture)
        self.own = {same_text(one.name): one for one in course.statuses if not one.retired}

    def row(self, line: int, cells: Sequence[str], places: Mapping[str, int]) -> MarkRow:
        """Raises nothing: what is wrong with a line stands in it."""
        said = {name: cells[place].strip() if place < len(cells) else "" for name, place in places.items()}
        row = MarkRow(line, said["date"], said["id"])
        try:
            lecture = self._lecture(said["date"], said.get("start", ""))
            if said["id"] not in self.students:
                raise InvalidInput("No student of this course has the id %(id)s.", id=said["id"][:40])
            status, own = self._status(said["status"])
        except InvalidInput as wrong:
            return MarkRow(line, said["date"], said["id"], problem=wrong)
        before = self.marks.get((lecture.id, row.student_id))
        return MarkRow(line, row.date, row.student_id, self.students[row.student_id].name, lecture, status, own, before)

    def _lecture(self, day: str, start: str) -> Lecture:
        wanted = read_consent_date(day)
        found = self.days.get(wanted, []) if wanted else []
        if start and (clock := _CLOCK.fullmatch(start)):
            hour, minute = int(clock[1]), int(clock[2])
            found = [one for one in found if (self._local(one).hour, self._local(one).minute) == (hour, minute)]
        if not found:
            raise InvalidInput("The course has no lecture on %(day)s.", day=" ".join((day, start)).strip()[:40] or "-")
        if len(found) > 1:
            raise InvalidInput("The course has several lectures on %(day)s; add a column with the start.", day=day[:40])
        return found[0]

    def _status(self, text: str) -> tuple[Status, str | None]:
        said = same_text(text)
        if said in self.own:
            return self.own[said].base, self.own[said].id
        status = _status_words().get(said)
        if status is None:
            raise InvalidInput("%(text)s is no status that a person can set.", text=text[:40] or "-")
        return status, None

    def _local(self, lecture: Lecture) -> datetime:
        return wall_time(self.course.timezone, lecture.starts_at)


@cache
def _status_words() -> Mapping[str, Status]:
    """In every language of the site, as words and as letters."""
    found: dict[str, Status] = {}
    for status in BY_PERSON:
        meaning = MEANINGS[status]
        for language in LANGUAGES:
            say = catalogue(language).gettext
            texts = (status.value, say(meaning.word), say(meaning.counted), say(meaning.letter))
            found |= {same_text(text): status for text in texts}
    return found


def _found(cells: Sequence[str]) -> dict[str, int]:
    """Which column is where; headings of our own exports name the time zone behind."""
    headings = [same_text(_BLANKS.sub("", _IN_ZONE.sub("", cell))) for cell in cells]
    return {
        name: place
        for name, words in _COLUMNS.items()
        if (place := next((number for number, one in enumerate(headings) if one in words), None)) is not None
    }


def _without_doubles(rows: Sequence[MarkRow]) -> list[MarkRow]:
    seen: Counter[tuple[str, str]] = Counter()
    found: list[MarkRow] = []
    for row in rows:
        if row.lecture is not None and row.problem is None:
            seen[row.lecture.id, row.student_id] += 1
        is_first = row.lecture is None or seen[row.lecture.id, row.student_id] < 2
        found.append(row if is_first else MarkRow(row.line, row.date, row.student_id, row.name, problem=_said_above()))
    return found


def _said_above() -> InvalidInput:
    return InvalidInput("A line above says something of this student and lecture already.")


def _lectures(services: Services, course_id: str) -> list[Lecture]:
    return list(all_items(lambda page: services.store.lectures(course_ids=[course_id], page=page, size=500)))


def _mark(row: MarkRow, lecture_id: str, now: datetime, by: str, reason: str) -> Mark:
    assert row.status is not None
    status = row.status
    return Mark(lecture_id, row.student_id, status, status, now, set_by=by, reason=reason, own_status=row.own_status)


def _steps_of(new: Sequence[Mark], marks: Mapping[str, Mark]) -> list[MarkStep]:
    return [person_step(marks.get(one.student_id), one) for one in new]


def _is_of(mark: Mark, tag: str) -> bool:
    return mark.set_by is not None and mark.reason == tag


def _steps_back(services: Services, marks: Mapping[str, Mark], tag: str, now: datetime, by: str) -> list[MarkStep]:
    """Of marks that are as the import left them; those that somebody changed since stay."""
    steps = [_before(services, mark, tag, now, by) for mark in marks.values() if _is_of(mark, tag)]
    return [step for step in steps if step is not None]


def _before(services: Services, mark: Mark, tag: str, now: datetime, by: str) -> MarkStep | None:
    """The step that puts it back: to a person's mark, to the search's, or to none. None where it is so already."""
    history = services.store.mark_history(mark.lecture_id, mark.student_id)
    place = max((number for number, change in enumerate(history) if change.reason == tag), default=0)
    if place == 0:
        return MarkStep(mark.student_id, mark, None)
    was = history[place - 1]
    if was.by is None or was.reason in (TAKEN_BACK, IMPORT_UNDONE):
        marks = {mark.student_id: mark}
        return next(iter(cleared_steps(marks, mark.student_id, by=by, at=now, reason=IMPORT_UNDONE)), None)
    status, reason = was.to_status, was.reason or IMPORT_UNDONE
    new = Mark(mark.lecture_id, mark.student_id, status, status, now, set_by=by, reason=reason, own_status=was.to_own)
    return person_step(mark, new)


def _commit(services: Services, lecture_id: str, decide: Callable[[Mapping[str, Mark]], list[MarkStep]]) -> int:
    """All marks of a lecture at once; how many were changed."""
    done = 0

    def save(change: SaveMarks) -> None:
        nonlocal done
        keys = tuple(services.store.student(step.student_id).key for step in change.steps)
        event = MarksChanged(at=services.now(), lecture_id=lecture_id, student_keys=keys)
        commit(services, change, *([event] if keys else []))
        done = len(keys)

    commit_marks(services.store, lecture_id, decide, save)
    return done
