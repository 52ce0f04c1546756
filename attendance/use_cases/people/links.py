"""Links by which people set their own password: found by their code, followed once, and sent to who forgot theirs."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from datetime import timedelta

from attendance.changes import SaveAccountLink, UseAccountLink
from attendance.committing import commit, read_again
from attendance.disk.secret_files import site_secret
from attendance.errors import InvalidInput, NotFound
from attendance.events import Event, Invited, PasswordForgotten
from attendance.model import MAIL, AccountLink, AuditEntry, LinkPurpose, NoticeKind, User, new_id
from attendance.rules.account_links import INVITATION_LASTS, PASSWORD_LINK_LASTS, code_of, hash_of, typed
from attendance.rules.notices import Receiver
from attendance.services import Services
from attendance.use_cases.notices.telling import served_channels, write
from attendance.use_cases.people.accounts import clean_email, find_by_email, named, new_hash

PATH = "/join"
_NOWHERE = "@no-address.invalid"  # RFC 2606: no mail ever goes there
_KIND_OF = {LinkPurpose.INVITATION: NoticeKind.INVITATION, LinkPurpose.PASSWORD: NoticeKind.PASSWORD_RESET}
JOINED, FORGOTTEN, SET_BY_MAIL = "user.joined", "user.password_forgotten", "user.password_set_by_mail"


def no_address(student_key: str) -> str:
    """The address of somebody whose own is not known: who comes says it."""
    return f"{student_key}{_NOWHERE}"


def has_address(user: User) -> bool:
    """Whether mails reach the user."""
    return not user.email.endswith(_NOWHERE)


def new_link(
    services: Services, user: User, purpose: LinkPurpose, *, by: str | None, by_mail: bool = True, link_id: str = ""
) -> AccountLink:
    """For a user as they are now; what it holds is told by `code_for`. Raises SettingsError."""
    now, link_id = services.now(), link_id or new_id()
    lasts = INVITATION_LASTS if purpose is LinkPurpose.INVITATION else PASSWORD_LINK_LASTS
    secret = hash_of(_code(services, link_id, user))
    return AccountLink(link_id, user.id, purpose, secret, now, now + lasts, by, by_mail)


def code_for(services: Services, link: AccountLink, user: User) -> str:
    """What the link holds. Raises NotFound where it is not good any more."""
    if not _is_good(services, link, user):
        raise _no_code()
    return _code(services, link.id, user)


def is_waited_for(services: Services, link: AccountLink | None, user: User) -> bool:
    """Whether the user can still come by it."""
    return link is not None and _is_good(services, link, user)


def find_link(services: Services, code: str) -> tuple[AccountLink, User]:
    """Whose it is. Raises NotFound where it is wrong, used, replaced, taken back or too old."""
    code = typed(code)
    link = services.store.find_account_link(hash_of(code))
    if link is None:
        raise _no_code()
    try:
        user = services.store.user(link.user_id)
    except NotFound:
        raise _no_code() from None
    if not _is_good(services, link, user) or not hmac.compare_digest(_code(services, link.id, user), code):
        raise _no_code()
    return link, user


@read_again
def follow_link(services: Services, code: str, *, password: str, email: str = "") -> User:
    """The user sets a password, and an address where theirs was not known; their other sessions end.

    Raises NotFound (see `find_link`; also for the second of two at once), InvalidInput, AlreadyExists (email).
    """
    link, user = find_link(services, code)
    if not has_address(user):
        user_email = clean_email(email)
        if user_email.endswith(_NOWHERE):
            raise InvalidInput("This is not an email address, such as ada@example.org.", field="email")
    else:
        user_email = user.email
    changed = replace(user, email=user_email, password_hash=new_hash(password, user_email), session_key=new_id())
    action = JOINED if link.purpose is LinkPurpose.INVITATION else SET_BY_MAIL
    now = services.now()
    commit(services, UseAccountLink(link, changed, user, now), AuditEntry(now, user.id, action, named(changed)))
    services.store.remove_sessions(user.id)
    return changed


def ask_for_link(services: Services, email: str) -> None:
    """Somebody forgot their password. What is done here is the same whether an account has the address."""
    user = find_by_email(services, email)
    commit(services, PasswordForgotten(at=services.now(), user_id=user.id if user else ""))


def write_down(services: Services, event: Event) -> None:
    """A mail with the link is to be sent. Called again, it does what is missing."""
    if isinstance(event, Invited):
        _write(services, event, LinkPurpose.INVITATION, event.user_id, event.link_id)
    elif isinstance(event, PasswordForgotten) and event.user_id:
        _make_and_write(services, event)


def sends_mail(services: Services) -> bool:
    """Whether the site has a service for it."""
    return MAIL in served_channels(services)


def _make_and_write(services: Services, event: PasswordForgotten) -> None:
    try:
        user = services.store.user(event.user_id)
    except NotFound:
        return
    before = services.store.account_links([user.id], LinkPurpose.PASSWORD).get(user.id)
    if not has_address(user) or (before is not None and before.created_at > event.at and before.id != event.id):
        return
    if before is None or before.id != event.id:
        link = new_link(services, user, LinkPurpose.PASSWORD, by=None, link_id=event.id)
        link = replace(link, created_at=event.at, expires_at=event.at + timedelta(hours=1))
        commit(services, SaveAccountLink(link), AuditEntry(services.now(), None, FORGOTTEN, named(user)))
    _write(services, event, LinkPurpose.PASSWORD, user.id, event.id)


def _write(services: Services, event: Event, purpose: LinkPurpose, user_id: str, link_id: str) -> None:
    if sends_mail(services):  # who asks is not held up by their quiet hours
        write(services, event, _KIND_OF[purpose], Receiver(MAIL, f"user {user_id}"), link_id)


def _is_good(services: Services, link: AccountLink, user: User) -> bool:
    same = hmac.compare_digest(hash_of(_code(services, link.id, user)), link.secret_hash)
    return same and link.is_alive(services.now())


def _code(services: Services, link_id: str, user: User) -> str:
    key = hmac.digest(site_secret(services.settings.data).encode(), b"account links", hashlib.sha256)
    return code_of(key, link_id, user.session_key)


def _no_code() -> NotFound:
    return NotFound("This code is not right, or it was used or taken back, or it is too old.")
