"""Accounts: added, changed and removed by admins, their passwords, the first admin, and where they are signed in."""

from __future__ import annotations

import re
import secrets
import unicodedata
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytz

from attendance.changes import AddUser, ForgetNames, RemoveUser, SaveUser
from attendance.committing import commit, read_again
from attendance.disk.secret_files import secret_from
from attendance.errors import InvalidInput, NotAllowed, NotFound
from attendance.languages import LANGUAGES
from attendance.model import AuditEntry, Role, Sender, Session, User, new_id
from attendance.passwords import check_password, hash_password, is_outdated, is_right, made_up_password
from attendance.rules.sessions import session_end
from attendance.rules.versions import check_as_read
from attendance.sentences import last_admin_kept, last_admin_stays
from attendance.services import Services
from attendance.use_cases.imports.details import remove_imports_of
from attendance.use_cases.names import clean_name, same_text
from attendance.use_cases.removals import USER_REMOVED, pseudonym

MOST_EMAIL_CHARACTERS = 254
SET_UP_LINK = "user.set_up"
_EMAIL = re.compile(r"[^\s@<>\"(),:;\[\]\\]+@[^\s@<>\"(),:;\[\]\\.]+(\.[^\s@<>\"(),:;\[\]\\.]+)*")


@dataclass(frozen=True, slots=True)
class NewPassword:
    """A user, and the password that was made up for them; None where it was given. It is shown once, never stored."""

    user: User
    made_up: str | None


def clean_email(text: str) -> str:
    """The address in NFC without blanks around it. Raises InvalidInput."""
    email = unicodedata.normalize("NFC", text).strip()
    if not email:
        raise InvalidInput("The email address is missing.", field="email")
    if len(email) > MOST_EMAIL_CHARACTERS or not _EMAIL.fullmatch(email) or not email.isprintable():
        raise InvalidInput("This is not an email address, such as ada@example.org.", field="email")
    return email


@read_again
def check_login(services: Services, email: str, password: str) -> User | None:
    """The user, where email and password are right. A wrong email takes as long as a wrong password.

    A hash made at a lower cost than today's is made again.
    """
    user = find_by_email(services, email)
    if not is_right(password, user.password_hash if user else None) or user is None:
        return None
    if is_outdated(user.password_hash):
        renewed = replace(user, password_hash=hash_password(password))
        services.store.commit(SaveUser(renewed, user))
        return renewed
    return user


def add_user(
    services: Services,
    *,
    email: str,
    name: str,
    role: Role,
    password: str | None = None,
    student_id: str | None = None,
    by: str | None,
    how: str = "user.added",
    invited: bool = False,
) -> NewPassword:
    """A new account; without a password one is made up, or none given to who is `invited`.

    `how` is the action of the audit trail.

    Raises InvalidInput, AlreadyExists (email).
    """
    email = clean_email(email)
    made_up = made_up_password() if password is None and not invited else None
    user = User(
        id=new_id(),
        email=email,
        name=clean_name(name),
        role=role,
        password_hash="" if invited else new_hash(made_up or password or "", email),
        created_at=services.now(),
        student_id=_linked_student(services, role, student_id),
    )
    commit(services, AddUser(user), _entry(services, by, how, user, role.value))
    return NewPassword(user, made_up)


@read_again
def change_user(
    services: Services,
    user_id: str,
    *,
    name: str,
    role: Role,
    student_id: str | None = None,
    by: str | None,
    was: User | None = None,
) -> User:
    """Change name, role and linked student.

    Raises NotFound, InvalidInput, NotAllowed (the last admin), MovedOn (the user is not as `was`, where given).
    """
    user = services.store.user(user_id)
    check_as_read(user, was)
    if role is not Role.ADMIN:
        _keep_an_admin(services, user, last_admin_stays())
    changed = replace(user, name=clean_name(name), role=role, student_id=_linked_student(services, role, student_id))
    if changed != user:
        commit(services, SaveUser(changed, user), _entry(services, by, "user.changed", changed, role.value))
    return changed


@read_again
def reset_password(services: Services, user_id: str, *, password: str | None = None, by: str | None) -> NewPassword:
    """Give a new password, made up where none is given; the user's sessions end. Raises NotFound, InvalidInput."""
    user = services.store.user(user_id)
    made_up = made_up_password() if password is None else None
    user = _with_password(services, user, made_up or password or "", by, "user.password_reset")
    return NewPassword(user, made_up)


@read_again
def change_password(services: Services, user_id: str, *, old: str, new: str) -> User:
    """People change their own password; their other sessions end. Raises NotFound, InvalidInput."""
    user = services.store.user(user_id)
    if not is_right(old, user.password_hash):
        raise InvalidInput("This is not your present password.", field="old_password")
    return _with_password(services, user, new, user.id, "user.password_changed")


@read_again
def change_profile(services: Services, user_id: str, *, name: str, timezone: str | None, language: str | None) -> User:
    """People change their own name, time zone and language; None is the site's zone, and the browser's language.

    Raises NotFound, InvalidInput.
    """
    if timezone is not None and timezone not in pytz.all_timezones_set:
        raise InvalidInput("This is not the name of a time zone.", field="timezone")
    if language is not None:
        check_language(language)
    user = services.store.user(user_id)
    changed = replace(user, name=clean_name(name), timezone=timezone, language=language)
    services.store.commit(SaveUser(changed, user))
    return changed


@read_again
def change_language(services: Services, user_id: str, language: str) -> User:
    """People choose their own language. Raises NotFound, InvalidInput."""
    check_language(language)
    user = services.store.user(user_id)
    changed = replace(user, language=language)
    services.store.commit(SaveUser(changed, user))
    return changed


def check_language(language: str) -> None:
    """Raises InvalidInput where there are no words of it."""
    if language not in LANGUAGES:
        raise InvalidInput("This site cannot be read in that language.", field="language")


def remove_user(services: Services, user_id: str, *, by: str | None) -> None:
    """Uploads and imports that wait go too; a student stays registered without the account.

    Raises NotFound, NotAllowed (oneself, or the last admin).
    """
    user = services.store.user(user_id)
    if user.id == by:
        raise NotAllowed("You cannot remove your own account.")
    _keep_an_admin(services, user, last_admin_kept())
    gone = pseudonym(services, same_text(user.email))
    removed = AuditEntry(services.now(), by, USER_REMOVED, gone, user.role.value)
    commit(services, RemoveUser(user_id), ForgetNames({user.email}), removed)
    for upload in services.uploads.of_sender(Sender(user_id=user_id)):  # whole ones are refused when they are finished
        services.uploads.remove(upload.id)
    remove_imports_of(services, user_id)


def find_by_email(services: Services, email: str) -> User | None:
    """None also for what is no address."""
    try:
        return services.store.find_user(clean_email(email))
    except InvalidInput:
        return None


def new_hash(password: str, email: str) -> str:
    """Raises InvalidInput where the password is too weak."""
    check_password(password, email)
    return hash_password(password)


def _with_password(services: Services, user: User, password: str, by: str | None, action: str) -> User:
    changed = replace(user, password_hash=new_hash(password, user.email), session_key=new_id())
    commit(services, SaveUser(changed, user), _entry(services, by, action, changed))
    services.store.remove_sessions(user.id)
    return changed


def _linked_student(services: Services, role: Role, student_id: str | None) -> str | None:
    """Only accounts of students have one, and they need one: it decides whose attendance they see."""
    if role is not Role.STUDENT:
        return None
    student_id = unicodedata.normalize("NFC", student_id or "").strip()
    if not student_id:
        raise InvalidInput("Say which student this account is for.", field="student_id")
    try:
        return services.store.student(student_id).id
    except NotFound:
        raise InvalidInput("No student is registered under this id.", field="student_id") from None


def _keep_an_admin(services: Services, user: User, refusal: NotAllowed) -> None:
    if user.role is Role.ADMIN and services.store.count_admins() <= 1:
        raise refusal


def _entry(services: Services, by: str | None, action: str, user: User, detail: str = "") -> AuditEntry:
    return AuditEntry(services.now(), by, action, named(user), detail)


def named(user: User) -> str:
    """In the audit trail, which outlives a removed student, and so knows them by their id alone."""
    return user.student_id or user.email


def setup_token(services: Services) -> str | None:
    """The one-time token, the same in every process, or None where an admin exists."""
    if services.store.has_admin():
        _token_file(services).unlink(missing_ok=True)
        return None
    return secret_from(_token_file(services))


def check_setup_token(services: Services, token: str) -> None:
    """Raises NotFound where the token is wrong or the site has its admin. Takes as long for any token."""
    expected = setup_token(services)
    if expected is None or not secrets.compare_digest(expected.encode(), token.encode()):
        raise NotFound("This set-up link is not valid, or it was used already.")


def make_first_admin(services: Services, token: str, *, email: str, name: str, password: str) -> User:
    """The first admin. The token is used up. Raises NotFound, InvalidInput, AlreadyExists (email)."""
    check_setup_token(services, token)
    used = _token_file(services).with_name("setup-token-in-use")
    try:
        _token_file(services).rename(used)  # of two requests at once only one gets past this line
    except FileNotFoundError:
        raise NotFound("This set-up link was used already.") from None
    try:
        first = add_user(services, email=email, name=name, role=Role.ADMIN, password=password, by=None, how=SET_UP_LINK)
        return first.user
    finally:
        if services.store.has_admin():
            used.unlink(missing_ok=True)
        else:
            used.rename(_token_file(services))


def _token_file(services: Services) -> Path:
    return services.settings.data / "setup-token"


SEEN_EVERY = timedelta(minutes=10)
"""So that not every visit writes into the store."""
_MOST_BROWSER_CHARACTERS, _MOST_ADDRESS_CHARACTERS = 300, 64


def begin_session(services: Services, user: User, *, browser: str, address: str) -> Session:
    """Somebody signs in. Raises NotFound where the user was removed meanwhile."""
    now = services.now()
    session = Session(
        id=new_id(),
        user_id=user.id,
        created_at=now,
        seen_at=now,
        ends_at=session_end(now, now, idle=_idle(services), most=_most(services)),
        browser=_printable(browser)[:_MOST_BROWSER_CHARACTERS],
        address=_printable(address)[:_MOST_ADDRESS_CHARACTERS],
    )
    services.store.add_session(session)
    return session


def visit_session(services: Services, user_id: str, session_id: str) -> Session | None:
    """The session of a request, seen now; None where it has ended."""
    session, now = services.store.session(user_id, session_id), services.now()
    if session is None or now >= min(session.ends_at, session.created_at + _most(services)):
        return None
    if now - session.seen_at >= SEEN_EVERY:
        ends_at = session_end(session.created_at, now, idle=_idle(services), most=_most(services))
        services.store.see_session(user_id, session_id, now, ends_at)
    return session


def _idle(services: Services) -> timedelta:
    """The cookie says to the second when somebody came last; the store knows it less exactly."""
    return timedelta(hours=services.settings.session_hours) + SEEN_EVERY


def _most(services: Services) -> timedelta:
    return timedelta(hours=services.settings.session_max_hours)


def _printable(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable())
