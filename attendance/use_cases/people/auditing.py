"""What people saw, took along or tried in vain, for the audit trail; and the trail as a file."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterator
from datetime import timedelta

from attendance.committing import commit
from attendance.model import ALL_ENTRIES, AuditEntry, AuditFilter, User
from attendance.rules.paging import all_items
from attendance.services import Services
from attendance.use_cases.lectures.log import as_csv

EVIDENCE_SEEN, RECORDING_SEEN = "evidence.viewed", "evidence.recording_viewed"
LOG_EXPORTED, AUDIT_EXPORTED = "export.log", "export.audit"
SIGN_IN_FAILED = "signin.failed"
LINK_MADE, LINK_USED = "signin.link_made", "signin.link"
UNKNOWN_ACCOUNT = "(no account)"
SEEN_AGAIN_AFTER = timedelta(hours=1)
_PAGE = 500


def note_view(services: Services, action: str, subject: str, *, by: str) -> None:
    """That somebody of the staff saw a picture or recording of this person or lecture: once an hour."""
    now = services.now()
    lately = AuditFilter(by=by, subject=subject, topic="evidence", from_at=now - SEEN_AGAIN_AFTER)
    if not any(entry.action == action for entry in services.store.audit(lately, size=10).items):
        commit(services, AuditEntry(now, by, action, subject))


def note_export(services: Services, action: str, subject: str, detail: str, *, by: str) -> None:
    """That somebody took a list along as a file."""
    commit(services, AuditEntry(services.now(), by, action, subject, detail))


def note_failed_sign_in(services: Services, subject: str, address: str) -> None:
    """Of an account, or of none: what was typed is not stored, because it may be a password."""
    commit(services, AuditEntry(services.now(), None, SIGN_IN_FAILED, subject, address))


def note_sign_in(services: Services, user: User, action: str, *, by_itself: bool = True) -> None:
    """That somebody signed in otherwise than with a password, or that the command line made a way for them."""
    commit(services, AuditEntry(services.now(), user.id if by_itself else None, action, user.student_id or user.email))


def export_audit(services: Services, wanted: AuditFilter = ALL_ENTRIES) -> Iterator[bytes]:
    """As CSV for spreadsheets, page by page: newest first, times in UTC."""
    yield as_csv(("at", "by", "action", "subject", "detail"), ())
    for entry in all_items(lambda page: services.store.audit(wanted, page=page, size=_PAGE)):
        at = entry.at.isoformat(timespec="seconds")
        yield as_csv((at, entry.by_name, entry.action, entry.subject, entry.detail), ()).removeprefix(BOM_UTF8)
