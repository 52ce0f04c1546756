"""Whom another photo would help: students whom the searches of the last lectures were seldom sure of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from attendance.model import LogFilter, Status
from attendance.rules.lectures import another_photo_would_help
from attendance.services import Services

LECTURES = 20
"""So many of the last lectures of a student or a course count; older ones were searched with other photos."""

_MOST_LINES = 2000


@dataclass(frozen=True, slots=True)
class PhotoAdvice:
    """Of `seen` lectures whose search saw the student, it was not sure in `unsure`."""

    unsure: int
    seen: int


def photo_advice(services: Services, course_ids: Sequence[str], student_id: str) -> PhotoAdvice | None:
    """By the student's last lectures in these courses; None where another photo would change little."""
    wanted = LogFilter(course_ids=course_ids, student_id=student_id)
    return _advice(services, wanted, LECTURES).get(student_id)


def course_photo_advice(services: Services, course_id: str) -> dict[str, PhotoAdvice]:
    """By student id, for those of the roster whom another photo would help."""
    most = min(_MOST_LINES, LECTURES * len(services.store.roster(course_id)))
    return _advice(services, LogFilter(course_ids=[course_id]), most) if most else {}


def _advice(services: Services, wanted: LogFilter, most_lines: int) -> dict[str, PhotoAdvice]:
    opinions: dict[str, list[Status]] = defaultdict(list)
    for row in services.store.log(wanted, size=most_lines).items:
        if row.mark.evidence is not None:
            opinions[row.student_id].append(row.mark.machine_status)
    return {
        student_id: PhotoAdvice(seen.count(Status.UNSURE), len(seen))
        for student_id, seen in opinions.items()
        if another_photo_would_help(seen)
    }
