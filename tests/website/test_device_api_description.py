"""The OpenAPI description of the device API says what the API really answers, and all that it asks for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from attendance.model import Course
from attendance.services import Services
from tests.website.device_sending import API, AT, BYTES, NOON, VIDEO, DeviceClient, a_device_in_class, item_words
from tests.website.direct_sending import with_a_bucket

UPLOADS, UPLOAD = f"{API}/me/uploads", f"{API}/me/uploads/{{upload_id}}"
DIRECT, DIRECT_UPLOAD = f"{API}/me/direct-uploads", f"{API}/me/direct-uploads/{{upload_id}}"


class Described:
    """The description, and whether an answer is in it."""

    def __init__(self, client: FlaskClient) -> None:
        self.all: dict[str, Any] = client.get("/api/v1/openapi.json").json or {}

    def operation(self, method: str, path: str) -> dict[str, Any]:
        """Of one method of an address."""
        operation: dict[str, Any] = self.all["paths"][path][method.lower()]
        return operation

    def headers(self, method: str, path: str) -> set[str]:
        """Which headers it needs."""
        named = [one for one in self.operation(method, path).get("parameters", ()) if one["in"] == "header"]
        return {one["name"] for one in named if one["required"]}

    def check(self, method: str, path: str, answer: TestResponse) -> None:
        """The status is named, and every field of the JSON; errors may be the one that stands for all others."""
        responses = self.operation(method, path)["responses"]
        status = str(answer.status_code)
        if answer.status_code >= 400:
            status = status if status in responses else "default"
        assert status in responses, f"{method} {path} answered {answer.status_code}"
        if answer.is_json:
            content = self._resolved(responses[status]).get("content", {})
            assert "application/json" in content, f"{method} {path}: the JSON of {status} is not described"
            described = self._resolved(content["application/json"]["schema"])["properties"]
            assert set(answer.json or ()) <= set(described), f"{method} {path}"

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        found: Any = self.all if "$ref" in schema else schema
        for step in schema.get("$ref", "#/").removeprefix("#/").split("/"):
            found = found[step] if step else found
        return dict(found)


@pytest.fixture
def services(services: Services) -> Services:
    """At noon of that Monday."""
    return replace(services, now=lambda: NOON)


@pytest.fixture
def described(client: FlaskClient) -> Described:
    """As any client reads it."""
    return Described(client)


@pytest.fixture
def device(app: Flask, services: Services, course: Course) -> DeviceClient:
    """In a room where the course meets from eleven to twelve."""
    return a_device_in_class(app, services, course)


def test_every_answer_of_an_upload_by_tus_is_described(described: Described, device: DeviceClient) -> None:
    described.check("OPTIONS", UPLOADS, device.tus("OPTIONS", ""))
    begun = device.begin(item_words(VIDEO, AT), len(VIDEO))
    described.check("POST", UPLOADS, begun)
    address = begun.headers["Location"]
    for method in ("OPTIONS", "HEAD", "POST"):
        described.check(method, UPLOAD, device.tus(method, address))
    described.check("PATCH", UPLOAD, device.send(address, 3, VIDEO))
    described.check("PATCH", UPLOAD, device.send(address, 0, VIDEO[:5]))
    described.check("PATCH", UPLOAD, device.send(address, 5, VIDEO[5:]))
    described.check("HEAD", UPLOAD, device.tus("HEAD", address))
    second = device.begin(item_words(VIDEO, AT), len(VIDEO)).headers["Location"]
    described.check("DELETE", UPLOAD, device.tus("DELETE", second))
    described.check("DELETE", UPLOAD, device.tus("DELETE", second))


def test_another_version_of_tus_is_described_wherever_it_is_refused(described: Described, device: DeviceClient) -> None:
    old = {"Tus-Resumable": "0.2.2"}
    address = device.begin(item_words(VIDEO, AT), len(VIDEO)).headers["Location"]
    for path, methods, asked in ((UPLOADS, ("POST",), ""), (UPLOAD, ("HEAD", "PATCH", "DELETE", "POST"), address)):
        for method in methods:
            meant = {"X-HTTP-Method-Override": "PATCH"} if asked and method == "POST" else {}
            assert device.tus(method, asked, old | meant).status_code == 412, method
            assert "412" in described.operation(method, path)["responses"], method
            assert "412" not in described.operation("OPTIONS", path)["responses"]


def test_every_error_has_all_that_the_description_requires(described: Described, device: DeviceClient) -> None:
    error = described.all["components"]["schemas"]["Error"]["properties"]["error"]
    name = (error.get("$ref") or error["allOf"][0]["$ref"]).rpartition("/")[2]
    required = set(described.all["components"]["schemas"][name]["required"])
    assert required == {"status", "message", "code"}
    for method, path in (("GET", "/me/poems"), ("PUT", "/me/readings"), ("POST", "/me/readings")):
        answer = device.ask(method, path)
        assert answer.status_code >= 400
        assert required <= set(answer.json["error"]), (method, path)


def test_the_headers_and_bytes_that_tus_needs_are_described(described: Described) -> None:
    assert described.headers("POST", UPLOADS) == {"Tus-Resumable", "Upload-Length", "Upload-Metadata"}
    assert described.headers("PATCH", UPLOAD) == {"Tus-Resumable", "Upload-Offset"}
    assert described.headers("HEAD", UPLOAD) == described.headers("DELETE", UPLOAD) == {"Tus-Resumable"}
    assert BYTES in described.operation("PATCH", UPLOAD)["requestBody"]["content"]


def test_methods_of_one_address_are_described_one_by_one(described: Described) -> None:
    methods = ("OPTIONS", "HEAD", "PATCH", "DELETE")
    assert len({described.operation(method, UPLOAD)["summary"] for method in methods}) == len(methods)


def test_the_page_of_the_description_names_headers(client: FlaskClient) -> None:
    assert "<code>Upload-Metadata</code>" in client.get("/api/docs").text


class TestWithABucket:
    """Where clips and snapshots go straight to it."""

    @pytest.fixture
    def services(self, services: Services) -> Services:
        """With a bucket."""
        return with_a_bucket(services)

    def test_every_answer_of_a_direct_upload_is_described(self, described: Described, device: DeviceClient) -> None:
        words = {**item_words(VIDEO, AT), "size": len(VIDEO), "duration_s": 60.0}
        described.check("POST", DIRECT, device.ask("POST", "/me/direct-uploads", json=words))
        address = f"/me/direct-uploads/{words['item_id']}"
        described.check("GET", DIRECT_UPLOAD, device.ask("GET", address))
        links = device.ask("POST", f"{address}/parts", json={"numbers": [1]})
        described.check("POST", f"{DIRECT_UPLOAD}/parts", links)
        described.check("POST", f"{DIRECT_UPLOAD}/complete", device.ask("POST", f"{address}/complete"))
        described.check("DELETE", DIRECT_UPLOAD, device.ask("DELETE", address))
