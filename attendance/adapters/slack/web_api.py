"""Slack's Web API: one call, and what its refusals mean for us."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from http.client import HTTPException
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from attendance.errors import NoticeRefused, RollcallError, ServiceBusy, ServiceUnavailable

OFFICIAL = "https://slack.com/api/"
_TIMEOUT_S = 20
_WITHOUT_ANY_HEADER_S = 30.0

TOKEN_ERRORS = {
    "account_inactive",
    "invalid_auth",
    "not_allowed_token_type",
    "not_authed",
    "token_expired",
    "token_revoked",
}
_TOO_MUCH = {"rate_limited", "ratelimited", "message_limit_exceeded"}
_PASSING = {"fatal_error", "internal_error", "request_timeout", "service_unavailable", "team_added_to_org"}
_NO_MEMBER = {"users_not_found", "user_not_found", "user_disabled", "cannot_dm_bot"}
_NO_CHANNEL = {"channel_not_found", "not_in_channel"}
_PLAIN_WORD = re.compile("[a-z0-9_]{1,60}")


class SlackApi:
    """A token's way to Slack. Nothing is tried again here: whoever called does that, and only after the pause.

    `seconds` is a clock that never goes back.
    """

    def __init__(self, token: str, base_url: str, seconds: Callable[[], float]) -> None:
        self.client = WebClient(token, base_url=base_url, timeout=_TIMEOUT_S, retry_handlers=[])
        self._seconds = seconds
        self._not_before: dict[str, float] = {}
        self._lock = threading.Lock()

    def call(self, method: str, /, **args: Any) -> dict[str, Any]:
        """What Slack answers to a method of slack_sdk's WebClient.

        Where Slack has asked to be left alone with this method (and channel), it is not asked again until that has
        passed, however many messages wait. Raises ServiceBusy, ServiceUnavailable, NoticeRefused.
        """
        limited = f"{method} {args.get('channel', '')}"
        self._check_pause(limited)
        try:
            answer = getattr(self.client, method)(**args)
        except SlackApiError as refused:
            raise self._meaning(refused, limited) from refused
        except (SlackClientError, OSError, HTTPException, ValueError) as lost:
            raise ServiceUnavailable("Slack does not answer.") from lost
        return dict(answer.data)

    def _check_pause(self, limited: str) -> None:
        with self._lock:
            left_s = self._not_before.get(limited, 0.0) - self._seconds()
        if left_s > 0:
            raise _busy(left_s)

    def _meaning(self, refused: SlackApiError, limited: str) -> RollcallError:
        error = error_of(refused)
        if refused.response.status_code == 429 or error in _TOO_MUCH:
            wait_s = _retry_after_s(refused)
            with self._lock:
                self._not_before[limited] = self._seconds() + wait_s
            return _busy(wait_s)
        if refused.response.status_code >= 500 or error in _PASSING:
            return ServiceUnavailable("Slack has a fault at the moment: %(error)s.", error=error)
        return _refusal(refused, error)


def _refusal(refused: SlackApiError, error: str) -> RollcallError:
    """What an admin can mend is tried again, so that what waits goes out then."""
    if error in TOKEN_ERRORS:
        return ServiceUnavailable("Slack does not accept this site's token (%(error)s).", error=error)
    if error == "missing_scope":
        needed = str(refused.response.get("needed") or "")
        return ServiceUnavailable("The Slack app lacks a permission: %(scope)s.", scope=needed)
    if error in _NO_MEMBER:
        return NoticeRefused("Nobody in the Slack workspace has this mail address.")
    if error in _NO_CHANNEL:
        return NoticeRefused("There is no such Slack channel, or the app was not invited to it.")
    return NoticeRefused("Slack refuses it: %(error)s.", error=error)


def error_of(refused: SlackApiError) -> str:
    """Slack's word for it, as far as it is one."""
    error = str(refused.response.get("error") or "") if isinstance(refused.response.data, dict) else ""
    return error if _PLAIN_WORD.fullmatch(error) else str(refused.response.status_code)


def _retry_after_s(refused: SlackApiError) -> float:
    headers = {name.lower(): value for name, value in refused.response.headers.items()}
    try:
        return max(1.0, float(headers["retry-after"]))
    except (KeyError, ValueError):
        return _WITHOUT_ANY_HEADER_S


def _busy(wait_s: float) -> ServiceBusy:
    return ServiceBusy("Slack takes no more messages for a while.", retry_after=timedelta(seconds=wait_s))
