"""What programs do by the REST API, and how it answers them."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace
from datetime import date
from threading import Barrier, Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient

from attendance.changes import AddStudent, SaveUser
from attendance.model import Course, Role, Status, Student, User
from attendance.services import Services
from attendance.use_cases.courses.statuses import save_status
from attendance.use_cases.lectures.lectures import lecture_board
from attendance.use_cases.people.accounts import remove_user
from tests.website.conftest import NOW
from tests.website.rest_world import World, ask, make_world, photo, secret_of

V1 = "/api/v1"


@pytest.fixture
def world(services: Services, admin: User, teacher: User, student_user: User, course: Course) -> World:
    """One of everything."""
    return make_world(services, admin, teacher, student_user, course)


@pytest.fixture
def secret(world: World) -> str:
    """The admin's token."""
    return world.secrets["admin"]


def test_a_student_is_registered_with_consent_photo_and_course(
    client: FlaskClient, services: Services, secret: str, course: Course
) -> None:
    form = {"id": "61", "name": "Student 61", "consent_on": "2026-03-01", "given_by": "student", "manner": "paper"}
    sent = {**form, "courses": course.id, "photos": [photo()]}
    made = ask(client, secret, "POST", f"{V1}/students", data=sent)
    assert made.status_code == 201, made.text
    assert made.json["photos"] == 1 and made.json["courses"] == [course.id]
    assert {one["purpose"] for one in made.json["consents"]} == {"face", "evidence"}
    assert ask(client, secret, "GET", made.headers["Location"]).json == made.json
    assert services.store.student("61").consent_on == date(2026, 3, 1)


def test_teachers_read_the_day_of_a_consent_alone(client: FlaskClient, world: World) -> None:
    path = f"{V1}/students/{world.ids['student_key']}"
    for_teacher, for_admin = (ask(client, world.secrets[who], "GET", path).json for who in ("teacher", "admin"))
    assert for_teacher["consent_on"] == for_admin["consent_on"] == "2026-03-01"
    assert "consents" not in for_teacher
    assert {one["purpose"] for one in for_admin["consents"]} == {"face", "evidence", "visits"}


def test_photos_without_consent_are_refused_and_nothing_is_stored(client: FlaskClient, secret: str) -> None:
    sent = {"id": "61", "name": "Student 61", "photos": photo()}
    refused = ask(client, secret, "POST", f"{V1}/students", data=sent)
    assert (refused.status_code, refused.json["field"]) == (422, "consent_on")
    found = ask(client, secret, "GET", f"{V1}/students?text=61")
    assert found.json["total"] == 0


def test_a_page_of_a_list_links_to_the_others(client: FlaskClient, services: Services, secret: str) -> None:
    for number in range(5):
        services.store.commit(AddStudent(Student(f"9{number}", f"key{number}", f"Nine {number}", NOW)))
    second = ask(client, secret, "GET", f"{V1}/students?text=Nine&size=2&page=2&_external=1")
    assert [one["id"] for one in second.json["items"]] == ["92", "93"]
    assert (second.json["page"], second.json["size"], second.json["total"]) == (2, 2, 5)
    links = dict(reversed(one) for one in re.findall(r'<([^>]+)>; rel="(\w+)"', second.headers["Link"]))
    assert set(links) == {"first", "prev", "next", "last"}
    assert [one["id"] for one in ask(client, secret, "GET", links["next"]).json["items"]] == ["94"]
    assert links["next"].startswith("/api/v1/students?")


@pytest.mark.parametrize("asked", ["size=201", "size=0", "page=0", "page=x", "size=²"])
def test_a_page_that_cannot_be_is_refused_in_a_sentence(client: FlaskClient, secret: str, asked: str) -> None:
    refused = ask(client, secret, "GET", f"{V1}/courses?{asked}")
    assert (refused.status_code, refused.mimetype) == (400, "application/problem+json")
    assert refused.json["detail"].startswith(asked.partition("=")[0])


def test_a_program_sees_of_the_lists_what_the_pages_show(
    client: FlaskClient, teacher_client: FlaskClient, services: Services, world: World
) -> None:
    teacher, other = world.secrets["teacher"], world.secrets["other teacher"]
    for path, page in (("students", "/students/"), ("courses", "/courses/"), ("lectures", "/lectures/")):
        items = ask(client, teacher, "GET", f"{V1}/{path}").json["items"]
        shown = teacher_client.get(page).text
        assert items and all(one.get("key", one["id"]) in shown for one in items)
        assert ask(client, other, "GET", f"{V1}/{path}").json["items"] == []
    assert ask(client, other, "GET", f"{V1}/log").json["total"] == 0
    marks = services.store.marks(world.ids["lecture_id"])
    assert ask(client, teacher, "GET", f"{V1}/log").json["total"] == len(marks) > 0
    assert ask(client, teacher, "GET", f"{V1}/log?status=present").json["total"] == 0


def test_the_marks_of_a_lecture_are_those_that_its_page_shows(
    client: FlaskClient, services: Services, world: World
) -> None:
    path = f"{V1}/lectures/{world.ids['lecture_id']}/marks"
    shown = lecture_board(services, world.ids["lecture_id"]).attendees
    told = ask(client, world.secrets["teacher"], "GET", path).json["items"]
    assert [one["student_key"] for one in told] == [one.student.key for one in shown]
    assert [one["status"] for one in told] == [one.mark.status if one.mark else None for one in shown]


def test_a_student_reads_the_own_lines_of_the_log_alone(client: FlaskClient, world: World) -> None:
    mine = ask(client, world.secrets["student"], "GET", f"{V1}/log?student=60")
    assert mine.status_code == 200
    assert {one["student_id"] for one in mine.json["items"]} <= {"21"}


def test_what_was_read_is_told_apart_from_what_is_there_by_now(client: FlaskClient, secret: str, world: World) -> None:
    course = f"{V1}/courses/{world.ids['course_id']}"
    tag = ask(client, secret, "GET", course).headers["ETag"]
    assert ask(client, secret, "GET", course, headers={"If-None-Match": tag}).status_code == 304
    changed = ask(client, secret, "PATCH", course, headers={"If-Match": tag}, json={"name": "Changed"})
    assert (changed.status_code, changed.json["name"]) == (200, "Changed")
    late = ask(client, secret, "PATCH", course, headers={"If-Match": tag}, json={"name": "Late"})
    assert late.status_code == 412
    assert ask(client, secret, "DELETE", course, headers={"If-Match": tag}).status_code == 412
    assert ask(client, secret, "GET", course).json["name"] == "Changed"


def test_a_mark_is_set_and_taken_back_with_its_history(client: FlaskClient, world: World) -> None:
    mark = f"{V1}/lectures/{world.ids['lecture_id']}/marks/{world.unsure}"
    teacher = world.secrets["teacher"]
    decided = ask(client, teacher, "PUT", mark, json={"status": "excused", "reason": "A certificate."})
    assert (decided.json["status"], decided.json["search_says"], decided.json["by_person"]) == (
        "excused",
        "unsure",
        True,
    )
    assert decided.json["history"][-1]["by_name"] == "Teacher Example"
    back = ask(client, teacher, "DELETE", mark)
    assert (back.json["status"], back.json["by_person"]) == ("unsure", False)
    refused = ask(client, teacher, "PUT", mark, json={"status": "unsure", "reason": "?"})
    assert (refused.status_code, refused.json["title"]) == (400, "Bad Request")


def test_a_mark_is_set_to_a_status_of_the_course(client: FlaskClient, services: Services, world: World) -> None:
    signs = {"icon": "camera-video", "tone": "calm", "by": None}
    given = {"name": "Remote", "letter": "R", "base": Status.PRESENT, "points": 0.5, "attended": True}
    own = save_status(services, world.ids["course_id"], **given, **signs)
    teacher = world.secrets["teacher"]
    course = ask(client, teacher, "GET", f"{V1}/courses/{world.ids['course_id']}").json
    assert (course["statuses"][0]["id"], course["statuses"][0]["points"]) == (own.id, 0.5)
    mark = f"{V1}/lectures/{world.ids['lecture_id']}/marks/{world.unsure}"
    decided = ask(client, teacher, "PUT", mark, json={"own_status": own.id, "reason": "Online."}).json
    assert (decided["status"], decided["own_status"], decided["is_over"]) == ("present", own.id, True)
    several = {"students": [decided["student_key"]], "own_status": own.id, "reason": "Online."}
    done = ask(client, teacher, "POST", mark.rpartition("/")[0], json=several)
    assert (done.status_code, done.json["marks"]) == (200, 1)
    assert decided["history"][-1]["to_own"] == own.id
    for wrong in ({}, {"status": "late", "own_status": own.id}, {"own_status": "none"}):
        refused = ask(client, teacher, "PUT", mark, json={"reason": "?", **wrong})
        assert refused.status_code == 400, refused.text


def test_the_same_request_again_is_done_once(client: FlaskClient, services: Services, secret: str) -> None:
    headers = {"Idempotency-Key": "add the course"}
    sent = {"code": "NEW", "name": "New"}
    first = ask(client, secret, "POST", f"{V1}/courses", json=sent, headers=headers)
    again = ask(client, secret, "POST", f"{V1}/courses", json=sent, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json == first.json and again.headers["Location"] == first.headers["Location"]
    assert again.headers["Idempotency-Replayed"] == "true"
    other = ask(client, secret, "POST", f"{V1}/courses", json={**sent, "code": "NEWER"}, headers=headers)
    assert other.status_code == 422
    assert services.store.find_course("NEWER") is None
    assert ask(client, secret, "DELETE", first.headers["Location"]).status_code == 204
    assert ask(client, secret, "POST", f"{V1}/courses", json=sent, headers=headers).status_code == 404


def test_a_form_with_photos_is_the_same_whatever_its_boundary(client: FlaskClient, secret: str, world: World) -> None:
    headers, photos = {"Idempotency-Key": "photo"}, f"{V1}/students/{world.unsure}/photos"
    answers = [ask(client, secret, "POST", photos, data={"photos": photo()}, headers=headers) for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 201]
    assert len(answers[1].json["items"]) == 2


def test_what_was_refused_may_be_tried_again_with_its_key(client: FlaskClient, secret: str) -> None:
    headers = {"Idempotency-Key": "k"}
    refused = ask(client, secret, "POST", f"{V1}/courses", json={"code": "", "name": "New"}, headers=headers)
    mended = ask(client, secret, "POST", f"{V1}/courses", json={"code": "NEW", "name": "New"}, headers=headers)
    assert (refused.status_code, mended.status_code) == (400, 201)


def test_a_token_acts_with_the_present_role_of_its_user(
    client: FlaskClient, services: Services, teacher: User, world: World
) -> None:
    admins = secret_of(services, teacher)
    assert ask(client, admins, "POST", f"{V1}/courses", json={"code": "N", "name": "N"}).status_code == 403
    services.store.commit(SaveUser(replace(teacher, role=Role.ADMIN)))
    assert ask(client, admins, "POST", f"{V1}/courses", json={"code": "N", "name": "N"}).status_code == 201


def test_a_token_of_a_removed_user_is_nothing(
    client: FlaskClient, services: Services, teacher: User, world: World
) -> None:
    remove_user(services, teacher.id, by=None)
    assert ask(client, world.secrets["teacher"], "GET", f"{V1}/courses").status_code == 401


def test_a_token_opens_no_page_and_no_device_address(client: FlaskClient, secret: str) -> None:
    assert ask(client, secret, "GET", "/students/").status_code == 302
    assert ask(client, secret, "GET", "/api/v1/devices/me").status_code == 401


def test_a_token_counts_for_more_than_a_cookie_and_sets_none(
    admin_client: FlaskClient, client: FlaskClient, services: Services, teacher: User, world: World
) -> None:
    found = ask(admin_client, world.secrets["other teacher"], "GET", f"{V1}/courses")
    assert found.json["total"] == 0
    assert "Set-Cookie" not in ask(client, world.secrets["teacher"], "GET", f"{V1}/courses").headers


def test_recordings_are_sent_with_a_token_and_without_a_forms_token(
    client: FlaskClient, services: Services, teacher: User, world: World
) -> None:
    words = {"course_id": world.ids["course_id"], "filename": "monday.mp4", "starts_at": "2026-03-02T09:00"}
    begins = ",".join(f"{name} {b64encode(word.encode()).decode()}" for name, word in words.items())
    begin = {"Tus-Resumable": "1.0.0", "Upload-Length": "10", "Upload-Metadata": begins}
    for scope, status in (("recordings:read", 403), ("recordings:write", 201), ("visits:read", 403)):
        one = secret_of(services, teacher, scope)
        assert ask(client, one, "POST", f"{V1}/uploads", headers=begin).status_code == status
        assert ask(client, one, "GET", f"{V1}/visits").status_code == (200 if scope == "visits:read" else 403)
    read = secret_of(services, teacher, "recordings:read")
    found = ask(client, read, "GET", f"{V1}/recordings/{world.ids['recording_id']}")
    assert (found.status_code, found.json["name"]) == (200, "monday.mp4")


class TestWithALimit:
    """Where a token has three requests a minute."""

    @pytest.fixture
    def environment(self) -> dict[str, str]:
        """Few."""
        return {"ROLLCALL_REQUESTS_PER_TOKEN": "3"}

    def test_a_token_that_asks_too_often_is_told_when_to_come_again(
        self, client: FlaskClient, services: Services, world: World
    ) -> None:
        statuses = [ask(client, world.secrets["teacher"], "GET", f"{V1}/courses") for _ in range(4)]
        assert [one.status_code for one in statuses] == [200, 200, 200, 429]
        assert 1 <= int(statuses[-1].headers["Retry-After"]) <= 61
        assert ask(client, world.secrets["admin"], "GET", f"{V1}/courses").status_code == 200


@pytest.mark.parametrize(
    ("path", "sent", "once"),
    [
        ("users", {"email": "new@example.org", "name": "New Example", "role": "teacher"}, "password"),
        ("devices", {"name": "New", "room": "102"}, "pairing_code"),
    ],
)
def test_what_is_said_once_is_not_said_again(
    client: FlaskClient, secret: str, path: str, sent: dict[str, str], once: str
) -> None:
    headers = {"Idempotency-Key": "k"}
    first, again = (ask(client, secret, "POST", f"{V1}/{path}", json=sent, headers=headers) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json[once] and once not in again.json
    assert again.json["id"] == first.json["id"]
    assert ask(client, secret, "GET", f"{V1}/{path}").text.count(first.json["id"]) == 1


def test_the_last_admin_stays(client: FlaskClient, admin: User, secret: str) -> None:
    refused = ask(client, secret, "PATCH", f"{V1}/users/{admin.id}", json={"role": "teacher"})
    assert (refused.status_code, refused.json["detail"]) == (403, "The last admin must stay an admin.")


def test_an_address_of_people_below_devices_is_no_address_of_devices(client: FlaskClient, secret: str) -> None:
    found = ask(client, secret, "GET", f"{V1}/devices/nothing")
    assert (found.status_code, found.mimetype) == (404, "application/problem+json")


def test_a_lecture_is_added_and_changed_and_two_cannot_be_on_at_once(
    client: FlaskClient, services: Services, secret: str, course: Course
) -> None:
    words = {"course": course.id, "starts_at": "2026-05-04T09:00:00+09:00", "ends_at": "2026-05-04T09:50:00+09:00"}
    added = ask(client, secret, "POST", f"{V1}/lectures", json=words)
    assert (added.status_code, added.json["starts_at"]) == (201, "2026-05-04T00:00:00+00:00")
    again = ask(client, secret, "POST", f"{V1}/lectures", json=words | {"starts_at": "2026-05-04T09:30:00+09:00"})
    assert again.status_code == 409
    changed = ask(client, secret, "PATCH", added.headers["Location"], json={"title": "Exam"})
    assert (changed.json["title"], changed.json["starts_at"]) == ("Exam", "2026-05-04T00:00:00+00:00")
    assert services.store.lecture(added.json["id"]).title == "Exam"


def test_several_marks_are_set_at_once_and_undone(client: FlaskClient, world: World, secret: str) -> None:
    lecture = f"{V1}/lectures/{world.ids['lecture_id']}"
    words = {"students": [world.unsure], "status": "excused", "reason": "Trip"}
    done = ask(client, secret, "POST", f"{lecture}/marks", json=words)
    assert done.json["marks"] == 1
    mark = ask(client, secret, "GET", f"{lecture}/marks/{world.unsure}").json
    assert (mark["status"], mark["method"], mark["checked_in_at"]) == ("excused", "hand", None)
    undone = ask(client, secret, "POST", f"{lecture}/acts/{done.json['act']}/undo")
    assert undone.json["marks"] == 1
    assert ask(client, secret, "GET", f"{lecture}/marks/{world.unsure}").json["status"] == "unsure"
    assert ask(client, secret, "POST", f"{lecture}/acts/{done.json['act']}/undo").status_code == 409


def test_of_the_same_requests_at_once_one_is_done(app: Flask, services: Services, secret: str) -> None:
    together, answers = Barrier(6), []

    def send() -> None:
        client = app.test_client()
        together.wait()
        sent = {"code": "ONCE", "name": "Once"}
        answers.append(ask(client, secret, "POST", f"{V1}/courses", json=sent, headers={"Idempotency-Key": "k"}))

    threads = [Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    statuses = sorted(answer.status_code for answer in answers)
    assert set(statuses) <= {201, 409} and 201 in statuses  # 409: the first was still being done
    assert len({answer.headers["Location"] for answer in answers if answer.status_code == 201}) == 1
    assert [course.code for course in services.store.courses()].count("ONCE") == 1
