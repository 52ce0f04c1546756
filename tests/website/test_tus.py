"""Resumable uploads follow tus 1.0, belong to their user, and survive what can go wrong."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import NoReturn

import pytest
from flask import Flask
from flask.testing import FlaskClient

from attendance.changes import AddCourse
from attendance.errors import OutOfSpace
from attendance.model import Course, SearchStatus, Sender, new_id
from attendance.services import Services
from tests.website.browsing import sign_in
from tests.website.lecturing import STARTS, UPLOADS, create, patch, tus, upload_recording
from tests.website.tus_headers import BYTES, metadata

VIDEO = b"video 60|21 0 50|900 10 20"


@pytest.fixture
def url(teacher_client: FlaskClient, course: Course) -> str:
    """An upload that was begun."""
    return create(teacher_client, course.id, len(VIDEO)).headers["Location"]


def test_options_says_what_is_spoken_here(teacher_client: FlaskClient, services: Services) -> None:
    answer = teacher_client.options(UPLOADS)
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert answer.headers["Tus-Max-Size"] == str(services.settings.most_upload_bytes)
    assert {"creation", "termination", "expiration"} <= set(answer.headers["Tus-Extension"].split(","))


def test_an_upload_is_created_and_asked_for_its_offset(teacher_client: FlaskClient, course: Course) -> None:
    created = create(teacher_client, course.id, len(VIDEO))
    assert created.status_code == 201
    assert created.headers["Tus-Resumable"] == "1.0.0"
    asked = tus(teacher_client, "HEAD", created.headers["Location"])
    assert asked.status_code == 200
    assert asked.headers["Upload-Offset"] == "0"
    assert asked.headers["Upload-Length"] == str(len(VIDEO))
    assert asked.headers["Cache-Control"] == "no-store"
    assert asked.headers["Upload-Expires"].endswith("GMT")
    assert asked.headers["Upload-Metadata"].startswith("filename ")


def test_bytes_in_pieces_become_a_recording_that_waits_for_its_search(
    teacher_client: FlaskClient, services: Services, url: str
) -> None:
    first = patch(teacher_client, url, 0, VIDEO[:10])
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, "10")
    last = patch(teacher_client, url, 10, VIDEO[10:])
    assert (last.status_code, last.headers["Upload-Offset"]) == (204, str(len(VIDEO)))
    recording = services.store.recording(last.headers["Rollcall-Recording"])
    assert recording.status is SearchStatus.QUEUED
    assert services.media.read(recording.media_key) == VIDEO
    assert last.headers["Rollcall-Location"] == f"/lectures/{recording.lecture_id}"
    lecture = services.store.lecture(recording.lecture_id)
    assert lecture.starts_at.isoformat() == "2025-11-03T00:00:00+00:00"  # 09:00 in Seoul


def test_bytes_may_come_with_the_creation(teacher_client: FlaskClient, course: Course) -> None:
    words = metadata(filename="a.mp4", course_id=course.id, starts_at=STARTS)
    headers = {"Upload-Length": str(len(VIDEO)), "Upload-Metadata": words, "Content-Type": BYTES}
    created = tus(teacher_client, "POST", UPLOADS, headers, data=VIDEO)
    assert created.status_code == 201
    assert "Rollcall-Recording" in created.headers


def test_another_version_is_refused_with_ours(teacher_client: FlaskClient, url: str) -> None:
    for version in ("0.2.2", None):
        answer = tus(teacher_client, "HEAD", url, {"Tus-Resumable": version})
        assert answer.status_code == 412
        assert answer.headers["Tus-Version"] == "1.0.0"


def test_a_wrong_offset_is_a_conflict_and_stores_nothing(teacher_client: FlaskClient, url: str) -> None:
    answer = patch(teacher_client, url, 5, VIDEO[5:])
    assert answer.status_code == 409
    assert answer.json["error"]["message"] == "The upload is at byte 0, not at 5."
    assert tus(teacher_client, "HEAD", url).headers["Upload-Offset"] == "0"


def test_bytes_of_another_type_are_refused(teacher_client: FlaskClient, url: str) -> None:
    assert patch(teacher_client, url, 0, VIDEO, Content_Type="application/octet-stream").status_code == 415


@pytest.mark.parametrize("offset", ["", "-1", "x", "1.5", "9" * 30, "١"])
def test_an_offset_that_is_no_number_is_refused(teacher_client: FlaskClient, url: str, offset: str) -> None:
    headers = {"Content-Type": BYTES, "Upload-Offset": offset.encode().decode("latin-1")}
    assert tus(teacher_client, "PATCH", url, headers, data=VIDEO).status_code == 400


def test_more_bytes_than_announced_are_refused(teacher_client: FlaskClient, url: str) -> None:
    assert patch(teacher_client, url, 0, VIDEO + b"more").status_code == 413


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        ({"starts_at": "yesterday"}, 400, "Give the date and the time, such as 2026-03-02T09:00."),
        ({"starts_at": "2199-01-01T09:00"}, 400, "The lecture must have begun already; check its date."),
        ({"ends_at": "2025-11-03T08:00"}, 400, "The lecture must end after it starts."),
        ({"starts_at": "2025-11-03T09:00+09:00"}, 400, None),
        ({"starts_at": "9999-12-31T23:59"}, 400, None),
        ({"starts_at": "0001-01-01T00:00"}, 400, None),
        ({"course_id": "0" * 32}, 404, "There is no such course."),
    ],
)
def test_what_is_wrong_with_the_lecture_is_said_before_any_byte_is_sent(
    teacher_client: FlaskClient,
    services: Services,
    teacher: object,
    course: Course,
    words: dict[str, str],
    status: int,
    sentence: str | None,
) -> None:
    answer = create(teacher_client, words.pop("course_id", course.id), 10, **words)
    assert answer.status_code == status
    assert sentence in (None, answer.json["error"]["message"])
    assert not services.uploads.of_sender(Sender(user_id=teacher.id))  # type: ignore[attr-defined]


@pytest.mark.parametrize(("size", "status"), [("0", 422), ("-5", 400), ("x", 400), ("", 400), (str(10**15), 413)])
def test_an_impossible_size_is_refused(teacher_client: FlaskClient, course: Course, size: str, status: int) -> None:
    words = metadata(filename="a.mp4", course_id=course.id, starts_at=STARTS)
    answer = tus(teacher_client, "POST", UPLOADS, {"Upload-Length": size, "Upload-Metadata": words})
    assert answer.status_code == status


@pytest.mark.parametrize("header", ["filename !!!", "filename /w==", "filename YQ==,filename Yg==", "é"])
def test_metadata_that_cannot_be_read_is_refused(teacher_client: FlaskClient, header: str) -> None:
    answer = tus(teacher_client, "POST", UPLOADS, {"Upload-Length": "5", "Upload-Metadata": header})
    assert answer.status_code in (400, 404)


def test_a_length_that_follows_later_is_refused(teacher_client: FlaskClient) -> None:
    assert tus(teacher_client, "POST", UPLOADS, {"Upload-Defer-Length": "1"}).status_code == 400


def test_a_file_that_is_no_video_is_refused_and_leaves_nothing(
    teacher_client: FlaskClient, services: Services, course: Course
) -> None:
    url = create(teacher_client, course.id, 5).headers["Location"]
    answer = patch(teacher_client, url, 0, b"hello")
    assert answer.status_code == 422
    assert answer.json["error"]["message"].startswith("The recording is not a video")
    assert tus(teacher_client, "HEAD", url).status_code == 404
    assert not services.store.lectures().items
    assert not list(services.media.keys())


def test_a_terminated_upload_is_gone(teacher_client: FlaskClient, url: str) -> None:
    assert tus(teacher_client, "DELETE", url).status_code == 204
    assert tus(teacher_client, "HEAD", url).status_code == 404
    assert tus(teacher_client, "DELETE", url).status_code == 404


def test_a_post_may_say_that_another_method_is_meant(teacher_client: FlaskClient, url: str) -> None:
    headers = {"X-HTTP-Method-Override": "PATCH", "Upload-Offset": "0", "Content-Type": BYTES}
    answer = tus(teacher_client, "POST", url, headers, data=VIDEO[:4])
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, "4")
    assert tus(teacher_client, "POST", url).status_code == 405


def test_bytes_without_the_csrf_token_are_refused(teacher_client: FlaskClient, url: str) -> None:
    headers = {"X-CSRFToken": None, "Upload-Offset": "0", "Content-Type": BYTES}
    assert tus(teacher_client, "PATCH", url, headers, data=VIDEO).status_code == 400
    assert tus(teacher_client, "DELETE", url, {"X-CSRFToken": None}).status_code == 400


def test_somebody_else_does_not_see_an_upload(admin_client: FlaskClient, url: str) -> None:
    assert tus(admin_client, "HEAD", url).status_code == 404
    assert patch(admin_client, url, 0, VIDEO).status_code == 404
    assert tus(admin_client, "DELETE", url).status_code == 404


def test_a_student_may_not_upload(student_client: FlaskClient, course: Course) -> None:
    assert create(student_client, course.id, 5).status_code == 403


def test_somebody_who_is_signed_out_is_told_so(client: FlaskClient, url: str) -> None:
    assert client.head(url, headers={"Tus-Resumable": "1.0.0"}).status_code == 401


def test_a_teacher_cannot_upload_to_a_course_of_somebody_else(teacher_client: FlaskClient, services: Services) -> None:
    other = Course(new_id(), "X1", "Other", "", "UTC", services.now())
    services.store.commit(AddCourse(other))
    assert create(teacher_client, other.id, 5).status_code == 404


def test_an_upload_goes_on_after_the_site_was_started_anew(
    services: Services, app: Flask, teacher_client: FlaskClient, teacher: object, url: str
) -> None:
    from website import create_app

    patch(teacher_client, url, 0, VIDEO[:10])
    again = create_app(services=services).test_client()
    sign_in(again, teacher.email)  # type: ignore[attr-defined]
    assert tus(again, "HEAD", url).headers["Upload-Offset"] == "10"
    assert "Rollcall-Recording" in patch(again, url, 10, VIDEO[10:]).headers


def test_what_arrived_before_the_connection_broke_stays(teacher_client: FlaskClient, url: str) -> None:
    class Broken(io.BytesIO):
        def readinto(self, room: object) -> int:
            return super().readinto(room) or self._break()  # type: ignore[arg-type]

        def read(self, size: int | None = -1) -> bytes:
            return super().read(size) or self._break()

        def _break(self) -> NoReturn:
            raise ConnectionResetError

    headers = {"Upload-Offset": "0", "Content-Type": BYTES}
    environ = {"wsgi.input": Broken(VIDEO[:7]), "CONTENT_LENGTH": str(len(VIDEO))}
    tus(teacher_client, "PATCH", url, headers, environ_overrides=environ)
    assert tus(teacher_client, "HEAD", url).headers["Upload-Offset"] == "7"


def test_a_site_that_died_after_the_last_byte_finishes_when_it_is_asked_again(
    teacher_client: FlaskClient, services: Services, url: str
) -> None:
    services.uploads.append(url.rpartition("/")[2], 0, io.BytesIO(VIDEO))
    asked = tus(teacher_client, "HEAD", url)
    assert (asked.status_code, asked.headers["Upload-Offset"]) == (200, str(len(VIDEO)))
    assert services.store.recording(asked.headers["Rollcall-Recording"]).size_bytes == len(VIDEO)


def test_the_last_bytes_sent_twice_make_one_recording(
    teacher_client: FlaskClient, services: Services, url: str
) -> None:
    first = patch(teacher_client, url, 0, VIDEO)
    again = patch(teacher_client, url, len(VIDEO), b"")
    asked = tus(teacher_client, "HEAD", url)
    names = {answer.headers["Rollcall-Recording"] for answer in (first, again, asked)}
    assert len(names) == 1
    lecture_id = services.store.recording(names.pop()).lecture_id
    assert len(services.store.recordings(lecture_id)) == 1


def test_a_second_request_that_sends_at_the_same_time_is_locked_out(
    teacher_client: FlaskClient, services: Services, url: str, app: Flask
) -> None:
    seen = []

    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if not seen:
                seen.append(patch(teacher_client, url, 0, VIDEO).status_code)
            return super().read(size)

    services.uploads.append(url.rpartition("/")[2], 0, Slow(VIDEO[:3]))
    assert seen == [423]


def test_a_full_disk_is_said_so(
    app: Flask, services: Services, teacher_client: FlaskClient, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(upload: object) -> None:
        raise OutOfSpace("There is no room for it.")

    uploads = services.uploads
    monkeypatch.setitem(app.extensions, "rollcall", replace(services, uploads=_with(uploads, begin=full)))
    assert create(teacher_client, course.id, 5).status_code == 507


def _with(uploads: object, **methods: object) -> object:
    return type(
        "Uploads",
        (),
        {
            **{n: getattr(uploads, n) for n in dir(uploads) if n[0] != "_"},
            **{name: staticmethod(method) for name, method in methods.items()},
        },
    )()


def test_the_progress_of_a_search_can_be_asked_for(
    teacher_client: FlaskClient, student_client: FlaskClient, services: Services, course: Course
) -> None:
    lecture_id, recording_id = upload_recording(teacher_client, course.id, VIDEO)
    answer = teacher_client.get(f"/api/v1/recordings/{recording_id}")
    told = {"id": recording_id, "lecture_id": lecture_id, "status": "queued", "progress": 0.0}
    assert told.items() <= answer.json.items()
    assert (answer.json["error"], answer.json["searched_at"]) == (None, None)
    services.jobs.run_all()  # type: ignore[attr-defined]
    assert teacher_client.get(f"/api/v1/recordings/{recording_id}").json["status"] == "done"
    assert student_client.get(f"/api/v1/recordings/{recording_id}").status_code == 403
    assert teacher_client.get("/api/v1/recordings/nothing").status_code == 404
