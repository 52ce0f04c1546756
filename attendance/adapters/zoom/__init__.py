"""Zoom: codes of meetings by its API with server-to-server OAuth, and its signed webhooks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

import requests

from attendance.adapters.guarded import TIMEOUT_S
from attendance.adapters.zoom.signing import is_signed, proof
from attendance.errors import InvalidInput, ServiceUnavailable
from attendance.ports import MeetingService
from attendance.settings import Settings

TOKEN_URL, API_URL = "https://zoom.us/oauth/token", "https://api.zoom.us/v2"
_EARLY_S = 60.0
"""A token is not used in its last minute."""
_UNAUTHORIZED, _NOT_FOUND, _TOO_MANY = 401, 404, 429


class Zoom:
    """The MeetingService of one Zoom account."""

    def __init__(
        self,
        account: str,
        client_id: str,
        client_secret: str,
        webhook_secret: str,
        *,
        token_url: str = TOKEN_URL,
        api_url: str = API_URL,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._account, self._client = account, (client_id, client_secret)
        self._webhook_secret = webhook_secret
        self._token_url, self._api_url, self._clock = token_url, api_url, clock
        self._token, self._token_ends = "", 0.0
        self._lock = threading.Lock()

    @property
    def sets_codes(self) -> bool:
        """Whether an app is set up."""
        return bool(self._account)

    @property
    def tells_who_joins(self) -> bool:
        """Whether the secret of webhooks is set."""
        return bool(self._webhook_secret)

    def set_code(self, number: str, code: str) -> None:
        """Raises InvalidInput, ServiceUnavailable."""
        answer = self._patch(number, code)
        if answer.status_code == _UNAUTHORIZED:  # the token was revoked before its time
            self._token_ends = 0.0
            answer = self._patch(number, code)
        if answer.status_code in (200, 204):
            return
        if answer.status_code == _TOO_MANY or answer.status_code >= 500:
            raise ServiceUnavailable("Zoom does not answer; the code stays as it is. Try again later.")
        if answer.status_code == _NOT_FOUND:
            raise InvalidInput("Zoom knows no meeting with this id; the code stays as it is.", field="number")
        raise InvalidInput(
            "Zoom did not take the new code: %(reason)s.", reason=_reason(answer).rstrip("."), field="passcode"
        )

    def is_genuine(self, body: bytes, headers: Mapping[str, str], now: datetime) -> bool:
        """Signed with the secret of webhooks."""
        return is_signed(self._webhook_secret, body, headers, now)

    def proof(self, challenge: str) -> str:
        """With the same secret."""
        return proof(self._webhook_secret, challenge)

    def _patch(self, number: str, code: str) -> requests.Response:
        headers = {"Authorization": f"Bearer {self._current_token()}"}
        url = f"{self._api_url}/meetings/{quote(number, safe='')}"
        return self._asked("PATCH", url, json={"password": code}, headers=headers)

    def _current_token(self) -> str:
        """Raises ServiceUnavailable, InvalidInput where Zoom does not know the app."""
        with self._lock:
            if self._clock() >= self._token_ends:
                asked = {"grant_type": "account_credentials", "account_id": self._account}
                answer = self._asked("POST", self._token_url, data=asked, auth=self._client)
                if answer.status_code >= 500 or answer.status_code == _TOO_MANY:
                    raise ServiceUnavailable("Zoom does not answer; the code stays as it is. Try again later.")
                said = _json(answer)
                if answer.status_code != 200 or not isinstance(said.get("access_token"), str):
                    raise InvalidInput("Zoom refuses the app that ROLLCALL_ZOOM_ACCOUNT names; tell an admin.")
                lasts = said.get("expires_in")
                self._token = said["access_token"]
                self._token_ends = self._clock() + (float(lasts) if isinstance(lasts, int) else 0.0) - _EARLY_S
            return self._token

    def _asked(self, method: str, url: str, **more: Any) -> requests.Response:
        try:
            return requests.request(method, url, timeout=TIMEOUT_S, allow_redirects=False, **more)
        except requests.RequestException as unanswered:
            raise ServiceUnavailable("Zoom does not answer; the code stays as it is. Try again later.") from unanswered


def _json(answer: requests.Response) -> dict[str, Any]:
    try:
        said = answer.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _reason(answer: requests.Response) -> str:
    message = _json(answer).get("message")
    return message[:200] if isinstance(message, str) and message.isprintable() else f"HTTP {answer.status_code}"


_keeps_the_port: type[MeetingService] = Zoom


def open_meetings(settings: Settings) -> Zoom:
    """As the settings say."""
    return Zoom(
        settings.zoom_account,
        settings.zoom_client_id,
        settings.zoom_client_secret.reveal(),
        settings.zoom_webhook_secret.reveal(),
    )
