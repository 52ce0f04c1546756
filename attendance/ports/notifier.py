"""The Notifier: one channel by which people or programs are told something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from attendance.model import Message


class Notifier(Protocol):
    """Sends one message to one receiver. `message` says everything: an adapter reads nothing else and decides nothing.

    All methods raise ServiceBusy (with `retry_after`, where the service says so) and ServiceUnavailable, after which
    the same is tried again, and NoticeRefused where it never will be taken as it is.
    """

    @property
    def channel(self) -> str:
        """MAIL, SLACK or WEBHOOK: at most one notifier serves each."""

    @property
    def receivers(self) -> tuple[str, ...]:
        """Who gets everything without having chosen, by names that hold no secret; () for channels to people."""

    def send(self, message: Message, to: str, key: str) -> str:
        """What the service calls it, for `update` and `withdraw`.

        `to` is a mail address (of a user, also where the channel finds their account by it), a channel's name or id,
        or one of `receivers`; of a webhook that an admin added it is its id, a blank, and its address. The same `key`
        again is the same message: where the service can tell, it is not sent twice; elsewhere the key is part of what
        is sent, so that the receiver can.
        """

    def update(self, reference: str, message: Message) -> bool:
        """Put this in its place; False, and nothing done, where the channel cannot or it is gone."""

    def withdraw(self, reference: str) -> bool:
        """Remove it with its pictures and files; False where the channel cannot or it is gone."""


@dataclass(frozen=True, slots=True)
class StoredMail:
    """A mail that lies in a folder, by its reference."""

    reference: str
    at: datetime
    to: str
    subject: str


@runtime_checkable
class MailFolder(Protocol):
    """Where mails only lie, for admins to look at."""

    def mails(self) -> Sequence[StoredMail]:
        """Newest first."""

    def mail(self, reference: str) -> bytes:
        """As a .eml file. Raises NotFound."""

    def remove_older_than(self, before: datetime) -> None:
        """They name people, and nobody needs them."""
