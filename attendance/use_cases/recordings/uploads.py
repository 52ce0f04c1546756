"""Uploads of recordings by people: begun, and listed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pytz

from attendance.errors import BadRecording, InvalidInput, TooLarge
from attendance.model import Course, LectureRecording, Sender, new_id
from attendance.ports import Upload
from attendance.searching.budget import refuse_upload_over_budget
from attendance.services import Services
from attendance.use_cases.recordings.receiving import check_lecture_times

MOST_UNFINISHED = 100
"""Of one person, so that nobody fills the folder of uploads by beginning them."""

_LONGEST_NAME = 200


def begin_upload(
    services: Services,
    *,
    sender: Sender,
    size: int,
    original_name: str,
    course_id: str,
    starts_at: str,
    ends_at: str = "",
    metadata: str = "",
) -> Upload:
    """An empty upload of `size` bytes; `starts_at` and `ends_at` are wall time of the course, `YYYY-MM-DDTHH:MM`.

    Raises InvalidInput, BadRecording (nothing in it), BudgetUsedUp, TooLarge, NotFound (course), OutOfSpace.
    """
    check_size(size, services.settings.most_upload_bytes)
    refuse_upload_over_budget(services, original_name)
    unfinished = [one for one in services.uploads.of_sender(sender) if one.refusal is None]
    if len(unfinished) >= MOST_UNFINISHED:
        raise InvalidInput(
            "You have %(most)s unfinished uploads; finish or remove some of them first.", most=MOST_UNFINISHED
        )
    zone = services.store.course(course_id).timezone
    starts = moment_in(zone, starts_at, field="starts_at")
    ends = moment_in(zone, ends_at, field="ends_at") if ends_at.strip() else None
    check_lecture_times(services, starts, ends)
    upload = Upload(
        id=new_id(),
        sender=sender,
        size=size,
        created_at=services.now(),
        purpose=LectureRecording(
            filename=original_name.strip()[:_LONGEST_NAME] or "recording",
            course_id=course_id,
            starts_at=starts,
            ends_at=ends,
        ),
        metadata=metadata,
    )
    services.uploads.begin(upload)
    return upload


def check_size(size: int, most: int) -> None:
    """Raises BadRecording, TooLarge."""
    if size <= 0:
        raise BadRecording("The file is empty.")
    if size > most:
        raise TooLarge(
            "The file is %(size)s GB; at most %(most)s GB can be uploaded.",
            size=f"{size / 1e9:.1f}",
            most=f"{most / 1e9:g}",
        )


def moment_in(timezone: str, text: str, *, field: str) -> datetime:
    """The UTC moment of a wall time; where clocks are put back, the first of the two. Raises InvalidInput."""
    try:
        local = datetime.fromisoformat(text.strip())
    except ValueError:
        raise InvalidInput("Give the date and the time, such as 2026-03-02T09:00.", field=field) from None
    if local.tzinfo is not None:
        raise InvalidInput("Give the time as the course's clock shows it, without an offset.", field=field)
    zone = pytz.timezone(timezone)
    try:
        moment: datetime = zone.localize(local, is_dst=None)
    except pytz.AmbiguousTimeError:
        moment = zone.localize(local, is_dst=True)
    except pytz.NonExistentTimeError:
        raise InvalidInput(
            "Clocks in %(timezone)s jumped over this time; check it.", timezone=timezone, field=field
        ) from None
    except OverflowError:
        raise InvalidInput("The lecture must have begun already; check its date.", field=field) from None
    return moment.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An upload that can go on. `starts` and `ends` are wall time of the course, naive; `ends` may be None."""

    upload: Upload
    course: Course
    starts: datetime
    ends: datetime | None


def unfinished_uploads(services: Services, sender: Sender, courses: Sequence[Course]) -> Sequence[Unfinished]:
    """This sender's, newest first; those for courses that the sender has lost are left out."""
    by_id = {course.id: course for course in courses}
    uploads = services.uploads.of_sender(sender)
    return [_unfinished(one, by_id[one.purpose.course_id]) for one in uploads if one.purpose.course_id in by_id]


def _unfinished(upload: Upload, course: Course) -> Unfinished:
    purpose = upload.purpose
    ends = _wall_time(purpose.ends_at, course) if purpose.ends_at else None
    return Unfinished(upload, course, _wall_time(purpose.starts_at, course), ends)


def _wall_time(moment: datetime, course: Course) -> datetime:
    return moment.astimezone(pytz.timezone(course.timezone)).replace(tzinfo=None)
