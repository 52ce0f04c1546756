"""Kill -9 around Slack: answers are stored before they are acknowledged, and notices are sent at least once."""

from __future__ import annotations

import signal
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

import run
from attendance.bootstrap import bootstrap
from attendance.changes import SaveCourse
from attendance.model import SLACK, CourseNotices, NoticeKind, NoticeState
from attendance.rules.notices import written_choices
from attendance.searching.searches import search_recording
from attendance.services import Services
from attendance.settings import load_settings
from attendance.use_cases.outbox import drain
from attendance.use_cases.unknowns.groups import groups
from tests.slack import SlackServer, Unanswered
from tests.slack.payloads import pressed
from tests.slack.workspace import APP_TOKEN, BOT_TOKEN, CHANNEL_NAME, TEAM
from tests.system import school
from tests.system.processes import Process, settings_of, wait_for, worker

pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True)
class Site:
    """A searched lecture with a stranger, whose notice waits in the outbox."""

    services: Services
    slack: SlackServer
    settings: dict[str, str]

    def listener(self, **more: str) -> Process:
        command = [sys.executable, "-m", "tests.system.patched_listener"]
        return Process(command, settings_of(self.services.settings.data) | self.settings | more)

    def worker(self, **more: str) -> Process:
        return worker(self.services.settings.data, **self.settings, **more)

    def answer(self) -> dict[str, object]:
        return pressed(self.slack.workspace.posted[-1], user="U0TEACHER")

    def ignored(self) -> int:
        """How often somebody said so, by the trail."""
        entries = self.services.store.audit().items
        return sum(entry.action == "unknown.ignored" for entry in entries)


@pytest.fixture
def site(data: Path, video: Path) -> Iterator[Site]:
    with SlackServer() as slack:
        settings = {
            "ROLLCALL_NOTICES": f"slack:{slack.url}",
            "ROLLCALL_SLACK_BOT_TOKEN": BOT_TOKEN,
            "ROLLCALL_SLACK_APP_TOKEN": APP_TOKEN,
            "ROLLCALL_SLACK_WORKSPACE": TEAM,
        }
        slack.workspace.add_user("U0TEACHER", school.TEACHER)
        services = bootstrap(load_settings(settings_of(data) | settings))
        told = CourseNotices({NoticeKind.UNKNOWN_SEEN: frozenset({SLACK})}, slack_channel=CHANNEL_NAME)
        course = school.the_course(services)
        services.store.commit(SaveCourse(replace(course, notices=written_choices(told))))
        search_recording(services, school.receive(services, video).id)
        yield Site(services, slack, settings)
        services.store.close()


def test_an_answer_whose_listener_is_killed_before_it_is_stored_is_not_acknowledged(site: Site) -> None:
    drain(site.services)
    with site.listener(SYSTEM_TEST_KILL_AT="before store.commit:OutboxItem") as doomed:
        with pytest.raises(Unanswered):
            site.slack.ask(site.answer())
        assert doomed.ended_with() == -signal.SIGKILL
    assert len(site.services.store.outbox("answers")) == 0
    with site.listener():
        site.slack.wait_for_socket(opened=2)
        site.slack.ask(site.answer())
    drain(site.services)
    assert site.ignored() == 1


def test_an_answer_whose_listener_is_killed_after_it_is_stored_is_done_once(site: Site) -> None:
    drain(site.services)
    with site.listener(SYSTEM_TEST_KILL_AT="after store.commit:OutboxItem") as doomed:
        with pytest.raises(Unanswered):
            site.slack.ask(site.answer())
        assert doomed.ended_with() == -signal.SIGKILL
    assert len(site.services.store.outbox("answers")) == 1
    with site.listener():  # Slack said that it did not work, so that they press again
        site.slack.wait_for_socket(opened=2)
        site.slack.ask(site.answer())
    with site.worker():
        wait_for(lambda: not site.services.store.outbox("answers"), "the end of what waits")
        wait_for(lambda: "says Teacher" in str(site.slack.workspace.messages), "the message that says so")
    assert site.ignored() == 1
    assert groups(site.services, school.the_course(site.services))[0].ignored


@pytest.mark.parametrize(
    ("step", "most"),
    [
        ("after store.claim_outbox", 1),
        ("before store.commit:SaveNotice", 2),
        ("after store.commit:SaveNotice", 1),
        ("before store.finish_outbox", 1),
    ],
)
def test_a_notice_whose_worker_is_killed_is_sent_and_at_most_once_more(site: Site, step: str, most: int) -> None:
    with site.worker(SYSTEM_TEST_KILL_AT=step) as doomed:
        assert doomed.ended_with() == -signal.SIGKILL
    with site.worker():
        wait_for(lambda: site.services.store.notices(NoticeState.SENT).total, "the notice")
        wait_for(lambda: not site.services.store.outbox(SLACK), "the end of what waits")
    keys = Counter(message["metadata"]["event_payload"]["key"] for message in site.slack.workspace.posted)
    assert len(keys) == 1
    assert keys.total() <= most


def test_the_listener_ends_when_it_is_told_to(site: Site) -> None:
    with site.listener() as listener:
        site.slack.wait_for_socket()
        listener.tell(signal.SIGTERM)
        assert listener.ended_with() == 0


def test_the_site_starts_the_listener_where_there_is_an_app_token(site: Site) -> None:
    settings = site.services.settings
    assert "Slack connection" in run.commands_for(site.services, ["gunicorn"])
    without = replace(site.services, settings=replace(settings, slack_app_token=""))
    assert list(run.commands_for(without, ["gunicorn"])) == ["site", "worker"]
