"""The stand-in is right where slack_sdk, unmodified, is content with it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from tests.slack import Fault, SlackServer, Unanswered
from tests.slack.workspace import APP_TOKEN, BOT_TOKEN, CHANNEL, TEAM


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer() as server:
        yield server


@pytest.fixture
def client(slack: SlackServer) -> WebClient:
    return WebClient(BOT_TOKEN, base_url=slack.url, retry_handlers=[])


def image(file_id: str) -> list[dict[str, object]]:
    return [{"type": "image", "slack_file": {"id": file_id}, "alt_text": "somebody"}]


def test_it_says_whose_token_it_is_and_refuses_others(slack: SlackServer, client: WebClient):
    assert client.auth_test()["team_id"] == TEAM
    with pytest.raises(SlackApiError, match="invalid_auth"):
        WebClient("xoxb-wrong", base_url=slack.url, retry_handlers=[]).auth_test()


def test_a_picture_is_uploaded_and_shown_once_it_has_been_worked_on(slack: SlackServer, client: WebClient):
    file_id = client.files_upload_v2(content=b"jpeg", filename="face.jpg", title="face")["file"]["id"]
    with pytest.raises(SlackApiError, match="invalid slack file"):
        client.chat_postMessage(channel=CHANNEL, text="who is that?", blocks=image(file_id))
    while not client.files_info(file=file_id)["file"]["mimetype"]:
        pass
    ts = client.chat_postMessage(channel=CHANNEL, text="who is that?", blocks=image(file_id))["ts"]
    client.chat_update(channel=CHANNEL, ts=ts, text="Ada Lovelace", blocks=[])
    assert slack.workspace.texts() == ["Ada Lovelace"]
    client.chat_delete(channel=CHANNEL, ts=ts)
    client.files_delete(file=file_id)
    assert (slack.workspace.messages, slack.workspace.files) == ({}, {})


def test_it_answers_429_with_the_seconds_to_wait(slack: SlackServer, client: WebClient):
    slack.workspace.clock = lambda: 1000.0
    slack.workspace.per_minute["chat.postMessage"] = 1
    client.chat_postMessage(channel=CHANNEL, text="one")
    with pytest.raises(SlackApiError) as limited:
        client.chat_postMessage(channel=CHANNEL, text="two")
    assert (limited.value.response.status_code, limited.value.response.headers["Retry-After"]) == (429, "60")


def test_it_fails_when_it_is_told_to_before_or_after_the_work(slack: SlackServer, client: WebClient):
    slack.workspace.faults.extend([Fault("chat.postMessage", 503), Fault("chat.postMessage", None, after=True)])
    for _ in range(2):
        with pytest.raises(Exception):  # noqa: B017 - slack_sdk has one for a status and none for a lost connection
            client.chat_postMessage(channel=CHANNEL, text="one")
    assert slack.workspace.texts() == ["one"]


def test_a_socket_gets_payloads_and_its_answers_come_back(slack: SlackServer, client: WebClient):
    heard: list[object] = []

    def answer(socket: BaseSocketModeClient, request: SocketModeRequest) -> None:
        heard.append(request.payload)
        socket.send_socket_mode_response(SocketModeResponse(request.envelope_id, {"options": []}))

    socket = SocketModeClient(APP_TOKEN, web_client=client, ping_interval=1)
    socket.socket_mode_request_listeners.append(answer)
    try:
        socket.connect()
        assert slack.ask({"type": "block_suggestion"}) == {"options": []}
        slack.refresh()
        slack.wait_for_socket(opened=2)
        late = slack.send({"type": "block_actions"})  # slack_sdk leaves the old socket only after its 3 s of waiting
        assert slack.wait_for_answer(late, within_s=20) == {"options": []}
        assert len(heard) == 2
    finally:
        socket.close()


def test_it_notices_that_nobody_answers(slack: SlackServer, client: WebClient):
    got = threading.Event()
    socket = SocketModeClient(APP_TOKEN, web_client=client)
    socket.socket_mode_request_listeners.append(lambda *_: got.set())
    try:
        socket.connect()
        envelope = slack.send({"type": "block_actions"})
        assert got.wait(10)
        with pytest.raises(Unanswered):
            slack.wait_for_answer(envelope, within_s=0.2)
    finally:
        socket.close()
