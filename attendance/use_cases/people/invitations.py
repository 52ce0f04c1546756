"""Invitations: somebody without a password gets a link, by mail or on a slip of paper, and sets their own."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from attendance.changes import AddUser, RemoveAccountLink, SaveAccountLink, SaveUser
from attendance.committing import commit, read_again
from attendance.errors import Conflict, InvalidInput, Personal, RollcallError
from attendance.events import Invited
from attendance.model import AccountLink, AuditEntry, LinkPurpose, Role, Student, User, new_id
from attendance.rules.paging import all_items
from attendance.services import Services
from attendance.use_cases.people.accounts import clean_email, named
from attendance.use_cases.people.links import (
    code_for,
    has_address,
    is_waited_for,
    new_link,
    no_address,
    sends_mail,
)

MOST_AT_ONCE = 500
"""Invited by one step: with an outbox item each that is some seconds."""
INVITED, TAKEN_BACK = "user.invited", "user.invitation_taken_back"
_PAGE = 200


@dataclass(frozen=True, slots=True)
class Slip:
    """Whom an invitation is for, and what it holds."""

    user: User
    link: AccountLink
    code: str


@dataclass(slots=True)
class Report:
    """What became of many: who is invited, who has come already, who could not be invited and why."""

    slips: list[Slip] = field(default_factory=list)
    came: int = 0
    refused: list[tuple[str, RollcallError]] = field(default_factory=list)
    left: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """How far somebody is: their account and invitation, where there is one, and whether it can still be followed."""

    user: User | None
    link: AccountLink | None
    is_open: bool

    @property
    def came(self) -> bool:
        """Whether they have a password."""
        return self.user is not None and self.user.has_password


@read_again
def invite(services: Services, user_id: str, *, by_mail: bool, by: str | None) -> Slip:
    """In place of an invitation of before, which is worth nothing any more.

    Raises NotFound, Conflict (they have a password, or nobody has one here), InvalidInput (no mail reaches them).
    """
    _check_passwords(services)
    user = services.store.user(user_id)
    if user.has_password:
        raise Conflict("%(name)s has a password already.", name=Personal(user.name))
    if by_mail:
        _check_mail(services, user)
    link = new_link(services, user, LinkPurpose.INVITATION, by=by, by_mail=by_mail)
    entry = AuditEntry(services.now(), by, INVITED, named(user), "mail" if by_mail else "paper")
    event = [Invited(at=services.now(), user_id=user.id, link_id=link.id)] if by_mail else []
    commit(services, SaveAccountLink(link), entry, *event)
    return Slip(user, link, code_for(services, link, user))


def invite_student(services: Services, student: Student, *, email: str, by_mail: bool, by: str | None) -> Slip:
    """A student without an account gets one; without an address only on paper, and says their own when they come.

    Raises as `invite` does, and AlreadyExists (email).
    """
    _check_passwords(services)
    user = services.store.accounts_of([student.id]).get(student.id)
    return invite(services, _account(services, student, user, email, by_mail, by).id, by_mail=by_mail, by=by)


def invite_roster(
    services: Services,
    course_id: str,
    *,
    by_mail: bool,
    emails: Mapping[str, str],
    domain: str = "",
    only: Collection[str] | None = None,
    by: str | None,
) -> Report:
    """All of the course who have not come yet, or `only` these; one who cannot be invited holds up nobody else.

    `emails` are by student id; who has none gets ID@`domain` where that is given.
    Raises NotFound, InvalidInput, Conflict (nobody has a password here).
    """
    _check_passwords(services)
    domain = _clean_domain(domain)
    roster = [one for one in services.store.roster(course_id) if only is None or one.id in only]
    accounts = services.store.accounts_of([student.id for student in roster])
    report = Report()
    for student in roster:
        user = accounts.get(student.id)
        if user is not None and user.has_password:
            report.came += 1
            continue
        if len(report.slips) >= MOST_AT_ONCE:
            report.left += 1
            continue
        email = emails.get(student.id, "").strip() or (f"{student.id}@{domain}" if domain else "")
        try:
            account = _account(services, student, user, email, by_mail, by)
            report.slips.append(invite(services, account.id, by_mail=by_mail, by=by))
        except RollcallError as refused:
            report.refused.append((student.name, refused))
    return report


def invite_everybody(services: Services, *, by_mail: bool, by: str | None) -> Report:
    """All users without a password whom no invitation is open for, so that the same again goes on. Raises as `invite`.

    A step invites at most MOST_AT_ONCE.
    """
    _check_passwords(services)
    report = Report()
    waiting = list(_without_invitation(services))
    for user in waiting[:MOST_AT_ONCE]:
        try:
            report.slips.append(invite(services, user.id, by_mail=by_mail, by=by))
        except RollcallError as refused:
            report.refused.append((user.name, refused))
    report.left = max(0, len(waiting) - MOST_AT_ONCE)
    return report


def count_waiting(services: Services) -> int:
    """How many users have neither a password nor an open invitation."""
    return sum(1 for _ in _without_invitation(services))


def take_back(services: Services, user_id: str, *, by: str | None) -> None:
    """The link is worth nothing any more; a mail that was sent stays where it is. Raises NotFound."""
    user = services.store.user(user_id)
    entry = AuditEntry(services.now(), by, TAKEN_BACK, named(user))
    commit(services, RemoveAccountLink(user_id, LinkPurpose.INVITATION), entry)


def standings(services: Services, users: Sequence[User]) -> Mapping[str, Standing]:
    """Of each of these users, by id."""
    links = services.store.account_links([user.id for user in users], LinkPurpose.INVITATION)
    return {
        user.id: Standing(user, links.get(user.id), is_waited_for(services, links.get(user.id), user)) for user in users
    }


def standings_of_students(services: Services, students: Sequence[Student]) -> Mapping[str, Standing]:
    """Of each of these students, by student id."""
    accounts = services.store.accounts_of([student.id for student in students])
    by_user = standings(services, list(accounts.values()))
    nobody = Standing(None, None, False)
    return {one.id: by_user[accounts[one.id].id] if one.id in accounts else nobody for one in students}


def _without_invitation(services: Services) -> Iterator[User]:
    users = all_items(lambda page: services.store.users(page=page, size=_PAGE))
    without = [user for user in users if not user.has_password]
    found = standings(services, without)
    return (user for user in without if not found[user.id].is_open)


def _account(
    services: Services, student: Student, user: User | None, email: str, by_mail: bool, by: str | None
) -> User:
    """The student's, made where there is none, and with the address that is known now."""
    if user is not None and (has_address(user) or not email):
        return user
    if by_mail and not email:
        raise InvalidInput("No email address of %(name)s is known.", name=Personal(student.name))
    address = clean_email(email) if email else no_address(student.key)
    if user is not None:
        known = replace(user, email=address)
        commit(services, SaveUser(known, user), AuditEntry(services.now(), by, "user.changed", named(known)))
        return known
    added = User(new_id(), address, student.name, Role.STUDENT, "", services.now(), student.id)
    entry = AuditEntry(services.now(), by, "user.added", named(added), added.role.value)
    commit(services, AddUser(added), entry)
    return added


def _check_passwords(services: Services) -> None:
    if not services.settings.password_login:
        raise Conflict("People sign in here by the school's sign-on: there is nothing to invite them to.")


def _check_mail(services: Services, user: User) -> None:
    if not sends_mail(services):
        raise InvalidInput("This site sends no mail: see ROLLCALL_NOTICES, or print the invitations.")
    if not has_address(user):
        raise InvalidInput("No email address of %(name)s is known.", name=Personal(user.name))


def _clean_domain(domain: str) -> str:
    domain = unicodedata.normalize("NFC", domain).strip().removeprefix("@")
    if domain:
        clean_email(f"somebody@{domain}")
    return domain
