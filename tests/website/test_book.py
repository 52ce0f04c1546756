"""The book of a course, and a student's term."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from attendance.changes import AddLecture, AddRecording, RemoveFromRoster, SaveMarks, SaveStudent, SetTeachers
from attendance.model import Course, Lecture, Mark, Status, Student, User, new_id
from attendance.rules.merging import machine_steps
from attendance.services import Services
from tests.contract.samples import a_recording
from tests.website.conftest import NOW
from tests.website.lecturing import add_student

PRESENT, LATE, ABSENT, EXCUSED, UNSURE = Status
WEEK = timedelta(days=7)


def add_lectures(services: Services, course: Course, rows: dict[str, list[Status]]) -> list[Lecture]:
    """A lecture a week before now, with a mark a student."""
    number = max(map(len, rows.values()))
    starts = [NOW - (number - place) * WEEK for place in range(number)]
    lectures = [Lecture(new_id(), course.id, at, at + timedelta(hours=1), NOW) for at in starts]
    for place, lecture in enumerate(lectures):
        services.store.commit(AddLecture(lecture))
        marks = [Mark(lecture.id, one, row[place], row[place], NOW) for one, row in rows.items()]
        services.store.commit(SaveMarks(lecture.id, machine_steps({}, marks)))
    return lectures


@pytest.fixture
def lectures(services: Services, course: Course) -> list[Lecture]:
    for student_id in ("22", "23"):
        add_student(services, course.id, student_id)
    rows = {
        "21": [PRESENT] * 5,
        "22": [ABSENT, ABSENT, PRESENT, ABSENT, ABSENT],
        "23": [ABSENT, ABSENT, ABSENT, LATE, EXCUSED],
    }
    return add_lectures(services, course, rows)


def shown(page: str) -> list[str]:
    """The students of the grid, in its order."""
    return re.findall(r"<small>(\d+)</small>", page[page.index("<tbody>", page.index('class="book"')) :])


def test_the_book_has_a_sign_with_a_link_for_each_lecture(
    teacher_client: FlaskClient, course: Course, student: Student, lectures: list[Lecture]
):
    page = teacher_client.get(f"/courses/{course.id}").text
    assert shown(page) == ["21", "22", "23"]
    place = f"/lectures/{lectures[0].id}/marks/{student.key}"
    assert f'<a class="sign sign-present" aria-label="Present" href="{place}">P</a>' in page
    assert teacher_client.get(place).status_code == 200


def test_figures_stand_beside_the_names_and_of_the_class_above(
    teacher_client: FlaskClient, course: Course, lectures: list[Lecture]
):
    page = teacher_client.get(f"/courses/{course.id}").text
    row = page[page.index(">Student 23<") :]
    assert re.findall(r'class="number">([^<]+)<', row)[:3] == ["25%", "3", "1"]
    figures = page[page.index("figures") :]
    assert re.findall(r'class="number">([^<]+)<', figures)[:4] == ["50%", "7", "1", "1"]
    assert "percent-chart" in page
    assert "<path d=" in page


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("absent=4", ["22"]),
        ("absent=3", ["22", "23"]),
        ("below=25", ["22"]),
        ("below=26", ["22", "23"]),
        ("row=3", ["23"]),
        ("absent=3&row=3", ["23"]),
        ("absent=nonsense&below=-1&row=1e9&page=&sort=x", ["21", "22", "23"]),
        ("sort=percent", ["22", "23", "21"]),
        ("sort=absences", ["22", "23", "21"]),
        ("sort=id", ["21", "22", "23"]),
    ],
)
def test_filters_and_orders_are_asked_for_in_the_address(
    teacher_client: FlaskClient, course: Course, lectures: list[Lecture], asked: str, found: list[str]
):
    assert shown(teacher_client.get(f"/courses/{course.id}?{asked}").text) == found


def test_nobody_found_is_said(teacher_client: FlaskClient, course: Course, lectures: list[Lecture]):
    page = teacher_client.get(f"/courses/{course.id}?absent=9").text
    assert "No student of this course is so often absent." in page


def test_a_page_beyond_the_last_leads_to_the_last(teacher_client: FlaskClient, course: Course, lectures: list[Lecture]):
    answer = teacher_client.get(f"/courses/{course.id}?page=7&absent=3")
    assert answer.location == f"/courses/{course.id}?absent=3&page=1"


def test_names_go_in_the_order_of_the_korean_alphabet(
    admin_client: FlaskClient, services: Services, course: Course, lectures: list[Lecture]
):
    for student_id, name in (("21", "하 Example"), ("22", "가 Example"), ("23", "나 Example")):
        services.store.commit(SaveStudent(replace(services.store.student(student_id), name=name)))
    assert shown(admin_client.get(f"/courses/{course.id}").text) == ["22", "23", "21"]


def test_a_lecture_that_is_searched_says_so_far_and_counts_nowhere(
    teacher_client: FlaskClient, services: Services, course: Course, lectures: list[Lecture]
):
    services.store.commit(AddRecording(a_recording("r1", lectures[-1].id)))
    page = teacher_client.get(f"/courses/{course.id}").text
    assert page.count('sign sign-so-far" aria-label="So far" href') == 3
    row = page[page.index(">Student 22<") :]
    assert re.findall(r'class="number">([^<]+)<', row)[:2] == ["25%", "3"]


def test_without_students_or_lectures_the_page_leads_on(
    admin_client: FlaskClient, services: Services, course: Course, student: Student
):
    assert "No lecture yet" in admin_client.get(f"/courses/{course.id}").text
    services.store.commit(RemoveFromRoster(course.id, student.id))
    assert f"/courses/{course.id}/students/add" in admin_client.get(f"/courses/{course.id}").text


def test_a_students_term_shows_each_lecture_and_its_figures(
    teacher_client: FlaskClient, services: Services, course: Course, lectures: list[Lecture]
):
    key = services.store.student("22").key
    page = teacher_client.get(f"/courses/{course.id}/students/{key}").text
    strip = page[page.index('class="strip"') : page.index("</ol>")]
    assert re.findall(r"sign-(\w+)", strip) == ["absent", "absent", "present", "absent", "absent"]
    assert f"/lectures/{lectures[0].id}/marks/{key}" in strip
    assert "20%" in page
    assert "Longest run of absences" in page


def test_who_left_the_roster_is_still_seen_by_the_marks_of_before(
    teacher_client: FlaskClient, services: Services, course: Course, lectures: list[Lecture]
):
    services.store.commit(RemoveFromRoster(course.id, "22"))
    key = services.store.student("22").key
    assert "no longer on the roster" in teacher_client.get(f"/courses/{course.id}/students/{key}").text
    other = add_student(services, services.store.find_course("CS101", "1").id, "30")
    services.store.commit(RemoveFromRoster(course.id, other.id))
    assert teacher_client.get(f"/courses/{course.id}/students/{other.key}").status_code == 404


def test_students_see_their_own_term_alone(
    student_client: FlaskClient, services: Services, course: Course, lectures: list[Lecture]
):
    page = student_client.get(f"/courses/{course.id}/mine").text
    assert "100%" in page
    assert "Student 22" not in page
    assert "/lectures/" not in page
    key = services.store.student("22").key
    assert student_client.get(f"/courses/{course.id}/students/{key}").status_code == 403
    assert student_client.get("/courses/none/mine").status_code == 404


def test_a_teacher_of_another_course_sees_neither_book_nor_term(
    teacher_client: FlaskClient, admin: User, services: Services, course: Course, lectures: list[Lecture]
):
    services.store.commit(SetTeachers(course.id, []))
    key = services.store.student("22").key
    assert teacher_client.get(f"/courses/{course.id}").status_code == 404
    assert teacher_client.get(f"/courses/{course.id}/students/{key}").status_code == 404
