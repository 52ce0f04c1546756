"""How long a login lasts, and what a visit writes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from attendance.adapters.folder.imports import FolderImports
from attendance.model import Role, Session, User
from attendance.services import Services
from attendance.settings import load_settings
from attendance.use_cases.people.accounts import (
    SEEN_EVERY,
    add_user,
    begin_session,
    change_password,
    reset_password,
    visit_session,
)
from attendance.use_cases.upkeep import tidy
from tests.fakes import FakeJobs, FakeMedia, FakeStore, FakeUploads

BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PASSWORD = "a chair of green glass"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class CountingStore(FakeStore):
    """Counts what visits write."""

    seen = 0

    def see_session(self, *given: object) -> None:
        self.seen += 1
        super().see_session(*given)


class Clock:
    """Stands until it is moved."""

    now = BEGAN

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def services(clock: Clock, tmp_path: Path) -> Services:
    """A login lasts two hours without a visit, and ten at most."""
    words = {"ROLLCALL_SESSION_HOURS": "2", "ROLLCALL_SESSION_MAX_HOURS": "10", "ROLLCALL_TIMEZONE": "UTC"}
    return Services(
        settings=load_settings({"ROLLCALL_DATA": str(tmp_path), **words}),
        store=CountingStore(),
        media=FakeMedia(),
        faces=None,
        jobs=FakeJobs(),
        uploads=FakeUploads(),
        imports=FolderImports(tmp_path / "imports"),
        now=clock,
    )


@pytest.fixture
def user(services: Services) -> User:
    return add_user(services, email="a@example.org", name="Ada", role=Role.ADMIN, password=PASSWORD, by=None).user


@pytest.fixture
def session(services: Services, user: User) -> Session:
    return begin_session(services, user, browser="A browser", address="10.0.0.1")


def test_visits_renew_a_login_up_to_its_longest_life(services: Services, clock: Clock, session: Session) -> None:
    while clock.now < BEGAN + 10 * HOUR:
        assert visit_session(services, session.user_id, session.id)
        clock.now += HOUR
    assert visit_session(services, session.user_id, session.id) is None


def test_a_login_without_a_visit_ends(services: Services, clock: Clock, session: Session) -> None:
    clock.now += 2 * HOUR + SEEN_EVERY
    assert visit_session(services, session.user_id, session.id) is None


def test_a_shorter_life_holds_for_logins_of_before(services: Services, clock: Clock, session: Session) -> None:
    shorter = replace(services, settings=replace(services.settings, session_max_hours=1))
    clock.now += HOUR
    assert visit_session(shorter, session.user_id, session.id) is None


def test_visits_write_once_in_ten_minutes(services: Services, clock: Clock, session: Session) -> None:
    for _ in range(600):
        clock.now += timedelta(seconds=6)
        visit_session(services, session.user_id, session.id)
    assert services.store.seen == 6


def test_what_a_browser_calls_itself_is_cut_and_cleaned(services: Services, user: User) -> None:
    session = begin_session(services, user, browser="a\x00b\x1b" + "c" * 500, address="d" * 500)
    assert (session.browser, session.address) == ("ab" + "c" * 298, "d" * 64)


def test_a_new_password_ends_all_sessions(services: Services, user: User, session: Session) -> None:
    change_password(services, user.id, old=PASSWORD, new="another chair, of wood")
    assert services.store.session(user.id, session.id) is None
    again = begin_session(services, user, browser="", address="")
    reset_password(services, user.id, by=None)
    assert services.store.session(user.id, again.id) is None


def test_ended_sessions_are_swept_up(services: Services, clock: Clock, session: Session) -> None:
    clock.now += HOUR
    tidy(services)
    assert services.store.session(session.user_id, session.id)
    clock.now += 9 * HOUR
    tidy(services)
    assert services.store.session(session.user_id, session.id) is None
