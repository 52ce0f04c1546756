"""What every Store keeps to about the attendance log."""

from collections import Counter
from dataclasses import replace

import pytest

from attendance.changes import AddCourse, AddLecture, AddStudent
from attendance.errors import InvalidInput
from attendance.model import LogFilter, LogRow, Status
from attendance.ports import Store
from tests.committing import set_mark
from tests.contract.samples import (
    HOUR,
    NOW,
    a_course,
    a_lecture,
    a_mark,
    a_student,
    evidence,
)

PRESENT, LATE, ABSENT, EXCUSED, UNSURE = Status


@pytest.fixture
def term(store: Store) -> Store:
    """Two courses, three lectures, three students, and a mark of each in most."""
    store.commit(AddCourse(a_course("c1", "B")))
    store.commit(AddCourse(a_course("c2", "A")))
    for student_id, name in (("1", "Émile 하나"), ("2", "beta"), ("3", "Alpha")):
        store.commit(AddStudent(a_student(student_id, name=name)))
    for lecture_id, course_id, hours in (("l1", "c1", 0), ("l2", "c2", 0), ("l3", "c1", 1)):
        store.commit(AddLecture(a_lecture(lecture_id, course_id, NOW + hours * HOUR)))
    for lecture_id, student_id, status, similarity in (
        ("l1", "1", PRESENT, 90.0),
        ("l1", "2", ABSENT, None),
        ("l2", "1", LATE, 80.0),
        ("l2", "3", UNSURE, 70.0),
        ("l3", "1", PRESENT, 95.0),
        ("l3", "2", EXCUSED, None),
    ):
        seen = evidence(similarity=similarity) if similarity else None
        mark = a_mark(student_id, status, lecture_id=lecture_id, evidence=seen)
        set_mark(store, replace(mark, set_by="u1"))
    return store


def _found(store: Store, **wanted: object) -> list[str]:
    return [f"{row.lecture.id}:{row.student_id}" for row in store.log(LogFilter(**wanted)).items]


def test_a_row_holds_all_that_the_log_shows(term: Store) -> None:
    row = term.log(LogFilter(course_ids=["c2"], student_id="3")).items[0]
    mark = replace(a_mark("3", UNSURE, lecture_id="l2", evidence=evidence(similarity=70.0)), set_by="u1")
    assert row == LogRow(a_lecture("l2", "c2"), a_course("c2", "A"), "3", "Alpha", "key-of-3", mark)


@pytest.mark.parametrize(
    ("wanted", "rows"),
    [
        ({"course_ids": ["c2"]}, ["l2:1", "l2:3"]),
        ({"course_ids": ["c1", "c2"], "student_id": "3"}, ["l2:3"]),
        ({"course_ids": []}, []),
        ({"student_id": "2"}, ["l3:2", "l1:2"]),
        ({"text": "ALPHA"}, ["l2:3"]),
        ({"text": "émi"}, ["l3:1", "l2:1", "l1:1"]),
        ({"text": "EMI"}, ["l3:1", "l2:1", "l1:1"]),
        ({"text": "하나"}, ["l3:1", "l2:1", "l1:1"]),
        ({"text": "3"}, ["l2:3"]),
        ({"text": "%"}, []),
        ({"statuses": [ABSENT, EXCUSED]}, ["l3:2", "l1:2"]),
        ({"from_at": NOW + HOUR}, ["l3:1", "l3:2"]),
        ({"before_at": NOW + HOUR}, ["l2:1", "l2:3", "l1:1", "l1:2"]),
        ({"from_at": NOW, "before_at": NOW}, []),
        ({"text": "beta", "statuses": [ABSENT], "course_ids": ["c1"], "before_at": NOW + HOUR}, ["l1:2"]),
    ],
)
def test_the_log_is_filtered(term: Store, wanted: dict[str, object], rows: list[str]) -> None:
    assert _found(term, **wanted) == rows
    found = term.log(LogFilter(**wanted)).items
    assert term.log_totals(LogFilter(**wanted)) == Counter(row.mark.status for row in found)


@pytest.mark.parametrize(
    ("sort", "rows"),
    [
        ("time", ["l2:1", "l2:3", "l1:1", "l1:2", "l3:1", "l3:2"]),
        ("-time", ["l3:1", "l3:2", "l2:1", "l2:3", "l1:1", "l1:2"]),
        ("student", ["l2:3", "l1:2", "l3:2", "l2:1", "l1:1", "l3:1"]),
        ("-student", ["l2:1", "l1:1", "l3:1", "l1:2", "l3:2", "l2:3"]),
        ("status", ["l1:1", "l3:1", "l2:1", "l1:2", "l3:2", "l2:3"]),
        ("-status", ["l2:3", "l3:2", "l1:2", "l2:1", "l1:1", "l3:1"]),
        ("course", ["l2:1", "l2:3", "l1:1", "l1:2", "l3:1", "l3:2"]),
        ("-course", ["l1:1", "l1:2", "l3:1", "l3:2", "l2:1", "l2:3"]),
        ("similarity", ["l2:3", "l2:1", "l1:1", "l3:1", "l1:2", "l3:2"]),
        ("-similarity", ["l3:1", "l1:1", "l2:1", "l2:3", "l1:2", "l3:2"]),
    ],
)
def test_the_log_is_sorted_with_ties_by_time_course_and_student(term: Store, sort: str, rows: list[str]) -> None:
    assert _found(term, sort=sort) == rows


def test_the_log_cannot_be_sorted_by_anything_else(term: Store) -> None:
    with pytest.raises(InvalidInput, match="cannot be sorted by 'password_hash'"):
        term.log(LogFilter(sort="-password_hash"))


@pytest.mark.parametrize("sort", ["-time", "status", "-similarity", "course"])
def test_pages_never_overlap_and_miss_nothing(term: Store, sort: str) -> None:
    pages = [term.log(LogFilter(sort=sort), page=number, size=4) for number in (1, 2, 3)]
    rows = [row for page in pages for row in page.items]
    assert rows == list(term.log(LogFilter(sort=sort)).items)
    assert [len(page.items) for page in pages] == [4, 2, 0]
    assert {page.total for page in pages} == {6}


def test_without_marks_the_log_is_empty(store: Store) -> None:
    page = store.log(LogFilter())
    assert (list(page.items), page.total, page.pages) == ([], 0, 1)
