"""The log's order and filter, decided without a store."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from attendance.adapters.sql import log as sql_log
from attendance.errors import InvalidInput
from attendance.model import LogFilter, LogRow, Status
from attendance.rules.log import SORTS, is_wanted, sort_order, sorted_rows
from tests.contract.samples import HOUR, NOW, a_course, a_lecture, a_mark, evidence

PRESENT, LATE, ABSENT, _, UNSURE = Status


def a_row(
    student_id: str = "1",
    name: str = "Kim",
    status: Status = PRESENT,
    similarity: float | None = None,
    course_id: str = "c1",
    hours: int = 0,
) -> LogRow:
    lecture = a_lecture(f"{course_id}-{hours}", course_id, NOW + hours * HOUR)
    seen = None if similarity is None else evidence(similarity=similarity)
    mark = a_mark(student_id, status, lecture_id=lecture.id, evidence=seen)
    return LogRow(lecture, a_course(course_id), student_id, name, f"key-of-{student_id}", mark)


ROWS = [
    a_row("1", "beta", ABSENT, None, "c1", 0),
    a_row("2", "Alpha", UNSURE, 70.0, "c1", 0),
    a_row("3", "Émile", LATE, 90.0, "c2", 0),
    a_row("1", "beta", PRESENT, 80.0, "c1", 1),
    a_row("2", "Alpha", ABSENT, None, "c1", 1),
]


def shown(sort: str) -> list[tuple[str, str]]:
    rows = list(ROWS)
    Random(sort).shuffle(rows)
    return [(row.lecture.id, row.student_id) for row in sorted_rows(rows, sort)]


def test_ties_are_sorted_by_time_course_and_student_whichever_way_the_column_is_turned() -> None:
    early, late = [("c1-0", "1"), ("c1-0", "2"), ("c2-0", "3")], [("c1-1", "1"), ("c1-1", "2")]
    assert shown("time") == early + late
    assert shown("-time") == late + early


def test_names_are_sorted_without_case_and_a_namesake_by_id() -> None:
    assert [student_id for _, student_id in shown("student")] == ["2", "2", "1", "1", "3"]
    namesakes = [a_row("b", "Kim", hours=0), a_row("a", "kim", hours=1)]
    assert [row.student_id for row in sorted_rows(namesakes, "student")] == ["a", "b"]


def test_statuses_are_sorted_in_their_own_order() -> None:
    assert [row.mark.status for row in sorted_rows(ROWS, "status")] == [PRESENT, LATE, ABSENT, ABSENT, UNSURE]


@pytest.mark.parametrize(("sort", "first"), [("similarity", [70.0, 80.0, 90.0]), ("-similarity", [90.0, 80.0, 70.0])])
def test_rows_without_a_similarity_come_last_either_way(sort: str, first: list[float]) -> None:
    seen = [row.mark.evidence.similarity if row.mark.evidence else None for row in sorted_rows(ROWS, sort)]
    assert seen == [*first, None, None]


def test_a_minus_turns_the_order_round_and_what_nothing_is_sorted_by_is_refused() -> None:
    assert sort_order("course") == ("course", False)
    assert sort_order("-course") == ("course", True)
    with pytest.raises(InvalidInput, match="cannot be sorted by 'password_hash'") as refused:
        sorted_rows([], "-password_hash")
    assert refused.value.field == "sort"


def test_sql_knows_how_to_sort_by_all_that_the_rules_name() -> None:
    assert set(sql_log._SORTS) == set(SORTS)


@pytest.mark.parametrize(
    ("wanted", "is_shown"),
    [
        ({}, True),
        ({"course_ids": []}, False),
        ({"course_ids": ["c1"]}, True),
        ({"student_id": "2"}, False),
        ({"text": "kím"}, True),
        ({"text": "lee"}, False),
        ({"statuses": [LATE, PRESENT]}, True),
        ({"statuses": [LATE]}, False),
        ({"from_at": NOW, "before_at": NOW + HOUR}, True),
        ({"before_at": NOW}, False),
        ({"from_at": NOW + HOUR}, False),
    ],
)
def test_a_row_is_shown_where_all_of_the_filter_fits(wanted: dict[str, Any], is_shown: bool) -> None:
    assert is_wanted(a_row(), LogFilter(**wanted)) is is_shown
