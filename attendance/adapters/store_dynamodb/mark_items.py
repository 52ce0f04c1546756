"""A mark as an item: its version, and how it is written together with its history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from attendance.adapters import store_dynamodb_keys as keys
from attendance.adapters.store_dynamodb.actions import NEW, Action, check, put, setting, update
from attendance.adapters.store_dynamodb.values import Item, attribute, attributes, read, whole
from attendance.errors import NotFound
from attendance.model import Mark, MarkChange


@dataclass(frozen=True, slots=True)
class KeptMark:
    """A mark as it is kept. `version` counts its writes; a withdrawn mark is None, and goes on counting."""

    mark: Mark | None = None
    version: int = 0


def kept_mark(item: Item | None) -> KeptMark:
    """The mark of an item, if there is one."""
    if item is None:
        return KeptMark()
    return KeptMark(None if "withdrawn" in item else read(Mark, item), whole(item, "version"))


def saving(kept: KeptMark, new: Mark, changes: Sequence[MarkChange], missing: NotFound | None = None) -> list[Action]:
    """Write the mark, if it is as it was read, with what its history gains, which is at most one entry.

    `missing` is raised where the student is not there.
    """
    version = kept.version + 1
    item = attributes(new) | {"version": attribute(version)}
    actions = [_put(kept, new, item)]
    if kept.mark is None:  # later the mark itself shows that nobody removed the student
        actions.append(check(keys.student(new.student_id), refused=missing))
        lead = {"lecture_id": attribute(new.lecture_id)}
        actions.append(put(keys.student_marked(new.student_id, new.lecture_id), lead))
    actions += [put(keys.change(new.lecture_id, new.student_id, version), attributes(one)) for one in changes]
    return actions


def withdrawing(kept: KeptMark) -> list[Action]:
    """Withdraw the mark, if it is as it was read. Its history stays, and so does the count of its versions."""
    if kept.mark is None:
        return []
    expression, values = setting({"withdrawn": True, "version": kept.version + 1, "evidence": None})
    key = keys.mark(kept.mark.lecture_id, kept.mark.student_id)
    return [update(key, expression, "#version = :read", read=kept.version, **values)]


def parts(groups: Iterable[Sequence[Action]], most: int) -> Iterator[list[Action]]:
    """Groups that belong together, as many at a time as a transaction takes."""
    part: list[Action] = []
    for group in groups:
        if len(part) + len(group) > most:
            yield part
            part = []
        part.extend(group)
    if part:
        yield part


def _put(kept: KeptMark, new: Mark, item: Item) -> Action:
    key = keys.mark(new.lecture_id, new.student_id)
    if kept.version == 0:
        return put(key, item, NEW)
    return put(key, item, "#version = :read", read=kept.version)
