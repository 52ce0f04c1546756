"""What a course's marks add up to."""

from dataclasses import replace
from datetime import timedelta

import pytest

from attendance.model import BookMark, OwnStatus, Status
from attendance.rules.book import Book, figures_of, is_over, make_book
from tests.contract.samples import HOUR, NOW, a_course, a_lecture, a_student

PRESENT, LATE, ABSENT, EXCUSED, UNSURE = Status
WEEK = timedelta(days=7)
LECTURES = [a_lecture(f"l{number}", starts_at=NOW + number * WEEK) for number in range(1, 6)]
AFTER = LECTURES[-1].ends_at
REMOTE = OwnStatus("remote", "Remote", "R", PRESENT, 0.5, attended=True, icon="camera-video", tone="calm")


def _row(*statuses: Status | None, student_id: str = "21") -> list[BookMark]:
    lectures = zip(LECTURES, statuses, strict=False)
    return [BookMark(lecture.id, student_id, status) for lecture, status in lectures if status is not None]


def _book(*marks: BookMark, course=None, in_search=(), now=AFTER) -> Book:
    students = [a_student("21"), a_student("22")]
    return make_book(course or a_course(), students, LECTURES[::-1], marks, in_search, now)


def test_a_percentage_is_of_the_marks_that_count() -> None:
    figures = figures_of(_row(PRESENT, LATE, ABSENT, EXCUSED, UNSURE), a_course())
    assert figures.percent == pytest.approx(200 / 3)
    assert (figures.absences, figures.lates, figures.excused, figures.unsure) == (1, 1, 1, 1)


def test_nothing_counted_is_no_percentage() -> None:
    assert figures_of(_row(EXCUSED, UNSURE), a_course()).percent is None
    assert figures_of([], a_course()).percent is None


def test_late_counts_as_much_as_the_course_says() -> None:
    assert figures_of(_row(PRESENT, LATE), a_course(late_points=0.5)).percent == 75


def test_an_own_status_counts_its_points_and_where_its_base_counts() -> None:
    course = a_course(statuses=(REMOTE, replace(REMOTE, id="note", base=EXCUSED)))
    marks = [BookMark("l1", "21", PRESENT, "remote"), BookMark("l2", "21", EXCUSED, "note")]
    figures = figures_of(marks, course)
    assert (figures.percent, figures.counted, figures.excused) == (50, 1, 1)
    assert figures.own_counts == {"remote": 1, "note": 1}


def test_an_own_status_that_the_course_lost_counts_as_its_base() -> None:
    assert figures_of([BookMark("l1", "21", PRESENT, "gone")], a_course()).percent == 100


def test_an_absence_that_counts_as_attended_is_none() -> None:
    course = a_course(statuses=(replace(REMOTE, base=ABSENT, points=1.0),))
    figures = figures_of([BookMark("l1", "21", ABSENT, "remote")], course)
    assert (figures.absences, figures.attended, figures.longest_run) == (0, 1, 0)


@pytest.mark.parametrize(
    ("statuses", "longest", "current"),
    [
        ((ABSENT, ABSENT, PRESENT, ABSENT), 2, 1),
        ((ABSENT, EXCUSED, ABSENT, UNSURE, ABSENT), 3, 3),
        ((ABSENT, None, ABSENT), 2, 2),
        ((ABSENT, ABSENT, LATE), 2, 0),
        ((PRESENT,), 0, 0),
    ],
)
def test_runs_are_of_absences_that_nothing_attended_breaks(statuses, longest: int, current: int) -> None:
    figures = figures_of(_row(*statuses), a_course())
    assert (figures.longest_run, figures.current_run) == (longest, current)


def test_lectures_go_from_the_oldest_and_each_student_has_a_place_for_each() -> None:
    book = _book(*_row(PRESENT, None, ABSENT))
    assert [one.lecture.id for one in book.lectures] == ["l1", "l2", "l3", "l4", "l5"]
    assert [mark and mark.status for mark in book.students[0].marks] == [PRESENT, None, ABSENT, None, None]
    assert book.students[1].marks == [None] * 5


def test_a_lecture_counts_over_its_students() -> None:
    book = _book(*_row(PRESENT), *_row(ABSENT, student_id="22"))
    assert book.lectures[0].figures.percent == 50
    assert book.lectures[1].figures.percent is None
    assert (book.figures.percent, book.figures.longest_run) == (50, 0)


def test_what_is_not_over_counts_nowhere_though_its_mark_stands_in_its_place() -> None:
    marks = [*_row(PRESENT, ABSENT, ABSENT), *_row(PRESENT, ABSENT, ABSENT, student_id="22")]
    book = _book(*marks, in_search={"l3"}, now=LECTURES[1].ends_at - HOUR / 2)
    assert [one.is_over for one in book.lectures] == [True, False, False, False, False]
    assert book.students[0].figures.percent == book.figures.percent == 100
    assert book.lectures[1].figures.percent is None
    assert book.students[0].marks[1] is not None


def test_marks_of_others_are_passed_over() -> None:
    assert _book(*_row(ABSENT, student_id="99")).figures.counted == 0


def test_a_lecture_is_over_when_it_has_ended_and_is_searched() -> None:
    lecture = LECTURES[0]
    assert is_over(lecture, (), lecture.ends_at)
    assert not is_over(lecture, (), lecture.ends_at - timedelta(seconds=1))
    assert not is_over(lecture, {lecture.id}, AFTER)
