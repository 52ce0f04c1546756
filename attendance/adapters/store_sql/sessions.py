"""Where users are signed in, in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, delete, insert, select, update

from attendance.adapters.store_sentences import no_user
from attendance.adapters.store_sql.connection import Database
from attendance.adapters.store_sql.rows import lock, read, read_all, values
from attendance.adapters.store_sql.tables import sessions, users
from attendance.model import Session

_ONE = select(sessions).where(  # each request of somebody who is signed in asks it
    sessions.c.id == bindparam("session_id"), sessions.c.user_id == bindparam("user_id")
)


class SqlSessions(Database):
    """The SessionStore."""

    def add_session(self, session: Session) -> None:
        """Raises NotFound (user)."""
        with self._writing() as connection:
            lock(connection, users, session.user_id, no_user())
            connection.execute(insert(sessions).values(values(session, sessions)))

    def session(self, user_id: str, session_id: str) -> Session | None:
        """None where it was ended."""
        with self._looking() as connection:
            row = connection.execute(_ONE, {"session_id": session_id, "user_id": user_id}).one_or_none()
            return read(Session, sessions, row) if row else None

    def sessions(self, user_id: str, now: datetime) -> Sequence[Session]:
        """Last seen first."""
        query = select(sessions).where(sessions.c.user_id == user_id, sessions.c.ends_at > now)
        with self._looking() as connection:
            return read_all(connection, Session, sessions, query.order_by(sessions.c.seen_at.desc(), sessions.c.id))

    def see_session(self, user_id: str, session_id: str, at: datetime, ends_at: datetime) -> None:
        """Nothing happens where it was ended."""
        with self._writing() as connection:
            seeing = update(sessions).where(_its(user_id, session_id)).values(seen_at=at, ends_at=ends_at)
            connection.execute(seeing)

    def remove_session(self, user_id: str, session_id: str) -> None:
        """Nothing happens where it was ended."""
        self._remove(_its(user_id, session_id))

    def remove_sessions(self, user_id: str, keep: str | None = None) -> None:
        """All of the user's, or all but one."""
        self._remove((sessions.c.user_id == user_id) & (sessions.c.id != (keep or "")))

    def remove_ended_sessions(self, now: datetime) -> None:
        """Those whose end has come."""
        self._remove(sessions.c.ends_at <= now)

    def _remove(self, where: ColumnElement[bool]) -> None:
        with self._writing() as connection:
            connection.execute(delete(sessions).where(where))


def _its(user_id: str, session_id: str) -> ColumnElement[bool]:
    return (sessions.c.id == session_id) & (sessions.c.user_id == user_id)
