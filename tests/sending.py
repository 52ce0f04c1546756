"""Who sends uploads in tests, and what of."""

from __future__ import annotations

from datetime import UTC, datetime

from attendance.model import LectureRecording, Sender

TEACHER = Sender(user_id="teacher")
A_LECTURE = LectureRecording(filename="강의 1.mp4", course_id="c", starts_at=datetime(2026, 3, 2, 9, tzinfo=UTC))
