"""What a person is shown of the attendance log: totals, and a student's own share of lectures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

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


def log_totals(services: Services, wanted: LogFilter) -> Mapping[Status, int]:
    """How many of the wanted lines have each status."""
    statuses = wanted.statuses or tuple(Status)
    return {
        status: services.store.log(replace(wanted, statuses=(status,)), size=1).total if status in statuses else 0
        for status in Status
    }


def own_courses(services: Services, student_id: str) -> Sequence[OwnCourse]:
    """The student's courses, each with its counts."""
    return [
        OwnCourse(course, log_totals(services, LogFilter(course_ids=[course.id], student_id=student_id)))
        for course in services.store.courses(student_id=student_id)
    ]
