"""Many notices by mail, while the server puts some off and breaks connections: none is lost or doubled."""

from __future__ import annotations

import os
import socket
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from attendance.adapters.mail import Sender
from attendance.adapters.smtp import SmtpMails
from attendance.changes import SaveUser, SetTeachers
from attendance.committing import commit
from attendance.events import RecordingSearched
from attendance.model import MAIL, NoticeKind, NoticeState, Role, UserNotices
from attendance.rules.notices import written_choices
from attendance.use_cases.outbox import drain, troubled
from attendance.use_cases.people.accounts import add_user
from tests.contract.samples import a_class, searched
from tests.unit.in_memory import NOW, services_in_memory

_LATER_EACH = 20


class Mailbox:
    """A server that puts off each so many mails once, with 451."""

    def __init__(self) -> None:
        self.ids: Counter[str] = Counter()
        self.asked = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.asked += 1
        if self.asked % _LATER_EACH == 0:
            return "451 Later, please"
        self.ids[message_from_bytes(envelope.content)["Message-ID"]] += 1
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


@pytest.mark.timeout(7200)
def test_each_event_is_one_mail(mailbox: tuple[Mailbox, int]) -> None:
    """Of 40 events, or of as many as MANY_EVENTS says."""
    box, port = mailbox
    events = int(os.environ.get("MANY_EVENTS", "40"))
    now = [NOW]
    mails = SmtpMails(f"smtp+plain://127.0.0.1:{port}", Sender("Rollcall <r@example.org>", may_show_faces=False))
    services = replace(services_in_memory(), now=lambda: now[0], notifiers={MAIL: mails})
    a_class(services.store, "21")
    searched(services.store)
    teacher = add_user(services, email="t@example.org", name="Teacher", role=Role.TEACHER, by=None).user
    services.store.commit(SetTeachers("c1", [teacher.id]))
    told = UserNotices({NoticeKind.SEARCH_DONE: frozenset({MAIL})}, since=NOW)
    services.store.commit(SaveUser(replace(teacher, notices=written_choices(told))))
    for _ in range(events):
        commit(services, RecordingSearched(at=NOW, lecture_id="l1", recording_id="r1"))
    for _ in range(200):
        drain(services)
        now[0] += timedelta(minutes=1)
        if len(box.ids) == events:
            break
    drain(services)
    assert (len(box.ids), set(box.ids.values())) == (events, {1})
    assert services.store.notices(NoticeState.SENT).total == events
    assert troubled(services) == []
    assert box.asked > events  # some were put off, and came later
