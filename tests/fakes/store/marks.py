"""Marks, the log, the audit and erasures of the fake store."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from attendance.changes import MarkStep
from attendance.errors import NotFound
from attendance.model import (
    ALL_ENTRIES,
    ERASE,
    AuditEntry,
    AuditFilter,
    BookMark,
    LogFilter,
    LogRow,
    Mark,
    MarkChange,
    MarkTotal,
    OutboxItem,
    Page,
    Status,
)
from attendance.rules.audit import is_wanted as is_entry_wanted
from attendance.rules.log import is_wanted, sorted_rows
from attendance.rules.paging import page_of
from attendance.rules.texts import without_names
from attendance.sentences import moved_on
from tests.fakes.store.state import FakeState, in_utc, locked, need


@locked
class FakeMarks(FakeState):
    """The MarkStore."""

    def _save_marks(self, lecture_id: str, steps: Sequence[MarkStep]) -> None:
        need(self._lectures, lecture_id, "There is no such lecture.")
        for step in steps:
            if step.student_id not in self._students:
                if step.is_by_a_person:
                    raise NotFound(f"There is no student with the id {step.student_id}.")
                continue
            key = lecture_id, step.student_id
            if self._marks.get(key) != step.old:
                raise moved_on()
            self._marks.pop(key, None)
            if step.new is not None:
                self._marks[key] = in_utc(step.new)
            self._changes.extend(step.changes)

    def marks(self, lecture_id: str) -> Sequence[Mark]:
        wanted = [mark for mark in self._marks.values() if mark.lecture_id == lecture_id]
        return sorted(wanted, key=lambda mark: mark.student_id)

    def course_marks(self, course_id: str) -> Sequence[BookMark]:
        its = [one for one in self._marks.values() if self._lectures[one.lecture_id].course_id == course_id]
        return [
            BookMark(one.lecture_id, one.student_id, one.status, one.own_status, one.left_early, one.set_by is not None)
            for one in sorted(its, key=lambda mark: (mark.lecture_id, mark.student_id))
        ]

    def mark_totals(
        self, bounds: Sequence[datetime], *, course_ids: Sequence[str] | None = None, without: Collection[str] = ()
    ) -> Sequence[MarkTotal]:
        totals: Counter[tuple[str, int, Status, str | None]] = Counter()
        for mark in self._marks.values():
            lecture = self._lectures[mark.lecture_id]
            in_time = bounds[0] <= lecture.starts_at < bounds[-1] and lecture.ends_at <= bounds[-1]
            wanted = course_ids is None or lecture.course_id in course_ids
            if in_time and wanted and lecture.id not in without:
                part = bisect_right(bounds, lecture.starts_at) - 1
                totals[lecture.course_id, part, mark.status, mark.own_status] += 1
        return [MarkTotal(*key, number) for key, number in totals.items()]

    def mark_history(self, lecture_id: str, student_id: str) -> Sequence[MarkChange]:
        return [one for one in self.mark_changes(lecture_id) if one.student_id == student_id]

    def mark_changes(self, lecture_id: str) -> Sequence[MarkChange]:
        its = [one for one in self._changes if one.lecture_id == lecture_id]
        return [replace(one, by_name=self._name_of(one.by)) for one in sorted(its, key=lambda change: change.at)]

    def log(self, wanted: LogFilter, *, page: int = 1, size: int = 50) -> Page[LogRow]:
        rows = [row for row in map(self._log_row, self._marks.values()) if is_wanted(row, wanted)]
        return page_of(sorted_rows(rows, wanted.sort), page, size)

    def log_totals(self, wanted: LogFilter) -> Counter[Status]:
        return Counter(row.mark.status for row in map(self._log_row, self._marks.values()) if is_wanted(row, wanted))

    def _log_row(self, mark: Mark) -> LogRow:
        student = self._students[mark.student_id]
        lecture = self._lectures[mark.lecture_id]
        return LogRow(lecture, self._courses[lecture.course_id], student.id, student.name, student.key, mark)


@locked
class FakeAudit(FakeState):
    """The AuditStore."""

    def _add_audit(self, entry: AuditEntry) -> None:
        self._audit.append(in_utc(replace(entry, by_name="")))

    def audit(self, wanted: AuditFilter = ALL_ENTRIES, *, page: int = 1, size: int = 50) -> Page[AuditEntry]:
        found = [entry for entry in self._audit if is_entry_wanted(entry, wanted)]
        oldest = sorted(found, key=lambda entry: entry.at)
        newest = [replace(entry, by_name=self._name_of(entry.by)) for entry in oldest[::-1]]
        return page_of(newest, page, size)

    def _forget_names(self, names: Collection[str]) -> None:
        self._audit[:] = [without_names(entry, names) for entry in self._audit]

    def pending_erasures(self, limit: int = 1000) -> Sequence[str]:
        return [item.subject for item in self._waiting.values() if item.handler == ERASE][:limit]

    def unclaimed(self, keys: Sequence[str]) -> Sequence[str]:
        named = {key for face in self._faces.values() for key in (face.photo_key, face.thumbnail_key)}
        named |= {recording.media_key for recording in self._recordings.values()}
        named |= {seen.picture_key for seen in self._sightings.values() if seen.picture_key}
        named |= {
            mark.evidence.picture_key for mark in self._marks.values() if mark.evidence and mark.evidence.picture_key
        }
        named |= {visit.picture_key for visit in self._visits.values() if visit.picture_key}
        named |= {appeal.file_key for appeal in self._appeals.values() if appeal.file_key}
        named |= {key for one in self._check_ins.values() for key in (one.picture_key, one.out_picture_key) if key}
        named |= {one.picture_key for one in self._registrations.values()}
        return [key for key in keys if key not in named]


@locked
class FakeOutbox(FakeState):
    """The OutboxStore."""

    def outbox(self, handler: str, *, limit: int = 1000) -> Sequence[OutboxItem]:
        return [item for item in self._waiting.values() if item.handler == handler][:limit]

    def claim_outbox(self, item: OutboxItem, until: datetime) -> bool:
        now = self._waiting.get(item.id)
        if now is None or now.attempts != item.attempts:
            return False
        self._waiting[item.id] = replace(now, due_at=until, attempts=item.attempts + 1)
        return True

    def postpone_outbox(self, item: OutboxItem) -> None:
        if item.id in self._waiting:
            self._waiting[item.id] = item

    def finish_outbox(self, items: Sequence[OutboxItem]) -> None:
        for item in items:
            self._waiting.pop(item.id, None)

    def _add_to_outbox(self, items: Sequence[OutboxItem]) -> None:
        self._waiting.update({item.id: in_utc(item) for item in items})
