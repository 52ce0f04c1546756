"""Kill -9 of the worker that tells people and programs: nobody is told never, and what knows ids again is told once."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from attendance.bootstrap import bootstrap
from attendance.changes import SaveUser
from attendance.committing import commit
from attendance.events import RecordingSearched
from attendance.model import MAIL, NoticeKind, NoticeState, UserNotices
from attendance.rules.notices import written_choices
from attendance.services import Services
from attendance.settings import load_settings
from tests.contract.samples import a_class
from tests.contract.test_notifiers import Mailbox, program
from tests.system.processes import free_port, settings_of, wait_for, worker

__all__ = ["program"]

pytestmark = pytest.mark.slow

STEPS = (
    "before store.commit:AddNotice",
    "after store.commit:AddNotice",
    "before store.commit:SaveNotice",  # it is sent, and nobody wrote that down
    "after store.commit:SaveNotice",
    "before store.finish_outbox",
)
SENT_TWICE = "before store.commit:SaveNotice"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield box, controller.port
    controller.stop()


@pytest.mark.parametrize("step", STEPS)
def test_a_notice_arrives_wherever_the_worker_is_killed(
    step: str, tmp_path: Path, mailbox: tuple[Mailbox, int], program: Any
) -> None:
    box, port = mailbox
    told = {
        "ROLLCALL_NOTICES": f"smtp+plain://127.0.0.1:{port} webhook+http://127.0.0.1:{program.server_port}/",
        "ROLLCALL_NOTICES_FROM": "rollcall@school.example",
        "ROLLCALL_WEBHOOK_SECRET": "a secret of 24 signs or more",
    }
    services = bootstrap(load_settings(settings_of(tmp_path / "data") | told))
    _prepare(services)
    commit(services, RecordingSearched(at=datetime.now(UTC), lecture_id="l1", recording_id="r1", id="e1"))
    with worker(tmp_path / "data", SYSTEM_TEST_KILL_AT=step, **told) as doomed:
        assert doomed.ended_with() == -signal.SIGKILL
    with worker(tmp_path / "data", **told):
        wait_for(lambda: services.store.notices(NoticeState.SENT).total == 2, "both notices")
        wait_for(lambda: not [name for name in services.handlers if services.store.outbox(name)], "an empty outbox")
    posts = [headers["X-Rollcall-Event"] for headers, _ in program.got]
    ids = [mail["Message-ID"] for mail in box.mails]
    assert set(posts) == {"e1"}
    assert len(set(ids)) == 1
    assert len(posts) + len(ids) == 2 + (step == SENT_TWICE)
    services.store.close()  # type: ignore[attr-defined]


def _prepare(services: Services) -> None:
    """A teacher who wants to hear of searches; the recording itself waits for nobody, as its file is not there."""
    a_class(services.store, "21")
    chosen = UserNotices({NoticeKind.SEARCH_DONE: frozenset({MAIL})})
    services.store.commit(SaveUser(replace(services.store.user("u1"), notices=written_choices(chosen))))
