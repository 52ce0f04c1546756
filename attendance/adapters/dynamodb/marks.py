"""Marks and their history in DynamoDB."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from attendance.adapters.dynamodb import keys
from attendance.adapters.dynamodb.actions import NEW, STAYS, Action, Changed, check, delete, put, setting, update
from attendance.adapters.dynamodb.media_items import erasing, media_of
from attendance.adapters.dynamodb.names import names_of
from attendance.adapters.dynamodb.table import MOST_ALONG, MOST_IN_TRANSACTION, TablePart, key_in
from attendance.adapters.dynamodb.values import Item, attribute, attributes, read, text, whole
from attendance.changes import MarkStep
from attendance.errors import NotFound
from attendance.model import Mark, MarkChange, Status
from attendance.sentences import moved_on, no_lecture, no_student


@dataclass(frozen=True, slots=True)
class StoredMark:
    """A mark as it is stored. `version` counts its writes; a withdrawn mark is None, and goes on counting."""

    mark: Mark | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class MarkWrite:
    """What belongs together in a transaction: the actions for one mark, and the statuses that come and go with them."""

    actions: Sequence[Action]
    steps: Mapping[Status, int] = field(default_factory=dict)


def stored_mark(item: Item | None) -> StoredMark:
    """The mark of an item, if there is one."""
    if item is None:
        return StoredMark()
    return StoredMark(None if "withdrawn" in item else read(Mark, item), whole(item, "version"))


def saving(stored: StoredMark, new: Mark, changes: Sequence[MarkChange], missing: NotFound | None = None) -> MarkWrite:
    """Write the mark, if it is as it was read, with what its history gains, which is at most one entry.

    `missing` is raised where the student is not there.
    """
    version = stored.version + 1
    actions = [_put(stored, new, attributes(new) | {"version": attribute(version)})]
    if stored.mark is None:  # later the mark itself shows that nobody removed the student
        actions.append(check(keys.student(new.student_id), refused=missing))
        lead = {"lecture_id": attribute(new.lecture_id)}
        actions.append(put(keys.student_marked(new.student_id, new.lecture_id), lead))
    actions += [put(keys.change(new.lecture_id, new.student_id, version), attributes(one)) for one in changes]
    return MarkWrite(actions, _steps(stored.mark, new))


def withdrawing(stored: StoredMark) -> MarkWrite:
    """Withdraw the mark, if it is as it was read. Its history stays, and so does the count of its versions."""
    if stored.mark is None:
        return MarkWrite([])
    expression, values = setting({"withdrawn": True, "version": stored.version + 1, "evidence": None})
    key = keys.mark(stored.mark.lecture_id, stored.mark.student_id)
    return MarkWrite(
        [update(key, expression, "#version = :read", read=stored.version, **values)], _steps(stored.mark, None)
    )


def deleting(item: Item) -> MarkWrite:
    """Delete the mark, if it is as it was read, with its picture, but without its history."""
    stored = stored_mark(item)
    gone = delete(key_in(item), "#version = :read", read=stored.version)
    return MarkWrite([gone, *erasing(media_of(item))], _steps(stored.mark, None))


def transaction(
    lecture_id: str, writes: Iterable[MarkWrite], refused: Exception | None = None, condition: str = STAYS
) -> list[Action]:
    """These writes, while the lecture stays, which counts its marks by status so that the log need not read them."""
    writes = list(writes)
    steps: Counter[Status] = Counter()
    for one in writes:
        for status, number in one.steps.items():
            steps[status] += number
    changed = {counter_of(status): number for status, number in steps.items() if number}
    adding = "ADD " + ", ".join(f"#{name} :{name}" for name in changed)
    key = keys.lecture(lecture_id)
    lecture = update(key, adding, condition, refused, **changed) if changed else check(key, condition, refused)
    return [lecture, *(action for one in writes for action in one.actions)]


def counter_of(status: Status) -> str:
    """The attribute in which a lecture counts its marks of this status."""
    return f"marks_{status.value}"


def marks_counted(lecture: Item | None) -> Counter[Status]:
    """What a lecture counted; nothing where it is being removed."""
    if lecture is None or "removing" in lecture:
        return Counter()
    return Counter({status: whole(lecture, counter_of(status)) for status in Status})


def in_parts(writes: Iterable[MarkWrite], most: int) -> Iterator[list[MarkWrite]]:
    """As many at a time as a transaction takes."""
    part: list[MarkWrite] = []
    size = 0
    for one in writes:
        if size + len(one.actions) > most:
            yield part
            part, size = [], 0
        part.append(one)
        size += len(one.actions)
    if part:
        yield part


def _steps(old: Mark | None, new: Mark | None) -> dict[Status, int]:
    steps = Counter([new.status] if new else [])
    steps.subtract([old.status] if old else [])
    return dict(steps)


def _put(stored: StoredMark, new: Mark, item: Item) -> Action:
    key = keys.mark(new.lecture_id, new.student_id)
    if stored.version == 0:
        return put(key, item, NEW)
    return put(key, item, "#version = :read", read=stored.version)


class DynamoMarks(TablePart):
    """The MarkStore without the log."""

    def _save_marks(self, lecture_id: str, steps: Sequence[MarkStep], *, is_last: bool = True) -> None:
        """Each mark with its history, as many in a transaction as it takes; the last takes along what is committed,
        if these marks are the last of what is committed.
        """
        lecture = self.table.get(keys.lecture(lecture_id))
        if lecture is None or "removing" in lecture:
            raise no_lecture()
        if not steps:
            return
        students = self.table.get_many(keys.student(step.student_id) for step in steps)
        known = {text(item, "id") for item in students.values() if "removing" not in item}
        for step in steps:
            if step.is_by_a_person and step.student_id not in known:
                raise no_student(step.student_id)
        now = self._kept_of(lecture_id)
        writes = [_write(step, now.get(step.student_id, StoredMark())) for step in steps if step.student_id in known]
        parts = list(in_parts(writes, MOST_IN_TRANSACTION - 1 - MOST_ALONG))
        try:
            for number, part in enumerate(parts, start=1):
                table = self.table if is_last and number == len(parts) else self.table.steps
                table.transact(transaction(lecture_id, part, no_lecture()))
        except Changed:
            raise moved_on() from None

    def marks(self, lecture_id: str) -> Sequence[Mark]:
        """Sorted by student id."""
        return list(_now(self._kept_of(lecture_id)).values())

    def mark_history(self, lecture_id: str, student_id: str) -> Sequence[MarkChange]:
        """Oldest first."""
        return self._history(lecture_id, keys.changes_of(student_id))

    def mark_changes(self, lecture_id: str) -> Sequence[MarkChange]:
        """Of all marks of a lecture, oldest first."""
        return self._history(lecture_id, keys.CHANGE)

    def _history(self, lecture_id: str, begins: str) -> Sequence[MarkChange]:
        items = list(self.table.query(keys.of_lecture(lecture_id), begins))
        changes = sorted((read(MarkChange, item) for item in items), key=lambda change: change.at)
        names = names_of(self.table, [change.by for change in changes])
        return [replace(change, by_name=names[change.by]) for change in changes]

    def _kept_of(self, lecture_id: str) -> dict[str, StoredMark]:
        items = self.table.query(keys.of_lecture(lecture_id), keys.MARK)
        return {text(item, "student_id"): stored_mark(item) for item in items}


def _write(step: MarkStep, stored: StoredMark) -> MarkWrite:
    if stored.mark != step.old:
        raise moved_on()
    if step.new is None:
        return withdrawing(stored)
    return saving(stored, step.new, step.changes, no_student(step.student_id) if step.is_by_a_person else None)


def _now(stored: Mapping[str, StoredMark]) -> dict[str, Mark]:
    """The marks that are not withdrawn, sorted by student id."""
    return {student_id: one.mark for student_id, one in sorted(stored.items()) if one.mark is not None}
