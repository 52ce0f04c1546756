"""Whoever takes back the consent to pictures as evidence leaves none beside sightings and marks."""

from __future__ import annotations

from attendance.changes import RemoveEvidence
from attendance.committing import commit
from attendance.errors import NotFound
from attendance.events import ConsentWithdrawn, Event
from attendance.model import Purpose
from attendance.rules.consent import has_consent
from attendance.services import Services


def remove(services: Services, event: Event) -> None:
    """Unless the student agreed anew meanwhile; whoever is removed has left none."""
    if not isinstance(event, ConsentWithdrawn) or Purpose.EVIDENCE not in event.purposes:
        return
    try:
        student = services.store.student_by_key(event.student_key)
        if not has_consent(student.consents, Purpose.EVIDENCE):
            commit(services, RemoveEvidence(student.id))
    except NotFound:
        return
