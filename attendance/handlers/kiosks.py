"""Whoever checks in or out at a kiosk was in the lectures of that place: they are marked anew."""

from __future__ import annotations

from contextlib import suppress

from attendance.errors import NotFound
from attendance.events import CheckedIn, Event
from attendance.services import Services
from attendance.use_cases.kiosks.places import lectures_of_check_in, make_lecture_of
from attendance.use_cases.lectures.marks import mark_lecture


def mark(services: Services, event: Event) -> None:
    """The same again changes nothing: marks are what all check-ins of that moment make them."""
    try:
        check_in = services.store.door_check_in(getattr(event, "check_in_id", ""))
    except NotFound:
        return  # it went with its student
    if isinstance(event, CheckedIn) and check_in.counts:
        make_lecture_of(services, check_in)
    for lecture in lectures_of_check_in(services, check_in):
        with suppress(NotFound):
            mark_lecture(services, lecture.id)
