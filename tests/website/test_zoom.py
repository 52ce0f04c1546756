"""What comes to /live/zoom: believed where Zoom signed it, these minutes, and once; it stands beside the mark."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from attendance.adapters.zoom import Zoom
from attendance.adapters.zoom.signing import SIGNATURE, TIMESTAMP, signature
from attendance.changes import SaveMeeting
from attendance.model import Course, Lecture, Meeting, Passage, Student
from attendance.services import Services
from attendance.use_cases.lectures.planning import add_lecture
from tests.website.conftest import NOW
from tests.website.lecturing import add_student

NUMBER = "12345678901"


@pytest.fixture
def zoom(app: Flask) -> Zoom:
    """The site with the secret of Zoom's webhooks."""
    zoom = Zoom("", "", "", "hook")
    app.extensions["rollcall"] = replace(app.extensions["rollcall"], meetings=zoom, now=lambda: NOW)
    return zoom


@pytest.fixture
def lecture(services: Services, course: Course) -> Lecture:
    """One that is on, of a course with a Zoom meeting."""
    services.store.commit(SaveMeeting(Meeting(course.id, url="https://zoom.us/j/1", number=NUMBER)))
    early = replace(services, now=lambda: NOW)
    return add_lecture(early, course_id=course.id, starts_at=NOW, ends_at=NOW + timedelta(hours=1), title="", by=None)


def passage(event: str = "meeting.participant_joined", number: str = NUMBER, **person: Any) -> dict[str, Any]:
    who = {"user_name": "Somebody", "participant_uuid": "p1", "join_time": NOW.isoformat()} | person
    return {"event": event, "event_ts": 1, "payload": {"account_id": "a", "object": {"id": number, "participant": who}}}


def send(client: FlaskClient, said: Any, *, at: float = 0.0, secret: str = "hook", **changed: str) -> TestResponse:
    body = json.dumps(said).encode()
    moment = str(int(NOW.timestamp() + at))
    headers = {TIMESTAMP: moment, SIGNATURE: signature(secret, moment, body)} | changed
    return client.post("/live/zoom", data=body, headers=headers, content_type="application/json")


def test_who_joined_and_left_stands_beside_the_mark_and_is_none(
    client: FlaskClient,
    teacher_client: FlaskClient,
    student_client: FlaskClient,
    services: Services,
    zoom: Zoom,
    lecture: Lecture,
) -> None:
    assert send(client, passage(email="STUDENT@example.org")).status_code == 204
    left = passage("meeting.participant_left", email="student@example.org", leave_time="2026-03-02T09:50:00Z")
    assert send(client, left).status_code == 204
    seen = services.store.witnesses(lecture.id)
    assert [(one.student_id, one.passage) for one in seen] == [("21", Passage.JOINED), ("21", Passage.LEFT)]
    assert list(services.store.marks(lecture.id)) == []
    page = teacher_client.get(f"/live/lectures/{lecture.id}").text
    assert "Student 21: joined" in page
    assert "It decides no mark." in page
    assert (
        "In the meeting" in teacher_client.get(f"/lectures/{lecture.id}/marks/{services.store.student('21').key}").text
    )
    assert "Student 21: joined" in student_client.get(f"/live/lectures/{lecture.id}").text


def test_a_student_is_known_by_a_name_that_nobody_else_has(
    client: FlaskClient, services: Services, zoom: Zoom, course: Course, lecture: Lecture, student: Student
) -> None:
    send(client, passage(user_name="student 21"))
    assert [one.student_id for one in services.store.witnesses(lecture.id)] == ["21"]
    add_student(services, course.id, "30")
    for number, name in enumerate(("Student", "A guest", "", "Student 2")):
        send(client, passage(user_name=name, participant_uuid=f"g{number}"))
    assert len(services.store.witnesses(lecture.id)) == 1, "of guests nothing is stored"


def test_a_student_sees_nobody_else(
    client: FlaskClient,
    student_client: FlaskClient,
    services: Services,
    zoom: Zoom,
    course: Course,
    lecture: Lecture,
) -> None:
    other = add_student(services, course.id, "30")
    name = services.store.student("30").name
    send(client, passage(user_name=name))
    assert [one.student_id for one in services.store.witnesses(lecture.id)] == ["30"], other
    assert "Seen in the meeting" not in student_client.get(f"/live/lectures/{lecture.id}").text


def test_forged_late_and_replayed_ones_are_refused(
    client: FlaskClient, services: Services, zoom: Zoom, student_user: object, lecture: Lecture
) -> None:
    said = passage(email="student@example.org")
    assert send(client, said, secret="other").status_code == 401
    assert send(client, said, at=-301).status_code == 401
    assert send(client, said, at=301).status_code == 401
    assert send(client, said, **{SIGNATURE: ""}).status_code == 401
    assert client.post("/live/zoom", json=said).status_code == 401
    assert list(services.store.witnesses(lecture.id)) == []
    assert send(client, said).status_code == 204
    assert send(client, said).status_code == 409
    assert send(client, said, at=10).status_code == 204, "Zoom sends what was not answered again, signed anew"
    assert len(services.store.witnesses(lecture.id)) == 1


def test_zoom_is_told_that_the_address_knows_the_secret(client: FlaskClient, zoom: Zoom) -> None:
    said = {"event": "endpoint.url_validation", "payload": {"plainToken": "abc"}}
    answer = send(client, said)
    assert (answer.status_code, answer.json) == (200, {"plainToken": "abc", "encryptedToken": zoom.proof("abc")})
    assert send(client, said, secret="other").status_code == 401
    assert send(client, {"event": "endpoint.url_validation", "payload": {"plainToken": 5}}).status_code == 400


@pytest.mark.parametrize(
    "said",
    [[], 5, {}, {"event": "meeting.participant_joined"}, {"event": "meeting.participant_joined", "payload": []},
     passage(number=""), passage(number="999"), passage("meeting.ended"), passage(join_time="yesterday")],
)  # fmt: skip
def test_whatever_else_is_signed_does_no_harm(
    client: FlaskClient, services: Services, zoom: Zoom, lecture: Lecture, said: Any
) -> None:
    assert send(client, said).status_code in (204, 400)
    assert list(services.store.witnesses(lecture.id)) == []


def test_without_a_secret_there_is_no_such_address(app: Flask, client: FlaskClient) -> None:
    assert send(client, passage()).status_code == 404
    app.extensions["rollcall"] = replace(app.extensions["rollcall"], meetings=Zoom("a", "b", "c", ""))
    assert send(client, passage()).status_code == 404


def test_a_new_code_goes_to_zoom_first_and_where_it_is_refused_nothing_changes(
    app: Flask, teacher_client: FlaskClient, services: Services, course: Course
) -> None:
    from attendance.errors import InvalidInput, ServiceUnavailable
    from tests.website.browsing import post_form

    class Meetings(Zoom):
        def __init__(self) -> None:
            super().__init__("a", "b", "c", "")
            self.refuses: Exception | None = None
            self.told: list[tuple[str, str]] = []

        def set_code(self, number: str, code: str) -> None:
            if self.refuses is not None:
                raise self.refuses
            self.told.append((number, code))

    zoom = Meetings()
    app.extensions["rollcall"] = replace(app.extensions["rollcall"], meetings=zoom)
    services.store.commit(SaveMeeting(Meeting(course.id, url="https://zoom.us/j/1", number=NUMBER, passcode="old")))
    where = f"/live/courses/{course.id}"
    post_form(teacher_client, f"{where}/code", where, passcode="new")
    assert zoom.told == [(NUMBER, "new")]
    for refused, status in ((InvalidInput("Zoom says no."), 400), (ServiceUnavailable("Zoom is silent."), 503)):
        zoom.refuses = refused
        answer = post_form(teacher_client, f"{where}/code", where, passcode="newer")
        assert answer.status_code == status
        assert refused.args[0] in answer.text
        assert services.store.meeting(course.id).passcode == "new"
