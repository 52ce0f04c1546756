"""Photos, evidence and recordings are served only to those who may see them, and recordings in ranges."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from attendance.model import Course, Role, Status
from attendance.services import Services
from attendance.use_cases.lectures.marks import refuse, set_mark
from tests.website.conftest import an_account, signed_in
from tests.website.lecturing import add_student, enrol, searched_lecture

VIDEO = b"video 3000|21 5 2900|30.35 12 40|900 100 200"


@dataclass
class Kept:
    """Addresses of what is kept of a searched lecture."""

    lecture_id: str
    recording: str
    own_photo: str
    own_evidence: str
    other_photo: str
    other_evidence: str
    stranger: str


@pytest.fixture
def kept(services: Services, teacher_client: FlaskClient, course: Course) -> Kept:
    own = enrol(services, "21", 21)
    add_student(services, course.id, "30")
    other = enrol(services, "30", 30)
    lecture_id, recording_id = searched_lecture(services, teacher_client, course.id, VIDEO)
    seen = {sighting.student_id: f"/media/evidence/{sighting.id}" for sighting in services.store.sightings(lecture_id)}
    return Kept(
        lecture_id,
        f"/media/recordings/{recording_id}",
        f"/media/photos/{own.id}",
        seen["21"],
        f"/media/photos/{other.id}",
        seen["30"],
        seen[None],
    )


@pytest.fixture
def other_teacher_client(app: Flask, services: Services) -> FlaskClient:
    return signed_in(app, an_account(services, "other@example.org", "Other Example", Role.TEACHER))


def get(client: FlaskClient, url: str, **kwargs: object) -> TestResponse:
    """Reads the answer whole, so that its file is closed."""
    return client.get(url, buffered=True, **kwargs)  # type: ignore[arg-type]


def everything(kept: Kept) -> list[str]:
    return [kept.recording, kept.own_photo, kept.own_evidence, kept.other_photo, kept.other_evidence, kept.stranger]


def test_the_teacher_and_the_admin_see_everything(
    teacher_client: FlaskClient, admin_client: FlaskClient, kept: Kept
) -> None:
    for url in everything(kept):
        assert get(teacher_client, url).status_code == 200, url
        assert get(admin_client, url).status_code == 200, url


def test_another_teacher_sees_nothing(other_teacher_client: FlaskClient, kept: Kept) -> None:
    for url in everything(kept):
        assert get(other_teacher_client, url).status_code == 404, url


def test_a_student_sees_the_own_photo_and_evidence_and_nothing_else(student_client: FlaskClient, kept: Kept) -> None:
    assert get(student_client, kept.own_photo).status_code == 200
    assert get(student_client, kept.own_evidence).status_code == 200
    for url in (kept.other_photo, kept.other_evidence, kept.stranger):
        assert get(student_client, url).status_code == 404, url
    assert get(student_client, kept.recording).status_code == 403


def test_a_picture_that_may_show_somebody_else_is_not_shown_to_the_student(
    student_client: FlaskClient, services: Services, kept: Kept, teacher: object
) -> None:
    by = teacher.id  # type: ignore[attr-defined]
    set_mark(services, kept.lecture_id, "21", Status.ABSENT, "It was a cousin.", by=by)
    assert get(student_client, kept.own_evidence).status_code == 404
    refuse(services, kept.lecture_id, "30", by=by)
    assert get(student_client, kept.other_evidence).status_code == 404


def test_somebody_who_is_signed_out_is_sent_to_the_login(client: FlaskClient, kept: Kept) -> None:
    for url in everything(kept):
        assert get(client, url).status_code == 302, url


@pytest.mark.parametrize("kind", ["photos", "evidence", "recordings"])
@pytest.mark.parametrize("name", ["nothing", "..%2f..%2frollcall.db", "%00"])
def test_what_does_not_exist_is_not_found(admin_client: FlaskClient, kind: str, name: str) -> None:
    assert get(admin_client, f"/media/{kind}/{name}").status_code == 404


def test_pictures_have_a_safe_type_and_stay_in_the_own_browser(teacher_client: FlaskClient, kept: Kept) -> None:
    answer = get(teacher_client, kept.own_evidence)
    assert answer.mimetype == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == "inline"
    assert "private" in answer.headers["Cache-Control"]
    again = get(teacher_client, kept.own_evidence, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_a_photo_has_a_small_and_a_full_size(teacher_client: FlaskClient, kept: Kept) -> None:
    small, full = get(teacher_client, kept.own_photo).data, get(teacher_client, f"{kept.own_photo}?size=full").data
    assert len(small) < len(full)


@pytest.mark.parametrize(
    ("wanted", "part"),
    [("bytes=0-4", VIDEO[:5]), ("bytes=6-", VIDEO[6:]), ("bytes=-3", VIDEO[-3:]), ("bytes=3-999999", VIDEO[3:])],
)
def test_a_recording_is_served_in_ranges(teacher_client: FlaskClient, kept: Kept, wanted: str, part: bytes) -> None:
    answer = get(teacher_client, kept.recording, headers={"Range": wanted})
    assert answer.status_code == 206
    assert answer.data == part
    assert answer.headers["Content-Range"].endswith(f"/{len(VIDEO)}")
    assert answer.mimetype == "video/mp4"


def test_a_whole_recording_says_that_ranges_are_served(teacher_client: FlaskClient, kept: Kept) -> None:
    answer = get(teacher_client, kept.recording)
    assert (answer.status_code, answer.data) == (200, VIDEO)
    assert answer.headers["Accept-Ranges"] == "bytes"
    head = teacher_client.head(kept.recording, buffered=True)
    assert (head.headers["Content-Length"], head.data) == (str(len(VIDEO)), b"")


def test_a_range_beyond_the_end_is_refused(teacher_client: FlaskClient, kept: Kept) -> None:
    assert get(teacher_client, kept.recording, headers={"Range": "bytes=999999-"}).status_code == 416


def test_a_store_that_gives_links_is_linked_to(
    app: Flask, services: Services, teacher_client: FlaskClient, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Far:
        def url(self, key: str, seconds: int = 300) -> str:
            return f"https://media.example.org/{key}?signed"

    monkeypatch.setitem(app.extensions, "rollcall", replace(services, media=Far()))  # type: ignore[arg-type]
    answer = get(teacher_client, kept.recording)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("https://media.example.org/recordings/")
