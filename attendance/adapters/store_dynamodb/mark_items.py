"""A mark as an item: its version, how it is written with its history, and how a lecture counts its marks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from attendance.adapters import store_dynamodb_keys as keys
from attendance.adapters.store_dynamodb.actions import NEW, STAYS, Action, check, delete, put, setting, update
from attendance.adapters.store_dynamodb.erasing import erasing, media_of
from attendance.adapters.store_dynamodb.table import key_in
from attendance.adapters.store_dynamodb.values import Item, attribute, attributes, read, whole
from attendance.errors import NotFound
from attendance.model import Mark, MarkChange, Status


@dataclass(frozen=True, slots=True)
class KeptMark:
    """A mark as it is kept. `version` counts its writes; a withdrawn mark is None, and goes on counting."""

    mark: Mark | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class MarkWrite:
    """What belongs together in a transaction: the actions for one mark, and the statuses that come and go with them."""

    actions: Sequence[Action]
    steps: Mapping[Status, int] = field(default_factory=dict)


def kept_mark(item: Item | None) -> KeptMark:
    """The mark of an item, if there is one."""
    if item is None:
        return KeptMark()
    return KeptMark(None if "withdrawn" in item else read(Mark, item), whole(item, "version"))


def saving(kept: KeptMark, new: Mark, changes: Sequence[MarkChange], missing: NotFound | None = None) -> MarkWrite:
    """Write the mark, if it is as it was read, with what its history gains, which is at most one entry.

    `missing` is raised where the student is not there.
    """
    version = kept.version + 1
    actions = [_put(kept, new, attributes(new) | {"version": attribute(version)})]
    if kept.mark is None:  # later the mark itself shows that nobody removed the student
        actions.append(check(keys.student(new.student_id), refused=missing))
        lead = {"lecture_id": attribute(new.lecture_id)}
        actions.append(put(keys.student_marked(new.student_id, new.lecture_id), lead))
    actions += [put(keys.change(new.lecture_id, new.student_id, version), attributes(one)) for one in changes]
    return MarkWrite(actions, _steps(kept.mark, new))


def withdrawing(kept: KeptMark) -> MarkWrite:
    """Withdraw the mark, if it is as it was read. Its history stays, and so does the count of its versions."""
    if kept.mark is None:
        return MarkWrite([])
    expression, values = setting({"withdrawn": True, "version": kept.version + 1, "evidence": None})
    key = keys.mark(kept.mark.lecture_id, kept.mark.student_id)
    return MarkWrite(
        [update(key, expression, "#version = :read", read=kept.version, **values)], _steps(kept.mark, None)
    )


def deleting(item: Item) -> MarkWrite:
    """Delete the mark, if it is as it was read, with its picture, but without its history."""
    kept = kept_mark(item)
    gone = delete(key_in(item), "#version = :read", read=kept.version)
    return MarkWrite([gone, *erasing(media_of(item))], _steps(kept.mark, None))


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


def _put(kept: KeptMark, new: Mark, item: Item) -> Action:
    key = keys.mark(new.lecture_id, new.student_id)
    if kept.version == 0:
        return put(key, item, NEW)
    return put(key, item, "#version = :read", read=kept.version)
