"""Marks, the log, the audit and erasures of the fake store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from attendance.errors import InvalidInput, NotFound
from attendance.model import AuditEntry, LogFilter, LogRow, Mark, MarkChange, Page, Status
from tests.fakes.store.state import FakeState, contains, folded, in_utc, locked, need, page_of


@locked
class FakeMarks(FakeState):
    """The MarkStore."""

    def save_machine_marks(self, lecture_id: str, marks: Sequence[Mark]) -> None:
        need(self._lectures, lecture_id, "There is no such lecture.")
        opinions = {mark.student_id: mark for mark in marks if mark.student_id in self._students}
        for old in self.marks(lecture_id):
            if old.set_by is None and old.student_id not in opinions:
                del self._marks[lecture_id, old.student_id]
            elif old.student_id not in opinions:
                self._marks[lecture_id, old.student_id] = replace(old, evidence=None, left_early=False)
        for opinion in opinions.values():
            self._take_opinion(opinion)

    def set_mark(self, mark: Mark) -> Mark:
        if mark.set_by is None:
            raise ValueError("a person's mark says who set it")
        need(self._lectures, mark.lecture_id, "There is no such lecture.")
        need(self._students, mark.student_id, f"There is no student with the id {mark.student_id}.")
        old = self._marks.get((mark.lecture_id, mark.student_id))
        if old is None:
            return self._save(None, mark, mark.set_by, mark.reason)
        decided = replace(old, status=mark.status, set_by=mark.set_by, reason=mark.reason)
        return self._save(old, replace(decided, updated_at=mark.updated_at), mark.set_by, mark.reason)

    def clear_person_mark(self, lecture_id: str, student_id: str, by: str, at: datetime, reason: str) -> Mark:
        need(self._lectures, lecture_id, "There is no such lecture.")
        old = self._marks.get((lecture_id, student_id))
        if old is None:
            raise NotFound("There is no mark of this student in this lecture.")
        if old.set_by is None:
            return old
        cleared = replace(old, status=old.machine_status, set_by=None, reason="", updated_at=at)
        return self._save(old, cleared, by, reason)

    def marks(self, lecture_id: str) -> Sequence[Mark]:
        wanted = [mark for mark in self._marks.values() if mark.lecture_id == lecture_id]
        return sorted(wanted, key=lambda mark: mark.student_id)

    def mark_history(self, lecture_id: str, student_id: str) -> Sequence[MarkChange]:
        its = [one for one in self._changes if (one.lecture_id, one.student_id) == (lecture_id, student_id)]
        return [replace(one, by_name=self._name_of(one.by)) for one in sorted(its, key=lambda change: change.at)]

    def log(self, wanted: LogFilter, *, page: int = 1, size: int = 50) -> Page[LogRow]:
        rows = [row for row in map(self._log_row, self._marks.values()) if _is_wanted(row, wanted)]
        return page_of(_sorted(rows, wanted.sort), page, size)

    def log_totals(self, wanted: LogFilter) -> Counter[Status]:
        return Counter(row.mark.status for row in map(self._log_row, self._marks.values()) if _is_wanted(row, wanted))

    def _take_opinion(self, opinion: Mark) -> None:
        old = self._marks.get((opinion.lecture_id, opinion.student_id))
        if old is not None and old.set_by is not None:
            seen = {"left_early": opinion.left_early, "evidence": opinion.evidence}
            seen |= {"machine_status": opinion.machine_status}
            self._marks[old.lecture_id, old.student_id] = replace(old, **seen)
            return
        new = replace(opinion, set_by=None, reason="")
        if old is None or new.status is not old.status:
            self._save(old, new, None, "")
        elif replace(new, updated_at=old.updated_at) != old:
            self._marks[new.lecture_id, new.student_id] = in_utc(new)

    def _save(self, old: Mark | None, new: Mark, by: str | None, reason: str) -> Mark:
        self._marks[new.lecture_id, new.student_id] = in_utc(new)
        before = old.status if old else None
        change = MarkChange(new.lecture_id, new.student_id, new.updated_at, new.status, before, by, reason=reason)
        self._changes.append(change)
        return new

    def _log_row(self, mark: Mark) -> LogRow:
        student = self._students[mark.student_id]
        lecture = self._lectures[mark.lecture_id]
        return LogRow(lecture, self._courses[lecture.course_id], student.id, student.name, student.key, mark)


@locked
class FakeAudit(FakeState):
    """The AuditStore."""

    def add_audit(self, entry: AuditEntry) -> None:
        self._audit.append(in_utc(replace(entry, by_name="")))

    def audit(self, *, page: int = 1, size: int = 50) -> Page[AuditEntry]:
        oldest = sorted(self._audit, key=lambda entry: entry.at)
        newest = [replace(entry, by_name=self._name_of(entry.by)) for entry in oldest[::-1]]
        return page_of(newest, page, size)

    def change_audit(self, containing: str, change: Callable[[AuditEntry], AuditEntry]) -> None:
        for place, entry in enumerate(self._audit):
            if containing in entry.subject or containing in entry.detail:
                new = change(entry)
                self._audit[place] = replace(entry, subject=new.subject, detail=new.detail)

    def pending_erasures(self, limit: int = 1000) -> Sequence[str]:
        return list(self._erasures)[:limit]

    def unclaimed(self, keys: Sequence[str]) -> Sequence[str]:
        named = {key for face in self._faces.values() for key in (face.photo_key, face.thumbnail_key)}
        named |= {recording.media_key for recording in self._recordings.values()}
        named |= {seen.picture_key for seen in self._sightings.values() if seen.picture_key}
        named |= {
            mark.evidence.picture_key for mark in self._marks.values() if mark.evidence and mark.evidence.picture_key
        }
        return [key for key in keys if key not in named]

    def erased(self, keys: Iterable[str]) -> None:
        for key in keys:
            self._erasures.pop(key, None)


def _is_wanted(row: LogRow, wanted: LogFilter) -> bool:
    return all(
        (
            wanted.course_ids is None or row.course.id in wanted.course_ids,
            wanted.student_id is None or row.student_id == wanted.student_id,
            contains(wanted.text, row.student_id, row.student_name),
            not wanted.statuses or row.mark.status in wanted.statuses,
            wanted.from_at is None or row.lecture.starts_at >= wanted.from_at,
            wanted.before_at is None or row.lecture.starts_at < wanted.before_at,
        )
    )


def _similarity(row: LogRow) -> float:
    return row.mark.evidence.similarity if row.mark.evidence else -1.0


_SORTS: dict[str, Any] = {
    "time": lambda row: row.lecture.starts_at,
    "student": lambda row: (folded(row.student_name), row.student_id),
    "status": lambda row: list(Status).index(row.mark.status),
    "course": lambda row: (row.course.code, row.course.section),
    "similarity": _similarity,
}


def _tie(row: LogRow) -> tuple[Any, ...]:
    return (row.lecture.starts_at, row.course.code, row.course.section, row.student_id, row.lecture.id)


def _sorted(rows: Sequence[LogRow], sort: str) -> Sequence[LogRow]:
    key = _SORTS.get(sort.removeprefix("-"))
    if key is None:
        raise InvalidInput(f"The log cannot be sorted by {sort.removeprefix('-')!r}.", field="sort")
    ordered = sorted(sorted(rows, key=_tie), key=key, reverse=sort.startswith("-"))
    if key is _similarity:  # those without one come last either way round
        ordered.sort(key=lambda row: row.mark.evidence is None)
    return ordered
