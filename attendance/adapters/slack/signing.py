"""Whether a request comes from Slack."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from slack_sdk.signature import Clock, SignatureVerifier


class _At(Clock):
    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    def now(self) -> float:
        return self._moment.timestamp()


def is_signed(secret: str, body: bytes, headers: Mapping[str, str], now: datetime) -> bool:
    """By the app's signing secret, within five minutes of now; nothing is where there is no secret."""
    if not secret:
        return False
    try:
        return SignatureVerifier(secret, _At(now)).is_valid_request(body, dict(headers))
    except (ValueError, TypeError):  # a time that is no number, a body or signature that is no text
        return False
