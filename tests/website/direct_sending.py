"""What tests of uploads straight to the bucket need: a site with such a bucket, and requests as its page makes them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from attendance.searching.searches import search_recording
from attendance.services import Services
from attendance.use_cases.upkeep import sweep
from tests.fakes.direct_uploads import FakeDirectUploads
from tests.fakes.remote_media import RemoteMedia
from tests.website.browsing import csrf
from tests.website.lecturing import STARTS

DIRECT = "/api/v1/direct-uploads"


def with_a_bucket(services: Services, *, jobs: str | None = None) -> Services:
    """The same services, whose media and uploads are in a bucket; `jobs` is another ROLLCALL_JOBS."""
    far = replace(
        services,
        media=RemoteMedia(),
        uploads=FakeDirectUploads(),
        settings=replace(services.settings, jobs=jobs or services.settings.jobs),
    )
    far.jobs.bind(partial(search_recording, far), partial(sweep, far))
    return far


def ask(client: FlaskClient, method: str, url: str, words: object = None, **more: object) -> TestResponse:
    """A request with the session's token; `words` go as JSON."""
    token = csrf(client, "/account")
    body = {} if words is None else {"json": words}
    return client.open(url, method=method, headers={"X-CSRFToken": token}, **body, **more)  # type: ignore[arg-type]


def begin(client: FlaskClient, course_id: str, size: int, **words: object) -> TestResponse:
    """Begin an upload."""
    return ask(
        client,
        "POST",
        DIRECT,
        {"filename": "lecture.mp4", "size": size, "course_id": course_id, "starts_at": STARTS, "ends_at": "", **words},
    )


def send(uploads: FakeDirectUploads, client: FlaskClient, location: str, data: bytes) -> None:
    """Every part by its link, the last one first."""
    size = uploads.part_bytes
    numbers = list(range(1, -(-len(data) // size) + 1))
    links = ask(client, "POST", f"{location}/parts", {"numbers": numbers}).json["links"]
    for number in reversed(numbers):
        uploads.put(links[str(number)], data[(number - 1) * size : number * size])
