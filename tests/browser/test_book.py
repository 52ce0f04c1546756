"""The book in a real browser: what teachers ask every day in a few actions, and every look of its pages."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from attendance.bootstrap import bootstrap
from attendance.changes import AddLecture, AddRecording, AddStudent, SaveMarks
from attendance.model import (
    Course,
    Lecture,
    Mark,
    Recording,
    RecordingKind,
    Role,
    SearchStatus,
    Status,
    Student,
    new_id,
)
from attendance.rules.merging import machine_steps
from attendance.services import Services
from attendance.settings import load_settings
from attendance.use_cases.courses.courses import add_course, set_teachers
from attendance.use_cases.courses.statuses import save_status
from attendance.use_cases.lectures.marks import set_mark
from attendance.use_cases.people.accounts import add_user
from tests.browser.every_look import broken
from tests.browser.school import PASSWORD, TEACHER
from tests.browser.served_here import served_here

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PRESENT, LATE, ABSENT, EXCUSED, UNSURE = Status
MOST_ACTIONS = 5


@dataclass
class Teacher:
    """A teacher at the first page, whose actions are counted."""

    page: Page
    actions: int = 0

    def opens(self, name: str) -> None:
        self.actions += 1
        self.page.get_by_role("link", name=name).first.click()

    def types(self, label: str, words: str) -> None:
        self.actions += 1
        self.page.get_by_label(label).fill(words)

    def presses(self, name: str) -> None:
        self.actions += 1
        self.page.get_by_role("button", name=name).click()


@dataclass(frozen=True)
class Term:
    """A course of 24 students and 13 lectures, of which the last is still searched."""

    course: Course
    student: Student
    lecture: Lecture
    page: Page


def fill(services: Services) -> tuple[Course, Student, Lecture]:
    """Student 21 was absent five times in a row; of the last lecture ten minutes are recorded."""
    teacher = add_user(services, email=TEACHER, name="Teacher Example", role=Role.TEACHER, password=PASSWORD, by=None)
    course = add_course(services, code="CS101", name="Computing", timezone="Asia/Seoul", by=None)
    set_teachers(services, course.id, [teacher.user.id], by=None)
    dice, now = random.Random(3), datetime.now(UTC)
    students = [Student(str(number), new_id(), f"Student {number}", now) for number in range(21, 45)]
    for student in students:
        services.store.commit(AddStudent(student, course_ids=[course.id]))
    own = save_status(
        services,
        course.id,
        name="Remote",
        letter="R",
        base=PRESENT,
        points=0.5,
        attended=True,
        icon="camera-video",
        tone="calm",
        by=None,
    )
    lectures = []
    for week in range(13, 0, -1):
        starts = now - timedelta(weeks=week)
        lecture = Lecture(new_id(), course.id, starts, starts + timedelta(hours=1), now)
        services.store.commit(AddLecture(lecture))
        statuses = dice.choices(list(Status), (40, 5, 4, 2, 1), k=len(students))
        if 4 <= week <= 8:
            statuses[0] = ABSENT
        marks = [Mark(lecture.id, one.id, status, status, now) for one, status in zip(students, statuses, strict=True)]
        services.store.commit(SaveMarks(lecture.id, machine_steps({}, marks)))
        set_mark(services, lecture.id, students[3].id, PRESENT, "Online", by=teacher.user.id, own_status=own.id)
        lectures.append(lecture)
    last = lectures[-1]
    recording = Recording(
        new_id(),
        last.id,
        RecordingKind.VIDEO,
        "video/none.mp4",
        "friday.mp4",
        last.starts_at,
        600.0,
        1000,
        now,
        status=SearchStatus.QUEUED,
    )
    services.store.commit(AddRecording(recording))
    return course, students[0], last


@pytest.fixture
def term(browser: Browser, tmp_path: Path) -> Iterator[Term]:
    settings = {"ROLLCALL_DATA": str(tmp_path / "data"), "ROLLCALL_JOBS": "inline:", "ROLLCALL_TIMEZONE": "Asia/Seoul"}
    services = bootstrap(load_settings(settings))
    services.store.prepare()
    course, student, lecture = fill(services)
    with served_here(services) as address:
        context = browser.new_context(base_url=address, locale="en-GB", viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.goto("/login")
        page.get_by_label("Email").fill(TEACHER)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        yield Term(course, student, lecture, page)
        context.close()
    services.store.close()


def test_the_class_percentage_is_read_in_a_few_actions(term: Term) -> None:
    teacher = Teacher(term.page)
    teacher.opens("Courses")
    teacher.opens("CS101")
    shown = term.page.locator(".figures div").filter(has_text="Attendance").locator("dd")
    expect(shown).to_have_text("87%")
    assert teacher.actions <= MOST_ACTIONS


def test_who_was_absent_more_than_three_times_is_found_in_a_few_actions(term: Term) -> None:
    teacher = Teacher(term.page)
    teacher.opens("Courses")
    teacher.opens("CS101")
    teacher.types("Absent at least (times)", "4")
    teacher.presses("Filter")
    expect(term.page.get_by_role("rowheader", name="Student 21")).to_be_visible()
    expect(term.page.locator(".book-found")).to_contain_text("of 24")
    assert term.page.locator(".book tbody tr").count() < 6
    assert teacher.actions <= MOST_ACTIONS


def test_names_and_heads_stay_where_they_are(term: Term) -> None:
    page = term.page
    page.goto(f"/courses/{term.course.id}")
    frame, name = page.locator(".book-frame"), page.locator(".book tbody th").first
    head = page.locator(".book thead th").first
    before, top = name.bounding_box(), head.bounding_box()
    frame.evaluate("frame => { frame.scrollLeft = 200; frame.scrollTop = 60; }")
    after = name.bounding_box()
    assert before and after and before["x"] == after["x"] and before["y"] > after["y"]
    assert head.bounding_box() == top


def test_the_pages_of_the_book_keep_the_rules_in_every_look(term: Term) -> None:
    course = f"/courses/{term.course.id}"
    pages = [
        ("book", course),
        ("book-filtered", f"{course}?absent=3&sort=percent"),
        ("book-roster", f"{course}/roster"),
        ("book-term", f"{course}/students/{term.student.key}"),
        ("book-statuses", f"{course}/statuses"),
        ("book-add-status", f"{course}/statuses/add"),
        ("book-lecture-so-far", f"/lectures/{term.lecture.id}"),
        ("book-mark-so-far", f"/lectures/{term.lecture.id}/marks/{term.student.key}"),
    ]
    assert broken(term.page, pages) == []
