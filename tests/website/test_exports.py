"""What people take away: the book and the log as files and on paper, calendars; and marks from a list."""

from __future__ import annotations

import dataclasses
import io
import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from openpyxl import load_workbook

from attendance.changes import AddCourse, AddLecture, AddStudent, AddToRoster, SaveMarks, SetTeachers
from attendance.model import Course, Lecture, Mark, Status, Student, User
from attendance.rules.merging import person_step
from attendance.services import Services
from tests.website.browsing import csrf, post_form
from tests.website.conftest import NOW

DAY = timedelta(days=1)


@pytest.fixture
def services(services: Services) -> Services:
    """At a fixed moment."""
    return dataclasses.replace(services, now=lambda: NOW)


@pytest.fixture
def lectures(services: Services, course: Course, student: Student) -> list[Lecture]:
    """One that is over, with marks of two students, of whom one has a name like a formula; and one to come."""
    services.store.commit(AddStudent(Student("22", "key22", "=김민준", NOW)))
    services.store.commit(AddToRoster(course.id, ["22"]))
    held = Lecture("held", course.id, NOW - 2 * DAY, NOW - 1.9 * DAY, NOW)
    comes = Lecture("comes", course.id, NOW + DAY, NOW + 1.1 * DAY, NOW, title="Exam")
    for lecture in (held, comes):
        services.store.commit(AddLecture(lecture))
    for student_id, status in ((student.id, Status.PRESENT), ("22", Status.ABSENT)):
        mark = Mark("held", student_id, status, status, NOW, set_by="u1", reason="-")
        services.store.commit(SaveMarks("held", [person_step(None, mark)]))
    return [held, comes]


def test_the_book_is_a_workbook_with_a_sheet_a_course_and_a_summary(
    admin_client: FlaskClient, services: Services, course: Course, lectures: list[Lecture]
) -> None:
    services.store.commit(AddCourse(dataclasses.replace(course, id="other", code="A/B:C")))
    book = load_workbook(io.BytesIO(admin_client.get("/courses/book.xlsx").data))
    assert book.sheetnames == ["Summary", "A-B-C (1)", "CS101 (1)"]
    rows = [list(row) for row in book["CS101 (1)"].iter_rows(values_only=True)]
    assert rows[0][:4] == ["Student id", "Name", "2026-02-28 18:00", "2026-03-03 18:00"]
    by_id = {row[0]: row for row in rows}
    assert by_id["22"][1:6] == ["=김민준", "absent", None, 0, 1]
    assert book["CS101 (1)"]["B2"].data_type == "s"
    assert [cell.value for cell in book["Summary"][3]][:6] == ["CS101", "1", "Computing", 2, 1, 50]


def test_the_book_is_in_the_language_of_the_page_and_guarded_in_csv(
    teacher_client: FlaskClient, course: Course, lectures: list[Lecture]
) -> None:
    text = teacher_client.get(f"/courses/{course.id}/book.csv", headers={"Accept-Language": "ko"}).data.decode(
        "utf-8-sig"
    )
    assert text.startswith("학번,")
    assert "22,'=김민준,결석," in text


def test_the_book_and_the_log_are_a_pdf_with_hangul(
    teacher_client: FlaskClient, course: Course, lectures: list[Lecture]
) -> None:
    for address in (f"/courses/{course.id}/book.pdf", "/log/download.pdf"):
        answer = teacher_client.get(address)
        assert answer.data.startswith(b"%PDF")
        assert answer.content_type == "application/pdf"
        assert b"/FontFile2" in answer.data  # the font is in the file


def test_pages_for_paper_have_all_rows_and_no_form(
    teacher_client: FlaskClient, course: Course, lectures: list[Lecture]
) -> None:
    for address in (f"/courses/{course.id}/print", "/log/print"):
        page = teacher_client.get(address).text
        assert page.count("<thead>") == 1
        assert page.count("<tr>") == 3
        assert "<form" not in page
        assert "<nav" not in page


def test_whatever_is_taken_away_stands_in_the_audit_trail(
    teacher_client: FlaskClient, services: Services, course: Course, lectures: list[Lecture]
) -> None:
    for address in (
        f"/courses/{course.id}/book.csv",
        f"/courses/{course.id}/print",
        "/courses/book.xlsx",
        "/log/download.csv",
        "/log/print",
    ):
        assert teacher_client.get(address).status_code == 200
    entries = [(one.action, one.detail) for one in services.store.audit().items[:5]]
    assert entries == [
        ("export.log", "print"),
        ("export.log", "csv"),
        ("export.book", "xlsx"),
        ("export.book", "print"),
        ("export.book", "csv"),
    ]


def test_nobody_takes_away_the_book_of_a_course_of_others(
    teacher_client: FlaskClient, student_client: FlaskClient, services: Services, course: Course
) -> None:
    services.store.commit(AddCourse(dataclasses.replace(course, id="other", code="ZZ999")))
    for address in ("/courses/other/book.csv", "/courses/other/print", "/courses/other/marks/import"):
        assert teacher_client.get(address).status_code == 404
        assert student_client.get(address.replace("other", course.id)).status_code == 403
    assert teacher_client.get(f"/courses/{course.id}/book.exe").status_code == 404


def feeds_of(client: FlaskClient) -> list[str]:
    page = client.get("/account/calendar").text
    return [address.partition("localhost")[2] for address in re.findall(r'value="(http[^"]+\.ics)"', page)]


def test_a_calendar_has_the_lectures_until_its_address_ends(
    app: Flask, student_client: FlaskClient, course: Course, lectures: list[Lecture]
) -> None:
    assert feeds_of(student_client) == []
    post_form(student_client, "/account/calendar/new", "/account/calendar")
    everything, of_course = feeds_of(student_client)
    nobody = app.test_client()
    for address in (everything, of_course):
        events = Calendar.from_ical(nobody.get(address).data).walk("VEVENT")
        assert [event["uid"] for event in events] == ["held@rollcall", "comes@rollcall"]
        assert str(events[1]["summary"]) == "CS101 (1) · Computing · Exam"
        assert events[1].start == lectures[1].starts_at
    assert nobody.get(of_course.replace(course.id, "all")).status_code == 404
    post_form(student_client, "/account/calendar/new", "/account/calendar")
    assert nobody.get(everything).status_code == 404
    newest = feeds_of(student_client)[0]
    assert nobody.get(newest).status_code == 200
    post_form(student_client, "/account/calendar/end", "/account/calendar")
    assert nobody.get(newest).status_code == 404


def test_a_calendar_of_a_course_ends_for_who_leaves_it(
    app: Flask, teacher_client: FlaskClient, services: Services, course: Course, teacher: User, lectures: list[Lecture]
) -> None:
    post_form(teacher_client, "/account/calendar/new", "/account/calendar")
    _, of_course = feeds_of(teacher_client)
    assert app.test_client().get(of_course).status_code == 200
    services.store.commit(SetTeachers(course.id, []))
    assert app.test_client().get(of_course).status_code == 404


def test_a_list_of_marks_is_checked_then_set_then_undone(
    teacher_client: FlaskClient, services: Services, course: Course, lectures: list[Lecture]
) -> None:
    address = f"/courses/{course.id}/marks/import"
    data = b"date,student id,status\n2026-02-28,22,excused\n2026-02-28,98,excused\n"
    sent = {"csrf_token": csrf(teacher_client, address), "do": "check", "csv": (io.BytesIO(data), "marks.csv")}
    page = teacher_client.post(address, data=sent, content_type="multipart/form-data").text
    assert "1 mark would be set." in page
    assert "No student of this course has the id 98." in page
    checked = re.search(r'name="checked" value="([^"]+)"', page)
    assert checked
    without_reason = post_form(teacher_client, address, do="import", checked=checked[1], reason="")
    assert "Say why you change these marks." in without_reason.text
    assert "1 mark would be set." in without_reason.text
    done = post_form(teacher_client, address, do="import", checked=checked[1], reason="Sick note")
    assert services.store.marks("held")[1].status is Status.EXCUSED
    page = teacher_client.get(done.location).text
    tag = re.search(r'name="tag" value="([^"]+)"', page)
    assert tag
    post_form(teacher_client, f"/courses/{course.id}/marks/imported", done.location, tag=tag[1])
    assert services.store.marks("held")[1].status is Status.ABSENT


@pytest.mark.parametrize("checked", ["", "nonsense", "eJw="])
def test_a_list_that_did_not_come_whole_is_refused(teacher_client: FlaskClient, course: Course, checked: str) -> None:
    page = post_form(teacher_client, f"/courses/{course.id}/marks/import", do="import", checked=checked, reason="x")
    assert page.status_code == 200
