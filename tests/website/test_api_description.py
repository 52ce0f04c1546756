"""The OpenAPI description names all of /api/v1, and says what people's programs are really answered."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from attendance.model import Course
from attendance.services import Services
from tests.website.direct_sending import DIRECT, ask, begin, send, with_a_bucket
from tests.website.lecturing import UPLOADS, create, patch, tus, upload_recording
from tests.website.test_device_api_description import Described

VIDEO = b"video 60|21 0 50|900 10 20"
UPLOAD, DIRECT_UPLOAD = f"{UPLOADS}/{{upload_id}}", f"{DIRECT}/{{upload_id}}"
RECORDING = "/api/v1/recordings/{recording_id}"
OF_FLASK = {"HEAD", "OPTIONS"}


@pytest.fixture
def described(client: FlaskClient) -> Described:
    """As any client reads it."""
    return Described(client)


def test_every_address_and_method_is_described(app: Flask, described: Described) -> None:
    paths = described.all["paths"]
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/v1/")]
    for rule in rules:
        if rule.endpoint == "api-docs.openapi_json":
            continue
        ways = paths[re.sub(r"<(\w+)>", r"{\1}", rule.rule)]
        own = rule.methods if rule.provide_automatic_options is False else rule.methods - OF_FLASK
        assert {method.lower() for method in own} <= set(ways), rule
    assert len(rules) > 20


def test_people_are_told_that_a_session_is_needed_and_that_errors_have_no_code(described: Described) -> None:
    for path in (UPLOADS, DIRECT, f"{DIRECT_UPLOAD}/complete"):
        operation = described.operation("POST", path)
        assert operation["security"] == [{"session": [], "formsToken": []}, {"accessToken": []}]
        assert {"400", "422"} & set(operation["responses"])
    schemas = described.all["components"]["schemas"]
    error = described.operation("GET", RECORDING)["responses"]["default"]["content"]["application/json"]["schema"]
    assert error["$ref"].endswith("/PlainError")
    assert set(schemas["PlainError"]["properties"]) == {"error"}
    assert set(schemas["_PlainError"]["properties"]) == {"status", "message"}


def test_every_answer_of_an_upload_by_tus_is_described(
    described: Described, teacher_client: FlaskClient, course: Course
) -> None:
    described.check("OPTIONS", UPLOADS, teacher_client.options(UPLOADS))
    begun = create(teacher_client, course.id, len(VIDEO))
    described.check("POST", UPLOADS, begun)
    address = begun.headers["Location"]
    for method in ("OPTIONS", "HEAD", "POST"):
        described.check(method, UPLOAD, tus(teacher_client, method, address))
    described.check("DELETE", UPLOAD, tus(teacher_client, "DELETE", address, {"Tus-Resumable": "0.2.2"}))
    described.check("PATCH", UPLOAD, patch(teacher_client, address, 3, VIDEO))
    described.check("PATCH", UPLOAD, patch(teacher_client, address, 0, VIDEO))
    second = create(teacher_client, course.id, len(VIDEO)).headers["Location"]
    described.check("DELETE", UPLOAD, tus(teacher_client, "DELETE", second))
    described.check("DELETE", UPLOAD, tus(teacher_client, "DELETE", second))


def test_how_far_a_search_is_is_described(
    described: Described, teacher_client: FlaskClient, services: Services, course: Course
) -> None:
    _, recording_id = upload_recording(teacher_client, course.id, VIDEO)
    for found in (recording_id, "nothing"):
        described.check("GET", RECORDING, teacher_client.get(f"/api/v1/recordings/{found}"))
    services.jobs.run_all()  # type: ignore[attr-defined]
    searched = teacher_client.get(f"/api/v1/recordings/{recording_id}").json["searched_at"]
    assert searched == services.store.recording(recording_id).searched_at.isoformat()


def test_the_page_names_what_people_may_ask_too(client: FlaskClient) -> None:
    page = client.get("/api/docs").text
    for words in (f"POST {UPLOADS}", f"POST {DIRECT}", f"GET {RECORDING}", "For who is signed in."):
        assert words in page


class TestWithABucket:
    """Where recordings go straight to it."""

    @pytest.fixture
    def services(self, services: Services) -> Services:
        """With a bucket."""
        return with_a_bucket(services)

    def test_every_answer_of_a_direct_upload_is_described(
        self, described: Described, teacher_client: FlaskClient, services: Services, course: Course
    ) -> None:
        described.check("POST", DIRECT, begin(teacher_client, course.id, len(VIDEO), filename=7))
        begun = begin(teacher_client, course.id, len(VIDEO))
        described.check("POST", DIRECT, begun)
        address = begun.json["location"]
        described.check("GET", DIRECT_UPLOAD, ask(teacher_client, "GET", address))
        links = ask(teacher_client, "POST", f"{address}/parts", {"numbers": [1]})
        described.check("POST", f"{DIRECT_UPLOAD}/parts", links)
        described.check("POST", f"{DIRECT_UPLOAD}/complete", ask(teacher_client, "POST", f"{address}/complete"))
        send(services.uploads, teacher_client, address, VIDEO)  # type: ignore[arg-type]
        done = ask(teacher_client, "POST", f"{address}/complete")
        described.check("POST", f"{DIRECT_UPLOAD}/complete", done)
        assert set(done.json["recording"]) == {"id", "location"}
        assert "code" not in done.json
        described.check("DELETE", DIRECT_UPLOAD, ask(teacher_client, "DELETE", address))
        other = begin(teacher_client, course.id, len(VIDEO)).json["location"]
        given_up = ask(teacher_client, "DELETE", other)
        described.check("DELETE", DIRECT_UPLOAD, given_up)
        assert (given_up.status_code, given_up.data) == (204, b"")

    def test_what_is_no_json_by_its_header_is_refused(self, teacher_client: FlaskClient) -> None:
        answer = ask(teacher_client, "POST", DIRECT, data="size=10", content_type="text/plain")
        assert answer.status_code == 400
        assert answer.json["error"]["message"].startswith("This address takes JSON")
