"""By what entries of the audit trail are found."""

from __future__ import annotations

import hashlib

from attendance.model import AuditEntry, AuditFilter
from attendance.rules.texts import folded


def topic_of(entry: AuditEntry) -> str:
    """What its action is about, such as `user`."""
    return entry.action.partition(".")[0]


def subject_key(subject: str) -> str:
    """One short key for a subject however long it is, the same whatever its case."""
    return hashlib.sha256(folded(subject.strip()).encode(errors="surrogatepass")).hexdigest()


def is_wanted(entry: AuditEntry, wanted: AuditFilter) -> bool:
    """Whether the filter lets it through."""
    return (
        (wanted.by is None or (entry.by or "") == wanted.by)
        and (not wanted.topic or topic_of(entry) == wanted.topic)
        and (not wanted.subject or subject_key(entry.subject) == subject_key(wanted.subject))
        and (wanted.from_at is None or entry.at >= wanted.from_at)
        and (wanted.before_at is None or entry.at < wanted.before_at)
    )
