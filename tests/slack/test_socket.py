"""Answers by Socket Mode: acknowledged once they are stored, by a connection that is opened anew when it ends."""

from __future__ import annotations

import gc
import logging
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from attendance.adapters.slack.notifier import SlackNotifier
from attendance.errors import NotAllowed, ServiceUnavailable, SettingsError
from tests.slack import Fault, SlackServer, Unanswered
from tests.slack.conftest import open_notifier


@pytest.fixture(autouse=True)
def _lost_sockets() -> Iterator[None]:
    """slack_sdk leaves the socket of a connection that it lost to the garbage collector, which then warns of it."""
    yield
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        gc.collect()


class Listener:
    """What came, in order; `fails` is raised once for each of its entries."""

    def __init__(self) -> None:
        self.came: list[Mapping[str, Any]] = []
        self.fails: list[Exception] = []

    def __call__(self, payload: Mapping[str, Any]) -> Mapping[str, Any] | None:
        if self.fails:
            raise self.fails.pop(0)
        self.came.append(payload)
        return {"options": []} if payload["type"] == "block_suggestion" else None


@contextmanager
def listening(notifier: SlackNotifier, received: Listener) -> Iterator[threading.Event]:
    stop = threading.Event()
    thread = threading.Thread(target=notifier.listen, args=(received, stop))
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(30)
        assert not thread.is_alive()


def test_an_answer_is_acknowledged_once_it_is_stored(slack: SlackServer, notifier: SlackNotifier):
    listener = Listener()
    with listening(notifier, listener):
        assert slack.ask({"type": "block_actions"}) is None
        assert listener.came == [{"type": "block_actions"}]
        assert slack.ask({"type": "block_suggestion"}) == {"options": []}


@pytest.mark.parametrize("failure", [ServiceUnavailable("gone"), NotAllowed("foreign"), RuntimeError("a fault")])
def test_what_could_not_be_stored_is_not_acknowledged(slack: SlackServer, notifier: SlackNotifier, failure: Exception):
    listener = Listener()
    listener.fails.append(failure)
    with listening(notifier, listener):
        with pytest.raises(Unanswered):
            slack.wait_for_answer(slack.send({"type": "block_actions"}), within_s=0.5)
        assert slack.ask({"type": "block_actions"}) is None


def test_other_kinds_of_envelopes_are_acknowledged_and_left(slack: SlackServer, notifier: SlackNotifier):
    listener = Listener()
    with listening(notifier, listener):
        slack.wait_for_answer(slack.send({"type": "event_callback"}, kind="events_api"))
    assert listener.came == []


def test_a_connection_that_ends_is_opened_anew(slack: SlackServer, notifier: SlackNotifier):
    listener = Listener()
    with listening(notifier, listener):
        slack.wait_for_socket()
        slack.hang_up()
        slack.wait_for_socket(opened=2)
        assert slack.ask({"type": "block_actions"}) is None


def test_a_start_without_a_network_waits_for_it(slack: SlackServer, notifier: SlackNotifier):
    slack.workspace.faults.append(Fault("apps.connections.open", None))
    with listening(notifier, Listener()):
        assert slack.ask({"type": "block_actions"}) is None


@pytest.mark.parametrize("token", ["", "xapp-wrong"])
def test_a_wrong_app_token_stops_the_start(slack: SlackServer, token: str):
    with pytest.raises(SettingsError, match="ROLLCALL_SLACK_APP_TOKEN"):
        open_notifier(slack, app_token=token).listen(Listener(), threading.Event())


def test_another_workspace_stops_the_start(slack: SlackServer):
    with pytest.raises(SettingsError, match="ROLLCALL_SLACK_WORKSPACE"):
        open_notifier(slack, workspace="T0OTHER").listen(Listener(), threading.Event())


def test_no_payload_and_no_token_is_logged(slack: SlackServer, notifier: SlackNotifier, caplog):
    caplog.set_level(logging.DEBUG)
    with listening(notifier, Listener()):
        slack.ask({"type": "block_actions", "user": {"name": "ada-lovelace"}})
        slack.hang_up()
        slack.wait_for_socket(opened=2)
    logged = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("attendance"))
    assert "ada-lovelace" not in logged
    assert "xapp-" not in logged
    assert "ticket=" not in logged
