"""Marks from a list: what each line says, what is set, and what undoing puts back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from attendance.changes import AddLecture, SaveCourse, SaveMarks
from attendance.errors import InvalidInput, NotFound
from attendance.model import Course, Lecture, LogFilter, Mark, OwnStatus, Status
from attendance.rules.merging import machine_steps
from attendance.services import Services
from attendance.use_cases.courses.courses import add_to_roster
from attendance.use_cases.imports.marks import import_marks, read_marks, undo_import
from attendance.use_cases.lectures.log import export_log
from attendance.use_cases.lectures.marks import set_mark
from tests.unit.in_memory import NOW, a_course, a_student, services_in_memory

REMOTE = OwnStatus("remote", "Remote", "R", Status.PRESENT, 1.0, attended=True, icon="camera-video", tone="calm")


@pytest.fixture
def services() -> Services:
    """A course in Seoul with two students and two lectures on one day, of which the first was searched."""
    services = services_in_memory()
    course = a_course(services)
    services.store.commit(SaveCourse(replace(course, statuses=(REMOTE,)), course))
    for student_id in ("21", "22"):
        a_student(services, student_id, photo=None)
    add_to_roster(services, course.id, ["21", "22"], by=None)
    for number, hours in enumerate((30, 26)):  # 12:00 and 16:00 in Seoul on March 1
        starts = NOW - timedelta(hours=hours)
        services.store.commit(AddLecture(Lecture(f"l{number}", course.id, starts, starts + timedelta(hours=1), NOW)))
    seen = [Mark("l0", "21", Status.ABSENT, Status.ABSENT, NOW), Mark("l0", "22", Status.PRESENT, Status.PRESENT, NOW)]
    services.store.commit(SaveMarks("l0", machine_steps({}, seen)))
    return services


@pytest.fixture
def course(services: Services) -> Course:
    return services.store.courses()[0]


def a_list(*lines: str) -> bytes:
    return "\n".join(("date,start,student id,status", *lines)).encode()


def statuses(services: Services, lecture_id: str) -> dict[str, str]:
    return {mark.student_id: mark.own_status or mark.status.value for mark in services.store.marks(lecture_id)}


def test_a_dry_run_says_of_each_line_what_it_would_do_and_does_nothing(services: Services, course: Course) -> None:
    report = read_marks(
        services,
        course.id,
        a_list(
            "2026-03-01,12:00,21,excused",
            "2026. 3. 1.,12:00,22,공결",
            "2026-03-01,16:00:00,21,Remote",
            "2026-03-01,,21,absent",
            "2026-03-05,12:00,21,absent",
            "2026-03-01,12:00,99,absent",
            "2026-03-01,12:00,22,unsure",
            "2026-03-01,12:00,21,absent",
        ),
    )
    assert [row.status or row.problem.sentence for row in report.rows if row.status or row.problem] == [
        Status.EXCUSED,
        Status.EXCUSED,
        Status.PRESENT,
        "The course has several lectures on 2026-03-01; add a column with the start.",
        "The course has no lecture on 2026-03-05 12:00.",
        "No student of this course has the id 99.",
        "unsure is no status that a person can set.",
        "A line above says something of this student and lecture already.",
    ]
    assert (report.set, report.refused, report.same) == (3, 5, 0)
    assert statuses(services, "l0") == {"21": "absent", "22": "present"}


def test_marks_are_set_as_a_person_sets_them_with_one_reason(services: Services, course: Course) -> None:
    data = a_list("2026-03-01,12:00,21,excused", "2026-03-01,16:00,21,remote", "2026-03-01,12:00,77,absent")
    report = import_marks(services, course.id, data, "Sick  notes", by="u1")
    assert (report.set, report.refused) == (2, 1)
    assert report.tag.startswith("Sick notes [2026-03-02 09:00:00")
    assert (statuses(services, "l0")["21"], statuses(services, "l1")["21"]) == ("excused", "remote")
    history = services.store.mark_history("l0", "21")
    assert [(one.to_status, one.by, one.reason) for one in history][1:] == [(Status.EXCUSED, "u1", report.tag)]
    assert read_marks(services, course.id, data).set == 0
    assert services.store.audit().items[0].action == "marks.imported"


def test_undoing_puts_back_what_search_people_and_nobody_said(services: Services, course: Course) -> None:
    set_mark(services, "l0", "22", Status.LATE, "Came at ten", by="u2")
    lines = ("2026-03-01,12:00,21,excused", "2026-03-01,12:00,22,excused", "2026-03-01,16:00,21,absent")
    tag = import_marks(services, course.id, a_list(*lines), "Notes", by="u1").tag
    assert undo_import(services, course.id, tag, by="u1") == 3
    marks = {mark.student_id: mark for mark in services.store.marks("l0")}
    assert (marks["21"].status, marks["21"].set_by) == (Status.ABSENT, None)
    assert (marks["22"].status, marks["22"].reason) == (Status.LATE, "Came at ten")
    assert statuses(services, "l1") == {}
    with pytest.raises(NotFound):
        undo_import(services, course.id, tag, by="u1")


def test_undoing_leaves_what_somebody_changed_since(services: Services, course: Course) -> None:
    lines = ("2026-03-01,12:00,21,excused", "2026-03-01,12:00,22,excused")
    tag = import_marks(services, course.id, a_list(*lines), "Notes", by="u1").tag
    set_mark(services, "l0", "21", Status.PRESENT, "Was there after all", by="u2")
    assert undo_import(services, course.id, tag, by="u1") == 1
    assert statuses(services, "l0") == {"21": "present", "22": "present"}


def test_a_log_that_was_downloaded_is_read_as_it_is(services: Services, course: Course) -> None:
    for language in ("en", "ko"):
        log = export_log(services, LogFilter(), format="csv", timezone="Asia/Seoul", language=language)
        report = read_marks(services, course.id, log)
        assert [(row.lecture and row.lecture.id, row.problem) for row in report.rows] == [("l0", None)] * 2


@pytest.mark.parametrize("data", [b"", b"a,b\n1,2", b"date,student id,status"])
def test_a_list_that_says_nothing_is_refused(services: Services, course: Course, data: bytes) -> None:
    with pytest.raises(InvalidInput):
        read_marks(services, course.id, data)


def test_a_reason_is_asked_for(services: Services, course: Course) -> None:
    with pytest.raises(InvalidInput):
        import_marks(services, course.id, a_list("2026-03-01,12:00,21,excused"), " ", by="u1")
