"""What students are shown of the attendance log: their own share of lectures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from attendance.list_model import LogFilter
from attendance.model import Course, Status
from attendance.services import Services


@dataclass(frozen=True, slots=True)
class OwnCourse:
    """A student's attendance in one course."""

    course: Course
    counts: Mapping[Status, int]

    @property
    def share(self) -> float | None:
        """Attended of those decided, 0 to 1; excused and unsure ones do not count. None where none is decided."""
        attended = self.counts[Status.PRESENT] + self.counts[Status.LATE]
        decided = attended + self.counts[Status.ABSENT]
        return attended / decided if decided else None


def zone_of(courses: Iterable[Course]) -> str | None:
    """The time zone that these courses share; None where there is none or they differ."""
    zones = {course.timezone for course in courses}
    return zones.pop() if len(zones) == 1 else None


def own_courses(services: Services, student_id: str) -> Sequence[OwnCourse]:
    """The student's courses, each with its counts."""
    return [
        OwnCourse(course, services.store.log_totals(LogFilter(course_ids=[course.id], student_id=student_id)))
        for course in services.store.courses(student_id=student_id)
    ]
