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
from attendance.adapters.dynamodb.values import Item, attribute, attributes, read, text, whole
from attendance.model import ALL_ENTRIES, AuditEntry, AuditFilter, Page, new_id
from attendance.rules.audit import subject_key, topic_of
from attendance.rules.paging import page_of
from attendance.rules.texts import without_names


class DynamoAudit(TablePart):
    """The AuditStore."""

    def audit(self, wanted: AuditFilter = ALL_ENTRIES, *, page: int = 1, size: int = 50) -> Page[AuditEntry]:
        """Newest first. What is read grows with the number of the page, and where it is filtered with what is found."""
        page, size = max(1, page), max(1, size)
        if wanted != ALL_ENTRIES:
            return self._filtered(wanted, page, size)
        total = whole(self.table.get(keys.AUDIT_COUNT), "entries")
        first = (page - 1) * size
        items: Iterable[Item] = ()
        if first < total:
            items = islice(self.table.query(keys.AUDIT, backwards=True, most=first + size), first, None)
        return Page(self._named_by([read(AuditEntry, item) for item in items]), page, size, total)

    def _filtered(self, wanted: AuditFilter, page: int, size: int) -> Page[AuditEntry]:
        """By what leads to the entries from their subject, from who did it or from their topic; else by time."""
        self._lead_to_entries_of_before()
        bounds = _bounds(wanted)
        leads = [
            text(lead, "sk")
            for lead in self.table.query(_partition(wanted), between=bounds, backwards=True)
            if _is_led_to(lead, wanted)
        ]
        some = page_of(leads, page, size)
        items = self.table.get_many((keys.AUDIT, place) for place in some.items)
        found = [items[keys.AUDIT, place] for place in some.items if (keys.AUDIT, place) in items]
        return Page(self._named_by([read(AuditEntry, item) for item in found]), page, size, some.total)

    def _named_by(self, entries: Sequence[AuditEntry]) -> list[AuditEntry]:
        names = names_of(self.table, [entry.by for entry in entries])
        return [replace(entry, by_name=names[entry.by]) for entry in entries]

    def _lead_to_entries_of_before(self) -> None:
        """Once: entries that an earlier version wrote have nothing that leads to them."""
        if self.table.get(keys.AUDIT_LEADS) is not None:
            return
        for item in self.table.query(keys.AUDIT):
            self.table.put_many(_leads(read(AuditEntry, item), text(item, "sk")))
        self.table.put_many([(keys.AUDIT_LEADS, {"whole": attribute(True)})])

    def _forget_names(self, names: Collection[str]) -> None:
        """Reads the whole trail; the same commit again completes one that broke off."""
        changed: list[tuple[Key, Item]] = []
        gone: list[Key] = []
        for item in self.table.query(keys.AUDIT):
            before = read(AuditEntry, item)
            after = without_names(before, names)
            if after != before:
                place = text(item, "sk")
                changed.append((key_in(item), attributes(after)))
                changed += _leads(after, place)
                if subject_key(after.subject) != subject_key(before.subject):
                    gone.append((keys.audit_subject(subject_key(before.subject)), place))
        self.table.delete_many(gone)
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
        named |= {key for item in self.table.query(keys.APPEALS_WITH_FILES) for key in media_of(item)}
        for partition in (keys.CHECK_INS, keys.REGISTRATIONS):
            found = self.table.query(partition, only=("picture_key", "out_picture_key"))
            named |= {key for item in found for key in media_of(item)}
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
    written = []
    for number, entry in enumerate(entries):
        place = _place(entry, number)
        written.append(put((keys.AUDIT, place), attributes(entry)))
        written += [put(key, item) for key, item in _leads(entry, place)]
    return [*written, update(keys.AUDIT_COUNT, "ADD #entries :new", "", new=len(entries))]


def _leads(entry: AuditEntry, place: str) -> list[tuple[Key, Item]]:
    """What leads to an entry, each with all by which entries are found."""
    by, topic, subject = entry.by or "", topic_of(entry), subject_key(entry.subject)
    lead = {"by": attribute(by), "topic": attribute(topic), "subject": attribute(subject)}
    partitions = (keys.audit_by(by), keys.audit_topic(topic), keys.audit_subject(subject))
    return [((partition, place), lead) for partition in partitions]


def _partition(wanted: AuditFilter) -> str:
    """The one that holds the fewest."""
    if wanted.subject:
        return keys.audit_subject(subject_key(wanted.subject))
    if wanted.by is not None:
        return keys.audit_by(wanted.by)
    return keys.audit_topic(wanted.topic) if wanted.topic else keys.AUDIT


def _bounds(wanted: AuditFilter) -> tuple[str, str]:
    """Sort keys begin with the moment; what stands at `before_at` itself is not wanted."""
    first = keys.moment(wanted.from_at) if wanted.from_at else "0"
    return first, keys.moment(wanted.before_at) if wanted.before_at else "~"


def _is_led_to(lead: Item, wanted: AuditFilter) -> bool:
    asked = (
        ("by", wanted.by),
        ("topic", wanted.topic or None),
        ("subject", subject_key(wanted.subject) if wanted.subject else None),
    )
    return all(value is None or lead[name]["S"] == value for name, value in asked)


def _place(entry: AuditEntry, number: int) -> str:
    return f"{keys.moment(entry.at)}#{time.time_ns() + number:020d}#{new_id()[:8]}"


def erasure(media_key: str) -> Key:
    """The key of what says that a file is still to be erased."""
    return keys.erasure(media_key)
