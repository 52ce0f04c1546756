"""What tests of far searches make and look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from attendance.model import Recording, Status
from tests.unit.in_memory import NOW, MemoryServices

MONTH = "2026-03"
SEEN = {"21": Status.PRESENT, "22": Status.ABSENT}


@dataclass
class Clock:
    """A clock that a test moves on."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def after(self, minutes: float) -> None:
        self.now += timedelta(minutes=minutes)


def now_of(services: MemoryServices, recording: Recording) -> Recording:
    return services.store.recording(recording.id)
