"""The REST API behind API Gateway: the same requests by both payloads are answered as the site itself answers them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from attendance.model import Role
from attendance.rules.scopes import SCOPES
from attendance.services import Services
from attendance.use_cases.people.accounts import add_user
from attendance.use_cases.people.tokens import make_token
from lambda_face_search import api, container
from tests.lambda_face_search.lambda_context import FakeContext
from tests.lambda_face_search.sent import http_v1_event, http_v2_event
from tests.unit.in_memory import services_in_memory
from website import create_app

V1 = "/api/v1"
Answer = tuple[int, str, Any]
Ask = Callable[..., tuple[Answer, dict[str, str]]]


@pytest.fixture
def services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    services = services_in_memory(tmp_path, ROLLCALL_HTTPS="yes", ROLLCALL_PROXIES="1")
    monkeypatch.setattr(container, "services", lambda: services)
    monkeypatch.delenv(container.SECRET_VARIABLE, raising=False)
    api.site.cache_clear()
    yield services
    api.site.cache_clear()


def by_gateway(request_of: Callable[..., dict[str, Any]], secret: str) -> Ask:
    def ask(method: str, path: str, query: dict[str, str], sent: Any, **headers: str) -> Any:
        known = {"authorization": f"Bearer {secret}", "content-type": "application/json"} | headers
        body = base64.b64encode(json.dumps(sent).encode()).decode() if sent is not None else ""
        event = request_of(method, path, headers=known, body=body, is_base64=sent is not None)
        if "rawQueryString" in event:
            event["rawQueryString"] = urlencode(query)
        else:
            event["queryStringParameters"] = query or None
            event["multiValueQueryStringParameters"] = {name: [value] for name, value in query.items()} or None
        answer = api.handler(event, FakeContext())
        told = answer.get("multiValueHeaders") or {name: [value] for name, value in answer["headers"].items()}
        found = {name.lower(): values[0] for name, values in told.items()}
        return _answer(answer["statusCode"], found["content-type"], answer["body"]), found

    return ask


def by_the_site(client: FlaskClient, secret: str) -> Ask:
    def ask(method: str, path: str, query: dict[str, str], sent: Any, **headers: str) -> Any:
        known = {"authorization": f"Bearer {secret}"} | headers
        answer = client.open(path, method=method, query_string=query, json=sent, headers=known)
        found = {name.lower(): value for name, value in answer.headers.items()}
        return _answer(answer.status_code, answer.content_type, answer.text), found

    return ask


def _answer(status: int, kind: str, body: str) -> Answer:
    said = json.loads(body) if body else None
    for name in ("id", "created_at"):
        if isinstance(said, dict):
            said.pop(name, None)
    return status, kind.partition(";")[0], said


def all_of(ask: Ask, key: str) -> list[Answer]:
    """Add, ask again with the same key, list, change by version, too late, remove, and what is wrong."""
    sent = {"code": "MATH", "name": "수학"}
    made, headers = ask("POST", f"{V1}/courses", {}, sent, **{"idempotency-key": key})
    place = headers["location"]
    again, repeated = ask("POST", f"{V1}/courses", {}, sent, **{"idempotency-key": key})
    assert (repeated["location"], repeated["idempotency-replayed"]) == (place, "true")
    listed, pages = ask("GET", f"{V1}/courses", {"size": "1", "page": "1"}, None)
    assert 'rel="first"' in pages["link"]
    read, versions = ask("GET", place, {}, None)
    tag = versions["etag"]
    unchanged, _ = ask("GET", f"{V1}/users", {"text": "A & ü"}, None)
    changed, _ = ask("PATCH", place, {}, {"name": "Mathematics"}, **{"if-match": tag})
    late, _ = ask("PATCH", place, {}, {"name": "Late"}, **{"if-match": tag})
    wrong, _ = ask("GET", f"{V1}/courses", {"size": "x"}, None)
    nobody, _ = ask("GET", f"{V1}/courses/nothing", {}, None)
    removed, _ = ask("DELETE", place, {}, None)
    listed[2]["items"] = [{**item, "id": "", "created_at": ""} for item in listed[2]["items"]]
    return [made, again, listed, read, unchanged, changed, late, wrong, nobody, removed]


def test_the_same_requests_are_answered_alike_by_both_payloads_and_by_the_site(services: Services) -> None:
    user = add_user(services, email="a@example.org", name="A", role=Role.ADMIN, by=None).user
    secret = make_token(services, user.id, name="script", scopes=SCOPES, days=1).secret
    expected = all_of(by_the_site(create_app(services=services).test_client(), secret), "key")
    assert [one[0] for one in expected] == [201, 201, 200, 200, 200, 200, 412, 400, 404, 204]
    for number, request_of in enumerate((http_v1_event, http_v2_event)):
        own = make_token(services, user.id, name=f"script {number}", scopes=SCOPES, days=1).secret
        assert all_of(by_gateway(request_of, own), f"key {number}") == expected
