"""The MeetingService: what holds remote lectures, where the site may change its meetings and hears who joined."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol


class MeetingService(Protocol):
    """A service like Zoom, with an app of the school's in it, the secret of its webhooks, or both."""

    @property
    def sets_codes(self) -> bool:
        """Whether there is an app by which codes of meetings are changed."""

    @property
    def tells_who_joins(self) -> bool:
        """Whether its webhooks are taken."""

    def set_code(self, number: str, code: str) -> None:
        """The meeting with this id has this code from now on.

        Raises InvalidInput where the service refuses it, ServiceUnavailable where it does not answer.
        """

    def is_genuine(self, body: bytes, headers: Mapping[str, str], now: datetime) -> bool:
        """Whether the service signed this a moment ago."""

    def proof(self, challenge: str) -> str:
        """What the service wants to hear from who knows the secret of its webhooks."""
