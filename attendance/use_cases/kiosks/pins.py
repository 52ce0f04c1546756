"""Personal PINs: set by the student, cleared by an admin, and checked at kiosks."""

from __future__ import annotations

from contextlib import suppress

from attendance.changes import RemovePin, SavePin
from attendance.committing import commit, read_again
from attendance.errors import MovedOn, NotFound
from attendance.model import AuditEntry, PersonalPin
from attendance.passwords import hash_password, is_right
from attendance.rules.pins import after_right, after_wrong, clean_pin, is_locked
from attendance.services import Services


@read_again
def set_pin(services: Services, student_id: str, pin: str, *, by: str | None) -> None:
    """In place of the one before; wrong ones that were typed are forgotten. Raises InvalidInput, NotFound."""
    services.store.student(student_id)
    new = PersonalPin(student_id, hash_password(clean_pin(pin, student_id)), services.now())
    entry = AuditEntry(services.now(), by, "pin.set", student_id)
    commit(services, SavePin(new, services.store.personal_pin(student_id)), entry)


def clear_pin(services: Services, student_id: str, *, by: str | None) -> None:
    """The student sets another one. Raises NotFound."""
    commit(services, RemovePin(student_id), AuditEntry(services.now(), by, "pin.cleared", student_id))


@read_again
def is_pin_right(services: Services, student_id: str | None, typed: str) -> bool | None:
    """None where too many wrong ones were typed: also the right one is refused then. Each wrong one is counted.

    For nobody (None), and for who has no PIN, it takes as long and is never right.
    """
    stored = services.store.personal_pin(student_id) if student_id is not None else None
    if stored is not None and is_locked(stored, services.now()):
        is_right(typed, None)
        return None
    if stored is None:
        is_right(typed, None)
        return False
    # Counted before it is looked at: of many that are sent at once, no more are looked at than may be wrong.
    counted = after_wrong(stored, services.now())
    commit(services, SavePin(counted, stored))
    if not is_right(typed, stored.pin_hash):
        return None if is_locked(counted, services.now()) else False
    _forget_wrong(services, counted)
    return True


def has_pin(services: Services, student_id: str) -> bool:
    """Whether the student set one."""
    return services.store.personal_pin(student_id) is not None


def _forget_wrong(services: Services, counted: PersonalPin) -> None:
    with suppress(MovedOn, NotFound):  # somebody typed another one at this moment, or the student was removed
        commit(services, SavePin(after_right(counted), counted))
