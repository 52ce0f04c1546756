"""The site behind API Gateway: requests come in and answers go out as API Gateway speaks them."""

from __future__ import annotations

import base64
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import boto3
import pytest
from werkzeug.middleware.proxy_fix import ProxyFix

from attendance.errors import ServiceUnavailable
from attendance.model import Role
from attendance.services import Services
from attendance.use_cases.people.accounts import add_user, setup_token
from lambda_face_search import api, container
from tests.lambda_face_search.lambda_context import FakeContext
from tests.lambda_face_search.sent import http_v1_event, http_v2_event
from tests.lambda_face_search.sqs import REGION, aws_in_memory
from tests.unit.in_memory import services_in_memory

RequestOf = Callable[[str, str], dict[str, Any]]
PASSWORD = "correct horse battery"


@pytest.fixture
def services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    services = services_in_memory(tmp_path, ROLLCALL_HTTPS="yes", ROLLCALL_PROXIES="1")
    monkeypatch.setattr(container, "services", lambda: services)
    monkeypatch.delenv(container.SECRET_VARIABLE, raising=False)
    api.site.cache_clear()
    yield services
    api.site.cache_clear()


def ask(event: dict[str, Any]) -> dict[str, Any]:
    return api.handler(event, FakeContext())


@pytest.mark.parametrize("event", [http_v1_event("GET", "/healthz"), http_v2_event("GET", "/healthz")], ids=["1", "2"])
def test_both_payloads_of_api_gateway_are_answered(services: Services, event: dict[str, Any]) -> None:
    answer = ask(event)
    assert answer["statusCode"] == 200
    assert answer["isBase64Encoded"] is False


@pytest.mark.parametrize("request_of", [http_v1_event, http_v2_event], ids=["1", "2"])
def test_a_picture_goes_out_in_base64_and_a_page_as_text(services: Services, request_of: RequestOf) -> None:
    icon = ask(request_of("GET", "/static/favicon.svg"))
    assert icon["isBase64Encoded"] is True
    assert b"<svg" in base64.b64decode(icon["body"])
    page = ask(request_of("GET", "/login"))
    assert page["isBase64Encoded"] is False
    assert "<form" in page["body"]


def test_an_unknown_address_is_a_page_that_says_so(services: Services) -> None:
    assert ask(http_v2_event("GET", "/no/such/page"))["statusCode"] == 404


def test_somebody_signs_in_by_a_form_in_base64_and_stays_signed_in_by_cookie(services: Services) -> None:
    add_user(services, email="t@example.org", name="Teacher", role=Role.TEACHER, password=PASSWORD, by=None)
    page = ask(http_v2_event("GET", "/login"))
    form = urlencode({"email": "t@example.org", "password": PASSWORD, "csrf_token": csrf_in(page)})
    answer = ask(
        http_v2_event(
            "POST",
            "/login",
            headers={
                "content-type": "application/x-www-form-urlencoded",
                "referer": "https://a1b2c3.execute-api.ap-northeast-2.amazonaws.com/login",
            },
            cookies=cookies_of(page),
            body=base64.b64encode(form.encode()).decode(),
            is_base64=True,
        )
    )
    assert answer["statusCode"] in (302, 303)
    assert "Secure" in "".join(answer["cookies"])
    assert ask(http_v2_event("GET", "/courses/"))["statusCode"] == 302  # to the sign-in
    assert ask(http_v2_event("GET", "/courses/", cookies=cookies_of(answer)))["statusCode"] == 200


def test_the_address_that_asks_is_the_one_that_api_gateway_saw(services: Services) -> None:
    """Who writes a header of his own must not be able to try passwords under another address each time."""
    forged = http_v2_event("GET", "/healthz", headers={"x-forwarded-for": "198.51.100.1, 203.0.113.7"})
    seen: list[str] = []

    def look(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        seen.append(environ["REMOTE_ADDR"])
        start_response("200 OK", [])
        return []

    site = api.create_app(services=services)
    ahead: Any = site.wsgi_app  # answers open pages of lectures
    assert isinstance(ahead.app, ProxyFix)
    ahead.app.app = look
    api.make_lambda_handler(site.wsgi_app)(forged, FakeContext())
    assert seen == ["203.0.113.7"]


def cookies_of(answer: dict[str, Any]) -> tuple[str, ...]:
    return tuple(cookie.partition(";")[0] for cookie in answer["cookies"])


def csrf_in(page: dict[str, Any]) -> str:
    found = re.search(r'<meta name="csrf-token" content="([^"]+)"', page["body"])
    assert found
    return found[1]


class TestContainers:
    """Two containers have two disks, and one secret."""

    @pytest.fixture(autouse=True)
    def secret(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        with aws_in_memory():
            client = boto3.client("secretsmanager", region_name=REGION)
            made = client.create_secret(Name="session", SecretString="s" * 43)
            monkeypatch.setenv(container.SECRET_VARIABLE, made["ARN"])
            yield

    def test_sign_sessions_with_one_key(self, tmp_path: Path) -> None:
        keys = []
        for name in ("one", "other"):
            (tmp_path / name).mkdir()
            container.share_secrets(tmp_path / name)
            keys.append((tmp_path / name / "secret-key").read_text())
        assert keys == ["s" * 43] * 2

    def test_have_one_link_that_makes_the_first_admin(self, tmp_path: Path) -> None:
        tokens = set()
        for name in ("one", "other"):
            services = services_in_memory(tmp_path / name)
            services.settings.data.mkdir()
            container.share_secrets(services.settings.data)
            tokens.add(setup_token(services))
        assert len(tokens) == 1
        assert "s" * 43 not in tokens

    def test_of_every_function_have_it_before_they_do_anything(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ROLLCALL_DATA", str(tmp_path))
        container.services.__wrapped__().store.close()
        assert (tmp_path / "secret-key").read_text() == "s" * 43

    def test_keep_it_where_only_they_can_read_it(self, tmp_path: Path) -> None:
        container.share_secrets(tmp_path)
        assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_a_container_that_could_not_start_tries_again_at_the_next_request(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> Services:
        raise ServiceUnavailable("The table does not answer.")

    with monkeypatch.context() as broken:
        broken.setattr(container, "services", fail)
        with pytest.raises(ServiceUnavailable):
            ask(http_v2_event("GET", "/healthz"))
    assert ask(http_v2_event("GET", "/healthz"))["statusCode"] == 200
