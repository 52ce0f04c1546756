"""What follows from what people say of unknown faces: lectures are marked anew, and vectors forgotten."""

from __future__ import annotations

from attendance.changes import RemoveEvidence
from attendance.committing import commit
from attendance.errors import NotFound
from attendance.events import Event, PhotosRemoved, UnknownDecided, VisitsDecided
from attendance.model import DecisionKind, Purpose
from attendance.rules.consent import has_consent
from attendance.rules.merging import NAMED, REFUSED_FACE, SORTED_ANEW, UNDONE, Because
from attendance.services import Services
from attendance.use_cases.doors.settling import settle_visits
from attendance.use_cases.lectures.marks import mark_lecture
from attendance.use_cases.unknowns.vectors import forget_without_consent

_REASONS = {DecisionKind.NAMED: NAMED, DecisionKind.NOT_STUDENT: REFUSED_FACE}


def follow(services: Services, event: Event) -> None:
    """The same again changes nothing: marks are what the sightings and decisions of that moment make them."""
    if isinstance(event, UnknownDecided):
        reason = UNDONE if event.undone else _REASONS.get(DecisionKind(event.decision), SORTED_ANEW)
        for lecture_id in event.lecture_ids:
            _mark(services, lecture_id, Because(event.by, reason))
        if event.student_key is not None:
            _show_only_what_was_agreed_to(services, event.student_key)
    elif isinstance(event, VisitsDecided):
        settle_visits(services, event)
    elif isinstance(event, PhotosRemoved):
        _forget(services, event.student_key)


def _mark(services: Services, lecture_id: str, because: Because) -> None:
    try:
        mark_lecture(services, lecture_id, because)
    except NotFound:
        return  # it was removed meanwhile


def _show_only_what_was_agreed_to(services: Services, student_key: str) -> None:
    """Pictures of an unknown are those of a student from then on, who may not have agreed to pictures as evidence."""
    try:
        student = services.store.student_by_key(student_key)
        if not has_consent(student.consents, Purpose.EVIDENCE):
            commit(services, RemoveEvidence(student.id))
    except NotFound:
        return


def _forget(services: Services, student_key: str) -> None:
    try:
        student = services.store.student_by_key(student_key)
    except NotFound:
        return
    forget_without_consent(services, student.id)
