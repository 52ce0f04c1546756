"""Notices of the fake store."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from attendance.model import Notice, NoticeState, Page
from attendance.rules.paging import page_of
from attendance.sentences import moved_on, no_notice, notice_taken
from tests.fakes.store.state import FakeState, in_utc, locked


@locked
class FakeNotices(FakeState):
    """The NoticeStore."""

    def _add_notice(self, notice: Notice) -> None:
        if notice.id in self._notices:
            raise notice_taken()
        self._notices[notice.id] = in_utc(notice)

    def _save_notice(self, notice: Notice) -> None:
        if self.notice(notice.id).version != notice.version:
            raise moved_on()
        self._notices[notice.id] = in_utc(replace(notice, version=notice.version + 1))

    def notice(self, notice_id: str) -> Notice:
        if notice_id not in self._notices:
            raise no_notice()
        return self._notices[notice_id]

    def notices(self, state: NoticeState, *, page: int = 1, size: int = 50) -> Page[Notice]:
        found = [notice for notice in self._notices.values() if notice.state is state]
        return page_of(sorted(found, key=lambda notice: notice.created_at, reverse=True), page, size)

    def notices_by_id(self, notice_ids: Collection[str]) -> Mapping[str, Notice]:
        return {one: self._notices[one] for one in notice_ids if one in self._notices}

    def notices_to(self, receiver: str, limit: int) -> Sequence[Notice]:
        found = [notice for notice in self._notices.values() if notice.receiver == receiver]
        return sorted(found, key=lambda notice: notice.created_at, reverse=True)[:limit]

    def due_notices(self, now: datetime, *, limit: int = 1000) -> Sequence[Notice]:
        waiting = [one for one in self._notices.values() if one.state is NoticeState.WAITING]
        due = [(one.due_at, one.id, one) for one in waiting if one.due_at is not None and one.due_at <= now]
        return [one for *_, one in sorted(due)[:limit]]

    def remove_notices(self, before: datetime) -> None:
        self._notices = {
            one.id: one
            for one in self._notices.values()
            if one.created_at >= before or one.state is NoticeState.WAITING
        }
