"""Marks and their history in DynamoDB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from attendance.adapters import store_dynamodb_keys as keys
from attendance.adapters.mark_steps import change_of, changed_marks, decided, step, withdrawn_marks
from attendance.adapters.store_dynamodb.mark_items import (
    KeptMark,
    in_parts,
    kept_mark,
    saving,
    transaction,
    withdrawing,
)
from attendance.adapters.store_dynamodb.names import names_of
from attendance.adapters.store_dynamodb.table import MOST_IN_TRANSACTION, TablePart
from attendance.adapters.store_dynamodb.values import read, text
from attendance.adapters.store_sentences import no_lecture, no_mark, no_student
from attendance.model import Mark, MarkChange


class DynamoMarks(TablePart):
    """The MarkStore without the log."""

    def save_machine_marks(self, lecture_id: str, marks: Sequence[Mark]) -> None:
        """Raises NotFound (lecture). Marks of students who were removed meanwhile are left out.

        Each mark is written with its history, as many in a transaction as it takes; where that breaks off between
        two of them, the same call again writes what is left.
        """
        self.table.again(lambda: self._save_opinions(lecture_id, marks))

    def set_mark(self, mark: Mark) -> Mark:
        """Raises NotFound (lecture or student)."""
        if mark.set_by is None:
            raise ValueError("a person's mark says who set it")

        def set_it() -> Mark:
            kept = self._kept(mark.lecture_id, mark.student_id)
            new = decided(kept.mark, mark) if kept.mark else mark
            change = change_of(kept.mark, new, by=mark.set_by, reason=mark.reason)
            write = saving(kept, new, [change], no_student(mark.student_id))
            self.table.transact(transaction(mark.lecture_id, [write], no_lecture()))
            return new

        return self.table.again(set_it)

    def clear_person_mark(self, lecture_id: str, student_id: str, by: str, at: datetime, reason: str) -> Mark:
        """Raises NotFound. A mark that is the machine's already stays as it is."""

        def clear() -> Mark:
            kept = self._kept(lecture_id, student_id)
            old = kept.mark
            if old is None:
                raise no_mark()
            if old.set_by is None:
                return old
            new = replace(old, status=old.machine_status, set_by=None, reason="", updated_at=at)
            write = saving(kept, new, [change_of(old, new, by=by, reason=reason)])
            self.table.transact(transaction(lecture_id, [write], no_lecture()))
            return new

        return self.table.again(clear)

    def marks(self, lecture_id: str) -> Sequence[Mark]:
        """Sorted by student id."""
        return list(_now(self._kept_of(lecture_id)).values())

    def mark_history(self, lecture_id: str, student_id: str) -> Sequence[MarkChange]:
        """Oldest first."""
        items = list(self.table.query(keys.of_lecture(lecture_id), keys.changes_of(student_id)))
        changes = sorted((read(MarkChange, item) for item in items), key=lambda change: change.at)
        names = names_of(self.table, [change.by for change in changes])
        return [replace(change, by_name=names[change.by]) for change in changes]

    def _save_opinions(self, lecture_id: str, marks: Sequence[Mark]) -> None:
        lecture = self.table.get(keys.lecture(lecture_id))
        if lecture is None or "removing" in lecture:
            raise no_lecture()
        students = self.table.get_many(keys.student(mark.student_id) for mark in marks)
        known = {text(item, "id") for item in students.values() if "removing" not in item}
        kept = self._kept_of(lecture_id)
        before, after = _now(kept), {mark.student_id: mark for mark in marks if mark.student_id in known}
        writes = [
            saving(kept.get(new.student_id, KeptMark()), new, step(before.get(new.student_id), new))
            for new in changed_marks(before, after)
        ]
        writes += [withdrawing(kept[student_id]) for student_id in withdrawn_marks(before, after)]
        for part in in_parts(writes, MOST_IN_TRANSACTION - 1):
            self.table.transact(transaction(lecture_id, part, no_lecture()))

    def _kept(self, lecture_id: str, student_id: str) -> KeptMark:
        return kept_mark(self.table.get(keys.mark(lecture_id, student_id)))

    def _kept_of(self, lecture_id: str) -> dict[str, KeptMark]:
        items = self.table.query(keys.of_lecture(lecture_id), keys.MARK)
        return {text(item, "student_id"): kept_mark(item) for item in items}


def _now(kept: Mapping[str, KeptMark]) -> dict[str, Mark]:
    """The marks that are not withdrawn, sorted by student id."""
    return {student_id: one.mark for student_id, one in sorted(kept.items()) if one.mark is not None}
