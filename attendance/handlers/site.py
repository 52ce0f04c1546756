"""Lectures are marked again after an admin chose other thresholds."""

from __future__ import annotations

from attendance.events import Event, ThresholdsChanged
from attendance.services import Services
from attendance.use_cases.site.changing import mark_again


def mark_lectures_again(services: Services, event: Event) -> None:
    """A page of them; the same again changes nothing."""
    assert isinstance(event, ThresholdsChanged)
    mark_again(services, event)
