"""What the school's sign-on says is checked claim by claim."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from attendance.errors import SettingsError, SignInRefused
from attendance.model import Role
from attendance.rules.sign_on import check_id_token, role_of, signed_on
from attendance.settings import load_settings

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ISSUER = "https://login.school.example"


def claims(**more: Any) -> dict[str, Any]:
    given = {"iss": ISSUER, "aud": "rollcall", "sub": "7", "nonce": "n", "iat": NOW.timestamp(), "exp": _in(60)}
    return {name: value for name, value in (given | more).items() if value is not None}


def _in(seconds: int) -> float:
    return (NOW + timedelta(seconds=seconds)).timestamp()


def check(**more: Any) -> None:
    check_id_token(claims(**more), issuer=ISSUER, client_id="rollcall", nonce="n", now=NOW)


def read(**more: Any) -> Any:
    vouches = more.pop("vouches", False)
    return signed_on(
        claims(**more), issuer=ISSUER, groups_claim="groups", student_claim="number", vouches_for_mail=vouches
    )


@pytest.mark.parametrize(
    "more",
    [{}, {"aud": ["rollcall"]}, {"aud": ["rollcall", "other"], "azp": "rollcall"}, {"exp": _in(-59)}, {"iat": _in(59)}],
)
def test_what_is_right_passes(more: dict[str, Any]) -> None:
    check(**more)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"iss": f"{ISSUER}/"}, "Another sign-on"),
        ({"iss": None}, "Another sign-on"),
        ({"aud": "another"}, "means another site"),
        ({"aud": None}, "means another site"),
        ({"aud": ["rollcall", "other"]}, "means another site"),
        ({"azp": "other"}, "means another site"),
        ({"nonce": "m"}, "used before"),
        ({"nonce": None}, "used before"),
        ({"exp": _in(-60)}, "too old"),
        ({"iat": _in(61)}, "too old"),
        ({"exp": None}, "does not say when"),
        ({"exp": True}, "does not say when"),
        ({"exp": 1e300}, "does not say when"),
        ({"exp": float("nan")}, "does not say when"),
        ({"iat": "yesterday"}, "does not say when"),
        ({"sub": ""}, "does not say who"),
        ({"sub": None}, "does not say who"),
        ({"sub": 7}, "does not say who"),
        ({"sub": "x" * 256}, "does not say who"),
    ],
)
def test_what_is_wrong_is_refused_with_its_sentence(more: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SignInRefused, match=sentence):
        check(**more)


def test_no_nonce_of_ours_refuses_one_that_is_missing_there_too() -> None:
    with pytest.raises(SignInRefused):
        check_id_token(claims(nonce=None), issuer=ISSUER, client_id="rollcall", nonce="", now=NOW)


@pytest.mark.parametrize("said", [False, None, "yes", 1, "True"])
def test_only_a_verified_address_is_read(said: object) -> None:
    assert read(email="a@example.org", email_verified=said).email == ""
    assert read(email="a@example.org", email_verified=said, vouches=True).email == "a@example.org"


def test_who_comes_is_read_without_what_cannot_be_shown() -> None:
    found = read(email=" a@example.org ", email_verified=True, name="A\u202eda\x07", number=21, groups=["a", 3, " b "])
    assert (found.email, found.name, found.student_id) == ("a@example.org", "Ada", "21")
    assert found.groups == {"a", "b"}
    assert read(groups="one").groups == {"one"}
    assert read(groups={"a": 1}).groups == frozenset()
    assert read(number=True).student_id == ""


def test_the_highest_role_of_the_groups_counts() -> None:
    roles = (("pupils", "student"), ("staff", "teacher"), ("it", "admin"))
    assert role_of(["pupils", "staff"], roles) is Role.TEACHER
    assert role_of(["it", "pupils"], roles) is Role.ADMIN
    assert role_of(["pupils"], roles) is Role.STUDENT
    assert role_of(["Staff", ""], roles) is None


SIGN_ON = {
    "ROLLCALL_OIDC_ISSUER": ISSUER,
    "ROLLCALL_OIDC_CLIENT_ID": "rollcall",
    "ROLLCALL_ADDRESS": "https://rollcall.school.example",
}


def test_groups_may_have_commas_and_equals_signs() -> None:
    given = load_settings(SIGN_ON | {"ROLLCALL_OIDC_ROLES": "cn=staff,ou=x=teacher; it = admin;"})
    assert given.oidc_roles == (("cn=staff,ou=x", "teacher"), ("it", "admin"))


def test_the_client_secret_is_never_printed() -> None:
    given = load_settings(SIGN_ON | {"ROLLCALL_OIDC_CLIENT_SECRET": "k9-secret-of-ours"})
    assert given.oidc_client_secret.reveal() == "k9-secret-of-ours"
    assert "k9-secret-of-ours" not in f"{given!r} {given.oidc_client_secret} {given.oidc_client_secret!r}"


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"ROLLCALL_OIDC_ISSUER": "http://login.school.example"}, "must be the address of an OpenID provider"),
        ({"ROLLCALL_OIDC_ISSUER": "http://localhost.evil.example"}, "must be the address of an OpenID provider"),
        ({"ROLLCALL_OIDC_ISSUER": f"{ISSUER}?a=b"}, "must be the address of an OpenID provider"),
        ({"ROLLCALL_OIDC_SCOPES": "email"}, "must have openid"),
        ({"ROLLCALL_OIDC_ROLES": "staff=boss"}, "must be groups and roles"),
        ({"ROLLCALL_OIDC_ROLES": "=teacher"}, "must be groups and roles"),
        ({"ROLLCALL_OIDC_CLIENT_ID": ""}, "ROLLCALL_OIDC_CLIENT_ID is missing"),
        ({"ROLLCALL_ADDRESS": ""}, "ROLLCALL_ADDRESS is missing"),
        ({"ROLLCALL_OIDC_ADDS_ACCOUNTS": "yes"}, "needs ROLLCALL_OIDC_ROLES"),
        ({"ROLLCALL_OIDC_ISSUER": "", "ROLLCALL_OIDC_CLIENT_ID": "x"}, "ROLLCALL_OIDC_ISSUER is missing"),
        (
            {"ROLLCALL_OIDC_ISSUER": "", "ROLLCALL_OIDC_CLIENT_ID": "", "ROLLCALL_PASSWORD_LOGIN": "no"},
            "Nobody could sign in",
        ),
    ],
)
def test_settings_that_do_not_go_together_stop_the_start(more: dict[str, str], sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence):
        load_settings(SIGN_ON | more)


@pytest.mark.parametrize("issuer", ["https://a.example/realms/x", "http://127.0.0.1:9400", "http://localhost:9400/x"])
def test_an_issuer_is_by_https_or_of_this_machine(issuer: str) -> None:
    assert load_settings(SIGN_ON | {"ROLLCALL_OIDC_ISSUER": issuer}).oidc_issuer == issuer
