"""Learning platforms and what is linked to them, in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, insert, select, update

from attendance.adapters.sql.connection import Database
from attendance.adapters.sql.rows import lock, lock_as_read, one, read, read_all, values
from attendance.adapters.sql.tables import (
    courses,
    login_states,
    platform_accounts,
    platform_courses,
    platforms,
    tool_keys,
    users,
)
from attendance.model import LoginState, Platform, PlatformAccount, PlatformCourse, ToolKey
from attendance.rules.versions import check_as_read
from attendance.sentences import no_course, no_platform, no_user, not_linked, platform_taken, tool_key_taken


class SqlPlatforms(Database):
    """The PlatformStore."""

    def _add_platform(self, platform: Platform) -> None:
        """Raises AlreadyExists."""
        with self._writing(platform_taken()) as connection:
            connection.execute(insert(platforms).values(values(platform, platforms)))

    def _save_platform(self, platform: Platform, was: Platform) -> None:
        """Raises NotFound, MovedOn."""
        with self._writing() as connection:
            lock_as_read(connection, platforms, platform.id, was, no_platform())
            new = values(platform, platforms)
            connection.execute(update(platforms).where(platforms.c.id == platform.id).values(new))

    def _remove_platform(self, platform_id: str) -> None:
        """Raises NotFound."""
        with self._removing() as connection:
            if not connection.execute(delete(platforms).where(platforms.c.id == platform_id)).rowcount:
                raise no_platform()

    def _link_course(self, link: PlatformCourse) -> None:
        """Raises NotFound."""
        with self._writing() as connection:
            lock(connection, platforms, link.platform_id, no_platform())
            lock(connection, courses, link.course_id, no_course())
            connection.execute(delete(platform_courses).where(_course(link.platform_id, link.id)))
            connection.execute(insert(platform_courses).values(values(link, platform_courses)))

    def _save_platform_course(self, link: PlatformCourse, was: PlatformCourse) -> None:
        """Raises NotFound, MovedOn."""
        where = _course(link.platform_id, link.id)
        with self._writing() as connection:
            row = connection.execute(select(platform_courses).where(where).with_for_update()).one_or_none()
            if row is None:
                raise not_linked()
            check_as_read(read(PlatformCourse, platform_courses, row), was)
            connection.execute(update(platform_courses).where(where).values(values(link, platform_courses)))

    def _unlink_course(self, platform_id: str, link_id: str) -> None:
        """Raises NotFound."""
        with self._removing() as connection:
            if not connection.execute(delete(platform_courses).where(_course(platform_id, link_id))).rowcount:
                raise not_linked()

    def _link_account(self, account: PlatformAccount) -> None:
        """Raises NotFound."""
        with self._writing() as connection:
            lock(connection, platforms, account.platform_id, no_platform())
            lock(connection, users, account.user_id, no_user())
            connection.execute(delete(platform_accounts).where(_account(account.platform_id, account.subject)))
            connection.execute(insert(platform_accounts).values(values(account, platform_accounts)))

    def _unlink_account(self, platform_id: str, subject: str) -> None:
        with self._removing() as connection:
            connection.execute(delete(platform_accounts).where(_account(platform_id, subject)))

    def _add_tool_key(self, key: ToolKey) -> None:
        """Raises AlreadyExists."""
        with self._writing(tool_key_taken()) as connection:
            connection.execute(insert(tool_keys).values(values(key, tool_keys)))

    def platforms(self) -> Sequence[Platform]:
        """Sorted by name."""
        with self._looking() as connection:
            query = select(platforms).order_by(platforms.c.name, platforms.c.id)
            return read_all(connection, Platform, platforms, query)

    def platform(self, platform_id: str) -> Platform:
        """Raises NotFound."""
        with self._looking() as connection:
            return one(connection, Platform, platforms, platforms.c.id == platform_id, no_platform())

    def platform_course(self, platform_id: str, link_id: str) -> PlatformCourse | None:
        """None where it is linked to none of ours."""
        with self._looking() as connection:
            row = connection.execute(select(platform_courses).where(_course(platform_id, link_id))).one_or_none()
            return read(PlatformCourse, platform_courses, row) if row else None

    def platform_courses(self, course_id: str) -> Sequence[PlatformCourse]:
        """In the order in which they were linked."""
        query = select(platform_courses).where(platform_courses.c.course_id == course_id)
        with self._looking() as connection:
            in_order = query.order_by(platform_courses.c.linked_at, platform_courses.c.id)
            return read_all(connection, PlatformCourse, platform_courses, in_order)

    def platform_account(self, platform_id: str, subject: str) -> PlatformAccount | None:
        """None where it is linked to nobody."""
        with self._looking() as connection:
            query = select(platform_accounts).where(_account(platform_id, subject))
            row = connection.execute(query).one_or_none()
            return read(PlatformAccount, platform_accounts, row) if row else None

    def platform_accounts(self, user_id: str) -> Sequence[PlatformAccount]:
        """In the order in which they were linked."""
        query = select(platform_accounts).where(platform_accounts.c.user_id == user_id)
        with self._looking() as connection:
            in_order = query.order_by(platform_accounts.c.linked_at, platform_accounts.c.subject)
            return read_all(connection, PlatformAccount, platform_accounts, in_order)

    def tool_key(self) -> ToolKey | None:
        """None where none was made yet."""
        with self._looking() as connection:
            row = connection.execute(select(tool_keys)).one_or_none()
            return read(ToolKey, tool_keys, row) if row else None

    def begin_login(self, state: LoginState) -> None:
        """Raises NotFound, AlreadyExists."""
        with self._writing(tool_key_taken()) as connection:
            lock(connection, platforms, state.platform_id, no_platform())
            connection.execute(insert(login_states).values(values(state, login_states)))

    def take_login(self, state_id: str) -> LoginState | None:
        """Once."""
        this = login_states.c.id == state_id
        with self._writing() as connection:
            row = connection.execute(select(login_states).where(this)).one_or_none()
            if row is None or not connection.execute(delete(login_states).where(this)).rowcount:
                return None
            return read(LoginState, login_states, row)

    def remove_old_logins(self, now: datetime) -> None:
        """Those whose end has come."""
        with self._writing() as connection:
            connection.execute(delete(login_states).where(login_states.c.ends_at <= now))


def _course(platform_id: str, link_id: str) -> ColumnElement[bool]:
    return (platform_courses.c.platform_id == platform_id) & (platform_courses.c.id == link_id)


def _account(platform_id: str, subject: str) -> ColumnElement[bool]:
    return (platform_accounts.c.platform_id == platform_id) & (platform_accounts.c.subject == subject)
