"""What Slack tells of clicks, and what of it is believed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from attendance.errors import InvalidInput, NotAllowed
from attendance.model import ActionKind, Answer, Choice, Search
from tests.slack.conftest import open_notifier
from tests.slack.messages import who_is_that
from tests.slack.payloads import chosen, pressed, signed, typed
from tests.slack.workspace import CHANNEL, TEAM

KEY = "0123456789abcdef0123456789abcdef"
NOW = datetime(2026, 11, 30, 9, 12, tzinfo=UTC)


@pytest.fixture
def message(slack, notifier):
    notifier.send(who_is_that("recording-1/2"), CHANNEL, KEY)
    return slack.workspace.posted[0]


def option(key: str) -> dict[str, object]:
    return {"text": {"type": "plain_text", "text": "Ada"}, "value": key}


def test_who_types_is_asking_for_names(notifier, message):
    assert notifier.read(typed(message, "ad", user="U0ADA")) == Search(KEY, "recording-1/2", "ad", "U0ADA")


def test_who_chooses_has_answered(notifier, message):
    answer = notifier.read(chosen(message, option("key-1"), user="U0ADA"))
    assert isinstance(answer, Answer)
    said = (answer.notice_id, answer.action, answer.target, answer.choice, answer.account)
    assert said == (KEY, ActionKind.NAME_UNKNOWN, "recording-1/2", "key-1", "U0ADA")
    assert answer.reference == f"{CHANNEL} {message['ts']}"


def test_the_same_click_is_the_same_answer_and_another_is_not(notifier, message):
    first, again, later = (notifier.read(pressed(message, user="U0ADA", at=at)) for at in ("1.5", "1.5", "2.5"))
    assert first.action is ActionKind.IGNORE_UNKNOWN
    assert first.id == again.id != later.id


@pytest.mark.parametrize("where", ["team", "user"])
def test_another_workspace_is_refused(notifier, message, where):
    payload = pressed(message, user="U0EVE")
    if where == "team":
        payload["team"] = {"id": "T0OTHER"}
    else:
        payload["user"]["team_id"] = "T0OTHER"
    with pytest.raises(NotAllowed):
        notifier.read(payload)


def test_a_member_of_an_enterprises_workspace_is_no_stranger(slack, notifier, message):
    payload = pressed(message, user="U0ADA") | {"enterprise": {"id": "E0SCHOOLS"}}
    payload["user"]["team_id"] = "E0SCHOOLS"
    assert notifier.read(payload) is not None
    slack.workspace.add_user("U0ADA", "ada@school.example", team_id="E0SCHOOLS", enterprise_user={"teams": [TEAM]})
    slack.workspace.add_user("U0EVE", "eve@school.example", team_id="E0SCHOOLS", enterprise_user={"teams": ["T0X"]})
    assert [notifier.email_of(user) for user in ("U0ADA", "U0EVE")] == ["ada@school.example", None]


@pytest.mark.parametrize(
    "spoil",
    [
        {"team": None},
        {"enterprise": "E0"},
        {"user": "U0ADA"},
        {"actions": []},
        {"actions": [{}]},
        {"actions": [{"action_id": "name_unknown", "block_id": "a b", "action_ts": "1"}]},
        {"actions": [{"action_id": "ignore_unknown", "block_id": "no-target", "action_ts": "1"}]},
        {"actions": [{"action_id": "ignore_unknown", "block_id": ["a", "b"], "action_ts": "1"}]},
        {"actions": [{"action_id": [], "block_id": "a b", "action_ts": "1"}]},
        {"container": {"channel_id": "C\n1", "message_ts": "1"}},
        {"container": {}},
        {"type": None, "team": []},
    ],
)
def test_what_slack_does_not_send_is_refused_in_a_sentence(notifier, message, spoil):
    with pytest.raises(InvalidInput):
        notifier.read(pressed(message, user="U0ADA") | spoil)


def test_a_click_on_something_else_is_nothing_of_ours(notifier, message):
    other = pressed(message, user="U0ADA")
    other["actions"][0]["action_id"] = "another-app"
    assert notifier.read(other) is None
    assert notifier.read(pressed(message, user="U0ADA") | {"type": "view_closed"}) is None


def test_choices_stand_below_their_headings(notifier):
    offered = notifier.offer([Choice("1", "Ada " * 40, "On the roster"), Choice("2", "Grace (7)", "Others")])
    labels = [group["label"]["text"] for group in offered["option_groups"]]
    assert (labels, notifier.offer([])) == (["On the roster", "Others"], {"options": []})
    assert len(offered["option_groups"][0]["options"][0]["text"]["text"]) == 75


def test_an_address_is_asked_for_once_in_five_minutes(slack, notifier):
    slack.workspace.add_user("U0ADA", "ada@school.example")
    assert [notifier.email_of("U0ADA") for _ in range(3)] == ["ada@school.example"] * 3
    assert [method for method, _ in slack.workspace.calls] == ["users.info"]
    assert notifier.email_of("U0NOBODY") is None


@pytest.mark.parametrize("late", [timedelta(minutes=-6), timedelta(minutes=6)])
def test_a_request_is_genuine_where_it_is_signed_and_of_these_minutes(notifier, late):
    body, headers = signed({"type": "block_actions"}, NOW.timestamp())
    assert notifier.is_genuine(body, headers, NOW)
    assert notifier.is_genuine(body, {name.lower(): value for name, value in headers.items()}, NOW)
    assert not notifier.is_genuine(body, headers, NOW + late)
    assert not notifier.is_genuine(body + b"x", headers, NOW)


@pytest.mark.parametrize(
    "spoil",
    [
        {"X-Slack-Signature": "v0=00"},
        {"X-Slack-Signature": "v0=schön"},
        {"X-Slack-Request-Timestamp": "soon"},
        {"X-Slack-Request-Timestamp": ""},
    ],
)
def test_a_forged_request_is_not_genuine(notifier, spoil):
    body, headers = signed({"type": "block_actions"}, NOW.timestamp())
    assert not notifier.is_genuine(body, headers | spoil, NOW)
    assert not notifier.is_genuine(b"\xff", headers, NOW)
    assert not notifier.is_genuine(body, {}, NOW)


def test_without_a_signing_secret_nothing_is_genuine(slack):
    body, headers = signed({"type": "block_actions"}, NOW.timestamp())
    assert not open_notifier(slack, signing_secret="").is_genuine(body, headers, NOW)
