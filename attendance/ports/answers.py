"""The part of a Notifier whose receivers can answer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from attendance.model import Answer, Choice, Search
from attendance.ports.notifier import Notifier

Received = Callable[[Mapping[str, Any]], Mapping[str, Any] | None]
"""What is done with a payload: what it answers at once, None where nothing. It has stored what must not be lost."""


@runtime_checkable
class AnsweredNotifier(Notifier, Protocol):
    """A channel that tells what its receivers do with a notice. All methods may raise what those of Notifier do."""

    def read(self, payload: Mapping[str, Any]) -> Answer | Search | None:
        """What somebody did; None for what is nothing of ours. Raises NotAllowed (another workspace), InvalidInput."""

    def offer(self, choices: Sequence[Choice]) -> Mapping[str, Any]:
        """What answers a Search at once."""

    def email_of(self, account: str) -> str | None:
        """The address of a full member, as the channel has confirmed it; None for guests, programs and strangers."""

    def tell(self, answer: Answer, sentence: str) -> None:
        """Say it to whoever answered, where nobody else sees it."""

    def is_genuine(self, body: bytes, headers: Mapping[str, str], now: datetime) -> bool:
        """Whether a request comes from the service itself, and in these minutes."""

    def listen(self, received: Received, stop: threading.Event) -> None:
        """Hand over each payload as it comes, until `stop` is set. Raises SettingsError, ServiceUnavailable."""

    def remove_strays(self, since: datetime, before: datetime, is_known: Callable[[str, str], bool]) -> int:
        """Delete pictures of these times of which `is_known` (key and file) says no; how many.

        They are left where a process is killed after a picture was sent and before its notice was stored.
        """

    def check(self) -> Sequence[str]:
        """A sentence for each thing that was looked at and is right. Raises SettingsError for the first that is not."""
