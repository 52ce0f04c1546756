"""Visits at a door are as people's decisions have them: each that a decision is about is looked at anew."""

from __future__ import annotations

from dataclasses import replace

from attendance.changes import NameVisit
from attendance.committing import commit, read_again
from attendance.errors import BadRecording, NotFound
from attendance.events import VisitNamed, VisitsDecided
from attendance.model import DecisionKind, Owner, Purpose, Verdict, Visit
from attendance.rules.consent import has_consent
from attendance.rules.visits import as_decided, best_look, verdict_of
from attendance.services import Services
from attendance.use_cases.doors.receiving import look_at
from attendance.use_cases.site.reading import thresholds


def settle_visits(services: Services, event: VisitsDecided) -> None:
    """The same again changes nothing. Raises ServiceUnavailable."""
    for visit_id in event.visit_ids:
        _settle(services, event, visit_id)


@read_again
def _settle(services: Services, event: VisitsDecided, visit_id: str) -> None:
    try:
        old = services.store.visit(visit_id)
        new = as_decided(old, services.store.unknown_decisions(Owner.door(event.device_id)))
        if event.undone and new.named_by is None and _was_the_engines(old, event):
            new = _as_searched(services, new)
        if new == old or not _may_show(services, new):
            return
        told = VisitNamed(at=services.now(), device_id=old.device_id, visit_id=old.id, by=event.by)
        commit(services, NameVisit(old, new), told)
    except NotFound:  # the visit or the student was removed meanwhile
        return


def _was_the_engines(old: Visit, event: VisitsDecided) -> bool:
    """Whether an engine had said something of it before a person did."""
    return old.similarity is not None or event.decision == DecisionKind.NOT_STUDENT.value


def _as_searched(services: Services, visit: Visit) -> Visit:
    """As an engine sees its picture now, where nobody says anything of it any more."""
    try:
        looks = look_at(services, visit.device_id, [services.media.read(visit.picture_key or "")])
    except (BadRecording, NotFound):
        return visit
    chosen = thresholds(services)
    seen = next(iter(best_look(looks, chosen)), None)
    if seen is None or seen.student_id is None:
        return visit
    verdict = verdict_of(seen, chosen)
    found = replace(visit, verdict=verdict, student_id=seen.student_id, similarity=seen.similarity)
    return replace(found, vector=None, vector_engine=None)


def _may_show(services: Services, visit: Visit) -> bool:
    """Whoever took consent back since gets no visit. Raises NotFound."""
    if visit.student_id is None:
        return True
    student = services.store.student(visit.student_id)
    return visit.verdict is not Verdict.KNOWN or has_consent(student.consents, Purpose.VISITS)
