"""The own account: name, time zone, password."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from attendance.changes import SaveUser
from attendance.model import User
from attendance.services import Services
from tests.website.browsing import PASSWORD, csrf, post_form, sign_in
from website.formatting import moment

NEW = "another chair, of wood"


def _change(client: FlaskClient, old: str = PASSWORD, new: str = NEW, repeated: str = NEW):
    return post_form(client, "/account/password", old_password=old, password=new, repeated=repeated)


def test_people_change_their_name_and_time_zone(teacher_client: FlaskClient, services: Services, teacher: User) -> None:
    answer = post_form(teacher_client, "/account", name="이름", timezone="America/New_York", language="")
    assert answer.status_code == 302
    saved = services.store.user(teacher.id)
    assert (saved.name, saved.timezone) == ("이름", "America/New_York")


def test_a_time_zone_that_does_not_exist_is_refused(
    teacher_client: FlaskClient, services: Services, teacher: User
) -> None:
    assert post_form(teacher_client, "/account", name="x", timezone="Mars/Olympus", language="").status_code == 200
    assert services.store.user(teacher.id) == teacher


def test_the_page_shows_the_zone_that_somebody_chose_also_by_an_old_name(
    teacher_client: FlaskClient, services: Services, teacher: User
) -> None:
    def chosen() -> list[str]:
        page = teacher_client.get("/account").get_data(as_text=True)
        return re.findall(r'<option selected value="([^"]*)">', page)

    for zone in ("Europe/Berlin", "US/Samoa"):
        services.store.commit(SaveUser(replace(teacher, timezone=zone)))
        assert chosen() == [zone]
        assert post_form(teacher_client, "/account", name="x", timezone=zone, language="").status_code == 302
        assert services.store.user(teacher.id).timezone == zone


@pytest.mark.parametrize("page", ["/account", "/courses/add"])
def test_the_zone_looks_like_a_list_to_choose_from(admin_client: FlaskClient, page: str) -> None:
    (zone,) = re.findall(r'<select [^>]*name="timezone"[^>]*>', admin_client.get(page).text)
    assert 'class="form-select"' in zone


def test_times_are_shown_in_the_readers_zone(
    app: Flask, services: Services, admin_client: FlaskClient, admin: User
) -> None:
    noon = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    with admin_client:
        admin_client.get("/account")
        assert moment(noon) == "Mar 2, 2026, 21:00"
        assert moment(noon, "America/New_York") == "Mar 2, 2026, 07:00"
    post_form(admin_client, "/account", name="x", timezone="America/Los_Angeles", language="")
    with admin_client:
        admin_client.get("/account")
        assert moment(noon) == "Mar 2, 2026, 04:00"


def test_a_new_password_ends_the_other_sessions_but_not_this_one(app: Flask, admin: User) -> None:
    here, elsewhere = app.test_client(), app.test_client()
    sign_in(here, admin.email)
    sign_in(elsewhere, admin.email)
    assert _change(here).status_code == 302
    assert here.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302
    assert sign_in(app.test_client(), admin.email, PASSWORD).status_code == 200
    assert sign_in(app.test_client(), admin.email, NEW).status_code == 302


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"old": "not the old one"}, "This is not your present password."),
        ({"new": "short", "repeated": "short"}, "The password needs 10 to 256 characters."),
        ({"repeated": "something else"}, "The two passwords are not the same."),
        ({"new": "qwertyuiop", "repeated": "qwertyuiop"}, "one of the first that others would try"),
        ({"new": "ADMIN@example.org", "repeated": "ADMIN@example.org"}, "must not be the email address"),
    ],
)
def test_a_bad_change_of_password_says_why(
    admin_client: FlaskClient, services: Services, admin: User, fields: dict[str, str], sentence: str
) -> None:
    assert sentence in _change(admin_client, **fields).text
    assert services.store.user(admin.id).password_hash == admin.password_hash


def test_the_old_password_cannot_be_guessed_in_a_session_left_open(admin_client: FlaskClient) -> None:
    statuses = [_change(admin_client, old=f"guess number {n}").status_code for n in range(6)]
    assert statuses == [200] * 5 + [429]


def test_the_page_offers_the_zone_that_is_saved(admin_client: FlaskClient) -> None:
    csrf(admin_client, "/account")
    post_form(admin_client, "/account", name="x", timezone="Asia/Tokyo", language="")
    assert '<option selected value="Asia/Tokyo">' in admin_client.get("/account").text
