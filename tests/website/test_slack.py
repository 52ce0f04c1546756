"""What comes to /slack/actions: believed where Slack signed it, these minutes, and once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from attendance.events import NoticeAnswered, read
from attendance.model import SLACK
from tests.slack import SlackServer
from tests.slack.conftest import open_notifier
from tests.slack.messages import who_is_that
from tests.slack.payloads import pressed, signed, signed_body, typed
from tests.slack.workspace import CHANNEL
from tests.website.conftest import NOW

KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def slack(app: Flask) -> Iterator[SlackServer]:
    """The site's services with Slack, where a message has been posted."""
    with SlackServer() as server:
        notifier = open_notifier(server)
        app.extensions["rollcall"] = replace(app.extensions["rollcall"], notifiers={SLACK: notifier}, now=lambda: NOW)
        notifier.send(who_is_that(), CHANNEL, KEY)
        yield server


def message(slack: SlackServer) -> dict[str, object]:
    return slack.workspace.posted[0]


def send(client: FlaskClient, payload: object, **changed: str) -> TestResponse:
    body, headers = signed(payload, NOW.timestamp())
    return client.post("/slack/actions", data=body, headers=headers | changed)


def stored(app: Flask) -> list[NoticeAnswered]:
    return [read(item.body) for item in app.extensions["rollcall"].store.outbox("answers")]


def test_what_somebody_pressed_is_stored_and_answered_with_nothing(app, client, slack):
    answer = send(client, pressed(message(slack), user="U0TEACHER"))
    assert (answer.status_code, answer.data) == (200, b"")
    assert [(one.notice_id, one.action, one.account) for one in stored(app)] == [(KEY, "ignore_unknown", "U0TEACHER")]


def test_a_search_is_answered_at_once(app, client, slack):
    answer = send(client, typed(message(slack), "a", user="U0NOBODY"))
    assert (answer.status_code, answer.json) == (200, {"options": []})
    assert stored(app) == []


@pytest.mark.parametrize(
    "changed",
    [
        {"X-Slack-Signature": "v0=" + 64 * "0"},
        {"X-Slack-Signature": ""},
        {"X-Slack-Request-Timestamp": "1"},
        {"X-Slack-Request-Timestamp": "now"},
    ],
)
def test_a_forged_request_is_refused(app, client, slack, changed):
    assert send(client, pressed(message(slack), user="U0TEACHER"), **changed).status_code == 401
    assert stored(app) == []


def test_a_request_of_six_minutes_ago_is_refused(app, client, slack):
    body, headers = signed(pressed(message(slack), user="U0TEACHER"), (NOW - timedelta(minutes=6)).timestamp())
    assert client.post("/slack/actions", data=body, headers=headers).status_code == 401
    assert stored(app) == []


def test_a_replayed_request_is_refused(app, client, slack):
    payload = pressed(message(slack), user="U0TEACHER")
    assert [send(client, payload).status_code for _ in range(3)] == [200, 409, 409]
    assert len(stored(app)) == 1


def test_another_workspace_is_refused(app, client, slack):
    assert send(client, pressed(message(slack), user="U0TEACHER", team="T0OTHER")).status_code == 403
    assert stored(app) == []


@pytest.mark.parametrize("payload", [[], "words", {"type": "block_actions"}, {"team": 7}])
def test_what_is_signed_and_still_nonsense_is_refused(app, client, slack, payload):
    assert send(client, payload).status_code == 400
    assert stored(app) == []


def test_a_body_without_a_payload_is_refused(app, client, slack):
    body, headers = signed_body(b"text=hello", NOW.timestamp())
    assert client.post("/slack/actions", data=body, headers=headers).status_code == 400


def test_a_body_that_is_too_long_is_not_read(app, client, slack):
    payload = pressed(message(slack), user="U0TEACHER") | {"more": "x" * 200_000}
    assert send(client, payload).status_code == 413
    assert stored(app) == []


def test_a_site_without_slack_has_no_such_address(client):
    assert send(client, {"type": "block_actions"}).status_code == 404


def test_nobody_reads_there(client):
    assert client.get("/slack/actions").status_code == 405
