"""Notices in DynamoDB: each in an item of its own, to which leads point by state, and by when it is due."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime

from attendance.adapters.dynamodb import keys
from attendance.adapters.dynamodb.actions import NEW, Action, delete, put
from attendance.adapters.dynamodb.keys import Key
from attendance.adapters.dynamodb.table import TablePart, key_in
from attendance.adapters.dynamodb.values import Item, attribute, attributes, read, text
from attendance.model import WEBHOOK, Notice, NoticeState, Page
from attendance.sentences import moved_on, no_notice, notice_taken

_DONE = (NoticeState.SENT, NoticeState.FAILED)


class DynamoNotices(TablePart):
    """The NoticeStore."""

    def _add_notice(self, notice: Notice) -> None:
        """Raises AlreadyExists."""
        new = put(keys.notice(notice.id), attributes(notice), NEW, notice_taken())
        self.table.transact([new, *map(_leading(notice), _leads(notice))])

    def _save_notice(self, notice: Notice) -> None:
        """Raises NotFound, MovedOn."""
        before = self.notice(notice.id)
        if before.version != notice.version:
            raise moved_on()
        new = attributes(notice) | {"version": attribute(notice.version + 1)}
        saving = put(keys.notice(notice.id), new, "#version = :read", moved_on(), read=notice.version)
        stale = [key for key in _leads(before) if key not in _leads(notice)]
        self.table.transact([saving, *map(delete, stale), *map(_leading(notice), _leads(notice))])

    def notice(self, notice_id: str) -> Notice:
        """Raises NotFound."""
        item = self.table.get(keys.notice(notice_id))
        if item is None:
            raise no_notice()
        return read(Notice, item)

    def notices(self, state: NoticeState, *, page: int = 1, size: int = 50) -> Page[Notice]:
        """Newest first. All leads of the state are read, and of the notices only the page."""
        page, size = max(1, page), max(1, size)
        leads = list(self.table.query(keys.notices_in(state), backwards=True, only=("notice_id",)))
        first = (page - 1) * size
        return Page(self._notices_of(leads[first : first + size]), page, size, len(leads))

    def notices_by_id(self, notice_ids: Collection[str]) -> Mapping[str, Notice]:
        """Those that there are."""
        found = [read(Notice, item) for item in self.table.get_many(map(keys.notice, notice_ids)).values()]
        return {one.id: one for one in found}

    def notices_to(self, receiver: str, limit: int) -> Sequence[Notice]:
        """Newest first."""
        leads = self.table.query(keys.notices_to(receiver), backwards=True, most=limit, only=("notice_id",))
        return self._notices_of(leads)

    def due_notices(self, now: datetime, *, limit: int = 1000) -> Sequence[Notice]:
        """The first to be due first."""
        until = ("0", f"{keys.moment(now)}~")
        return self._notices_of(self.table.query(keys.NOTICES_DUE, between=until, most=limit))

    def remove_notices(self, before: datetime) -> None:
        """What waits stays."""
        for state in _DONE:
            leads = list(self.table.query(keys.notices_in(state), between=("0", keys.moment(before))))
            old = self._notices_of(leads)
            self.table.delete_many([key for notice in old for key in _leads(notice)])
            self.table.delete_many([keys.notice(text(lead, "notice_id")) for lead in leads])
            self.table.delete_many(map(key_in, leads))

    def _notices_of(self, leads: Iterable[Item]) -> list[Notice]:
        wanted = [keys.notice(text(lead, "notice_id")) for lead in leads]
        found = self.table.get_many(wanted)
        return [read(Notice, found[key]) for key in wanted if key in found]


def _leads(notice: Notice) -> list[Key]:
    found = [(keys.notices_in(notice.state), keys.notice_at(notice.created_at, notice.id))]
    if notice.state is NoticeState.WAITING and notice.due_at is not None:
        found.append((keys.NOTICES_DUE, keys.notice_at(notice.due_at, notice.id)))
    if notice.channel == WEBHOOK:
        found.append((keys.notices_to(notice.receiver), keys.notice_at(notice.created_at, notice.id)))
    return found


def _leading(notice: Notice) -> Callable[[Key], Action]:
    return lambda key: put(key, {"notice_id": attribute(notice.id)})
