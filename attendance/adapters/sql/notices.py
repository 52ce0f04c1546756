"""Notices in SQL."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from attendance.adapters.sql.connection import Database
from attendance.adapters.sql.rows import in_parts, one, page_of, read, read_all, values
from attendance.adapters.sql.tables import notices
from attendance.model import Notice, NoticeState, Page
from attendance.sentences import moved_on, no_notice, notice_taken


class SqlNotices(Database):
    """The NoticeStore."""

    def _add_notice(self, notice: Notice) -> None:
        """Raises AlreadyExists."""
        with self._writing(notice_taken()) as connection:
            connection.execute(insert(notices).values(values(notice, notices)))

    def _save_notice(self, notice: Notice) -> None:
        """Raises NotFound, MovedOn."""
        new = values(notice, notices) | {"version": notice.version + 1}
        with self._writing() as connection:
            one(connection, Notice, notices, notices.c.id == notice.id, no_notice())
            as_read = (notices.c.id == notice.id, notices.c.version == notice.version)
            if not connection.execute(update(notices).where(*as_read).values(new)).rowcount:
                raise moved_on()

    def notice(self, notice_id: str) -> Notice:
        """Raises NotFound."""
        with self._looking() as connection:
            return one(connection, Notice, notices, notices.c.id == notice_id, no_notice())

    def notices(self, state: NoticeState, *, page: int = 1, size: int = 50) -> Page[Notice]:
        """Newest first."""
        query = select(notices).where(notices.c.state == state)
        query = query.order_by(notices.c.created_at.desc(), notices.c.id)
        with self._reading() as connection:
            return page_of(connection, query, page, size, lambda row: read(Notice, notices, row))

    def notices_by_id(self, notice_ids: Collection[str]) -> Mapping[str, Notice]:
        """Those that there are."""
        found: dict[str, Notice] = {}
        with self._reading() as connection:
            for some in in_parts(sorted(set(notice_ids))):
                query = select(notices).where(notices.c.id.in_(some))
                found |= {one.id: one for one in read_all(connection, Notice, notices, query)}
        return found

    def notices_to(self, receiver: str, limit: int) -> Sequence[Notice]:
        """Newest first."""
        query = select(notices).where(notices.c.receiver == receiver)
        with self._looking() as connection:
            newest_first = query.order_by(notices.c.created_at.desc(), notices.c.id).limit(limit)
            return read_all(connection, Notice, notices, newest_first)

    def due_notices(self, now: datetime, *, limit: int = 1000) -> Sequence[Notice]:
        """The first to be due first."""
        query = select(notices).where(notices.c.state == NoticeState.WAITING, notices.c.due_at <= now)
        with self._looking() as connection:
            return read_all(connection, Notice, notices, query.order_by(notices.c.due_at, notices.c.id).limit(limit))

    def remove_notices(self, before: datetime) -> None:
        """What waits stays."""
        old = (notices.c.created_at < before, notices.c.state != NoticeState.WAITING)
        with self._removing() as connection:
            connection.execute(delete(notices).where(*old))
