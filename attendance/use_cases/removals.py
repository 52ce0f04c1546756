"""What stays of a removal: one entry in the audit trail, with a hash that only this site can compare with an id.

Ids of students are short and follow each other, so a plain hash would be undone by trying them all; the key is derived
from the site's secret.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Iterator
from datetime import datetime, timedelta

from attendance.disk.secret_files import site_secret
from attendance.errors import InvalidInput
from attendance.model import AuditEntry
from attendance.rules.paging import all_items
from attendance.services import Services
from attendance.use_cases.names import clean_name, same_text

STUDENT_REMOVED, USER_REMOVED = "student.removed", "user.removed"
CONSENT_WITHDRAWN, _PHOTO_REMOVED = "student.consent_withdrawn", "student.photo_removed"
_LATE = timedelta(minutes=1)
"""Entries may be written so much later than their moment, and clocks of several machines differ."""

_PAGE = 200


def pseudonym(services: Services, name: str) -> str:
    """What the audit trail stores of an id or an email address. Raises SettingsError."""
    key = hmac.digest(site_secret(services.settings.data).encode(), b"removals", hashlib.sha256)
    return hmac.new(key, unicodedata.normalize("NFC", name).encode(), hashlib.sha256).hexdigest()


def removals_of(services: Services, name: str) -> list[AuditEntry]:
    """When somebody of this id or email address was removed, newest first. Raises InvalidInput (no name)."""
    wanted = {pseudonym(services, one) for one in (clean_name(name), same_text(clean_name(name)))}
    removals = (one for one in _newest_first(services) if one.action in (STUDENT_REMOVED, USER_REMOVED))
    return [entry for entry in removals if entry.subject in wanted]


def was_removed() -> InvalidInput:
    """For a row of an import."""
    return InvalidInput("This student was removed since the import began.")


class RemovalWatch:
    """Who was removed since a moment, took consent back, or lost a photo. Asked again, it reads only what is new."""

    def __init__(self, services: Services, since: datetime) -> None:
        self._services, self._since, self._read_until = services, since, since
        self._removed: set[str] = set()
        self._without_photos: dict[str, str] = {}  # the action, by student

    def refuse(self, student_id: str) -> None:
        """Raises InvalidInput where what was begun at that moment would bring back what was erased since."""
        self._look()
        if self.is_removed(student_id):
            raise was_removed()
        if self._without_photos.get(student_id) == CONSENT_WITHDRAWN:
            raise InvalidInput("This student's consent was taken back since the import began.")
        if student_id in self._without_photos:
            raise InvalidInput("A photo of this student was removed since the import began.")

    def is_removed(self, student_id: str) -> bool:
        """As of the last look."""
        return bool(self._removed) and pseudonym(self._services, student_id) in self._removed

    def lost_photos(self, student_id: str) -> bool:
        """As of the last look; a removed student too."""
        return student_id in self._without_photos or self.is_removed(student_id)

    def saw_something(self) -> bool:
        """Whether anybody was removed or lost photos, after looking."""
        self._look()
        return bool(self._removed or self._without_photos)

    def _look(self) -> None:
        newest = None
        for entry in _newest_first(self._services):
            newest = newest or entry.at
            if entry.at <= self._since or entry.at < self._read_until - _LATE:
                break
            if entry.action in (STUDENT_REMOVED, USER_REMOVED):
                self._removed.add(entry.subject)
            elif entry.action == CONSENT_WITHDRAWN:
                self._without_photos[entry.subject] = entry.action
            elif entry.action == _PHOTO_REMOVED:
                self._without_photos.setdefault(entry.subject, entry.action)
        self._read_until = max(self._read_until, newest or self._read_until)


def _newest_first(services: Services) -> Iterator[AuditEntry]:
    return all_items(lambda page: services.store.audit(page=page, size=_PAGE))
