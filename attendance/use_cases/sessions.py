"""Where somebody is signed in: each login begins a session, which ends by time, by its owner, or with the password."""

from __future__ import annotations

from datetime import timedelta

from attendance.model import Session, User, new_id
from attendance.rules import session_end
from attendance.services import Services

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
