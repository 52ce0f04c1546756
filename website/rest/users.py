"""Users of the site, for admins, and the audit trail."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import url_for
from flask.typing import ResponseReturnValue

from attendance.model import Role, User
from attendance.use_cases.people.accounts import NewPassword, add_user, change_user, remove_user, reset_password
from website.current import current_services, signed_in_user
from website.openapi.schemas import Choice, LenientSchema, Text
from website.rest.blueprint import blueprint, check_version
from website.rest.paging import PageAnswer, PageQuery, page_of

_MOST_TEXT = 200


class UsersQuery(PageQuery):
    """Which users."""

    text = Text(load_default="", metadata={"description": "Part of an email address or a name."})


class UserSchema(LenientSchema):
    """What can be changed of a user. What is left out stays."""

    name = Text()
    role = Choice(Role)
    student_id = Text(metadata={"description": "The school's id of the student whose account it is."})


class NewUserSchema(UserSchema):
    """An account to add."""

    email = Text(required=True)
    name = Text(required=True)
    role = Choice(Role, required=True)


class UserAnswer(ma.Schema):
    """A user."""

    id = ma.fields.String()
    email = ma.fields.String()
    name = ma.fields.String()
    role = ma.fields.String()
    student_id = ma.fields.String(allow_none=True)
    timezone = ma.fields.String(allow_none=True)
    created_at = ma.fields.AwareDateTime()


class UserWithPasswordAnswer(UserAnswer):
    """A user, and the password that was made up: it is said here once."""

    password = ma.fields.String(metadata={"description": "Left out where the request was answered before."})


class UsersAnswer(PageAnswer):
    """A page of users, sorted by email address."""

    items = ma.fields.List(ma.fields.Nested(UserAnswer))


class AuditEntryAnswer(ma.Schema):
    """One thing that a person did."""

    at = ma.fields.AwareDateTime()
    by = ma.fields.String(allow_none=True, metadata={"description": "The id of a user; null for a command."})
    by_name = ma.fields.String()
    action = ma.fields.String()
    subject = ma.fields.String()
    detail = ma.fields.String()


class AuditAnswer(PageAnswer):
    """A page of the audit trail, the newest first."""

    items = ma.fields.List(ma.fields.Nested(AuditEntryAnswer))


@blueprint.operation("GET", "/users", "users:read", Role.ADMIN)
@blueprint.arguments(UsersQuery, location="query")
@blueprint.response(200, UsersAnswer)
def users(asked: dict[str, Any]) -> ResponseReturnValue:
    """Everybody who can sign in."""
    text = asked["text"].replace("\0", "")[:_MOST_TEXT]
    found = current_services().store.users(text=text, page=asked["page"], size=asked["size"])
    return page_of(found, found.items)


@blueprint.operation("POST", "/users", "users:write", Role.ADMIN)
@blueprint.arguments(NewUserSchema)
@blueprint.response(201, UserWithPasswordAnswer)
@blueprint.refuses(409)
def add_a_user(words: dict[str, Any]) -> ResponseReturnValue:
    """Add an account; its password is made up, and said in this answer alone."""
    words["role"] = Role(words["role"])
    made = add_user(current_services(), **words, by=signed_in_user().id)
    return _with_password(made), 201, {"Location": url_for("rest.user", user_id=made.user.id)}


@blueprint.operation("GET", "/users/<user_id>", "users:read", Role.ADMIN)
@blueprint.response(200, UserAnswer)
@blueprint.refuses(404)
def user(user_id: str) -> User:
    """One user."""
    return current_services().store.user(user_id)


@blueprint.operation("PATCH", "/users/<user_id>", "users:write", Role.ADMIN, versioned=True)
@blueprint.arguments(UserSchema)
@blueprint.response(200, UserAnswer)
@blueprint.refuses(404, 412)
def change_a_user(words: dict[str, Any], user_id: str) -> User:
    """Change name, role and linked student."""
    found = current_services().store.user(user_id)
    was = found if check_version(user, user_id=user_id) else None
    return change_user(
        current_services(),
        user_id,
        name=words.get("name", found.name),
        role=Role(words.get("role", found.role)),
        student_id=words.get("student_id", found.student_id),
        by=signed_in_user().id,
        was=was,
    )


@blueprint.operation("DELETE", "/users/<user_id>", "users:write", Role.ADMIN, versioned=True)
@blueprint.response(204)
@blueprint.refuses(404, 412)
def remove_a_user(user_id: str) -> None:
    """Remove an account; a student stays registered without it."""
    check_version(user, user_id=user_id)
    remove_user(current_services(), user_id, by=signed_in_user().id)


@blueprint.operation("POST", "/users/<user_id>/password", "users:write", Role.ADMIN)
@blueprint.response(200, UserWithPasswordAnswer)
@blueprint.refuses(404)
def give_a_password(user_id: str) -> ResponseReturnValue:
    """Give a new password, made up and said in this answer alone; the sessions of the user end."""
    made = reset_password(current_services(), user_id, by=signed_in_user().id)
    return _with_password(made), 200, {"Content-Location": url_for("rest.user", user_id=user_id)}


@blueprint.operation("GET", "/audit", "audit:read", Role.ADMIN)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, AuditAnswer)
def audit(asked: dict[str, Any]) -> ResponseReturnValue:
    """What people did, the newest first."""
    found = current_services().store.audit(page=asked["page"], size=asked["size"])
    return page_of(found, found.items)


def _with_password(made: NewPassword) -> dict[str, Any]:
    return {**{name: getattr(made.user, name) for name in UserAnswer().fields}, "password": made.made_up}
