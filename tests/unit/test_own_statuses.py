"""A course's own statuses: added, changed, retired, chosen by people, and counted by their points."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from attendance.changes import AddLecture
from attendance.errors import InvalidInput, NotFound
from attendance.model import Course, LogFilter, OwnStatus, Status
from attendance.rules.statuses import status_in_words
from attendance.use_cases.courses.book import read_book
from attendance.use_cases.courses.statuses import MOST_STATUSES, retire_status, save_status, set_counting
from attendance.use_cases.lectures.by_hand import set_marks, undo_act
from attendance.use_cases.lectures.log import export_log
from attendance.use_cases.lectures.marks import set_mark, undo
from tests.contract.samples import HOUR, a_lecture
from tests.unit.in_memory import NOW, MemoryServices, a_course, a_student, services_in_memory

PRESENT, LATE, ABSENT, EXCUSED, UNSURE = Status
REMOTE = {
    "name": "Remote",
    "letter": "R",
    "base": PRESENT,
    "points": 0.5,
    "attended": True,
    "icon": "camera-video",
    "tone": "calm",
    "by": "u1",
}


@pytest.fixture
def services(tmp_path: Path) -> MemoryServices:
    return services_in_memory(tmp_path)


@pytest.fixture
def course(services: MemoryServices) -> Course:
    made = a_course(services)
    a_student(services, "21", None, course_ids=[made.id])
    services.store.commit(AddLecture(a_lecture("l1", made.id, NOW - 2 * HOUR)))
    return made


def _add(services: MemoryServices, course: Course, **changes: object) -> OwnStatus:
    return save_status(services, course.id, **REMOTE | changes)


def test_a_status_is_added_and_changed_as_data(services, course):
    own = _add(services, course)
    assert services.store.course(course.id).statuses == (own,)
    changed = _add(services, course, status_id=own.id, name="From home", points=1.0)
    assert services.store.course(course.id).statuses == (changed,)
    assert [entry.action for entry in services.store.audit().items[:2]] == ["course.status_saved"] * 2


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, None),
        ({"name": "x" * 41}, "name"),
        ({"name": "Late"}, "name"),
        ({"letter": ""}, "letter"),
        ({"letter": "RMT"}, "letter"),
        ({"letter": "p"}, "letter"),
        ({"base": UNSURE}, "base"),
        ({"points": 1.1}, "points"),
        ({"points": float("nan")}, "points"),
        ({"icon": "bug"}, "icon"),
        ({"tone": "pink"}, "icon"),
    ],
)
def test_what_makes_no_status_is_refused(services, course, wrong, field):
    with pytest.raises(InvalidInput) as refused:
        _add(services, course, **wrong)
    assert field is None or refused.value.field == field
    assert services.store.course(course.id).statuses == ()


def test_two_that_are_in_use_are_told_apart(services, course):
    own = _add(services, course)
    with pytest.raises(InvalidInput):
        _add(services, course, letter="X", name="REMOTE")
    with pytest.raises(InvalidInput):
        _add(services, course, name="Sick note", letter="r")
    retire_status(services, course.id, own.id, by="u1")
    _add(services, course)
    with pytest.raises(InvalidInput):
        retire_status(services, course.id, own.id, retired=False, by="u1")


def test_a_course_has_so_many_at_most(services, course):
    for number in range(MOST_STATUSES):
        _add(services, course, name=f"Status {number}", letter=str(number))
    with pytest.raises(InvalidInput, match="at most"):
        _add(services, course, name="One more", letter="ZZ")


def test_a_persons_mark_carries_it_and_counts_its_points(services, course):
    own = _add(services, course)
    mark = set_mark(services, "l1", "21", ABSENT, "Online", by="u1", own_status=own.id)
    assert (mark.status, mark.own_status) == (PRESENT, own.id)
    assert read_book(services, course.id).figures.percent == 50
    history = services.store.mark_history("l1", "21")
    assert [(one.to_status, one.to_own) for one in history] == [(PRESENT, own.id)]
    undo(services, "l1", "21", by="u1")
    assert services.store.marks("l1")[0].own_status is None


def test_a_retired_one_is_chosen_no_more_and_kept_by_marks(services, course):
    own = _add(services, course)
    set_mark(services, "l1", "21", PRESENT, "Online", by="u1", own_status=own.id)
    retire_status(services, course.id, own.id, by="u1")
    with pytest.raises(InvalidInput):
        set_mark(services, "l1", "21", PRESENT, "Online", by="u1", own_status=own.id)
    assert read_book(services, course.id).figures.percent == 50
    lines = export_log(services, LogFilter(), format="csv", timezone="UTC").decode("utf-8-sig")
    (line,) = [one for one in csv.DictReader(io.StringIO(lines)) if one["Status of the course"]]
    assert (line["Status"], line["Reason"], line["Status of the course"]) == ("present", "Online", "Remote")


def test_those_of_another_course_are_none(services, course):
    own = _add(services, a_course(services, "2"))
    with pytest.raises(InvalidInput):
        set_mark(services, "l1", "21", PRESENT, "Online", by="u1", own_status=own.id)
    with pytest.raises(NotFound):
        retire_status(services, course.id, own.id, by="u1")
    with pytest.raises(NotFound):
        _add(services, course, status_id=own.id)


def test_lists_and_programs_may_say_it_by_name_letter_or_id(services, course):
    own = _add(services, course)
    course = services.store.course(course.id)
    for words in ("remote", " R ", own.id):
        assert status_in_words(course, words) == (PRESENT, own.id)
    assert status_in_words(course, "Excused") == (EXCUSED, None)
    for words in ("unsure", "", "gone fishing"):
        with pytest.raises(InvalidInput):
            status_in_words(course, words)


def test_what_late_counts_and_how_much_video_an_absence_needs_is_set(services, course):
    set_counting(services, course.id, late_points=0.25, least_video_percent=80, by="u1")
    set_mark(services, "l1", "21", LATE, "Bus", by="u1")
    assert read_book(services, course.id).figures.percent == 25
    for wrong in ({"late_points": -0.1}, {"least_video_percent": 101}):
        with pytest.raises(InvalidInput):
            set_counting(services, course.id, **{"late_points": 1.0, "least_video_percent": 50} | wrong, by="u1")


def test_several_get_an_own_status_at_once_and_are_undone_together(services, course):
    own = _add(services, course)
    a_student(services, "22", None, course_ids=[course.id])
    act = set_marks(services, "l1", ["21", "22"], ABSENT, "At home", by="u1", own_status=own.id)
    assert {(mark.status, mark.own_status) for mark in services.store.marks("l1")} == {(PRESENT, own.id)}
    assert undo_act(services, "l1", act, by="u1") == (2, 0)
    with pytest.raises(InvalidInput):
        set_marks(services, "l1", ["21"], PRESENT, "At home", by="u1", own_status="none")
