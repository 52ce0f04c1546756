"""Which words of the audit trail name a person, and how an entry looks once that person was removed. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

from attendance.list_model import FORGOTTEN, AuditEntry

_ABOUT_PEOPLE = ("student.", "user.")  # whose subject is an id or an email address
_LISTS_OF_PEOPLE = ("course.student_added", "course.student_removed", "course.teachers_set")


def without_names(entry: AuditEntry, names: Collection[str]) -> AuditEntry:
    """The entry as it is once nobody of these ids and email addresses may be named any more."""
    subject, detail = entry.subject, entry.detail
    if entry.action.startswith(_ABOUT_PEOPLE):
        subject = FORGOTTEN if subject in names else subject
        for name in names:
            detail = re.sub(rf"(looks like ){re.escape(name)}(?= \()", rf"\1{FORGOTTEN}", detail)
    if entry.action in _LISTS_OF_PEOPLE:
        for name in names:
            detail = re.sub(rf"(^|, ){re.escape(name)}(?=$|, )", rf"\1{FORGOTTEN}", detail)
    return replace(entry, subject=subject, detail=detail)
