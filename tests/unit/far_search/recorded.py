"""What tests of far searches make and look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from attendance.disk_file import DiskFile
from attendance.model import Recording, Status
from attendance.use_cases.receive_recording import receive_recording
from tests.unit.in_memory import NOW, MemoryServices

START = NOW - timedelta(hours=2)
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


def received(services: MemoryServices, tmp_path: Path, content: str) -> Recording:
    path = tmp_path / "upload"
    path.write_bytes(content.encode())
    course = services.store.courses()[0]
    return receive_recording(services, file=DiskFile(path), original_name="a.mp4", course_id=course.id, starts_at=START)


def now_of(services: MemoryServices, recording: Recording) -> Recording:
    return services.store.recording(recording.id)


def statuses(services: MemoryServices, recording: Recording) -> dict[str, Status]:
    return {mark.student_id: mark.status for mark in services.store.marks(recording.lecture_id)}
