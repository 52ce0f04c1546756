""" "Not me": whoever is called by a wrong name at a kiosk takes it back at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from attendance.changes import CheckInStep, RecordAttempt
from attendance.committing import commit, read_again
from attendance.errors import Conflict, NotFound
from attendance.events import CheckInTakenBack
from attendance.model import AuditEntry, Device, DoorCheckIn, KioskAttempt, KioskOutcome
from attendance.rules.door_check_ins import LONGEST, check_out_taken_back, taken_back
from attendance.services import Services
from attendance.use_cases.erasing import erase_soon
from attendance.use_cases.kiosks.attempts import own_attempt

UNDO_S = 5
GRACE = timedelta(seconds=30)
"""For the way over the network, and a kiosk that sends later what it could not send at once."""

TAKEN_BACK = "check_in.taken_back"

_DONE = (KioskOutcome.CHECKED_IN, KioskOutcome.CHECKED_OUT)


def can_be_undone_until(attempt: KioskAttempt) -> datetime | None:
    """None where there is nothing to take back."""
    return attempt.answered_at + timedelta(seconds=UNDO_S) if attempt.outcome in _DONE else None


@read_again
def take_back(services: Services, device: Device, attempt_id: str) -> None:
    """The check-in counts for nothing, or the student is there on; the same again changes nothing.

    Raises NotFound, Conflict (too late, or nothing was done).
    """
    attempt = own_attempt(services, device, attempt_id)
    if attempt.undone_at is not None:
        return
    until = can_be_undone_until(attempt)
    if until is None or attempt.check_in_id is None:
        raise Conflict("There is nothing to take back.")
    now = services.now()
    if now > until + GRACE:
        raise Conflict("It is too late to take this back here. Ask your teacher.")
    old = services.store.door_check_in(attempt.check_in_id)
    student = services.store.student(old.student_id)
    new = _as_undone(services, attempt, old, now)
    change = RecordAttempt(replace(attempt, undone_at=now), attempt, [CheckInStep(old, new)])
    event = CheckInTakenBack(at=now, student_key=student.key, check_in_id=old.id, device_id=device.id)
    commit(services, change, AuditEntry(now, None, TAKEN_BACK, student.id, device.room), event)
    erase_soon(services)


def _as_undone(services: Services, attempt: KioskAttempt, old: DoorCheckIn, now: datetime) -> DoorCheckIn:
    if attempt.outcome is KioskOutcome.CHECKED_IN:
        return taken_back(old, now)
    if old.out_method is None:
        raise NotFound("There is no such check-out any more.")
    own = services.store.door_check_ins(from_at=old.checked_in_at - LONGEST, student_id=old.student_id, limit=100)
    return check_out_taken_back(old, own, now)
