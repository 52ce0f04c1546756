"""What becomes of marks when a search or a person speaks: the same on every store, which only keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from attendance.model import Mark, MarkChange


def changed_marks(before: Mapping[str, Mark], after: Mapping[str, Mark]) -> list[Mark]:
    """The marks of a lecture that a search's opinions `after` make other than they were; both by student id."""
    merged = {student_id: _with_opinion(before.get(student_id), opinion) for student_id, opinion in after.items()}
    left = [old for old in before.values() if old.set_by is not None and old.student_id not in after]
    merged |= {old.student_id: replace(old, evidence=None, left_early=False) for old in left}
    return [new for student_id, new in merged.items() if new != before.get(student_id)]


def withdrawn_marks(before: Mapping[str, Mark], after: Mapping[str, Mark]) -> list[str]:
    """Whose marks the search had made and makes no more."""
    return [old.student_id for old in before.values() if old.set_by is None and old.student_id not in after]


def step(old: Mark | None, new: Mark) -> list[MarkChange]:
    """What the history gains by the machine's new mark: nothing unless its status changed."""
    return [] if old is not None and old.status is new.status else [change_of(old, new)]


def decided(old: Mark, decision: Mark) -> Mark:
    """A person's decision, with the search's opinion of before."""
    return replace(
        old,
        status=decision.status,
        set_by=decision.set_by,
        reason=decision.reason,
        updated_at=decision.updated_at,
    )


def _with_opinion(old: Mark | None, opinion: Mark) -> Mark:
    if old is None or old.set_by is None:
        new = replace(opinion, set_by=None, reason="")
        if old is not None and replace(new, updated_at=old.updated_at) == old:
            return old
        return new
    return replace(old, machine_status=opinion.machine_status, left_early=opinion.left_early, evidence=opinion.evidence)


def change_of(old: Mark | None, new: Mark, *, by: str | None = None, reason: str = "") -> MarkChange:
    """The entry of the history."""
    return MarkChange(
        lecture_id=new.lecture_id,
        student_id=new.student_id,
        at=new.updated_at,
        to_status=new.status,
        from_status=old.status if old else None,
        by=by,
        reason=reason,
    )
