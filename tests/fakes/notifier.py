"""A Notifier in memory: what was sent to whom, and what was taken back."""

from __future__ import annotations

from dataclasses import dataclass, field

from attendance.errors import RollcallError
from attendance.model import MAIL, Message


@dataclass
class FakeNotifier:
    """Knows keys, so that the same key again is not sent twice. `refusals` are raised one after the other."""

    channel: str = MAIL
    receivers: tuple[str, ...] = ()
    sent: dict[str, tuple[str, Message]] = field(default_factory=dict)
    refusals: list[RollcallError] = field(default_factory=list)
    asked: int = 0

    def send(self, message: Message, to: str, key: str) -> str:
        self.asked += 1
        if self.refusals:
            raise self.refusals.pop(0)
        self.sent.setdefault(key, (to, message))
        return key

    def update(self, reference: str, message: Message) -> bool:
        if reference not in self.sent:
            return False
        self.sent[reference] = (self.sent[reference][0], message)
        return True

    def withdraw(self, reference: str) -> bool:
        return self.sent.pop(reference, None) is not None
