"""An alarm in Slack: told where the site says, and looked at by an admin, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from attendance.adapters.slack.notifier import Account, SlackNotifier
from attendance.model import SLACK, Alarm
from attendance.use_cases.devices.devices import add_device
from attendance.use_cases.devices.readings import raise_alarms
from attendance.use_cases.notices.answers import receive
from attendance.use_cases.outbox import drain
from tests.slack import SlackServer
from tests.slack.payloads import elements, pressed
from tests.slack.school import School, a_school
from tests.slack.workspace import BOT_TOKEN, CHANNEL_NAME, TEAM
from tests.unit.in_memory import NOW


@pytest.fixture
def school(tmp_path: Path, slack: SlackServer) -> School:
    """With an alarm, and the channel that is told of such."""
    school = a_school(tmp_path, slack)
    slack.workspace.messages.clear()
    notifier = SlackNotifier(Account(BOT_TOKEN, TEAM, base_url=slack.url), (CHANNEL_NAME,))
    services = replace(school.services, notifiers={SLACK: notifier})
    device = add_device(services, name="Camera", room="R 101", by=None).device
    raise_alarms(services, device.id, [Alarm("a1", device.id, NOW, 38.0, 37.5, "x1")], timedelta())
    drain(services)
    return replace(school, services=services)


def buttons(school: School) -> int:
    (message,) = school.slack.workspace.messages.values()
    return len(elements(message, "button"))


def test_an_admin_says_in_slack_that_they_saw_it(school: School):
    assert buttons(school) == 1
    receive(school.services, pressed(school.message, user="U0ADMIN"))
    drain(school.services)
    assert school.services.store.alarm("a1").seen_by == school.users["admin"].id
    assert buttons(school) == 0


def test_a_teacher_cannot(school: School):
    receive(school.services, pressed(school.message, user="U0TEACHER"))
    drain(school.services)
    assert school.services.store.alarm("a1").seen_by is None
    assert (buttons(school), [user for user, _ in school.whispers()]) == (1, ["U0TEACHER"])
