"""The marks of a lecture are decided once it is over, whoever searched last and whether or not anybody looks."""

from __future__ import annotations

from contextlib import suppress

from attendance.errors import NotFound
from attendance.events import Event, MarksWait
from attendance.services import Services
from attendance.use_cases.lectures.marks import mark_lecture


def decide(services: Services, event: Event) -> None:
    """Of a lecture that is not over yet they wait again; of one that is gone there is nothing to decide."""
    if isinstance(event, MarksWait):
        with suppress(NotFound):
            mark_lecture(services, event.lecture_id, waited=event.id)
