"""Socket Mode: a connection of our own to Slack, by which its payloads come without a public address."""

from __future__ import annotations

import logging
import threading
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from attendance.adapters.slack.web_api import TOKEN_ERRORS, error_of
from attendance.errors import RollcallError, ServiceUnavailable, SettingsError
from attendance.ports.answers import Received

_AT_ONCE = 4
_PING_EVERY_S = 3
"""So soon after a connection is lost the next one is opened."""
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 60.0

_log = logging.getLogger(__name__)


def listen(app_token: str, client: WebClient, received: Received, stop: threading.Event) -> None:
    """Until `stop` is set. slack_sdk opens a new connection whenever one ends. Raises SettingsError.

    What is received is acknowledged once `received` has stored it: where that fails, or this process is killed before,
    Slack tells the person that it did not work.
    """
    _check_set(app_token)
    socket = SocketModeClient(
        app_token, web_client=client, ping_interval=_PING_EVERY_S, concurrency=_AT_ONCE, logger=_quiet()
    )
    socket.socket_mode_request_listeners.append(_Listener(received))
    try:
        _connect(socket, stop)
        stop.wait()
    finally:
        socket.close()


def check(app_token: str, client: WebClient) -> None:
    """Raises SettingsError where Slack refuses the token, ServiceUnavailable."""
    _check_set(app_token)
    try:
        client.apps_connections_open(app_token=app_token)
    except SlackApiError as refused:
        raise _meaning(refused) from refused
    except (SlackClientError, OSError) as lost:
        raise ServiceUnavailable("Slack does not answer.") from lost


def _check_set(app_token: str) -> None:
    if not app_token:
        raise SettingsError("ROLLCALL_SLACK_APP_TOKEN is not set: Socket Mode needs an app-level token.")


def _connect(socket: SocketModeClient, stop: threading.Event) -> None:
    """The first time; a machine that starts before its network is there waits for it. Raises SettingsError."""
    pause_s = _FIRST_PAUSE_S
    while not stop.is_set():
        try:
            socket.connect()
            if socket.is_connected():
                _log.info("Connected to Slack.")
                return
            reason = "the connection was refused"
        except SlackApiError as refused:
            meaning = _meaning(refused)
            if isinstance(meaning, SettingsError):
                raise meaning from refused
            reason = meaning.sentence
        except (SlackClientError, OSError) as lost:
            reason = str(lost)
        _log.warning("Slack does not answer (%s); it is tried again in %.0f s.", reason, pause_s)
        stop.wait(pause_s)
        pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
        socket.wss_uri = None  # an address that was given serves once


def _meaning(refused: SlackApiError) -> RollcallError:
    error = error_of(refused)
    if error in TOKEN_ERRORS or error in ("missing_scope", "socket_mode_not_enabled", "forbidden_token_type"):
        return SettingsError(
            "Slack does not let this app use Socket Mode (%(error)s). Check ROLLCALL_SLACK_APP_TOKEN, and that Socket "
            "Mode is on in the app's settings.",
            error=error,
        )
    return ServiceUnavailable("Slack has a fault at the moment: %(error)s.", error=error)


class _Listener:
    def __init__(self, received: Received) -> None:
        self._received = received

    def __call__(self, socket: BaseSocketModeClient, request: SocketModeRequest) -> None:
        try:
            answer: Any = self._received(request.payload) if request.type == "interactive" else None
        except RollcallError as failed:
            _log.warning("What Slack sent was not taken: %s", failed.sentence)
            return
        socket.send_socket_mode_response(SocketModeResponse(request.envelope_id, dict(answer) if answer else None))


def _quiet() -> logging.Logger:
    """slack_sdk tells of each connection, and at its lowest level of what was in them: names, and a token's address."""
    logger = logging.getLogger(f"{__name__}.slack_sdk")
    logger.setLevel(logging.WARNING)
    return logger
