"""Whoever takes back the consent to visits leaves none at any door."""

from __future__ import annotations

from attendance.errors import NotFound
from attendance.events import ConsentWithdrawn, Event
from attendance.model import Purpose
from attendance.rules.consent import has_consent
from attendance.services import Services
from attendance.use_cases.doors.consenting import forget_visits


def remove(services: Services, event: Event) -> None:
    """Unless the student agreed anew meanwhile; whoever is removed has left none."""
    if not isinstance(event, ConsentWithdrawn) or Purpose.VISITS not in event.purposes:
        return
    try:
        student = services.store.student_by_key(event.student_key)
    except NotFound:
        return
    if not has_consent(student.consents, Purpose.VISITS):
        forget_visits(services, student.id)
