"""The audit trail and the list of what is still to be erased, in DynamoDB."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from itertools import islice

from attendance.adapters.dynamodb import keys
from attendance.adapters.dynamodb.actions import Action, put, update
from attendance.adapters.dynamodb.keys import Key
from attendance.adapters.dynamodb.lectures import is_counted
from attendance.adapters.dynamodb.media_items import media_of, recording_of
from attendance.adapters.dynamodb.names import names_of
from attendance.adapters.dynamodb.table import TablePart, key_in, together
from attendance.adapters.dynamodb.values import Item, attributes, read, text, whole
from attendance.model import AuditEntry, Page, new_id
from attendance.rules.texts import without_names


class DynamoAudit(TablePart):
    """The AuditStore."""

    def audit(self, *, page: int = 1, size: int = 50) -> Page[AuditEntry]:
        """Newest first. What is read grows with the number of the page, not with the trail."""
        page, size = max(1, page), max(1, size)
        total = whole(self.table.get(keys.AUDIT_COUNT), "entries")
        first = (page - 1) * size
        items: Iterable[Item] = ()
        if first < total:
            items = islice(self.table.query(keys.AUDIT, backwards=True, most=first + size), first, None)
        entries = [read(AuditEntry, item) for item in items]
        names = names_of(self.table, [entry.by for entry in entries])
        return Page([replace(entry, by_name=names[entry.by]) for entry in entries], page, size, total)

    def _forget_names(self, names: Collection[str]) -> None:
        """Reads the whole trail; the same commit again completes one that broke off."""
        changed: list[tuple[Key, Item]] = []
        for item in self.table.query(keys.AUDIT):
            before = read(AuditEntry, item)
            after = without_names(before, names)
            if after != before:
                changed.append((key_in(item), attributes(after)))
        self.table.put_many(changed)

    def pending_erasures(self, limit: int = 1000) -> Sequence[str]:
        """Sorted by key."""
        return [text(item, "sk").removeprefix("key#") for item in self.table.query(keys.ERASURES, most=limit)]

    def unclaimed(self, keys: Sequence[str]) -> Sequence[str]:
        """In the order given. Reads the faces, and a partition a lecture and a device."""
        named = self._named() if keys else set()
        return [key for key in keys if key not in named]

    def erased(self, keys: Iterable[str]) -> None:
        """These files are gone."""
        self.table.delete_many(map(erasure, keys))

    def _named(self) -> set[str]:
        """All media keys that anything names."""
        faces = self.table.query(keys.FACES, only=("photo_key", "thumbnail_key"))
        named = {key for item in faces for key in media_of(item)}
        courses = [text(item, "id") for item in self.table.query(keys.COURSES, only=("id",))]
        lectures = [one for part in together(self._lecture_ids, courses) for one in part]
        devices = [text(item, "id") for item in self.table.query(keys.DEVICES, only=("id",))]
        return named.union(*together(self._named_in, lectures), *together(self._named_at_door, devices))

    def _named_at_door(self, device_id: str) -> set[str]:
        leads = self.table.query(keys.visits_of(device_id), only=("picture_key",))
        return {key for lead in leads for key in media_of(lead)}

    def _lecture_ids(self, course_id: str) -> list[str]:
        lectures = self.table.query(keys.of_course(course_id), keys.LECTURE, only=("id",))
        return [text(item, "id") for item in lectures]

    def _named_in(self, lecture_id: str) -> set[str]:
        partition = keys.of_lecture(lecture_id)
        items = self.table.query(partition, between=(keys.MARK, f"{keys.SEEN}~"))
        found: dict[Key, Item] = {(partition, text(item, "sk")): item for item in items}
        named: set[str] = set()
        for item in found.values():
            stale = text(item, "sk").startswith(keys.SEEN) and not is_counted(item, found.get(recording_of(item), {}))
            named |= set() if stale else media_of(item)
        return named


def adding_audit(entries: Sequence[AuditEntry]) -> list[Action]:
    """Entries of one moment are told apart by the time at which they were written."""
    if not entries:
        return []
    written = [put((keys.AUDIT, _place(entry, number)), attributes(entry)) for number, entry in enumerate(entries)]
    return [*written, update(keys.AUDIT_COUNT, "ADD #entries :new", "", new=len(entries))]


def _place(entry: AuditEntry, number: int) -> str:
    return f"{keys.moment(entry.at)}#{time.time_ns() + number:020d}#{new_id()[:8]}"


def erasure(media_key: str) -> Key:
    """The key of what says that a file is still to be erased."""
    return keys.erasure(media_key)
