"""The first start: a one-time link makes the first admin."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient

from attendance.errors import NotFound
from attendance.model import Role
from attendance.services import Services
from attendance.use_cases.people.accounts import make_first_admin, setup_token
from tests.website.browsing import PASSWORD, post_form
from website import create_app, setup_link

FIELDS = {"email": "first@example.org", "name": "Ada Example", "password": PASSWORD, "repeated": PASSWORD}


def _link(services: Services) -> str:
    link = setup_link(services, "http://127.0.0.1:5000/")
    assert link is not None
    assert link.startswith("http://127.0.0.1:5000/setup/")
    return link.removeprefix("http://127.0.0.1:5000")


def test_the_link_makes_the_first_admin_who_is_then_signed_in(client: FlaskClient, services: Services) -> None:
    assert post_form(client, _link(services), **FIELDS).location == "/"
    user = services.store.find_user("first@example.org")
    assert user is not None
    assert user.role is Role.ADMIN
    assert client.get("/users").status_code == 200


def test_the_audit_says_that_the_link_made_the_first_admin(client: FlaskClient, services: Services) -> None:
    post_form(client, _link(services), **FIELDS)
    (entry,) = services.store.audit().items
    assert (entry.by, entry.action, entry.subject, entry.detail) == (None, "user.set_up", "first@example.org", "admin")
    page = client.get("/audit/").text
    assert "The set-up link" in page
    assert "made the first admin" in page
    assert "The command line" not in page


def test_the_link_works_once(app: Flask, services: Services) -> None:
    link = _link(services)
    post_form(app.test_client(), link, **FIELDS)
    assert app.test_client().get(link).status_code == 404
    assert setup_link(services, "http://127.0.0.1:5000") is None
    assert not (services.settings.data / "setup-token").exists()


def test_a_wrong_link_is_a_404(client: FlaskClient) -> None:
    assert client.get("/setup/guessed").status_code == 404
    assert client.get("/setup/é").status_code == 404


def test_every_start_gives_the_same_link_and_only_the_owner_reads_it(services: Services) -> None:
    assert _link(services) == _link(services)
    mode = (services.settings.data / "setup-token").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_processes_that_start_at_once_agree_on_the_link(services: Services) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: setup_token(services), range(8)))) == 1


def test_a_mistake_in_the_form_does_not_use_up_the_link(client: FlaskClient, services: Services) -> None:
    link = _link(services)
    answer = post_form(client, link, **{**FIELDS, "email": "no address"})
    assert "This is not an email address" in answer.text
    assert post_form(client, link, **FIELDS).status_code == 302


def test_two_passwords_that_differ_are_refused(client: FlaskClient, services: Services) -> None:
    answer = post_form(client, _link(services), **{**FIELDS, "repeated": "something else"})
    assert "The two passwords are not the same." in answer.text
    assert not services.store.has_admin()


def test_of_two_who_use_the_link_at_once_one_becomes_admin(services: Services) -> None:
    token = setup_token(services)
    assert token

    def attempt(number: int) -> bool:
        try:
            make_first_admin(services, token, email=f"{number}@example.org", name="Ada Example", password=PASSWORD)
        except NotFound:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(attempt, range(4))) == 1
    assert services.store.count_admins() == 1


def test_the_start_writes_the_link_to_the_log_until_there_is_an_admin(
    services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    token = setup_token(services)
    create_app(services=services)
    assert f"/setup/{token}" in caplog.text
    caplog.clear()
    make_first_admin(services, token or "", email="a@example.org", name="Ada Example", password=PASSWORD)
    create_app(services=services)
    assert "/setup/" not in caplog.text


def test_the_login_page_says_where_the_link_is(client: FlaskClient, services: Services) -> None:
    assert "no admin yet" in client.get("/login").text
    token = setup_token(services)
    assert token not in client.get("/login").text
