"""A person says whom a visit shows: one of those who agreed to be known at doors, or nobody of them."""

from __future__ import annotations

from dataclasses import replace

from attendance.changes import MOST_VISITS, NameVisit, RemoveVisits
from attendance.committing import commit
from attendance.events import VisitNamed
from attendance.model import AuditEntry, Student, Verdict, Visit, VisitPlace
from attendance.rules.visits import stored_from
from attendance.services import Services
from attendance.use_cases.doors.consenting import check_agreed
from attendance.use_cases.erasing import erase_soon


def name_visit(services: Services, visit_id: str, student: Student, *, by: str) -> Visit:
    """It shows this student. Nothing is learnt from it. Raises NotFound, InvalidInput (no consent), MovedOn."""
    check_agreed(student)
    old = services.store.visit(visit_id)
    named = _said(services, old, by, student_id=student.id, verdict=Verdict.KNOWN)
    return _commit(services, old, named, "visit.named", student.id, by)


def unname_visit(services: Services, visit_id: str, *, by: str) -> Visit:
    """It shows nobody who agreed to be known at doors. Raises NotFound, MovedOn."""
    old = services.store.visit(visit_id)
    unnamed = _said(services, old, by, student_id=None, verdict=Verdict.UNKNOWN, similarity=None)
    return _commit(services, old, unnamed, "visit.unnamed", old.student_id or "", by)


def remove_visit(services: Services, visit_id: str, *, by: str) -> None:
    """With its picture and what the sensor saw. Raises NotFound."""
    visit = services.store.visit(visit_id)
    door = services.store.device(visit.device_id)
    entry = AuditEntry(services.now(), by, "visit.removed", door.name, visit.at.isoformat(timespec="minutes"))
    commit(services, RemoveVisits([visit_id]), entry)
    erase_soon(services)


def remove_old_visits(services: Services) -> int:
    """Those that are older than visits are stored; how many. Each step is short, so that doors can send meanwhile."""
    before = VisitPlace(stored_from(services.now(), services.settings.visit_days))
    removed = 0
    for door in services.store.devices():
        while door.is_door and (old := services.store.visits([door.id], before=before, limit=MOST_VISITS)):
            commit(services, RemoveVisits([visit.id for visit in old]))
            removed += len(old)
    if removed:
        erase_soon(services)
    return removed


def _said(services: Services, old: Visit, by: str, **more: object) -> Visit:
    return replace(old, named_by=by, named_at=services.now(), **more)  # type: ignore[arg-type]


def _commit(services: Services, old: Visit, new: Visit, action: str, subject: str, by: str) -> Visit:
    now, door = services.now(), services.store.device(old.device_id)
    event = VisitNamed(at=now, device_id=door.id, visit_id=old.id, by=by)
    commit(services, NameVisit(old, new), AuditEntry(now, by, action, subject, door.name), event)
    return new
