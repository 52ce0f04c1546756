"""Who was removed, or took consent back, leaves the files of imports that wait."""

from __future__ import annotations

from attendance.events import Event
from attendance.services import Services
from attendance.use_cases.imports.forgetting import forget_removed


def forget(services: Services, event: Event) -> None:
    """In all imports. They say themselves since when they wait, so that the event's own words are not needed."""
    forget_removed(services)
