"""Pages of a site whose media are in a bucket: where they send to, and what they load from there."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from attendance.model import Course
from attendance.services import Services
from tests.fakes.remote_media import ORIGIN
from tests.website.direct_sending import DIRECT, ask, begin, send, with_a_bucket
from tests.website.lecturing import enrol

VIDEO = b"video 60|21 0 50|900 10 20"


@pytest.fixture
def services(services: Services) -> Services:
    """The site's media and uploads are in a bucket."""
    return with_a_bucket(services)


@pytest.fixture
def location(teacher_client: FlaskClient, course: Course) -> str:
    """An upload that was begun."""
    return begin(teacher_client, course.id, len(VIDEO)).json["location"]


def test_the_page_sends_to_the_bucket_and_lists_what_is_unfinished(
    teacher_client: FlaskClient, services: Services, location: str
) -> None:
    links = ask(teacher_client, "POST", f"{location}/parts", {"numbers": [2]}).json["links"]
    services.uploads.put(links["2"], VIDEO[8:16])
    page = teacher_client.get("/lectures/upload").text
    assert f'data-endpoint="{DIRECT}"' in page
    assert 'data-sends="direct"' in page
    assert f'data-url="{location}"' in page
    assert "8 B of 26 B are here" in page


def test_pictures_and_uploads_may_go_to_the_bucket_and_nothing_else(teacher_client: FlaskClient) -> None:
    policy = teacher_client.get("/account").headers["Content-Security-Policy"]
    rules = {rule.split()[0]: rule.split()[1:] for rule in policy.split("; ")}
    assert {name for name, sources in rules.items() if ORIGIN in sources} == {"img-src", "media-src", "connect-src"}
    assert rules["connect-src"] == ["'self'", ORIGIN]
    assert rules["script-src"] == rules["default-src"] == ["'self'"]


def test_a_recording_is_played_from_a_link_that_no_cache_keeps(
    teacher_client: FlaskClient, services: Services, location: str
) -> None:
    send(services.uploads, teacher_client, location, VIDEO)
    recording = ask(teacher_client, "POST", f"{location}/complete", {}).json["recording"]["id"]
    answer = teacher_client.get(f"/media/recordings/{recording}", headers={"Range": "bytes=5-9"})
    assert answer.status_code == 302
    assert answer.location.startswith(f"{ORIGIN}/recordings/")
    assert answer.location.endswith("seconds=21600")  # a lecture is watched with pauses
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_a_photo_is_shown_from_a_link_of_some_minutes(
    admin_client: FlaskClient, services: Services, course: Course
) -> None:
    face = enrol(services, "21", 21)
    answer = admin_client.get(f"/media/photos/{face.id}")
    assert answer.location.startswith(f"{ORIGIN}/photos/")
    assert answer.location.endswith("seconds=300")
    assert answer.headers["Cache-Control"] == "no-store"
