"""Users of the site, for admins, and the audit trail."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import url_for
from flask.typing import ResponseReturnValue

from attendance.model import Role, User
from attendance.use_cases.people.accounts import NewPassword, add_user, change_user, remove_user, reset_password
from attendance.use_cases.people.invitations import invite, standings, take_back
from website.audit.query import read_query
from website.current import current_services, reader_timezone, signed_in_user
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


class AuditQuerySchema(PageQuery):
    """Which entries, as the page of the audit trail has it."""

    who = Text(load_default="", metadata={"description": "Email or id of a user; `-`: what nobody signed in did."})
    topic = Text(load_default="", metadata={"description": "What the action begins with, such as user or mark."})
    subject = Text(load_default="", metadata={"description": "The whole subject, in any case."})
    from_ = Text(load_default="", data_key="from", metadata={"description": "The first day, such as 2026-03-02."})
    to = Text(load_default="", metadata={"description": "The last day."})


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


class WaySchema(LenientSchema):
    """How an invitation reaches somebody."""

    way = Choice(["mail", "paper"], load_default="mail", metadata={"description": "On paper: you print the code."})


class InvitationAnswer(ma.Schema):
    """How far somebody is with an invitation."""

    invited_at = ma.fields.AwareDateTime(attribute="created_at", allow_none=True)
    expires_at = ma.fields.AwareDateTime(allow_none=True)
    came_at = ma.fields.AwareDateTime(attribute="used_at", allow_none=True)
    way = ma.fields.String(allow_none=True)
    is_open = ma.fields.Boolean(metadata={"description": "Whether the link can still be followed."})
    has_password = ma.fields.Boolean()


class NewInvitationAnswer(InvitationAnswer):
    """The same, and of one on paper what it holds: that is said here once."""

    code = ma.fields.String(metadata={"description": "Only of an invitation on paper; typed at /join."})


@blueprint.operation("GET", "/users/<user_id>/invitation", "users:read", Role.ADMIN)
@blueprint.response(200, InvitationAnswer)
@blueprint.refuses(404)
def invitation(user_id: str) -> dict[str, Any]:
    """Whether somebody is invited, and whether they came."""
    return _standing(current_services().store.user(user_id))


@blueprint.operation("POST", "/users/<user_id>/invitation", "users:write", Role.ADMIN)
@blueprint.arguments(WaySchema)
@blueprint.response(201, NewInvitationAnswer)
@blueprint.refuses(404, 409)
def invite_a_user(words: dict[str, Any], user_id: str) -> ResponseReturnValue:
    """Invite somebody who has no password, in place of an invitation of before."""
    by_mail = words["way"] == "mail"
    slip = invite(current_services(), user_id, by_mail=by_mail, by=signed_in_user().id)
    answer = _standing(slip.user) | ({} if by_mail else {"code": slip.code})
    return answer, 201, {"Location": url_for("rest.invitation", user_id=user_id)}


@blueprint.operation("DELETE", "/users/<user_id>/invitation", "users:write", Role.ADMIN)
@blueprint.response(204)
@blueprint.refuses(404)
def take_an_invitation_back(user_id: str) -> None:
    """Its link is worth nothing any more."""
    take_back(current_services(), user_id, by=signed_in_user().id)


@blueprint.operation("GET", "/audit", "audit:read", Role.ADMIN)
@blueprint.arguments(AuditQuerySchema, location="query")
@blueprint.response(200, AuditAnswer)
def audit(asked: dict[str, Any]) -> ResponseReturnValue:
    """What people did, the newest first."""
    query = read_query(asked | {"from": asked["from_"]})
    wanted = query.filter(current_services(), reader_timezone())
    found = current_services().store.audit(wanted, page=asked["page"], size=asked["size"])
    return page_of(found, found.items)


def _with_password(made: NewPassword) -> dict[str, Any]:
    return {**{name: getattr(made.user, name) for name in UserAnswer().fields}, "password": made.made_up}


def _standing(user: User) -> dict[str, Any]:
    standing = standings(current_services(), [user])[user.id]
    link = standing.link
    return {
        "created_at": link and link.created_at,
        "expires_at": link and link.expires_at,
        "used_at": link and link.used_at,
        "way": link and ("mail" if link.by_mail else "paper"),
        "is_open": standing.is_open,
        "has_password": user.has_password,
    }
