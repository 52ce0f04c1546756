"""Where somebody is signed in: signing out is for good, and each session can be ended from any other."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from attendance.model import User
from attendance.services import Services
from tests.website.browsing import PASSWORD, csrf, post_form, sign_in
from website.account.browser_names import browser_name

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1"


def _signed_in(app: Flask, user: User, browser: str = FIREFOX, address: str = "10.0.0.1") -> FlaskClient:
    client = app.test_client()
    client.environ_base |= {"HTTP_USER_AGENT": browser, "REMOTE_ADDR": address}
    assert sign_in(client, user.email).status_code == 302
    return client


def _copy(app: Flask, client: FlaskClient) -> FlaskClient:
    """Another browser with the same cookie."""
    other = app.test_client()
    other.set_cookie("rollcall", client.get_cookie("rollcall").value)
    assert other.get("/account").status_code == 200
    return other


def _ids(client: FlaskClient) -> list[str]:
    return re.findall(r"/account/sessions/([0-9a-f]{32})/end", client.get("/account/sessions").text)


@pytest.mark.parametrize(
    "end",
    [
        lambda client: post_form(client, "/logout", token_from="/account"),
        lambda client: post_form(client, f"/account/sessions/{_ids(client)[0]}/end", token_from="/account"),
    ],
)
def test_a_copied_cookie_is_dead_once_its_owner_signs_out(
    app: Flask, admin: User, end: Callable[[FlaskClient], object]
) -> None:
    client = _signed_in(app, admin)
    copied = _copy(app, client)
    elsewhere = _signed_in(app, admin)
    end(client)
    assert client.get("/account").status_code == 302
    assert copied.get("/account").status_code == 302
    assert elsewhere.get("/account").status_code == 200


def test_a_new_password_leaves_this_session_alone_in_the_store(app: Flask, admin: User, services: Services) -> None:
    here, new = _signed_in(app, admin), "another chair, of wood"
    _signed_in(app, admin)
    post_form(here, "/account/password", old_password=PASSWORD, password=new, repeated=new)
    assert len(services.store.sessions(admin.id, services.now())) == 1
    assert here.get("/account").status_code == 200


def test_the_page_says_browser_and_address_of_each_and_which_is_this_one(app: Flask, admin: User) -> None:
    here = _signed_in(app, admin)
    _signed_in(app, admin, PHONE, "10.0.0.2")
    text = here.get("/account/sessions").text
    first, second = re.findall(r"<tr>\s*<th scope=\"row\".*?</tr>", text, re.DOTALL)
    assert "Firefox on Windows" in first
    assert "This browser" in first
    assert "10.0.0.1" in first
    assert "Safari on iPhone" in second
    assert "This browser" not in second
    assert "10.0.0.2" in second


def test_another_session_is_ended_from_this_one(app: Flask, admin: User) -> None:
    here, lost, third = (_signed_in(app, admin, address=f"10.0.0.{number}") for number in range(3))
    (_, *others) = _ids(here)
    (its_id,) = [one for one in others if one == _ids(lost)[0]]
    post_form(here, f"/account/sessions/{its_id}/end", token_from="/account")
    assert lost.get("/account").status_code == 302
    assert here.get("/account").status_code == third.get("/account").status_code == 200


def test_all_others_are_ended_at_once(app: Flask, admin: User) -> None:
    here, *others = (_signed_in(app, admin) for _ in range(3))
    post_form(here, "/account/sessions/end-others", token_from="/account")
    assert here.get("/account").status_code == 200
    assert {other.get("/account").status_code for other in others} == {302}
    assert "End the others" not in here.get("/account/sessions").text


def test_nobody_ends_the_sessions_of_others(app: Flask, admin: User, teacher: User) -> None:
    client, other = _signed_in(app, admin), _signed_in(app, teacher)
    foreign = f"/account/sessions/{_ids(client)[0]}/end"
    assert post_form(other, foreign, token_from="/account").status_code == 404
    post_form(other, "/account/sessions/end-others", token_from="/account")
    assert client.get("/account").status_code == 200
    assert _ids(client)[0] not in other.get("/account/sessions").text


def test_sessions_end_with_a_form_of_the_site_alone(app: Flask, admin: User) -> None:
    client = _signed_in(app, admin)
    for address in (f"/account/sessions/{_ids(client)[0]}/end", "/account/sessions/end-others"):
        assert client.get(address).status_code == 405
        assert client.post(address).status_code == 400


def test_a_cookie_of_before_there_were_sessions_signs_nobody_in(app: Flask, admin: User) -> None:
    client = app.test_client()
    for known_as in (f"{admin.id}.{admin.session_key}", f"{admin.id}.{admin.session_key}.", f"{admin.id}..", ".."):
        with client.session_transaction() as session:
            session["_user_id"] = known_as
        assert client.get("/account").status_code == 302


def test_a_session_of_one_user_is_none_of_another(app: Flask, admin: User, teacher: User) -> None:
    client = _signed_in(app, teacher)
    with client.session_transaction() as session:
        session["_user_id"] = f"{admin.id}.{admin.session_key}.{session['_user_id'].rpartition('.')[2]}"
    assert client.get("/account").status_code == 302


def test_what_a_browser_calls_itself_is_shown_as_text(app: Flask, admin: User) -> None:
    client = _signed_in(app, admin, "<script>alert(1)</script>")
    assert "<script>alert" not in client.get("/account/sessions").text
    assert csrf(client, "/account/sessions")


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox on Windows"),
        (PHONE, "Safari on iPhone"),
        ("Mozilla/5.0 (Linux; Android 10; K) Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15", "Safari on macOS"),
        ("curl/8.0", "curl"),
        ("", "An unknown browser"),
    ],
)
def test_browsers_are_called_what_people_call_them(app: Flask, agent: str, name: str) -> None:
    with app.test_request_context():
        assert browser_name(agent) == name
