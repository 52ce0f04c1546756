"""What people did to marks, and what each mark was before: an act is undone by another, never deleted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from attendance.changes import MarkStep
from attendance.errors import Phrase
from attendance.model import Mark, MarkChange, Status

UNDONE_ACT = str(Phrase("Undone."))


@dataclass(frozen=True, slots=True)
class Standing:
    """What a mark was after some entry of its history; `set_by` is None for the machine's."""

    status: Status
    set_by: str | None = None
    reason: str = ""
    own_status: str | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody did at once, to one mark or to many. `open_for` are those whose mark it still made."""

    id: str
    at: datetime
    by: str
    by_name: str
    to: Status
    reason: str
    student_ids: tuple[str, ...]
    open_for: tuple[str, ...]
    undoes: str = ""


def acts_of(changes: Iterable[MarkChange]) -> list[Act]:
    """All acts in the history of a lecture, newest first."""
    entries = list(changes)
    last = {change.student_id: change.action for change in entries}
    acts: dict[str, list[MarkChange]] = {}
    for change in entries:
        if change.action and change.by is not None:
            acts.setdefault(change.action, []).append(change)
    found = [_act(action, made, last) for action, made in acts.items()]
    return sorted(found, key=lambda act: act.at, reverse=True)


def _act(action: str, made: Sequence[MarkChange], last: Mapping[str, str]) -> Act:
    first = made[0]
    ids = tuple(change.student_id for change in made)
    still = tuple(one for one in ids if last[one] == action)
    return Act(action, first.at, first.by or "", first.by_name, first.to_status, first.reason, ids, still, first.undoes)


def standing_before(history: Sequence[MarkChange], action: str, machines: frozenset[str]) -> Standing | None:
    """What a mark was before an act, by its history, oldest first; None where there was none.

    `machines` are the reasons by which a mark is the machine's although a person made it so.
    """
    before: dict[str, Standing | None] = {}
    standing: Standing | None = None
    for change in history:
        if change.action:
            before.setdefault(change.action, standing)
        if change.action == action:
            return standing
        standing = _after(change, before, machines)
    return standing


def _after(change: MarkChange, before: Mapping[str, Standing | None], machines: frozenset[str]) -> Standing | None:
    if change.undoes:
        return before.get(change.undoes)
    is_machines = change.by is None or change.reason in machines
    return (
        Standing(change.to_status)
        if is_machines
        else Standing(change.to_status, change.by, change.reason, change.to_own)
    )


def undoing_step(old: Mark, before: Standing | None, *, action: str, undoes: str, by: str, at: datetime) -> MarkStep:
    """Back to what the mark was; where that was the machine's, to what the machine says by now."""
    if before is None or before.set_by is None:
        new = replace(old, status=old.machine_status, own_status=None, set_by=None, reason="", updated_at=at)
    else:
        new = replace(
            old,
            status=before.status,
            own_status=before.own_status,
            set_by=before.set_by,
            reason=before.reason,
            updated_at=at,
        )
    change = MarkChange(
        old.lecture_id,
        old.student_id,
        at,
        new.status,
        old.status,
        by=by,
        reason=UNDONE_ACT,
        to_own=new.own_status,
        from_own=old.own_status,
        action=action,
        undoes=undoes,
    )
    return MarkStep(old.student_id, old, new, [change])
