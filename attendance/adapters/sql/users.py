"""Users and their sessions in SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, insert, select, update

from attendance.adapters.sql.connection import Database
from attendance.adapters.sql.rows import (
    contains,
    in_parts,
    known_ids,
    lock,
    lock_as_read,
    one,
    page_of,
    read,
    read_all,
    values,
)
from attendance.adapters.sql.tables import sessions, students, users
from attendance.errors import NotAllowed
from attendance.model import Page, Role, Session, User
from attendance.rules.texts import folded
from attendance.sentences import last_admin_kept, last_admin_stays, no_student, no_user, user_taken


class SqlUsers(Database):
    """The UserStore."""

    def _add_user(self, user: User) -> None:
        """Raises AlreadyExists; NotFound where it is linked to no student."""
        with self._writing(user_taken(user)) as connection:
            _hold_student(connection, user)
            connection.execute(insert(users).values(values(user, users)))

    def _add_users(self, added: Sequence[tuple[User]]) -> None:
        """All or nothing, as one alone, in one statement."""
        with self._writing() as connection:
            wanted = {user.student_id for (user,) in added if user.student_id is not None}
            unknown = wanted - known_ids(connection, students, sorted(wanted))
            if unknown:
                raise no_student(min(unknown))
            connection.execute(insert(users), [values(user, users) for (user,) in added])

    def _save_user(self, user: User, was: User | None) -> None:
        """Raises NotFound, AlreadyExists, MovedOn, NotAllowed (the last admin)."""
        with self._writing(user_taken(user)) as connection:
            replace_user(connection, user, was)

    def _remove_user(self, user_id: str) -> None:
        """Raises NotFound, NotAllowed (the last admin)."""
        with self._removing() as connection:
            _keep_an_admin(connection, user_id, last_admin_kept())
            if not connection.execute(delete(users).where(users.c.id == user_id)).rowcount:
                raise no_user()

    def user(self, user_id: str) -> User:
        """Raises NotFound."""
        with self._looking() as connection:
            return one(connection, User, users, users.c.id == user_id, no_user())

    def find_user(self, email: str) -> User | None:
        """Compared without case."""
        with self._looking() as connection:
            row = connection.execute(select(users).where(users.c.email_folded == folded(email))).one_or_none()
            return read(User, users, row) if row else None

    def users(self, *, text: str = "", page: int = 1, size: int = 50) -> Page[User]:
        """Sorted by email."""
        query = select(users).order_by(users.c.email_folded)
        if text.strip():
            query = query.where(contains(text, users.c.found_by))
        with self._reading() as connection:
            return page_of(connection, query, page, size, lambda row: read(User, users, row))

    def accounts(self, student_id: str) -> Sequence[User]:
        """Sorted by email."""
        query = select(users).where(users.c.student_id == student_id).order_by(users.c.email_folded)
        with self._looking() as connection:
            return read_all(connection, User, users, query)

    def accounts_of(self, student_ids: Sequence[str]) -> Mapping[str, User]:
        """By student id."""
        found: dict[str, User] = {}
        with self._reading() as connection:
            for some in in_parts(sorted(set(student_ids))):
                query = select(users).where(users.c.student_id.in_(some)).order_by(users.c.email_folded)
                for user in read_all(connection, User, users, query):
                    found.setdefault(user.student_id or "", user)
        return found

    def has_admin(self) -> bool:
        """Whether the site has been set up."""
        return self.count_admins() > 0

    def count_admins(self) -> int:
        """How many there are."""
        with self._looking() as connection:
            counting = select(func.count()).select_from(users).where(users.c.role == Role.ADMIN)
            return connection.scalar(counting) or 0


def replace_user(connection: Connection, user: User, was: User | None) -> None:
    """Raises NotFound, MovedOn, NotAllowed (the last admin)."""
    _hold_student(connection, user)
    if user.role is not Role.ADMIN:
        _keep_an_admin(connection, user.id, last_admin_stays())
    lock_as_read(connection, users, user.id, was, no_user())
    connection.execute(update(users).where(users.c.id == user.id).values(values(user, users)))


def _keep_an_admin(connection: Connection, user_id: str, refusal: NotAllowed) -> None:
    """All admins are held until the transaction ends, in one order, where this user is one of them.

    Of two who are to go at once the second waits here, and then no longer sees the first.
    """
    if connection.scalar(select(users.c.role).where(users.c.id == user_id)) is not Role.ADMIN:
        return
    admins = select(users.c.id).where(users.c.role == Role.ADMIN).order_by(users.c.id).with_for_update()
    if connection.scalars(admins).all() == [user_id]:
        raise refusal


def _hold_student(connection: Connection, user: User) -> None:
    if user.student_id is not None:
        lock(connection, students, user.student_id, no_student(user.student_id))


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
