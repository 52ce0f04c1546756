"""Somebody comes from a course of a learning platform: the login is begun here, checked, and leads to their account."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from attendance.changes import LinkAccount, SavePlatformCourse, UnlinkAccount
from attendance.committing import commit
from attendance.errors import AlreadyExists, InvalidInput, LaunchRefused, NotAllowed, NotFound, PlatformRefused
from attendance.model import (
    AuditEntry,
    Launch,
    LoginState,
    Platform,
    PlatformAccount,
    PlatformCourse,
    Role,
    User,
)
from attendance.rules.lti import read_launch
from attendance.services import Services
from attendance.use_cases.people.accounts import add_user
from attendance.use_cases.platforms.registering import platform_services

LOGIN_TAKES = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class BegunLogin:
    """Where the browser goes on, and what it brings back."""

    url: str
    state: str


def find_platform(services: Services, issuer: str, client_id: str) -> Platform:
    """By what begins a login. Raises LaunchRefused where there is none, or several and no client id was said."""
    found = [one for one in services.store.platforms() if one.issuer == issuer and client_id in ("", one.client_id)]
    if len(found) != 1:
        raise LaunchRefused("This learning platform is not registered here.")
    return found[0]


def begin_login(
    services: Services, platform: Platform, *, login_hint: str, message_hint: str, launch_url: str
) -> BegunLogin:
    """Ask the platform who it is; what it answers is good once, within ten minutes."""
    state, nonce = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    services.store.begin_login(LoginState(_hash(state), platform.id, nonce, services.now() + LOGIN_TAKES))
    asked = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": platform.client_id,
        "redirect_uri": launch_url,
        "login_hint": login_hint,
        "state": state,
        "nonce": nonce,
    }
    asked |= {"lti_message_hint": message_hint} if message_hint else {}
    parts = urlsplit(platform.auth_url)
    query = urlencode(parse_qsl(parts.query, keep_blank_values=True) + list(asked.items()))
    return BegunLogin(urlunsplit(parts._replace(query=query)), state)


def finish_login(services: Services, *, state: str, of_browser: str, id_token: str) -> Launch:
    """What the platform says, checked. `of_browser` is the state that this browser was given. Raises LaunchRefused."""
    if not state or not secrets.compare_digest(state.encode(), of_browser.encode()):
        raise LaunchRefused("This browser did not begin this login, or takes no cookies. Open the course again.")
    begun = services.store.take_login(_hash(state))
    if begun is None or begun.ends_at <= services.now():
        raise LaunchRefused("This login was not begun here, or it was used before. Open the course again.")
    platform = services.store.platform(begun.platform_id)
    try:
        claims = platform_services(services).claims(platform, id_token)
    except PlatformRefused as refused:
        raise LaunchRefused("The signature of the learning platform is wrong.") from refused
    private = services.settings.private_addresses
    return read_launch(claims, platform, begun.nonce, services.now(), private=private)


def account_of(services: Services, launch: Launch) -> User | None:
    """Who comes: by the link, else by a mail address that is verified, else a new one where the platform adds them.

    Never an admin, whatever a platform says. Raises LaunchRefused.
    """
    user = _linked(services, launch) or _by_mail(services, launch)
    if user is None and services.store.platform(launch.platform_id).adds_accounts:
        user = _added(services, launch)
    if user is not None and user.role is Role.ADMIN:
        raise LaunchRefused("Admins sign in with their password, not from a learning platform.")
    return user


def link_account(services: Services, user: User, platform_id: str, subject: str) -> None:
    """This user comes from there from now on. Raises NotFound, NotAllowed (an admin)."""
    if user.role is Role.ADMIN:
        raise NotAllowed("Admins sign in with their password, not from a learning platform.")
    _link(services, user, services.store.platform(platform_id), subject)


def unlink_account(services: Services, user: User, platform_id: str, subject: str) -> None:
    """The user's own alone; nothing happens where it is gone."""
    account = services.store.platform_account(platform_id, subject)
    if account is not None and account.user_id == user.id:
        platform = services.store.platform(platform_id)
        entry = AuditEntry(
            services.now(), user.id, "platform.account_unlinked", user.student_id or user.email, platform.name
        )
        commit(services, UnlinkAccount(platform_id, subject), entry)


def course_of(services: Services, launch: Launch) -> PlatformCourse | None:
    """What the course is here, with the addresses that the platform says by now."""
    link = services.store.platform_course(launch.platform_id, launch.course) if launch.course else None
    if link is None:
        return None
    present = replace(link, title=launch.title, roster_url=launch.roster_url, line_items_url=launch.line_items_url)
    if present.line_items_url != link.line_items_url:
        present = replace(present, line_item_url="")
    if present != link:
        commit(services, SavePlatformCourse(present, link))
    return present


def _linked(services: Services, launch: Launch) -> User | None:
    account = services.store.platform_account(launch.platform_id, launch.subject)
    try:
        return services.store.user(account.user_id) if account else None
    except NotFound:
        return None


def _by_mail(services: Services, launch: Launch) -> User | None:
    if not launch.email or not launch.email_is_verified:
        return None
    user = services.store.find_user(launch.email)
    if user is not None and user.role is not Role.ADMIN:
        _link(services, user, services.store.platform(launch.platform_id), launch.subject)
    return user


def _added(services: Services, launch: Launch) -> User | None:
    """A teacher, or the account of a student who is registered by their school's id; nobody else gets one."""
    if not launch.email or not launch.email_is_verified:
        return None
    platform = services.store.platform(launch.platform_id)
    try:
        if launch.is_teacher:
            role, student_id = Role.TEACHER, None
        elif launch.is_learner and launch.school_id:
            role, student_id = Role.STUDENT, services.store.student(launch.school_id).id
        else:
            return None
        name = launch.name or launch.email
        made = add_user(services, email=launch.email, name=name, role=role, student_id=student_id, by=None)
    except (NotFound, InvalidInput, AlreadyExists):
        return None
    _link(services, made.user, platform, launch.subject)
    return made.user


def _link(services: Services, user: User, platform: Platform, subject: str) -> None:
    entry = AuditEntry(services.now(), user.id, "platform.account_linked", user.student_id or user.email, platform.name)
    commit(services, LinkAccount(PlatformAccount(platform.id, subject, user.id, services.now())), entry)


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
