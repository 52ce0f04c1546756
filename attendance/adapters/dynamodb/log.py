"""The attendance log in DynamoDB: which marks are read for it, and how its lines are made of them."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from attendance.adapters.dynamodb import keys
from attendance.adapters.dynamodb.lectures import lectures_of
from attendance.adapters.dynamodb.marks import marks_counted, stored_mark
from attendance.adapters.dynamodb.table import Table, TablePart, together
from attendance.adapters.dynamodb.values import Item, read, text
from attendance.model import BookMark, Course, Lecture, LogFilter, LogRow, Mark, MarkTotal, Page, Status, Student
from attendance.rules.log import has_status, is_in_time, is_wanted, sort_order, sorted_rows
from attendance.rules.paging import page_of

Found = tuple[Lecture, Mark]
_OF_BOOKS = ("lecture_id", "student_id", "status", "own_status", "left_early", "set_by", "withdrawn")


class DynamoLog(TablePart):
    """The log of the MarkStore."""

    def log(self, wanted: LogFilter, *, page: int = 1, size: int = 50) -> Page[LogRow]:
        """Raises InvalidInput where it cannot be sorted so. Rows without a similarity come last when sorted by it."""
        column, turned = sort_order(wanted.sort)
        if column == "time" and _is_counted(wanted):
            return self._by_time(wanted, max(1, page), max(1, size), turned=turned)
        return page_of(sorted_rows(self._matching(wanted), wanted.sort), page, size)

    def course_marks(self, course_id: str) -> Sequence[BookMark]:
        """A query a lecture, side by side, of what books show alone."""

        def marks(lecture: Lecture) -> list[BookMark]:
            items = self.table.query(keys.of_lecture(lecture.id), keys.MARK, only=_OF_BOOKS)
            return [_book_mark(item) for item in items if "withdrawn" not in item]

        lectures = sorted(lectures_of(self.table, [course_id]), key=lambda lecture: lecture.id)
        found = [sorted(part, key=lambda mark: mark.student_id) for part in together(marks, lectures)]
        return [mark for part in found for mark in part]

    def log_totals(self, wanted: LogFilter) -> Counter[Status]:
        """By status."""
        if _is_counted(wanted):
            return sum((counts for _, counts in self._counted(wanted)), Counter())
        return Counter(row.mark.status for row in self._matching(wanted))

    def mark_totals(
        self, bounds: Sequence[datetime], *, course_ids: Sequence[str] | None = None, without: Collection[str] = ()
    ) -> Sequence[MarkTotal]:
        """Lectures count their marks; only of courses with statuses of their own the marks are read."""
        lectures = lectures_of(self.table, course_ids, bounds[0], bounds[-1])
        over = {one.id: one for one in lectures if one.ends_at <= bounds[-1] and one.id not in without}
        courses = _read_all(self.table, Course, {keys.course(one.course_id) for one in over.values()})
        items = self.table.get_many(map(keys.lecture, over))
        totals: Counter[tuple[str, int, Status, str | None]] = Counter()
        for lecture in over.values():
            course, part = courses.get(lecture.course_id), bisect_right(bounds, lecture.starts_at) - 1
            if course is not None and not course.statuses:
                for status, number in marks_counted(items.get(keys.lecture(lecture.id))).items():
                    totals[lecture.course_id, part, status, None] += number
        for course in (one for one in courses.values() if one.statuses):
            for mark in self.course_marks(course.id):
                if mark.lecture_id in over:
                    part = bisect_right(bounds, over[mark.lecture_id].starts_at) - 1
                    totals[course.id, part, mark.status, mark.own_status] += 1
        return [MarkTotal(*key, number) for key, number in totals.items() if number]

    def _by_time(self, wanted: LogFilter, page: int, size: int, *, turned: bool) -> Page[LogRow]:
        """Lectures count their marks, so that only the marks of this page are read.

        A course has one lecture at a time: in this order the lines of one lecture stand together.
        """
        first, total = (page - 1) * size, 0
        shown: list[Lecture] = []
        skipped = 0
        for lecture, counts in self._counted(wanted, turned=turned):
            number = counts.total()
            if number and total < first + size and total + number > first:
                skipped = first - total if not shown else skipped
                shown.append(lecture)
            total += number
        found = [one for one in self._marks_of(shown) if has_status(one[1], wanted)]
        rows = sorted_rows(self._rows(found), wanted.sort)
        return Page(rows[skipped : skipped + size], page, size, total)

    def _counted(self, wanted: LogFilter, *, turned: bool = False) -> list[tuple[Lecture, Counter[Status]]]:
        """The lectures in the order of the log, with how many lines each has; none where it is being removed."""
        lectures = self._in_order(self._lectures(wanted), turned=turned)
        items = self.table.get_many(keys.lecture(lecture.id) for lecture in lectures)
        counted = [(lecture, marks_counted(items.get(keys.lecture(lecture.id)))) for lecture in lectures]
        statuses = wanted.statuses or Status
        return [(lecture, Counter({one: counts[one] for one in statuses})) for lecture, counts in counted]

    def _in_order(self, lectures: Sequence[Lecture], *, turned: bool) -> list[Lecture]:
        courses = _read_all(self.table, Course, (keys.course(lecture.course_id) for lecture in lectures))
        known = [lecture for lecture in lectures if lecture.course_id in courses]
        by_course = sorted(known, key=lambda one: (courses[one.course_id].code, courses[one.course_id].section))
        return sorted(by_course, key=lambda lecture: lecture.starts_at, reverse=turned)

    def _lectures(self, wanted: LogFilter) -> list[Lecture]:
        return lectures_of(self.table, wanted.course_ids, wanted.from_at, wanted.before_at)

    def _matching(self, wanted: LogFilter) -> list[LogRow]:
        """All lines, by reading them."""
        found = self._of_courses(wanted) if wanted.student_id is None else self._of_student(wanted.student_id, wanted)
        rows = self._rows([(lecture, mark) for lecture, mark in found if has_status(mark, wanted)])
        return [row for row in rows if is_wanted(row, wanted)]

    def _of_courses(self, wanted: LogFilter) -> list[Found]:
        """A query a course for its lectures in this time, and a query a lecture for its marks."""
        return self._marks_of(self._lectures(wanted))

    def _marks_of(self, lectures: Sequence[Lecture]) -> list[Found]:
        def marks(lecture: Lecture) -> list[Found]:
            kept = (stored_mark(item) for item in self.table.query(keys.of_lecture(lecture.id), keys.MARK))
            return [(lecture, one.mark) for one in kept if one.mark is not None]

        return [pair for part in together(marks, lectures) for pair in part]

    def _of_student(self, student_id: str, wanted: LogFilter) -> list[Found]:
        """What leads from the student to lectures, then these and the marks, 100 items a request."""
        leads = self.table.query(keys.of_student(student_id), keys.LECTURE)
        ids = {text(lead, "lecture_id") for lead in leads}
        if wanted.course_ids is None:
            lectures = list(_read_all(self.table, Lecture, map(keys.lecture, ids)).values())
        else:
            lectures = [lecture for lecture in self._lectures(wanted) if lecture.id in ids]
        lectures = [lecture for lecture in lectures if is_in_time(lecture, wanted)]
        items = self.table.get_many(keys.mark(lecture.id, student_id) for lecture in lectures)
        marks = [(lecture, stored_mark(items.get(keys.mark(lecture.id, student_id))).mark) for lecture in lectures]
        return [(lecture, mark) for lecture, mark in marks if mark is not None]

    def _rows(self, found: Sequence[Found]) -> list[LogRow]:
        """Without those whose course or student was removed since their marks were read."""
        courses = _read_all(self.table, Course, (keys.course(lecture.course_id) for lecture, _ in found))
        students = _read_all(self.table, Student, (keys.student(mark.student_id) for _, mark in found))
        return [
            _row(lecture, mark, courses[lecture.course_id], students[mark.student_id])
            for lecture, mark in found
            if lecture.course_id in courses and mark.student_id in students
        ]


def _book_mark(item: Item) -> BookMark:
    return replace(read(BookMark, item), by_person="set_by" in item)


def _is_counted(wanted: LogFilter) -> bool:
    """Whether the lectures' counts say how many lines there are."""
    return wanted.student_id is None and not wanted.text.strip()


def _read_all(table: Table, kind: type[Any], wanted: Iterable[keys.Key]) -> dict[str, Any]:
    """By id."""
    found = [read(kind, item) for item in table.get_many(wanted).values()]
    return {one.id: one for one in found}


def _row(lecture: Lecture, mark: Mark, course: Course, student: Student) -> LogRow:
    return LogRow(
        lecture=lecture,
        course=course,
        student_id=student.id,
        student_name=student.name,
        student_key=student.key,
        mark=mark,
    )
