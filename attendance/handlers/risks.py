"""Marks that change, and rules that do, say anew who is at risk."""

from __future__ import annotations

from attendance.errors import NotFound
from attendance.events import Event, MarksChanged, MarkSet, MarksSet, RecordingSearched, RiskRulesSet
from attendance.services import Services
from attendance.use_cases.courses.risks import check_course


def check(services: Services, event: Event) -> None:
    """The whole course; the same again changes nothing."""
    if isinstance(event, RiskRulesSet):
        check_course(services, event.course_id)
        return
    assert isinstance(event, MarksChanged | MarkSet | MarksSet | RecordingSearched)
    try:
        course_id = services.store.lecture(event.lecture_id).course_id
    except NotFound:  # removed since
        return
    check_course(services, course_id)
