"""Receivers of events that admins added on the page, beside those of the settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

_MOST_OF_A_HOST = 60


@dataclass(frozen=True, slots=True)
class Webhook:
    """A program that is told of every event, unless it is paused. What its events are signed with follows from `id`."""

    id: str
    url: str
    added_at: datetime
    is_paused: bool = False

    @property
    def host(self) -> str:
        """The machine, which may be shown: the rest of an address may be secret."""
        return (urlsplit(self.url).hostname or "")[:_MOST_OF_A_HOST]

    @property
    def receiver(self) -> str:
        """Its name among the receivers of notices, and in their lines."""
        return f"{self.host}#{self.id[:12]}"
