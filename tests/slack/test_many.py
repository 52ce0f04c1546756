"""Many notices at once, while Slack takes one a second: none is lost or doubled, and Slack is left alone meanwhile."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from attendance.changes import SaveCourse
from attendance.committing import commit
from attendance.events import RecordingSearched
from attendance.model import SLACK, CourseNotices, NoticeKind, NoticeState
from attendance.rules.notices import written_choices
from attendance.use_cases.outbox import drain, troubled
from tests.slack import SlackServer
from tests.slack.conftest import Seconds, open_notifier
from tests.slack.school import a_school
from tests.slack.workspace import CHANNEL, CHANNEL_NAME
from tests.unit.in_memory import NOW, MemoryServices

A_MINUTE = 60


def at(clock: Seconds) -> datetime:
    """One clock for the site, the adapter and Slack."""
    return NOW + timedelta(seconds=clock() - Seconds().now)


def a_busy_day(tmp_path: Path, slack: SlackServer, clock: Seconds) -> MemoryServices:
    """A course whose channel is told of each search."""
    services = a_school(tmp_path, slack).services
    slack.workspace.messages.clear()
    slack.workspace.posted.clear()
    slack.workspace.clock = clock
    slack.workspace.per_minute["chat.postMessage"] = A_MINUTE
    (course,) = services.store.courses()
    told = CourseNotices({NoticeKind.SEARCH_DONE: frozenset({SLACK})}, slack_channel=CHANNEL_NAME)
    services.store.commit(SaveCourse(replace(course, notices=written_choices(told))))
    notifier = open_notifier(slack, clock)
    return replace(services, now=lambda: at(clock), notifiers={SLACK: notifier})


@pytest.mark.timeout(1800)
def test_many_events_under_slacks_limits_are_each_told_once(tmp_path: Path, slack: SlackServer):
    """Of 300 events, or of as many as MANY_EVENTS says."""
    events = int(os.environ.get("MANY_EVENTS", "300"))
    clock = Seconds()
    began_s = clock()
    services = a_busy_day(tmp_path, slack, clock)
    (lecture,) = services.store.lectures().items
    (recording,) = services.store.recordings(lecture.id)
    for _ in range(events):
        commit(services, RecordingSearched(at=at(clock), lecture_id=lecture.id, recording_id=recording.id))
    sent_at: list[float] = []
    while len(slack.workspace.posted) < events:
        before = len(slack.workspace.posted)
        drain(services)
        sent_at += [clock()] * (len(slack.workspace.posted) - before)
        clock.wait(5)
        assert clock() < began_s + 60 * events  # it comes to an end
    drain(services)
    keys = Counter(message["metadata"]["event_payload"]["key"] for message in slack.workspace.posted)
    assert (len(keys), set(keys.values())) == (events, {1})
    assert {message["channel"] for message in slack.workspace.posted} == {CHANNEL}
    assert services.store.notices(NoticeState.SENT).total == events + 1  # and the one of the school
    assert troubled(services) == []
    assert slack.workspace.too_early == []
    assert max(Counter(int((moment - began_s) // A_MINUTE) for moment in sent_at).values()) <= A_MINUTE
    limited = [method for method, _ in slack.workspace.calls].count("chat.postMessage") - events - 1
    assert limited <= events / A_MINUTE + 1  # asked once more in each pause, not by each that waits
