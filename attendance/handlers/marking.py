"""Marks the lectures of a course anew where its times were changed: without a search, each in its own commit."""

from __future__ import annotations

from contextlib import suppress

from attendance.errors import NotFound
from attendance.events import CourseTimesChanged
from attendance.rules.merging import TIMES_CHANGED, Because
from attendance.rules.paging import all_items
from attendance.services import Services
from attendance.use_cases.lectures.marks import mark_lecture

_PAGE = 200


def mark_again(services: Services, event: CourseTimesChanged) -> None:
    """The same again changes nothing; lectures that are gone by now are passed over."""
    ids = [event.course_id]
    lectures = all_items(lambda page: services.store.lectures(course_ids=ids, page=page, size=_PAGE))
    for lecture in list(lectures):
        with suppress(NotFound):
            mark_lecture(services, lecture.id, Because(event.by, TIMES_CHANGED))
