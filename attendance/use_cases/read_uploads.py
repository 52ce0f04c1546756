"""What a person is shown of uploads that are not whole yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pytz

from attendance.model import Course
from attendance.ports import Upload
from attendance.services import Services


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An upload that can go on. `starts` and `ends` are wall time of the course, naive; `ends` may be None."""

    upload: Upload
    course: Course
    starts: datetime
    ends: datetime | None


def unfinished_uploads(services: Services, user_id: str, courses: Sequence[Course]) -> Sequence[Unfinished]:
    """This user's, newest first; those for courses that the user has lost are left out."""
    by_id = {course.id: course for course in courses}
    uploads = services.uploads.of_user(user_id)
    return [_unfinished(one, by_id[one.details["course_id"]]) for one in uploads if one.details["course_id"] in by_id]


def _unfinished(upload: Upload, course: Course) -> Unfinished:
    starts = _wall_time(upload.details["starts_at"], course)
    return Unfinished(
        upload, course, starts, _wall_time(upload.details["ends_at"], course) if upload.details["ends_at"] else None
    )


def _wall_time(text: str, course: Course) -> datetime:
    return datetime.fromisoformat(text).astimezone(pytz.timezone(course.timezone)).replace(tzinfo=None)
