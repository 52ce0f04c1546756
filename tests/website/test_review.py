"""The review queue: what waits over all lectures, decided one after the other, and undone."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from attendance.model import Course, Mark, Role, Status, Student
from attendance.services import Services
from tests.website.browsing import csrf, post_form
from tests.website.conftest import an_account, signed_in
from tests.website.lecturing import add_student, enrol, searched_lecture

# Student 21 is there; 30 and 31 are unsure.
VIDEO = b"video 3000|21 5 2900|30.35 12 40|31.35 50 90"


@dataclass
class Waiting:
    """A lecture in which two students are unsure, and a third has no photo."""

    lecture_id: str
    first: Student
    second: Student
    unknown: Student

    def url(self, student: Student, what: str) -> str:
        return f"/review/{self.lecture_id}/{student.key}/{what}"


@pytest.fixture
def waiting(services: Services, teacher_client: FlaskClient, course: Course) -> Waiting:
    enrol(services, "21", 21)
    students = [add_student(services, course.id, one, person) for one, person in (("30", 30), ("31", 31), ("29", None))]
    lecture_id, _recording = searched_lecture(services, teacher_client, course.id, VIDEO)
    return Waiting(lecture_id, *students)


def mark_of(services: Services, lecture_id: str, student_id: str) -> Mark:
    return next(mark for mark in services.store.marks(lecture_id) if mark.student_id == student_id)


def question(page: TestResponse) -> str:
    found = re.search(r'<h2 id="review-title"[^>]*>(.*?)</h2>', page.text)
    return re.sub("<[^>]+>", "", found[1]) if found else ""


def by_script(client: FlaskClient, url: str, **fields: str) -> TestResponse:
    token = csrf(client, "/account")
    return client.post(url, data={"csrf_token": token, **fields}, headers={"X-Requested-With": "fetch"})


def test_faces_come_before_those_of_whom_there_is_no_picture(
    teacher_client: FlaskClient, services: Services, waiting: Waiting
) -> None:
    page = teacher_client.get("/review/")
    assert "3 wait" in page.text
    asked = [question(page)]
    for student in (waiting.first, waiting.second):
        asked.append(question(by_script(teacher_client, waiting.url(student, "confirm"))))
    assert [re.sub("[\u2068\u2069]", "", one) for one in asked] == [
        "Is this Student 30?",
        "Is this Student 31?",
        "Was Student 29 there?",
    ]


def test_an_answer_to_the_script_is_a_piece_of_the_page_and_one_to_a_form_leads_back(
    teacher_client: FlaskClient, services: Services, waiting: Waiting
) -> None:
    piece = by_script(teacher_client, waiting.url(waiting.first, "confirm"))
    assert "<html" not in piece.text
    assert "Student 30" in piece.text
    assert "Present" in piece.text
    answer = post_form(teacher_client, waiting.url(waiting.second, "refuse"), "/review/", lecture=waiting.lecture_id)
    assert answer.location == f"/review/?lecture={waiting.lecture_id}"
    statuses = [mark_of(services, waiting.lecture_id, one).status for one in ("30", "31")]
    assert statuses == [Status.PRESENT, Status.ABSENT]


def test_the_last_decisions_are_undone_one_after_the_other(
    teacher_client: FlaskClient, services: Services, waiting: Waiting
) -> None:
    by_script(teacher_client, waiting.url(waiting.first, "confirm"))
    by_script(teacher_client, waiting.url(waiting.second, "refuse"))
    for left in ("31", "30"):
        by_script(teacher_client, "/review/undo")
        assert mark_of(services, waiting.lecture_id, left).status is Status.UNSURE
    assert "There is nothing to undo here." in by_script(teacher_client, "/review/undo").text
    history = services.store.mark_history(waiting.lecture_id, "30")
    assert [change.to_status for change in history[-2:]] == [Status.PRESENT, Status.UNSURE]


def test_a_face_of_somebody_else_on_the_roster_gets_that_name_and_gives_it_back(
    teacher_client: FlaskClient, services: Services, waiting: Waiting
) -> None:
    evidence = mark_of(services, waiting.lecture_id, "30").evidence
    assert evidence is not None
    fields = {"sighting": evidence.sighting_id, "student": waiting.unknown.key}
    page = by_script(teacher_client, waiting.url(waiting.first, "name"), **fields)
    assert "the lectures were marked anew" in page.text
    assert mark_of(services, waiting.lecture_id, "29").status is Status.PRESENT
    assert mark_of(services, waiting.lecture_id, "30").status is Status.ABSENT
    by_script(teacher_client, "/review/undo")
    assert mark_of(services, waiting.lecture_id, "29").needs_another_way
    assert mark_of(services, waiting.lecture_id, "30").status is Status.UNSURE


def test_a_name_that_is_not_on_the_roster_is_refused(
    teacher_client: FlaskClient, services: Services, waiting: Waiting
) -> None:
    evidence = mark_of(services, waiting.lecture_id, "30").evidence
    assert evidence is not None
    nobody = by_script(teacher_client, waiting.url(waiting.first, "name"), sighting=evidence.sighting_id)
    assert "Choose who this is." in nobody.text
    gone = by_script(teacher_client, waiting.url(waiting.first, "name"), sighting="gone", student=waiting.unknown.key)
    assert "searched again meanwhile" in gone.text


def test_what_somebody_decided_meanwhile_is_said_and_the_next_one_is_shown(
    teacher_client: FlaskClient, services: Services, waiting: Waiting
) -> None:
    by_script(teacher_client, waiting.url(waiting.first, "confirm"))
    again = by_script(teacher_client, waiting.url(waiting.first, "refuse"))
    assert "does not wait for a decision any more" in again.text
    assert "Student 31" in question(again)


def test_one_may_be_decided_later(teacher_client: FlaskClient, waiting: Waiting) -> None:
    assert "Student 31" in question(teacher_client.get("/review/?skip=1"))
    for nonsense in ("99", "-1", "x", "²"):
        assert "Student 30" in question(teacher_client.get(f"/review/?skip={nonsense}"))


def test_the_queue_can_be_limited_to_a_lecture_or_a_course(
    teacher_client: FlaskClient, course: Course, waiting: Waiting
) -> None:
    for address in (f"?lecture={waiting.lecture_id}", f"?course={course.id}", "?course=nonsense"):
        assert "Student 30" in question(teacher_client.get(f"/review/{address}"))
    assert teacher_client.get("/review/?lecture=nonsense").status_code == 404


def test_others_see_and_decide_nothing_of_it(
    app: Flask, services: Services, student_client: FlaskClient, waiting: Waiting
) -> None:
    other = signed_in(app, an_account(services, "other@example.org", "Other Example", Role.TEACHER))
    assert "Nothing waits for you" in other.get("/review/").text
    assert other.get(f"/review/?lecture={waiting.lecture_id}").status_code == 404
    for what in ("confirm", "refuse", "name"):
        assert by_script(other, waiting.url(waiting.first, what)).status_code == 404
    assert student_client.get("/review/").status_code == 403
    assert mark_of(services, waiting.lecture_id, "30").status is Status.UNSURE
