"""Invitations and forgotten passwords: links that work once, by mail or on paper."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from attendance import passwords
from attendance.changes import AddToRoster, AddUser
from attendance.errors import AlreadyExists, Conflict, InvalidInput, NotFound
from attendance.model import MAIL, Role
from attendance.services import Services
from attendance.use_cases.outbox import drain
from attendance.use_cases.people.accounts import add_user, begin_session, check_login, reset_password
from attendance.use_cases.people.invitations import (
    invite,
    invite_everybody,
    invite_roster,
    standings_of_students,
    take_back,
)
from attendance.use_cases.people.links import ask_for_link, find_link, follow_link, has_address
from attendance.use_cases.students.removing import remove_student
from tests.contract.samples import a_user
from tests.fakes.notifier import FakeNotifier
from tests.unit.in_memory import NOW, a_course, a_student, services_in_memory

PASSWORD, OTHER = "a chair of green glass", "a table of blue stone"


class World:
    """Services with a mail service and a clock that a test moves."""

    def __init__(self, data: Path) -> None:
        self.now = NOW
        self.mail = FakeNotifier(MAIL)
        memory = services_in_memory(data, ROLLCALL_ADDRESS="https://rollcall.example")
        self.services: Services = replace(memory, now=lambda: self.now, notifiers={MAIL: self.mail})
        self.store = self.services.store
        self.store.commit(AddUser(a_user("admin", role=Role.ADMIN)))

    def invited_user(self) -> str:
        added = add_user(
            self.services, email="ada@example.org", name="Ada", role=Role.TEACHER, by="admin", invited=True
        )
        return added.user.id

    def mailed(self) -> list[tuple[str, str, str]]:
        """To whom, with which link, and the code of each mail that was sent."""
        while drain(self.services):
            pass
        return [(to, message.links[0].url, message.facts[0].value) for to, message in self.mail.sent.values()]

    def actions(self) -> list[str]:
        return [entry.action for entry in self.store.audit().items]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    return World(tmp_path)


def test_who_is_invited_sets_a_password_once(world: World) -> None:
    user_id = world.invited_user()
    assert check_login(world.services, "ada@example.org", "") is None
    slip = invite(world.services, user_id, by_mail=False, by="admin")
    assert slip.code not in str(world.store.account_links([user_id], slip.link.purpose))
    typed = slip.code.upper().replace("-", " ")
    assert follow_link(world.services, typed, password=PASSWORD).id == user_id
    assert check_login(world.services, "ada@example.org", PASSWORD) is not None
    with pytest.raises(NotFound):
        follow_link(world.services, slip.code, password=OTHER)
    assert world.actions()[:2] == ["user.joined", "user.invited"]


def test_an_invitation_goes_by_mail_with_the_code_behind_a_hash(world: World) -> None:
    slip = invite(world.services, world.invited_user(), by_mail=True, by="admin")
    assert world.mailed() == [("ada@example.org", f"https://rollcall.example/join#{slip.code}", slip.code)]
    assert slip.code not in "".join(notice.body for notice in world.store._notices.values())


def test_a_mail_in_the_language_of_its_reader_has_no_link_to_end_mails(world: World) -> None:
    user_id = world.invited_user()
    invite(world.services, user_id, by_mail=True, by="admin")
    world.mailed()
    ((_, message),) = world.mail.sent.values()
    assert message.unsubscribe_url is None
    assert message.language == "en"


def test_a_link_ends_after_its_days_and_when_it_is_replaced_or_taken_back(world: World) -> None:
    user_id = world.invited_user()
    first = invite(world.services, user_id, by_mail=False, by="admin")
    second = invite(world.services, user_id, by_mail=False, by="admin")
    with pytest.raises(NotFound):
        find_link(world.services, first.code)
    world.now += timedelta(days=14)
    with pytest.raises(NotFound):
        find_link(world.services, second.code)
    third = invite(world.services, user_id, by_mail=False, by="admin")
    assert find_link(world.services, third.code)[1].id == user_id
    take_back(world.services, user_id, by="admin")
    with pytest.raises(NotFound):
        find_link(world.services, third.code)


def test_a_slip_that_lies_around_is_worth_nothing_once_its_user_has_a_password(world: World) -> None:
    user_id = world.invited_user()
    slip = invite(world.services, user_id, by_mail=False, by="admin")
    reset_password(world.services, user_id, password=PASSWORD, by="admin")
    with pytest.raises(NotFound):
        follow_link(world.services, slip.code, password=OTHER)
    with pytest.raises(Conflict):
        invite(world.services, user_id, by_mail=False, by="admin")


def test_a_mail_that_is_sent_late_tells_of_no_link_that_is_gone(world: World) -> None:
    user_id = world.invited_user()
    invite(world.services, user_id, by_mail=True, by="admin")
    take_back(world.services, user_id, by="admin")
    assert world.mailed() == []


def test_a_whole_roster_is_invited_and_students_get_accounts(world: World) -> None:
    course = a_course(world.services)
    for student_id in ("21", "22", "23"):
        a_student(world.services, student_id, photo=None)
    world.store.commit(AddToRoster(course.id, ["21", "22", "23"]))
    add_user(
        world.services,
        email="x@example.org",
        name="X",
        role=Role.STUDENT,
        student_id="23",
        password=PASSWORD,
        by="admin",
    )
    report = invite_roster(
        world.services, course.id, by_mail=True, emails={"21": "one@example.org"}, domain="@school.example", by="admin"
    )
    assert (len(report.slips), report.came, report.refused) == (2, 1, [])
    assert sorted(to for to, _, _ in world.mailed()) == ["22@school.example", "one@example.org"]
    students = world.store.roster(course.id)
    assert [one.is_open for one in standings_of_students(world.services, students).values()] == [True, True, False]
    again = invite_roster(world.services, course.id, by_mail=True, emails={}, only={"21"}, by="admin")
    assert [slip.user.email for slip in again.slips] == ["one@example.org"]


def test_on_paper_a_student_without_an_address_says_it_on_arrival(world: World) -> None:
    course = a_course(world.services)
    a_student(world.services, "21", photo=None)
    world.store.commit(AddToRoster(course.id, ["21"]))
    refused = invite_roster(world.services, course.id, by_mail=True, emails={}, by="admin").refused
    assert [str(reason) for _, reason in refused] == ["No email address of Student 21 is known."]
    (slip,) = invite_roster(world.services, course.id, by_mail=False, emails={}, by="admin").slips
    assert not has_address(slip.user)
    with pytest.raises(InvalidInput):
        invite(world.services, slip.user.id, by_mail=True, by="admin")
    with pytest.raises(InvalidInput):
        follow_link(world.services, slip.code, password=PASSWORD)
    with pytest.raises(AlreadyExists):
        follow_link(world.services, slip.code, password=PASSWORD, email="admin@example.org")
    joined = follow_link(world.services, slip.code, password=PASSWORD, email="me@example.org")
    assert (joined.email, joined.student_id) == ("me@example.org", "21")


def test_everybody_without_a_password_is_invited_once(world: World) -> None:
    world.invited_user()
    assert len(invite_everybody(world.services, by_mail=True, by="admin").slips) == 1
    assert invite_everybody(world.services, by_mail=True, by="admin").slips == []


def test_a_removed_student_takes_the_invitation_along(world: World) -> None:
    course = a_course(world.services)
    a_student(world.services, "21", photo=None)
    world.store.commit(AddToRoster(course.id, ["21"]))
    (slip,) = invite_roster(world.services, course.id, by_mail=False, emails={}, by="admin").slips
    remove_student(world.services, "21", by="admin")
    with pytest.raises(NotFound):
        find_link(world.services, slip.code)
    assert "21" not in [entry.subject for entry in world.store.audit().items]


def _with_password(world: World) -> str:
    added = add_user(world.services, email="ada@example.org", name="Ada", role=Role.TEACHER, password=PASSWORD, by=None)
    return added.user.id


def test_who_forgot_a_password_gets_a_link_for_an_hour(world: World) -> None:
    user_id = _with_password(world)
    begin_session(world.services, world.store.user(user_id), browser="", address="")
    ask_for_link(world.services, "ADA@example.org")
    ((to, _, code),) = world.mailed()
    assert to == "ada@example.org"
    world.now += timedelta(minutes=59)
    follow_link(world.services, code, password=OTHER)
    assert check_login(world.services, "ada@example.org", OTHER) is not None
    assert world.store.sessions(user_id, world.now) == []
    assert world.actions()[:2] == ["user.password_set_by_mail", "user.password_forgotten"]
    with pytest.raises(NotFound):
        follow_link(world.services, code, password=PASSWORD)


def test_a_link_for_a_new_password_ends_after_an_hour_and_with_another_password(world: World) -> None:
    user_id = _with_password(world)
    ask_for_link(world.services, "ada@example.org")
    ((_, _, code),) = world.mailed()
    world.now += timedelta(minutes=61)
    with pytest.raises(NotFound):
        find_link(world.services, code)
    ask_for_link(world.services, "ada@example.org")
    code = world.mailed()[-1][2]
    reset_password(world.services, user_id, password=OTHER, by="admin")
    with pytest.raises(NotFound):
        find_link(world.services, code)


def test_asking_for_nobodys_address_does_the_same_and_mails_nobody(world: World) -> None:
    _with_password(world)
    before = world.actions()
    for email in ("nobody@example.org", "no address at all"):
        ask_for_link(world.services, email)
        assert len(world.store.outbox("accounts")) == 1
        assert world.mailed() == []
    assert world.actions() == before
