"""That somebody took marks away stands in the audit trail."""

from __future__ import annotations

from collections.abc import Sequence

from attendance.committing import commit
from attendance.model import AuditEntry, Course
from attendance.services import Services

_MOST_NAMED = 5


def note_export(
    services: Services, courses: Sequence[Course], kind: str, *, by: str | None, what: str = "book"
) -> None:
    """`what` is book or log, `kind` the form of the file, or `print`."""
    named = ", ".join(course.label for course in courses[:_MOST_NAMED])
    more = f" and {len(courses) - _MOST_NAMED} more" if len(courses) > _MOST_NAMED else ""
    commit(services, AuditEntry(services.now(), by, f"export.{what}", f"{named}{more}" or "-", kind))
