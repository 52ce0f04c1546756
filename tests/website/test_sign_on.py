"""Signing in by the school's sign-on, before a provider that is not ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from attendance.adapters.oidc import OidcSignOn
from attendance.model import ALL_ENTRIES, Course, Role, Student, User
from attendance.services import Services
from attendance.use_cases.people.accounts import remove_user
from tests.website.browsing import PASSWORD, csrf, post_form, sign_in
from tests.website.oidc_provider import OidcProvider

SITE = "http://localhost"
ROLES = "it=admin; staff=teacher; students=student"


@pytest.fixture(scope="session")
def provider() -> Iterator[OidcProvider]:
    provider = OidcProvider()
    yield provider
    provider.close()


def settings_of(provider: OidcProvider, **more: str) -> dict[str, str]:
    return {
        "ROLLCALL_ADDRESS": SITE,
        "ROLLCALL_OIDC_ISSUER": provider.url,
        "ROLLCALL_OIDC_CLIENT_ID": "rollcall",
        "ROLLCALL_OIDC_CLIENT_SECRET": "a-secret-of-the-client",
        "ROLLCALL_OIDC_NAME": "Hanbit School",
        "ROLLCALL_OIDC_ROLES": ROLES,
        "ROLLCALL_OIDC_STUDENT_CLAIM": "student_number",
        "ROLLCALL_OIDC_ADDS_ACCOUNTS": "yes",
        **more,
    }


@pytest.fixture
def environment(provider: OidcProvider) -> dict[str, str]:
    return settings_of(provider)


def begun(client: FlaskClient, page: str = "/sign-on") -> str:
    answer = client.get(page)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def back(client: FlaskClient, location: str) -> TestResponse:
    assert location.startswith(f"{SITE}/sign-on/back?"), location
    return client.get(location.removeprefix(SITE))


def come(client: FlaskClient, provider: OidcProvider, subject: str, page: str = "/sign-on") -> TestResponse:
    return back(client, provider.sign_in(begun(client, page), subject))


def said(answer: TestResponse) -> str:
    assert answer.status_code == 403
    found = re.search(r'role="alert">.*?<span>(.*?)</span>', answer.text, re.DOTALL)
    assert found
    return found[1]


def actions(services: Services) -> list[str]:
    return [entry.action for entry in services.store.audit(ALL_ENTRIES).items]


def test_the_page_leads_there_with_proof_key_nonce_and_state(client: FlaskClient, provider: OidcProvider) -> None:
    page = client.get("/login?next=/account/")
    assert "Sign in with Hanbit School" in page.text
    address = begun(client, "/sign-on?next=/account/")
    assert address.startswith(f"{provider.url}/oauth2/authorize?")
    asked = parse_qs(urlsplit(address).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["code_challenge"][0]) == 43
    assert asked["redirect_uri"] == [f"{SITE}/sign-on/back"]
    assert asked["scope"] == ["openid email profile"]
    assert len(asked["state"][0]) >= 43
    assert asked["nonce"] != asked["state"]
    assert "a-secret-of-the-client" not in address + page.text


def test_who_has_an_account_by_a_verified_address_is_linked_and_keeps_it(
    client: FlaskClient, provider: OidcProvider, services: Services, teacher: User
) -> None:
    provider.knows("t1", email="Teacher@Example.org", email_verified=True, groups=["staff"])
    answer = come(client, provider, "t1", "/sign-on?next=/account/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/account/")
    assert teacher.email in client.get("/account/").text
    assert client.get_cookie("rollcall-known") is not None
    assert len(services.store.sessions(teacher.id, services.now())) == 1
    assert actions(services)[:2] == ["signin.sign_on", "signon.linked"]
    provider.knows("t1", email="another@example.org", email_verified=True, groups=["staff"])
    other = client.application.test_client()
    assert come(other, provider, "t1").status_code == 302
    assert teacher.email in other.get("/account/").text  # by the link, whatever the address is by now


def test_an_address_that_is_not_verified_opens_nothing(
    client: FlaskClient, provider: OidcProvider, services: Services, teacher: User
) -> None:
    provider.knows("t2", email=teacher.email, email_verified=False, groups=["staff"])
    assert "does not say your mail address" in said(come(client, provider, "t2"))
    provider.knows("t2", email_verified=True, groups=["staff"])
    assert "does not say your mail address" in said(come(client, provider, "t2"))
    assert client.get("/account/").status_code == 302
    assert services.store.sign_on_accounts(teacher.id) == []
    assert "signin.failed" in actions(services)


def test_who_has_none_gets_one_with_the_role_of_the_groups(
    client: FlaskClient, provider: OidcProvider, services: Services, student: Student
) -> None:
    provider.knows("n1", email="new@example.org", email_verified=True, name="새 선생", groups=["other", "staff"])
    assert come(client, provider, "n1").status_code == 302
    made = services.store.find_user("new@example.org")
    assert made is not None
    assert (made.role, made.name, made.has_password) == (Role.TEACHER, "새 선생", False)
    provider.knows("s1", email="s@example.org", email_verified=True, groups=["students"], student_number=21)
    assert come(client.application.test_client(), provider, "s1").status_code == 302
    of_student = services.store.find_user("s@example.org")
    assert of_student is not None
    assert (of_student.role, of_student.student_id) == (Role.STUDENT, student.id)


def test_a_student_who_is_not_registered_gets_no_account(
    client: FlaskClient, provider: OidcProvider, services: Services
) -> None:
    provider.knows("s2", email="s2@example.org", email_verified=True, groups=["students"], student_number="99")
    assert "not registered as a student" in said(come(client, provider, "s2"))
    assert services.store.find_user("s2@example.org") is None


def test_who_is_in_no_group_that_has_a_role_stays_outside(
    client: FlaskClient, provider: OidcProvider, teacher: User
) -> None:
    provider.knows("g1", email=teacher.email, email_verified=True, groups=["parents"])
    assert "None of your groups" in said(come(client, provider, "g1"))


def test_an_admins_account_is_linked_only_where_the_groups_say_admin(
    client: FlaskClient, provider: OidcProvider, services: Services, admin: User
) -> None:
    provider.knows("a1", email=admin.email, email_verified=True, groups=["staff"])
    assert "not linked by its address alone" in said(come(client, provider, "a1"))
    provider.knows("a1", email=admin.email, email_verified=True, groups="it")
    assert come(client, provider, "a1").status_code == 302
    assert client.get("/users/").status_code == 200


def test_the_role_follows_the_groups_at_each_sign_in_but_the_last_admin_stays(
    client: FlaskClient, provider: OidcProvider, services: Services, admin: User
) -> None:
    provider.knows("r1", email="r1@example.org", email_verified=True, groups=["it"])
    assert come(client, provider, "r1").status_code == 302
    provider.knows("r1", email="r1@example.org", email_verified=True, groups=["staff"])
    assert come(client.application.test_client(), provider, "r1").status_code == 302
    assert client.get("/users/").status_code == 403  # the session of before has the role of now
    user = services.store.find_user("r1@example.org")
    assert user is not None
    assert user.role is Role.TEACHER
    provider.knows("a2", email=admin.email, email_verified=True, groups=["it"])
    assert come(client.application.test_client(), provider, "a2").status_code == 302
    provider.knows("a2", email=admin.email, email_verified=True, groups=["staff"])
    assert come(client.application.test_client(), provider, "a2").status_code == 302
    assert services.store.user(admin.id).role is Role.ADMIN


def test_an_answer_is_good_once_and_in_its_own_browser(
    app: Flask, client: FlaskClient, provider: OidcProvider, teacher: User
) -> None:
    provider.knows("o1", email=teacher.email, email_verified=True, groups=["staff"])
    location = provider.sign_in(begun(client), "o1")
    assert "not begun in this browser" in said(back(app.test_client(), location))
    cookie = next(one for one in client._cookies.values() if one.key.startswith("rollcall-sign-on-"))
    assert back(client, location).status_code == 302
    thief = app.test_client()
    thief.set_cookie(cookie.key, cookie.value, path="/sign-on")
    assert "was used before" in said(back(thief, location))
    assert thief.get("/account/").status_code == 302


def test_an_answer_to_another_question_is_refused(
    app: Flask, client: FlaskClient, provider: OidcProvider, teacher: User
) -> None:
    """The code of one sign-in with the state of another: the nonce is not the one that was asked with."""
    provider.knows("o2", email=teacher.email, email_verified=True, groups=["staff"])
    other = provider.sign_in(begun(app.test_client()), "o2")
    code = parse_qs(urlsplit(other).query)["code"][0]
    mine = parse_qs(urlsplit(begun(client)).query)["state"][0]
    answer = client.get("/sign-on/back", query_string={"code": code, "state": mine})
    assert "not begun here" in said(answer)


def test_a_code_that_the_sign_on_does_not_know_is_refused(client: FlaskClient, provider: OidcProvider) -> None:
    state = parse_qs(urlsplit(begun(client)).query)["state"][0]
    answer = client.get("/sign-on/back", query_string={"code": "made-up", "state": state})
    assert "does not take this sign-in" in said(answer)
    assert "made-up" not in answer.text


def test_who_says_no_there_is_told_so(client: FlaskClient, provider: OidcProvider) -> None:
    address = begun(client)
    state = parse_qs(urlsplit(address).query)["state"][0]
    answer = client.get("/sign-on/back", query_string={"error": "access_denied<script>", "state": state})
    assert "did not sign you in" in said(answer)
    assert "<script>" not in answer.text.partition("<main")[2]


def test_where_another_issuer_answers_nothing_is_asked_of_it(
    client: FlaskClient, provider: OidcProvider, services: Services
) -> None:
    other = OidcSignOn(provider.url.replace("127.0.0.1", "localhost") + "/", "rollcall", "", "openid")
    client.application.extensions["rollcall"] = replace(services, sign_on=other)
    assert "Another sign-on answered" in said(client.get("/sign-on"))


def test_a_sign_on_that_does_not_answer_is_said_in_a_sentence(client: FlaskClient, services: Services) -> None:
    nobody = OidcSignOn("http://127.0.0.1:9", "rollcall", "", "openid")
    client.application.extensions["rollcall"] = replace(services, sign_on=nobody)
    answer = client.get("/sign-on")
    assert answer.status_code == 503
    assert "does not answer" in answer.text


def test_the_connection_is_shown_and_ended_by_its_own_user(
    client: FlaskClient, provider: OidcProvider, services: Services, teacher: User, admin_client: FlaskClient
) -> None:
    provider.knows("c1", email=teacher.email, email_verified=True, groups=["staff"])
    assert come(client, provider, "c1").status_code == 302
    [account] = services.store.sign_on_accounts(teacher.id)
    assert provider.url in client.get("/account/sign-on").text
    post_form(admin_client, "/account/sign-on", account=account.id)
    assert services.store.sign_on_accounts(teacher.id) == [account]
    post_form(client, "/account/sign-on", account=account.id)
    assert services.store.sign_on_accounts(teacher.id) == []


def test_a_removed_account_does_not_come_back_with_its_rights(
    client: FlaskClient, provider: OidcProvider, services: Services, admin: User
) -> None:
    provider.knows("x1", email="x1@example.org", email_verified=True, groups=["staff"])
    assert come(client, provider, "x1").status_code == 302
    first = services.store.find_user("x1@example.org")
    assert first is not None
    remove_user(services, first.id, by=admin.id)
    assert client.get("/account/").status_code == 302
    assert come(client, provider, "x1").status_code == 302
    second = services.store.find_user("x1@example.org")
    assert second is not None
    assert second.id != first.id


class TestWithoutPasswords:
    """The sign-on alone."""

    @pytest.fixture
    def environment(self, provider: OidcProvider) -> dict[str, str]:
        return settings_of(provider, ROLLCALL_PASSWORD_LOGIN="no", ROLLCALL_OIDC_ADDS_ACCOUNTS="no")

    def test_no_password_lets_anybody_in(self, client: FlaskClient, admin: User) -> None:
        page = client.get("/login")
        assert 'type="password"' not in page.text
        assert "Sign in with Hanbit School" in page.text
        answer = sign_in(client, admin.email, PASSWORD)
        assert answer.status_code == 403
        assert "not with passwords" in answer.text
        for address in ("/join", "/join/password", "/forgot"):
            assert client.get(address).status_code == 403
        assert client.get("/account/").status_code == 302

    def test_nobody_is_invited_to_a_password(self, app: Flask, services: Services, admin: User, course: Course) -> None:
        code = app.test_cli_runner().invoke(args=["users", "sign-in-link", admin.email]).output.split("#")[1].split()[0]
        client = app.test_client()
        post_form(client, "/sign-in-link", code=code)
        for address in ("/users/invitations", f"/courses/{course.id}/invitations"):
            answer = post_form(client, address, way="paper", chosen=services.store.roster(course.id)[0].key)
            assert "nothing to invite them to" in answer.text + client.get(address).text
        assert services.store.accounts_of(["21"]) == {}

    def test_nobody_gets_an_account_by_coming(
        self, client: FlaskClient, provider: OidcProvider, services: Services
    ) -> None:
        provider.knows("w1", email="w1@example.org", email_verified=True, groups=["staff"])
        assert "No account here" in said(come(client, provider, "w1"))
        assert services.store.find_user("w1@example.org") is None

    def test_an_admin_comes_in_by_a_link_of_the_command_line_once(
        self, app: Flask, client: FlaskClient, services: Services, admin: User, teacher: User
    ) -> None:
        printed = app.test_cli_runner().invoke(args=["users", "sign-in-link", admin.email])
        address, _, code = printed.output.splitlines()[0].partition("#")
        assert address == f"{SITE}/sign-in-link"
        other = app.test_client()
        answer = post_form(client, "/sign-in-link", code=code)
        assert answer.status_code == 302
        assert client.get("/users/").status_code == 200
        assert actions(services)[:2] == ["signin.link", "signin.link_made"]
        again = post_form(other, "/sign-in-link", code=code)
        assert "it was used" in again.text
        assert other.get("/account/").status_code == 302

    def test_the_command_line_makes_no_link_for_others(self, app: Flask, admin: User, teacher: User) -> None:
        refused = app.test_cli_runner().invoke(args=["users", "sign-in-link", teacher.email])
        assert refused.exit_code != 0
        assert "is no admin" in refused.output + refused.stderr

    def test_a_link_of_somebody_whose_password_changed_since_is_worthless(
        self, app: Flask, client: FlaskClient, services: Services, admin: User
    ) -> None:
        printed = app.test_cli_runner().invoke(args=["users", "sign-in-link", admin.email])
        code = printed.output.splitlines()[0].partition("#")[2]
        app.test_cli_runner().invoke(
            args=["users", "password", admin.email, "--password-stdin"], input="another chair of glass\n"
        )
        assert "not right" in post_form(client, "/sign-in-link", code=code).text
        assert "not right" in post_form(client, "/sign-in-link", code=code[:-3] + "abc").text


class TestWithoutSignOn:
    """As most sites are."""

    @pytest.fixture
    def environment(self) -> dict[str, str]:
        return {}

    def test_there_is_neither_button_nor_address(self, client: FlaskClient) -> None:
        assert "/sign-on" not in client.get("/login").text
        assert client.get("/sign-on").status_code == 404
        assert client.get("/sign-on/back?code=1&state=2").status_code == 404
        assert csrf(client)
