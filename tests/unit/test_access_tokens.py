"""How long an access token is good, what it may do, and requests that are done once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from attendance.errors import Conflict, InvalidInput, MovedOn, NotFound
from attendance.model import Role, User
from attendance.rules.scopes import SCOPES, allows
from attendance.services import Services
from attendance.use_cases.courses.courses import add_course, change_course
from attendance.use_cases.people import tokens as using
from attendance.use_cases.people.accounts import add_user, change_user, remove_user
from attendance.use_cases.people.tokens import (
    KeyUsedBefore,
    begin_request,
    end_request,
    forget_old_requests,
    make_token,
    revoke_token,
    user_of_token,
)
from tests.unit.test_sessions import PASSWORD, Clock, clock, services, user

__all__ = ["clock", "services", "user"]

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def test_who_may_change_may_read_the_same_and_nothing_else() -> None:
    assert allows({"marks:write"}, "marks:read") and allows({"marks:write"}, "marks:write")
    assert not allows({"marks:read"}, "marks:write")
    assert not allows({"marks:write"}, "students:read")
    assert not allows(set(SCOPES) - {"audit:read"}, "audit:read")


def test_a_token_is_good_until_its_end(services: Services, clock: Clock, user: User) -> None:
    made = make_token(services, user.id, name="A script", scopes=["marks:read"], days=1)
    assert made.secret.startswith("rollcall_") and made.secret not in repr(made.token)
    found = user_of_token(services, made.secret)
    assert found is not None and (found[0], found[1].scopes) == (user, {"marks:read"})
    clock.now += DAY - MINUTE
    assert user_of_token(services, made.secret) is not None
    clock.now += MINUTE
    assert user_of_token(services, made.secret) is None


@pytest.mark.parametrize("secret", ["", "rollcall_", "rollcall_wrong", "\ud800", "rollcall_\ud800"])
def test_what_is_no_token_is_nobody(services: Services, user: User, secret: str) -> None:
    assert user_of_token(services, secret) is None


def test_a_revoked_token_and_one_of_a_removed_user_are_nobody(services: Services, user: User) -> None:
    first, second = (make_token(services, user.id, name="A script", scopes=SCOPES, days=1) for _ in range(2))
    revoke_token(services, user.id, first.token.id, by=None)
    assert user_of_token(services, first.secret) is None
    assert user_of_token(services, second.secret) is not None
    with pytest.raises(NotFound):
        revoke_token(services, user.id, "nothing", by=None)
    add_user(services, email="b@example.org", name="Bea", role=Role.ADMIN, password=PASSWORD, by=None)
    remove_user(services, user.id, by=None)
    assert user_of_token(services, second.secret) is None


@pytest.mark.parametrize(("scopes", "days"), [([], 1), (["everything"], 1), (["marks:read"], 0), (["marks:read"], 367)])
def test_a_token_for_nothing_or_without_end_is_refused(
    services: Services, user: User, scopes: list[str], days: int
) -> None:
    with pytest.raises(InvalidInput):
        make_token(services, user.id, name="A script", scopes=scopes, days=days)


def test_tokens_in_use_are_limited(services: Services, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(using, "MOST_TOKENS", 1)
    make_token(services, user.id, name="A script", scopes=SCOPES, days=1)
    with pytest.raises(Conflict):
        make_token(services, user.id, name="A script", scopes=SCOPES, days=1)


def test_use_is_written_once_a_minute(services: Services, clock: Clock, user: User) -> None:
    made = make_token(services, user.id, name="A script", scopes=SCOPES, days=1)
    began = clock.now
    for seconds in (0, 30, 61):
        clock.now = began + timedelta(seconds=seconds)
        user_of_token(services, made.secret)
    assert services.store.access_tokens(user.id)[0].used_at == clock.now


def test_a_request_is_done_once_within_a_day(services: Services, clock: Clock, user: User) -> None:
    request, is_new = begin_request(services, user.id, "key", b"content")
    assert is_new
    with pytest.raises(Conflict):
        begin_request(services, user.id, "key", b"content")
    end_request(services, request, 201, "/there")
    known, is_new = begin_request(services, user.id, "key", b"content")
    assert (is_new, known.status, known.location) == (False, 201, "/there")
    with pytest.raises(KeyUsedBefore):
        begin_request(services, user.id, "key", b"other")
    clock.now += DAY
    assert begin_request(services, user.id, "key", b"other")[1]


def test_what_was_refused_or_broke_off_may_be_done_again(services: Services, clock: Clock, user: User) -> None:
    request, _ = begin_request(services, user.id, "key", b"content")
    end_request(services, request, 422, "")
    assert begin_request(services, user.id, "key", b"mended")[1]
    clock.now += 10 * MINUTE
    assert begin_request(services, user.id, "key", b"mended")[1]


def test_old_requests_are_forgotten(services: Services, clock: Clock, user: User) -> None:
    request, _ = begin_request(services, user.id, "key", b"content")
    clock.now += DAY + MINUTE
    forget_old_requests(services)
    assert services.store.claim_request(replace(request, at=clock.now)) is None


def test_what_is_not_as_it_was_read_is_not_changed(services: Services, user: User) -> None:
    course = add_course(services, code="CS101", name="Computing", by=None)
    as_it_is = {name: getattr(course, name) for name in ("code", "section", "timezone")}
    times = {"late_after_minutes": 10, "left_early_minutes": 10}
    with pytest.raises(MovedOn):
        change_course(
            services, course.id, name="Late", **as_it_is, **times, by=None, was=replace(course, name="Before")
        )
    with pytest.raises(MovedOn):
        change_user(services, user.id, name="Late", role=user.role, by=None, was=replace(user, name="Before"))
    assert services.store.course(course.id) == course
