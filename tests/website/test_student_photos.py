"""Photos on the pages of students: looked over before they are sent, added, shown and removed."""

from __future__ import annotations

from datetime import date

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from attendance.model import Face, Student
from attendance.services import Services
from attendance.use_cases.students.registering import register_student
from tests.website.browsing import csrf, photo, post_form

JSON = {"Accept": "application/json"}
REGISTER = "/students/register"


def check(client: FlaskClient, data: bytes, **fields: str) -> TestResponse:
    return client.post(
        "/students/photo-check",
        data={"photo": photo(data), **fields},
        headers=JSON | {"X-CSRFToken": csrf(client, REGISTER)},
        content_type="multipart/form-data",
    )


def face_of(services: Services, student: Student) -> Face:
    (face,) = services.store.faces([student.id])
    return face


def test_a_photo_check_tells_boxes_problems_and_look_alikes(
    admin_client: FlaskClient, services: Services, enrolled: Student
):
    services.faces.problems = ("blurred", "turned")
    told = check(admin_client, b"face:60.1", consented="yes").json
    assert told["faces"][0]["box"] == [10.0, 10.0, 80.0, 90.0]
    assert (told["width"], told["height"], told["usable"]) == (180, 120, True)
    assert [problem["code"] for problem in told["problems"]] == ["blurred", "turned"]
    assert told["look_alikes"][0]["name"] == enrolled.name
    assert told["look_alikes"][0]["url"] == f"/students/{enrolled.key}"
    with admin_client.get(told["look_alikes"][0]["picture"]) as picture:
        assert (picture.status_code, picture.content_type) == (200, "image/jpeg")
    assert "registered twice" in told["look_alikes"][0]["sentence"]
    assert len(services.store.faces()) == 1


def test_a_photo_check_without_consent_compares_with_nobody(admin_client: FlaskClient, enrolled: Student):
    assert check(admin_client, b"face:60", consented="no").json["look_alikes"] == []


def test_a_photo_check_of_the_student_itself_finds_no_look_alike(admin_client: FlaskClient, enrolled: Student):
    told = check(admin_client, b"face:60.1", consented="yes", student_key=enrolled.key).json
    assert told["look_alikes"] == []


def test_a_photo_check_says_why_a_photo_cannot_be_used(admin_client: FlaskClient):
    assert check(admin_client, b"face:", consented="yes").json["usable"] is False
    assert "2 faces" in check(admin_client, b"face:1,2", consented="yes").json["refusal"]
    junk = check(admin_client, b"junk")
    assert junk.status_code == 422
    assert junk.json["error"]["message"]
    assert check(admin_client, b"").status_code == 422


def test_only_admins_check_photos_and_register(teacher_client: FlaskClient):
    token = {"X-CSRFToken": csrf(teacher_client, "/students/")}
    assert teacher_client.post("/students/photo-check", headers=token).status_code == 403
    assert teacher_client.get(REGISTER).status_code == 403
    assert teacher_client.post(REGISTER, headers=token).status_code == 403


def test_photos_are_added_and_removed(admin_client: FlaskClient, services: Services, enrolled: Student):
    url = f"/students/{enrolled.key}/photos/add"
    data = {"csrf_token": csrf(admin_client, url), "photos": [photo(b"face:60.1")]}
    assert admin_client.post(url, data=data, content_type="multipart/form-data").status_code == 302
    faces = services.store.faces(["60"])
    assert len(faces) == 2
    remove = f"/students/{enrolled.key}/photos/{faces[0].id}/remove"
    assert "cannot be undone" in admin_client.get(remove).text
    assert len(services.store.faces(["60"])) == 2
    assert post_form(admin_client, remove).status_code == 302
    assert [face.id for face in services.store.faces(["60"])] == [faces[1].id]
    assert len(list(services.media.keys())) == 2


def test_adding_no_photo_is_said(admin_client: FlaskClient, enrolled: Student):
    assert "Choose a photo first" in post_form(admin_client, f"/students/{enrolled.key}/photos/add").text


def test_no_photo_is_added_before_consent(admin_client: FlaskClient, services: Services):
    student = register_student(services, student_id="70", name="Student 70", consent_on=None, by=None).student
    answer = admin_client.get(f"/students/{student.key}/photos/add")
    assert answer.location == f"/students/{student.key}/consents/record"


def test_what_is_found_in_a_kept_photo_is_told(
    admin_client: FlaskClient, services: Services, enrolled: Student, monkeypatch: pytest.MonkeyPatch
):
    found = services.faces.find(b"face:60")
    monkeypatch.setattr(services.faces, "find", lambda _photo: found)
    told = admin_client.get(f"/students/{enrolled.key}/photos/{face_of(services, enrolled).id}/found").json
    assert told["usable"] is True
    assert len(told["faces"]) == 1


def test_a_photo_is_reached_through_its_own_student_only(
    admin_client: FlaskClient, services: Services, enrolled: Student
):
    student = register_student(
        services, student_id="70", name="Student 70", consent_on=date(2026, 3, 1), photos=[b"face:70"], by=None
    ).student
    face = face_of(services, enrolled)
    for part in ("found", "remove"):
        assert admin_client.get(f"/students/{student.key}/photos/{face.id}/{part}").status_code == 404
