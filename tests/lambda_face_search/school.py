"""A site in memory as the functions meet it, with a course, a student and uploads on their way."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from attendance.model import Course, LectureRecording, new_id
from attendance.ports import Upload
from attendance.services import Services
from tests.fakes import FakeFaces
from tests.lambda_face_search.sent import BUCKET
from tests.sending import TEACHER
from tests.unit.in_memory import MemoryServices, a_course, a_student, services_in_memory
from tests.unit.receiving import a_teacher

STARTS_AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
VIDEO = b"video 60|21 0 50"
SNAPSHOT = b"snapshot|21"


def a_site(faces: FakeFaces | None = None, now: Callable[[], datetime] | None = None) -> tuple[MemoryServices, Course]:
    """Services whose media lie, as their settings say, in a bucket; student 21 is on the course's roster."""
    services = services_in_memory(ROLLCALL_MEDIA=f"s3://{BUCKET}/school")
    services = replace(services, faces=faces or services.faces, now=now or services.now)
    course = a_course(services)
    a_student(services, "21", course_ids=[course.id])
    return services, course


def an_upload(services: Services, course: Course, data: bytes = VIDEO, missing: int = 0) -> str:
    """The id of an upload whose bytes are here, all or but the last few."""
    a_teacher(services)
    purpose = LectureRecording(filename="lecture.mp4", course_id=course.id, starts_at=STARTS_AT)
    upload = Upload(new_id(), TEACHER, len(data), services.now(), purpose)
    services.uploads.begin(upload)
    services.uploads.append(upload.id, 0, io.BytesIO(data[: len(data) - missing]))  # type: ignore[attr-defined]
    return upload.id


def key_of(upload_id: str) -> str:
    """Where its bytes lie in the bucket."""
    return f"school/uploads/{upload_id}/data"


class Clock:
    """The time of services, which a test can turn on."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def turn_on(self, **time: float) -> None:
        """By so much."""
        self.moment += timedelta(**time)
