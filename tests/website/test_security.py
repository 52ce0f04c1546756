"""Headers, cookies, forms' tokens, size limits and roles."""

from __future__ import annotations

import re
import stat

import pytest
from flask import Flask
from flask.testing import FlaskClient

from attendance.model import User
from attendance.services import Services
from tests.website.browsing import csrf, sign_in
from website import create_app

PAGES = ("/login", "/account", "/users", "/nothing-here", "/api/nothing-here", "/healthz", "/static/js/theme.js")


@pytest.mark.parametrize("page", PAGES)
def test_every_answer_carries_the_protecting_headers(admin_client: FlaskClient, page: str) -> None:
    with admin_client.get(page) as answer:
        headers = answer.headers
    assert "script-src 'self';" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Permissions-Policy"].startswith("camera=(self)")
    assert "Strict-Transport-Security" not in headers


@pytest.mark.parametrize("page", ["/login", "/account", "/users", "/users/add", "/audit", "/nothing-here"])
def test_no_page_holds_a_script_or_style_that_the_policy_would_block(admin_client: FlaskClient, page: str) -> None:
    text = admin_client.get(page, follow_redirects=True).text
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"\s(style|on[a-z]+)=", text)
    assert "<style" not in text
    assert not re.search(r"(?:src|href)=\"https?:", text)


def test_pages_are_not_kept_by_caches(admin_client: FlaskClient) -> None:
    assert admin_client.get("/account").headers["Cache-Control"] == "no-store"


def test_the_session_cookie_is_for_this_site_only(client: FlaskClient, admin: User) -> None:
    cookie = sign_in(client, admin.email).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


class TestBehindHttps:
    """With ROLLCALL_HTTPS and one proxy."""

    @pytest.fixture
    def environment(self) -> dict[str, str]:
        """Settings of a site behind nginx."""
        return {"ROLLCALL_HTTPS": "yes", "ROLLCALL_PROXIES": "1"}

    def test_cookies_are_secure_and_browsers_told_to_stay_with_https(self, client: FlaskClient, admin: User) -> None:
        answer = client.get("/login", base_url="https://localhost")
        assert "Secure" in answer.headers["Set-Cookie"]
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=")

    def test_the_proxys_word_for_the_address_counts(self, app: Flask) -> None:
        statuses = [self._wrong_try(app, f"9.9.9.{number}") for number in range(7)]
        assert set(statuses) == {200}
        statuses = [self._wrong_try(app, "9.9.9.200") for _ in range(6)]
        assert statuses == [200] * 5 + [429]

    def _wrong_try(self, app: Flask, address: str) -> int:
        client = app.test_client()
        page = client.get("/login", base_url="https://localhost").text
        token = re.search(r'csrf-token" content="([^"]+)', page)[1]
        return client.post(
            "/login",
            base_url="https://localhost",
            headers={"X-Forwarded-For": address, "Referer": "https://localhost/login"},
            data={"csrf_token": token, "email": f"{address}-{id(client)}@example.org", "password": "wrong password"},
        ).status_code


@pytest.mark.parametrize("url", ["/login", "/logout", "/users/add", "/account", "/account/password"])
def test_a_form_without_its_token_is_refused(admin_client: FlaskClient, url: str) -> None:
    answer = admin_client.post(url, data={"name": "changed"})
    assert answer.status_code == 400
    assert "another site" in answer.text


def test_a_token_of_another_session_is_refused(app: Flask, admin_client: FlaskClient) -> None:
    token = csrf(app.test_client())
    assert admin_client.post("/account", data={"csrf_token": token, "name": "x"}).status_code == 400


def test_the_key_that_signs_sessions_is_made_once_and_read_by_the_owner_only(services: Services) -> None:
    keys = {create_app(services=services).secret_key for _ in range(2)}
    assert len(keys) == 1
    assert len(keys.pop()) >= 40
    assert stat.S_IMODE((services.settings.data / "secret-key").stat().st_mode) == 0o600


def test_a_large_form_of_a_stranger_is_refused(client: FlaskClient) -> None:
    answer = client.post("/login", data={"email": "x" * 200_000})
    assert answer.status_code == 413
    assert "larger than this site accepts" in answer.text


def test_a_text_field_of_megabytes_is_refused(admin_client: FlaskClient) -> None:
    token = csrf(admin_client, "/account")
    answer = admin_client.post("/account", data={"csrf_token": token, "name": "x" * 2_000_000})
    assert answer.status_code == 413


@pytest.mark.parametrize("page", ["/", "/account", "/account/password", "/users", "/users/add", "/audit"])
def test_a_stranger_is_asked_to_sign_in(client: FlaskClient, page: str) -> None:
    answer = client.get(page)
    assert answer.status_code == 302
    assert answer.location.startswith("/login")


@pytest.mark.parametrize("page", ["/users", "/users/add", "/audit"])
def test_teachers_and_students_do_not_come_to_the_admins_pages(
    teacher_client: FlaskClient, student_client: FlaskClient, page: str
) -> None:
    assert teacher_client.get(page).status_code == 403
    assert student_client.get(page).status_code == 403


def test_teachers_do_not_change_users_by_sending_the_form_themselves(
    teacher_client: FlaskClient, admin: User, services: Services
) -> None:
    token = csrf(teacher_client, "/account")
    for url in ("/users/add", f"/users/{admin.id}", f"/users/{admin.id}/password", f"/users/{admin.id}/remove"):
        assert teacher_client.post(url, data={"csrf_token": token}).status_code == 403
    assert services.store.user(admin.id) == admin


def test_static_files_are_kept_for_good_under_an_address_that_changes_with_them(client: FlaskClient) -> None:
    page = client.get("/login").text
    address = re.search(r'href="(/static/[0-9a-f]{12}/site\.css)"', page)
    assert address
    assert "immutable" in client.get(address[1]).headers["Cache-Control"]
    assert client.get("/static/css/nothing.css").status_code == 404
    other = client.get(re.sub("[0-9a-f]{12}", "0" * 12, address[1]))
    assert (other.status_code, other.headers["Cache-Control"]) == (200, "no-cache")


def test_the_sprite_has_every_icon_that_a_page_shows(client: FlaskClient, admin_client: FlaskClient) -> None:
    sprite = client.get("/static/icons.svg").text
    for page in ("/login", "/account", "/users", "/audit", "/outbox", "/devices/", "/review/", "/students/import"):
        text = admin_client.get(page).text
        for name in set(re.findall(r'icons\.svg#([\w-]+)"', text)):
            assert f' id="{name}"' in sprite, (page, name)
    assert len(sprite) < 100_000


def test_what_is_asked_for_is_compressed_and_what_answers_a_form_is_not(client: FlaskClient, admin: User) -> None:
    taken = {"Accept-Encoding": "gzip"}
    assert client.get("/static/site.css", headers=taken).headers["Content-Encoding"] == "gzip"
    page = client.get("/login", headers=taken)
    assert page.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in page.headers["Vary"]
    token = csrf(client)
    refused = client.post("/login", data={"csrf_token": token, "email": admin.email, "password": "x"}, headers=taken)
    assert "Content-Encoding" not in refused.headers


def test_the_length_of_a_page_differs_from_time_to_time(client: FlaskClient) -> None:
    assert len({len(client.get("/login").data) for _ in range(10)}) > 1
