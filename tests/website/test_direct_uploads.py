"""Uploads straight to the bucket belong to their user, survive what can go wrong, and say what became of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from attendance.changes import AddCourse
from attendance.model import Course, SearchStatus, new_id
from attendance.services import Services
from attendance.use_cases.recordings.finishing import finish_upload
from tests.fakes import FakeUploads
from tests.fakes.direct_uploads import ORIGIN
from tests.website.browsing import csrf, post_form, sign_in
from tests.website.direct_sending import DIRECT, ask, begin, send, with_a_bucket
from tests.website.lecturing import UPLOADS, create, tus

VIDEO = b"video 60|21 0 50|900 10 20"
NO_VIDEO = b"These are my notes of the lecture."


@pytest.fixture
def services(services: Services) -> Services:
    """The site's media and uploads are in a bucket; a worker of its own searches."""
    return with_a_bucket(services)


@pytest.fixture
def location(teacher_client: FlaskClient, course: Course) -> str:
    """An upload that was begun."""
    return begin(teacher_client, course.id, len(VIDEO)).json["location"]


@pytest.mark.parametrize("text", ["", '{"filename": ', "[" * 100_000])
def test_what_is_no_json_is_told_as_that(teacher_client: FlaskClient, services: Services, text: str) -> None:
    answer = ask(teacher_client, "POST", DIRECT, data=text, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json["error"]["message"] == "What was sent is not JSON, or not all of it arrived."


def test_an_upload_is_begun_and_says_how_large_its_parts_are(
    teacher_client: FlaskClient, services: Services, course: Course
) -> None:
    answer = begin(teacher_client, course.id, len(VIDEO))
    assert answer.status_code == 201
    assert answer.headers["Location"] == answer.json["location"] == f"{DIRECT}/{answer.json['id']}"
    assert (answer.json["part_size"], answer.json["parts"], answer.json["status"]) == (8, [], "sending")
    purpose = services.uploads.upload(answer.json["id"]).purpose
    assert purpose.filename == "lecture.mp4"
    assert purpose.starts_at.isoformat() == "2025-11-03T00:00:00+00:00"  # 09:00 in Seoul


def test_parts_in_any_order_become_a_recording(
    teacher_client: FlaskClient, services: Services, course: Course, location: str
) -> None:
    send(services.uploads, teacher_client, location, VIDEO)
    done = ask(teacher_client, "POST", f"{location}/complete", {})
    assert (done.status_code, done.json["status"]) == (200, "done")
    recording = services.store.recording(done.json["recording"]["id"])
    assert recording.status is SearchStatus.QUEUED
    assert services.media.read(recording.media_key) == VIDEO
    assert done.json["recording"]["location"] == f"/lectures/{recording.lecture_id}"
    assert services.jobs.waiting == [recording.id]


def test_links_last_an_hour_and_lead_to_the_bucket(teacher_client: FlaskClient, location: str) -> None:
    answer = ask(teacher_client, "POST", f"{location}/parts", {"numbers": [4, 1]})
    assert answer.status_code == 200
    assert set(answer.json["links"]) == {"1", "4"}
    assert all(link.startswith(ORIGIN) and link.endswith("seconds=3600") for link in answer.json["links"].values())
    assert answer.json["seconds"] == 3600
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_state_says_which_parts_are_there(teacher_client: FlaskClient, services: Services, location: str) -> None:
    links = ask(teacher_client, "POST", f"{location}/parts", {"numbers": [3]}).json["links"]
    services.uploads.put(links["3"], VIDEO[16:24])
    state = ask(teacher_client, "GET", location).json
    assert (state["status"], state["size"], state["parts"]) == ("sending", len(VIDEO), [{"number": 3, "size": 8}])


def test_an_upload_whose_last_part_came_waits_to_be_completed(
    teacher_client: FlaskClient, services: Services, location: str
) -> None:
    send(services.uploads, teacher_client, location, VIDEO)
    state = ask(teacher_client, "GET", location).json
    assert (state["status"], len(state["parts"])) == ("sending", 4)
    assert f'data-url="{location}"' in teacher_client.get("/lectures/upload").text


def test_completing_twice_gives_the_same_recording(
    teacher_client: FlaskClient, services: Services, course: Course, location: str
) -> None:
    send(services.uploads, teacher_client, location, VIDEO)
    first, second = (ask(teacher_client, "POST", f"{location}/complete", {}) for _ in range(2))
    assert first.json == second.json
    assert ask(teacher_client, "GET", location).json == first.json
    (lecture,) = services.store.lectures().items
    assert len(services.store.recordings(lecture.id)) == 1


def test_what_is_not_whole_cannot_be_completed(teacher_client: FlaskClient, services: Services, location: str) -> None:
    answer = ask(teacher_client, "POST", f"{location}/complete", {})
    assert (answer.status_code, answer.json["error"]["message"]) == (409, "Bytes of this upload are missing.")
    assert ask(teacher_client, "GET", location).json["status"] == "sending"
    assert services.store.lectures().total == 0


def test_a_file_that_is_no_recording_is_refused_and_the_reason_stays(
    teacher_client: FlaskClient, services: Services, course: Course
) -> None:
    location = begin(teacher_client, course.id, len(NO_VIDEO)).json["location"]
    send(services.uploads, teacher_client, location, NO_VIDEO)
    refused = [ask(teacher_client, "POST", f"{location}/complete", {}) for _ in range(2)]
    assert {answer.status_code for answer in refused} == {422}
    (reason,) = {answer.json["error"]["message"] for answer in refused}
    assert "not a video" in reason
    state = ask(teacher_client, "GET", location).json
    assert (state["status"], state["error"], state["parts"]) == ("refused", reason, [])
    assert services.store.lectures().total == 0
    assert list(services.uploads.whole()) == []


class TestFinishedByEvents:
    """With queue and functions of AWS."""

    @pytest.fixture
    def services(self, services: Services) -> Services:
        return replace(services, settings=replace(services.settings, jobs="lambda:https://queue.example.org/1/jobs"))

    def test_the_site_leaves_the_recording_to_them(
        self, teacher_client: FlaskClient, services: Services, location: str
    ) -> None:
        send(services.uploads, teacher_client, location, VIDEO)
        answers = [ask(teacher_client, "POST", f"{location}/complete", {}) for _ in range(2)]
        assert [(one.status_code, one.json["status"], one.json["recording"]) for one in answers] == [
            (202, "whole", None)
        ] * 2
        assert ask(teacher_client, "GET", location).json["status"] == "whole"
        assert services.store.lectures().total == 0

    def test_the_recording_that_they_make_is_named(
        self, teacher_client: FlaskClient, services: Services, location: str
    ) -> None:
        send(services.uploads, teacher_client, location, VIDEO)
        ask(teacher_client, "POST", f"{location}/complete", {})
        recording = finish_upload(services, location.rpartition("/")[2])
        state = ask(teacher_client, "GET", location).json
        assert (state["status"], state["recording"]["id"]) == ("done", recording.id)
        assert ask(teacher_client, "POST", f"{location}/complete", {}).json == state

    def test_what_they_refuse_is_told_and_can_be_put_away(
        self, teacher_client: FlaskClient, services: Services, course: Course
    ) -> None:
        location = begin(teacher_client, course.id, len(NO_VIDEO)).json["location"]
        send(services.uploads, teacher_client, location, NO_VIDEO)
        ask(teacher_client, "POST", f"{location}/complete", {})
        for upload in services.uploads.whole():
            with pytest.raises(Exception, match="not a video"):
                finish_upload(services, upload.id)
        assert "not a video" in ask(teacher_client, "GET", location).json["error"]
        page = teacher_client.get("/lectures/upload").text
        assert "not a video" in page
        assert "data-resume" not in page
        post_form(teacher_client, f"/lectures/upload/{location.rpartition('/')[2]}/remove", "/lectures/upload")
        assert "not a video" not in teacher_client.get("/lectures/upload").text
        assert ask(teacher_client, "GET", location).status_code == 404


def test_an_upload_is_given_up(teacher_client: FlaskClient, location: str) -> None:
    assert ask(teacher_client, "DELETE", location).status_code == 204
    for method, url in (("GET", location), ("DELETE", location), ("POST", f"{location}/complete")):
        answer = ask(teacher_client, method, url, {} if method == "POST" else None)
        assert (answer.status_code, answer.json["error"]["message"]) == (404, "This upload does not exist any more.")


def test_somebody_elses_upload_is_as_if_it_were_not_there(
    admin_client: FlaskClient, services: Services, location: str
) -> None:
    for method, url, words in (
        ("GET", location, None),
        ("DELETE", location, None),
        ("POST", f"{location}/parts", {"numbers": [1]}),
        ("POST", f"{location}/complete", {}),
    ):
        assert ask(admin_client, method, url, words).status_code == 404, (method, url)
    assert services.uploads.upload(location.rpartition("/")[2])


def test_somebody_elses_recording_is_not_told(
    teacher_client: FlaskClient, admin_client: FlaskClient, services: Services, location: str
) -> None:
    send(services.uploads, teacher_client, location, VIDEO)
    ask(teacher_client, "POST", f"{location}/complete", {})
    assert ask(admin_client, "GET", location).status_code == 404


def test_students_and_strangers_send_nothing(
    client: FlaskClient, student_client: FlaskClient, course: Course, location: str
) -> None:
    assert begin(student_client, course.id, 10).status_code == 403
    assert ask(student_client, "GET", location).status_code == 403
    answer = client.post(DIRECT, json={}, headers={"X-CSRFToken": csrf(client)})
    assert answer.status_code == 401


def test_the_forms_token_is_asked_for(teacher_client: FlaskClient, location: str) -> None:
    for method, url in (("POST", DIRECT), ("POST", f"{location}/complete"), ("DELETE", location)):
        assert teacher_client.open(url, method=method, json={}).status_code == 400
    assert ask(teacher_client, "GET", location).status_code == 200


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"size": "12"}, "size must be a whole number."),
        ({"size": True}, "size must be a whole number."),
        ({"size": 12.5}, "size must be a whole number."),
        ({"size": 0}, "The file is empty."),
        ({"size": 10**12}, "at most 10 GB can be uploaded."),
        ({"filename": 7}, "filename must be a text."),
        ({"course_id": "nothing"}, "There is no such course."),
        ({"course_id": None}, "course_id must be a text."),
        ({"starts_at": "yesterday"}, "Give the date and the time"),
        ({"ends_at": "2025-11-03T08:00"}, "must end after it starts"),
    ],
)
def test_what_cannot_become_a_recording_is_refused_before_a_byte_is_sent(
    teacher_client: FlaskClient, services: Services, course: Course, words: dict[str, object], sentence: str
) -> None:
    answer = begin(teacher_client, **{"course_id": course.id, "size": 10, **words})
    assert answer.status_code in (400, 404, 413, 422)
    assert sentence in answer.json["error"]["message"]
    assert list(services.uploads._all()) == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff"])
def test_a_request_that_is_no_object_is_refused(teacher_client: FlaskClient, location: str, body: bytes) -> None:
    headers = {"X-CSRFToken": csrf(teacher_client, "/account"), "Content-Type": "application/json"}
    for url in (DIRECT, f"{location}/parts"):
        answer = teacher_client.post(url, data=body, headers=headers)
        assert answer.status_code == 400
        assert answer.json["error"]["message"]


@pytest.mark.parametrize("numbers", [None, [], "1", {}, list(range(1, 102)), ["1"], [1.5], [True], [0], [-1], [5]])
def test_links_are_only_for_parts_that_there_are(teacher_client: FlaskClient, location: str, numbers: object) -> None:
    answer = ask(teacher_client, "POST", f"{location}/parts", {"numbers": numbers})
    assert answer.status_code == 400
    assert answer.json["error"]["message"]


def test_another_users_course_is_not_found(
    app: Flask, services: Services, teacher_client: FlaskClient, course: Course
) -> None:
    other = replace(course, id=new_id(), section="2")
    services.store.commit(AddCourse(other))
    assert begin(teacher_client, other.id, 10).status_code == 404


def test_who_was_signed_out_goes_on_after_signing_in_again(
    app: Flask, teacher_client: FlaskClient, teacher: object, services: Services, location: str
) -> None:
    post_form(teacher_client, "/logout", "/account")
    token = csrf(teacher_client)
    assert teacher_client.get(location, headers={"X-CSRFToken": token}).status_code == 401
    sign_in(teacher_client, "teacher@example.org")
    send(services.uploads, teacher_client, location, VIDEO)
    assert ask(teacher_client, "POST", f"{location}/complete", {}).status_code == 200


def test_tus_is_told_the_other_address(teacher_client: FlaskClient, course: Course, location: str) -> None:
    begun = create(teacher_client, course.id, 10)
    sent = tus(teacher_client, "HEAD", f"{UPLOADS}/{location.rpartition('/')[2]}")
    assert (begun.status_code, sent.status_code) == (404, 404)
    assert begun.json["error"]["message"] == f"Recordings go straight to this site's bucket; begin at {DIRECT}."


class TestSiteThatReceivesItself:
    """Without a bucket."""

    @pytest.fixture
    def services(self, services: Services) -> Services:
        return replace(services, uploads=FakeUploads())

    def test_direct_uploads_are_told_the_other_address(self, teacher_client: FlaskClient, course: Course) -> None:
        upload = f"{DIRECT}/{new_id()}"
        answers = [
            begin(teacher_client, course.id, 10),
            ask(teacher_client, "GET", upload),
            ask(teacher_client, "POST", f"{upload}/parts", {"numbers": [1]}),
            ask(teacher_client, "POST", f"{upload}/complete", {}),
            ask(teacher_client, "DELETE", upload),
        ]
        assert {answer.status_code for answer in answers} == {404}
        assert {answer.json["error"]["message"] for answer in answers} == {
            f"This site receives recordings itself, by tus; begin at {UPLOADS}."
        }

    def test_the_page_sends_to_the_site(self, teacher_client: FlaskClient, course: Course) -> None:
        page = teacher_client.get("/lectures/upload").text
        assert f'data-endpoint="{UPLOADS}"' in page
        assert 'data-sends="tus"' in page
