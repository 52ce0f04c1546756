"""Which lectures are on now or today, and how each is attended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from attendance.model import Course, Lecture, Meeting
from attendance.rules.live import Joining, is_on, joining
from attendance.services import Services
from attendance.wall_time import day_bounds, wall_time

_LONGEST = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class LiveLecture:
    """A lecture of today, or one that is still on."""

    lecture: Lecture
    course: Course
    joining: Joining
    is_on: bool


def live_lectures(services: Services, courses: Sequence[Course], zone: str) -> list[LiveLecture]:
    """Of these courses: those that are on first, then those of this day on the zone's clock, by their start."""
    now, by_id = services.now(), {course.id: course for course in courses}
    if not by_id:
        return []
    first, after = day_bounds(zone, wall_time(zone, now).date())
    found = services.store.lectures_between(min(first, now - _LONGEST), max(after, now), course_ids=list(by_id))
    shown = [one for one in found if first <= one.starts_at < after or is_on(one, now)]
    meetings = {meeting.id: meeting for meeting in services.store.meetings(sorted({one.course_id for one in shown}))}
    lectures = []
    for one in shown:
        how = joining(meetings.get(one.course_id), meetings.get(one.id))
        lectures.append(LiveLecture(one, by_id[one.course_id], how, is_on(one, now)))
    return sorted(lectures, key=lambda one: (not one.is_on, one.lecture.starts_at, one.course.label))


def joining_of(services: Services, course_id: str, lecture_id: str | None) -> Joining:
    """How a lecture is attended, or a course where nothing else is said."""
    of_lecture: Meeting | None = services.store.meeting(course_id, lecture_id) if lecture_id else None
    return joining(services.store.meeting(course_id), of_lecture)
