"""The pages of access tokens: made, shown once, listed and revoked."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from attendance.model import User
from attendance.services import Services
from tests.website.browsing import post_form
from tests.website.rest_world import ask, secret_of

PAGE, MAKE = "/account/tokens", "/account/tokens/make"


def _secret(text: str) -> str:
    found = re.search(r"rollcall_[0-9a-f]{64}", text)
    assert found
    return found[0]


def test_a_token_is_made_shown_once_and_works(
    teacher_client: FlaskClient, client: FlaskClient, services: Services, teacher: User
) -> None:
    assert "No tokens yet" in teacher_client.get(PAGE).text
    made = post_form(teacher_client, MAKE, name="Marks", days="7", scopes=["courses:read", "marks:read"])
    secret = _secret(made.text)
    listed = teacher_client.get(PAGE).text
    assert "Marks" in listed and "courses:read" in listed and secret not in listed
    assert ask(client, secret, "GET", "/api/v1/courses").status_code == 200
    assert ask(client, secret, "GET", "/api/v1/students").status_code == 403
    (stored,) = services.store.access_tokens(teacher.id)
    assert secret not in repr(stored) and stored.used_at is not None
    entry = services.store.audit().items[0]
    assert (entry.action, entry.by, entry.subject) == ("token.made", teacher.id, teacher.email)
    assert secret not in entry.detail


def test_a_token_without_scope_or_name_is_not_made(
    teacher_client: FlaskClient, services: Services, teacher: User
) -> None:
    for fields in ({"name": "Marks", "days": "7"}, {"name": " ", "days": "7", "scopes": ["marks:read"]}):
        refused = post_form(teacher_client, MAKE, **fields)
        assert "field-error" in refused.text
    assert services.store.access_tokens(teacher.id) == []


def test_a_token_is_revoked_by_its_user(
    teacher_client: FlaskClient, client: FlaskClient, services: Services, teacher: User
) -> None:
    secret = secret_of(services, teacher)
    (token,) = services.store.access_tokens(teacher.id)
    assert post_form(teacher_client, f"{PAGE}/{token.id}/revoke", token_from=PAGE).status_code == 302
    assert "Revoked" in teacher_client.get(PAGE).text
    assert ask(client, secret, "GET", "/api/v1/courses").status_code == 401


def test_an_admin_sees_and_revokes_the_tokens_of_a_user_and_nobody_else_does(
    admin_client: FlaskClient, teacher_client: FlaskClient, services: Services, teacher: User, admin: User
) -> None:
    secret_of(services, teacher)
    (token,) = services.store.access_tokens(teacher.id)
    page = f"/users/{teacher.id}/tokens"
    assert "A script" in admin_client.get(page).text
    assert teacher_client.get(page).status_code == 403
    secret_of(services, admin)
    (of_admin,) = services.store.access_tokens(admin.id)
    assert post_form(teacher_client, f"{PAGE}/{of_admin.id}/revoke", token_from=PAGE).status_code == 404
    assert post_form(admin_client, f"{page}/{token.id}/revoke", token_from=page).status_code == 302
    assert services.store.access_tokens(teacher.id)[0].revoked_at is not None
    assert services.store.audit().items[0].action == "token.revoked"
