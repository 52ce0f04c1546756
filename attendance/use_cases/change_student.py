"""Change a student's name and consent; consent taken back erases faces and photos."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from attendance.list_model import AuditEntry
from attendance.model import Student
from attendance.services import Services
from attendance.use_cases.erase import erase_soon
from attendance.use_cases.forget_in_imports import forget_removed
from attendance.use_cases.names import clean_name
from attendance.use_cases.register_student import check_consent_date


def change_student(
    services: Services, student_id: str, *, name: str, consent_on: date | None, by: str | None
) -> Student:
    """The student as changed. Raises NotFound, InvalidInput.

    `consent_on` None takes consent back, which erases photos and faces.
    """
    student = services.store.student(student_id)
    changed = replace(student, name=clean_name(name), consent_on=check_consent_date(services, consent_on))
    if changed == student:
        return student
    withdrawn = student.consent_on is not None and changed.consent_on is None
    services.store.save_student(changed)
    action = "student.consent_withdrawn" if withdrawn else "student.changed"
    services.store.add_audit(AuditEntry(services.now(), by, action, student_id))
    if withdrawn:
        forget_removed(services)
        erase_soon(services)
    return changed
