"""Signing in and out."""

from __future__ import annotations

import re
import time
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner
from limits.errors import StorageError

from attendance import passwords
from attendance.changes import RemoveUser
from attendance.errors import SettingsError
from attendance.model import Role, User
from attendance.services import Services
from tests.website.browsing import PASSWORD, csrf, post_form, sign_in
from tests.website.conftest import an_account
from website import create_app
from website.file_counts import FileCounts

SENTENCE = "Email or password is wrong."


def test_somebody_with_the_right_password_gets_in_however_the_email_is_written(
    client: FlaskClient, admin: User
) -> None:
    assert sign_in(client, " ADMIN@example.org ").status_code == 302
    assert client.get("/account").status_code == 200


def test_a_wrong_password_and_an_unknown_account_get_the_same_answer(client: FlaskClient, admin: User) -> None:
    wrong, unknown = (
        _without_tokens(sign_in(client, email, "not the password").text.replace(email, ""))
        for email in (admin.email, "nobody@example.org")
    )
    assert SENTENCE in wrong
    assert wrong == unknown


def test_an_unknown_account_costs_a_hash_too(client: FlaskClient, admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    checked = []
    monkeypatch.setattr(passwords, "_HASHER", _Counting(passwords._HASHER, checked))
    sign_in(client, "nobody@example.org", "not the password")
    assert [kept.startswith("$argon2id$") for kept in checked] == [True]


@pytest.mark.parametrize("email", ["", "x" * 5000 + "@example.org", "a\x00b@example.org", "'; drop table users; --"])
def test_nonsense_for_an_email_is_a_wrong_login_and_no_error(client: FlaskClient, email: str) -> None:
    assert sign_in(client, email).status_code == 200


def test_an_account_has_five_tries_a_minute_from_wherever(app: Flask, admin: User) -> None:
    for number in range(5):
        assert _try_from(app, f"10.0.0.{number}", admin.email).status_code == 200
    answer = _try_from(app, "10.0.0.99", admin.email.upper())
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 61
    assert "Too many attempts" in answer.text


def test_the_right_password_does_not_help_once_the_tries_are_used_up(app: Flask, admin: User) -> None:
    for number in range(5):
        _try_from(app, f"10.0.0.{number}", admin.email)
    assert _try_from(app, "10.0.0.99", admin.email, PASSWORD).status_code == 429


def test_an_address_has_five_wrong_tries_a_minute_whatever_the_account(app: Flask, admin: User) -> None:
    for number in range(5):
        assert _try_from(app, "10.0.0.1", f"{number}@example.org").status_code == 200
    assert _try_from(app, "10.0.0.1", admin.email, PASSWORD).status_code == 429
    assert _try_from(app, "10.0.0.2", admin.email, PASSWORD).status_code == 302


def test_all_of_one_ipv6_network_is_one_address(app: Flask, admin: User) -> None:
    for number in range(5):
        _try_from(app, f"2001:db8::{number}", f"{number}@example.org")
    assert _try_from(app, "2001:db8::ffff:1", admin.email, PASSWORD).status_code == 429


def test_ipv4_addresses_that_come_as_ipv6_are_told_apart(app: Flask, admin: User) -> None:
    for number in range(5):
        _try_from(app, "::ffff:10.0.0.1", f"{number}@example.org")
    assert _try_from(app, "10.0.0.1", admin.email, PASSWORD).status_code == 429
    assert _try_from(app, "::ffff:10.0.0.2", admin.email, PASSWORD).status_code == 302


def test_a_class_may_sign_in_from_one_address(app: Flask, admin: User, teacher: User, student_user: User) -> None:
    people = [admin, teacher, student_user] * 6
    assert {_try_from(app, "10.0.0.1", user.email, PASSWORD).status_code for user in people} == {302}


def test_tries_are_not_counted_by_an_address_that_the_asker_made_up(app: Flask, admin: User) -> None:
    for number in range(5):
        _try_from(app, "10.0.0.1", f"{number}@example.org", forwarded=f"9.9.9.{number}")
    answer = _try_from(app, "10.0.0.1", admin.email, PASSWORD, forwarded="9.9.9.99")
    assert answer.status_code == 429


def test_the_session_of_before_is_gone_after_signing_in(client: FlaskClient, admin: User) -> None:
    token = csrf(client)
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
    sign_in(client, admin.email)
    with client.session_transaction() as session:
        assert "planted" not in session
    assert csrf(client, "/account") != token


def test_signing_out_takes_a_form_and_ends_the_session(admin_client: FlaskClient) -> None:
    assert admin_client.get("/logout").status_code == 405
    assert post_form(admin_client, "/logout", token_from="/account").status_code == 302
    assert admin_client.get("/account").status_code == 302


def test_a_visitor_is_sent_to_the_page_they_wanted_after_signing_in(client: FlaskClient, admin: User) -> None:
    asked = client.get("/users?text=ada&page=2")
    assert asked.status_code == 302
    answer = client.post(
        asked.location, data={"csrf_token": csrf(client, asked.location), "email": admin.email, "password": PASSWORD}
    )
    assert answer.location == "/users?text=ada&page=2"


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "https://evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\n/evil.example",
        " //evil.example",
        "evil.example",
        "",
        "///evil.example",
        "http:/\\/evil.example",
    ],
)
def test_nobody_is_sent_to_another_site(client: FlaskClient, admin: User, wanted: str) -> None:
    answer = post_form(client, "/login", email=admin.email, password=PASSWORD, next=wanted)
    assert answer.location == "/"


def test_a_removed_user_is_signed_out_at_once(admin_client: FlaskClient, services, admin: User) -> None:
    an_account(services, "second@example.org", "Second Admin", Role.ADMIN)
    services.store.commit(RemoveUser(admin.id))
    assert admin_client.get("/account").status_code == 302


class TestInactivity:
    """A login lasts six minutes without a visit, and visits renew it."""

    @pytest.fixture
    def environment(self) -> dict[str, str]:
        """The shortest that may be set."""
        return {"ROLLCALL_SESSION_HOURS": "0.1"}

    @pytest.fixture
    def clock(self, monkeypatch: pytest.MonkeyPatch) -> list[int]:
        """The seconds that have gone by, as the signer of cookies sees them."""
        gone, begun = [0], int(time.time())
        monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: begun + gone[0])
        return gone

    def test_a_login_ends_when_nobody_comes_for_long_enough(
        self, clock: list[int], client: FlaskClient, admin: User
    ) -> None:
        sign_in(client, admin.email)
        for gone, status in ((300, 200), (600, 200), (900, 200), (1300, 302)):
            clock[0] = gone
            assert client.get("/account").status_code == status, gone


def test_a_store_of_tries_that_fails_is_told_and_lets_nobody_in(
    client: FlaskClient, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise StorageError(OSError("no route to the counter"))

    monkeypatch.setattr(FileCounts, "acquire_entry", fail)
    answer = sign_in(client, admin.email)
    assert answer.status_code == 503
    assert "Signing in is not possible at the moment." in answer.text


@pytest.mark.parametrize("place", ["nowhere://", "file:", "nowhere://:secret@host"])
def test_a_store_of_tries_that_does_not_exist_stops_the_start(services: Services, place: str) -> None:
    wrong = replace(services, settings=replace(services.settings, rate_store=place))
    with pytest.raises(SettingsError, match="ROLLCALL_RATE_STORE") as refused:
        create_app(services=wrong)
    assert "secret" not in refused.value.sentence


class _Counting:
    """A hasher that writes down what it checks."""

    def __init__(self, hasher: object, checked: list[str]) -> None:
        self._hasher, self._checked = hasher, checked

    def verify(self, password_hash: str, password: str) -> bool:
        self._checked.append(password_hash)
        return self._hasher.verify(password_hash, password)


def _without_tokens(page: str) -> str:
    """A page's CSRF token says the second in which it was made."""
    token = re.search(r'<meta name="csrf-token" content="([^"]+)"', page)
    assert token is not None
    return page.replace(token[1], "")


def _try_from(app: Flask, address: str, email: str, password: str = "wrong password", forwarded: str | None = None):
    client = app.test_client()
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    fields = {"csrf_token": csrf(client), "email": email, "password": password}
    return client.post("/login", data=fields, headers=headers, environ_base={"REMOTE_ADDR": address})


class TestLockOut:
    """Strangers who guess do not keep out whoever owns the account."""

    @pytest.mark.parametrize(
        ("stranger", "owner"),
        [("10.0.0.1", "10.0.0.2"), ("2001:db8:0:1::{}", "2001:db8:0:2::1"), ("::ffff:10.0.0.1", "10.0.0.2")],
    )
    def test_guesses_from_one_address_never_keep_the_owner_out_elsewhere(
        self, app: Flask, admin: User, hours: list[float], stranger: str, owner: str
    ) -> None:
        for _ in range(15):
            for number in range(7):
                _try_from(app, stranger.format(number), admin.email)
            assert _try_from(app, owner, admin.email, PASSWORD).status_code == 302
            hours[0] += 61

    def test_guesses_from_one_address_do_not_keep_the_owner_out_who_forgot_at_first(
        self, app: Flask, admin: User, hours: list[float]
    ) -> None:
        for _ in range(15):
            for _number in range(7):
                _try_from(app, "10.0.0.1", admin.email)
            hours[0] += 61
        assert _try_from(app, "10.0.0.2", admin.email).status_code == 200
        assert _try_from(app, "10.0.0.2", admin.email, PASSWORD).status_code == 302

    def test_one_address_has_twenty_guesses_an_hour_at_one_account(
        self, app: Flask, admin: User, hours: list[float]
    ) -> None:
        statuses = []
        for _ in range(8):
            statuses += [_try_from(app, "10.0.0.1", admin.email).status_code for _ in range(5)]
            hours[0] += 61
        assert statuses == [200] * 20 + [429] * 20

    def test_guesses_from_everywhere_are_sixty_an_hour_at_one_account(
        self, app: Flask, admin: User, hours: list[float]
    ) -> None:
        statuses = []
        for number in range(80):
            statuses.append(_try_from(app, f"10.0.{number}.1", admin.email).status_code)
            hours[0] += 20
        assert statuses == [200] * 60 + [429] * 20
        assert _try_from(app, "10.9.9.9", admin.email, PASSWORD).status_code == 429
        hours[0] += 3600
        assert _try_from(app, "10.9.9.9", admin.email, PASSWORD).status_code == 302

    def test_a_browser_in_which_the_account_was_signed_in_is_never_kept_out_by_others(
        self, app: Flask, admin: User, teacher: User
    ) -> None:
        known = app.test_client()
        sign_in(known, admin.email)
        post_form(known, "/logout", token_from="/account")
        for number in range(30):
            _try_from(app, f"10.0.0.{number}", admin.email)
            _try_from(app, "127.0.0.1", admin.email)  # the address of the owner's school
        assert _try_from(app, "10.1.1.1", admin.email, PASSWORD).status_code == 429
        assert sign_in(known, teacher.email).status_code == 429  # it is known for one account, not for all
        assert sign_in(known, admin.email).status_code == 302

    def test_a_browser_that_is_known_may_guess_no_more_than_others(
        self, app: Flask, admin: User, hours: list[float]
    ) -> None:
        known = app.test_client()
        sign_in(known, admin.email)
        post_form(known, "/logout", token_from="/account")
        assert [sign_in(known, admin.email, "wrong").status_code for _ in range(6)] == [200] * 5 + [429]

    def test_a_made_up_sign_of_a_known_browser_is_worth_nothing(self, app: Flask, admin: User) -> None:
        known = app.test_client()
        sign_in(known, admin.email)
        value = known.get_cookie("rollcall-known").value
        post_form(known, "/logout", token_from="/account")
        known.set_cookie("rollcall-known", value[:-3] + "abc")
        for number in range(6):
            _try_from(app, f"10.0.0.{number}", admin.email)
        assert sign_in(known, admin.email).status_code == 429

    @pytest.fixture
    def hours(self, monkeypatch: pytest.MonkeyPatch) -> list[float]:
        """Seconds that have gone by, as the counter of attempts sees them."""
        gone, begun = [0.0], time.time()
        monkeypatch.setattr("website.file_counts.time.time", lambda: begun + gone[0])
        return gone
