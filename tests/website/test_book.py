"""The book of a course, and a student's term."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from attendance.changes import AddLecture, AddRecording, RemoveFromRoster, SaveMarks, SaveStudent, SetTeachers
from attendance.model import Course, Lecture, Mark, OwnStatus, Status, Student, User, new_id
from attendance.rules.merging import machine_steps
from attendance.services import Services
from attendance.use_cases.courses.statuses import save_status
from tests.contract.samples import a_recording, searched
from tests.website.browsing import post_form
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


def _own(services: Services, course: Course, **changes: object) -> OwnStatus:
    given = {"name": "Remote", "letter": "R", "base": PRESENT, "points": 0.5, "attended": True}
    signs = {"icon": "camera-video", "tone": "calm", "by": None}
    return save_status(services, course.id, **given | signs | changes)


FIELDS = {
    "name": "Sick note",
    "letter": "S",
    "base": "excused",
    "points": "0",
    "icon": "thermometer-half",
    "tone": "doubt",
}


def test_a_teacher_adds_changes_and_retires_a_status(
    teacher_client: FlaskClient, services: Services, course: Course, lectures: list[Lecture]
):
    place = f"/courses/{course.id}/statuses"
    assert post_form(teacher_client, f"{place}/add", **FIELDS).location == place
    (own,) = services.store.course(course.id).statuses
    assert (own.name, own.base, own.attended, own.tone) == ("Sick note", EXCUSED, False, "doubt")
    assert post_form(teacher_client, f"{place}/{own.id}", **FIELDS | {"letter": "N"}).location == place
    assert "Sick note" in teacher_client.get(f"/courses/{course.id}").text
    assert post_form(teacher_client, f"{place}/{own.id}/retire", place).location == place
    assert services.store.course(course.id).statuses[0].retired
    assert teacher_client.get(f"{place}/none").status_code == 404


@pytest.mark.parametrize(
    "wrong", [{"points": "2"}, {"points": "many"}, {"letter": ""}, {"name": "Late"}, {"icon": "x"}]
)
def test_a_status_that_cannot_be_is_refused_in_the_form(
    teacher_client: FlaskClient, services: Services, course: Course, wrong: dict[str, str]
):
    answer = post_form(teacher_client, f"/courses/{course.id}/statuses/add", **FIELDS | wrong)
    assert answer.status_code == 200
    assert services.store.course(course.id).statuses == ()


def test_what_late_counts_is_set_on_the_page(teacher_client: FlaskClient, services: Services, course: Course):
    place = f"/courses/{course.id}/statuses"
    assert post_form(teacher_client, place, late_points="0.5", least_video_percent="80").location == place
    assert services.store.course(course.id).late_points == 0.5
    assert services.store.course(course.id).least_video_percent == 80
    assert "from 0 to 1" in post_form(teacher_client, place, late_points="x", least_video_percent="80").text


def test_a_mark_is_set_to_a_status_of_the_course_on_its_page(
    teacher_client: FlaskClient, services: Services, course: Course, student: Student, lectures: list[Lecture]
):
    own = _own(services, course)
    place = f"/lectures/{lectures[0].id}/marks/{student.key}"
    assert post_form(teacher_client, place, status=own.id, reason="Online").status_code == 302
    mark = next(one for one in services.store.marks(lectures[0].id) if one.student_id == student.id)
    assert (mark.status, mark.own_status) == (PRESENT, own.id)
    assert ">R</a>" in teacher_client.get(f"/courses/{course.id}").text
    assert teacher_client.get(place).text.count("Remote") >= 3  # the form, the decision, the history
    assert "Remote" in teacher_client.get(f"/lectures/{lectures[0].id}").text
    assert "Remote" in teacher_client.get("/log/").text


def test_a_lecture_that_is_searched_says_so_far_on_every_page(
    app: Flask,
    teacher_client: FlaskClient,
    student_client: FlaskClient,
    services: Services,
    course: Course,
    lectures: list[Lecture],
):
    services.store.commit(AddRecording(a_recording("r1", lectures[-1].id)))
    page = teacher_client.get(f"/lectures/{lectures[-1].id}").text
    assert "So far" in page
    assert "status-absent" not in page
    assert "minutes are recorded" in page
    for client, place in (
        (teacher_client, "/lectures/"),
        (teacher_client, "/log/"),
        (student_client, "/log/mine"),
        (student_client, f"/courses/{course.id}/mine"),
    ):
        assert "status-so-far" in client.get(place).text, place
    assert ",so far," in teacher_client.get("/log/download.csv").text
    row = student_client.get("/api/v1/log").json["items"][0]
    assert (row["status"], row["is_over"]) == (None, False)


def test_too_little_video_is_said_beside_the_marks(
    teacher_client: FlaskClient, services: Services, course: Course, lectures: list[Lecture]
):
    lecture = lectures[0]
    short = replace(a_recording("r1", lecture.id), started_at=lecture.starts_at, duration_s=600.0)
    services.store.commit(AddRecording(short))
    searched(services.store, recording_id="r1")
    marks = [Mark(lecture.id, "22", UNSURE, UNSURE, NOW, little_video=True)]
    before = {mark.student_id: mark for mark in services.store.marks(lecture.id)}
    services.store.commit(SaveMarks(lecture.id, machine_steps(before, marks)))
    page = teacher_client.get(f"/lectures/{lecture.id}").text
    assert "Not enough video" in page
    assert "10 of 60 minutes are recorded (17%)." in page
