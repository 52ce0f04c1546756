"""The attendance of students in the grade book of a learning platform."""

from __future__ import annotations

from attendance.events import Event, GradesAsked, MarksChanged, MarkSet
from attendance.services import Services
from attendance.use_cases.platforms.grades import send_after_marks, send_grades


def send(services: Services, event: Event) -> None:
    """The same again changes nothing there. Raises ServiceUnavailable."""
    if isinstance(event, GradesAsked):
        send_grades(services, event.platform_id, event.link_id)
    elif isinstance(event, MarkSet):
        send_after_marks(services, event.lecture_id, [event.student_key])
    elif isinstance(event, MarksChanged):
        send_after_marks(services, event.lecture_id, event.student_keys)
