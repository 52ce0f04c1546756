"""What becomes of marks when a search or a person speaks; stores only hold it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from attendance.changes import MarkStep
from attendance.errors import Phrase
from attendance.model import Mark, MarkChange, Method
from attendance.rules.check_ins import CHECKED_IN, rests_on_kiosk
from attendance.sentences import no_mark


@dataclass(frozen=True, slots=True)
class Because:
    """Whose word changed what was seen, and what it was, for the history."""

    by: str | None
    reason: str


NAMED = str(Phrase("The face was named."))
REFUSED_FACE = str(Phrase("The face is not this student's."))
SORTED_ANEW = str(Phrase("The faces were sorted anew."))
UNDONE = str(Phrase("What was said of the face was taken back."))
TIMES_CHANGED = str(Phrase("The times of the lecture or of its course were changed."))
REASONS_OF_FACES = frozenset({NAMED, REFUSED_FACE, SORTED_ANEW, UNDONE})


def machine_steps(
    before: Mapping[str, Mark], opinions: Iterable[Mark], because: Because | None = None, *, is_over: bool = True
) -> list[MarkStep]:
    """What a search's opinions of a lecture make of its marks, both by student; the same opinions again make nothing.

    A mark that a person set keeps status, setter and reason, and takes evidence, `left_early` and `machine_status`. A
    machine's mark that is not among these is withdrawn, and a person's that is not loses its evidence.
    While the lecture is not over, whoever is not among these keeps the mark of before, unless it rested on a check-in
    at a kiosk, which then was taken back. A changed status
    is added to the history with `by` None, or with `because`, or with who named the face that it rests on.
    """
    after = {opinion.student_id: opinion for opinion in opinions}
    steps = [opinion_step(before.get(student_id), opinion, because) for student_id, opinion in after.items()]
    steps += [_left(old) for old in before.values() if old.student_id not in after and (is_over or rests_on_kiosk(old))]
    return [step for step in steps if step.new != step.old]


def person_step(old: Mark | None, decision: Mark, action: str = "") -> MarkStep:
    """A person's decision, with the search's opinion and evidence of before. Raises ValueError without a setter."""
    if decision.set_by is None:
        raise ValueError("a person's mark says who set it")
    new = decision
    if old is not None:
        new = replace(
            old,
            status=decision.status,
            set_by=decision.set_by,
            reason=decision.reason,
            own_status=decision.own_status,
            updated_at=decision.updated_at,
        )
    change = _change(old, new, by=decision.set_by, reason=decision.reason, action=action)
    return MarkStep(new.student_id, old, new, [change])


def cleared_steps(
    before: Mapping[str, Mark], student_id: str, *, by: str, at: datetime, reason: str, action: str = ""
) -> list[MarkStep]:
    """Back to the machine's opinion, unless it is the machine's mark already. Raises NotFound where there is none."""
    old = before.get(student_id)
    if old is None:
        raise no_mark()
    if old.set_by is None:
        return []
    new = replace(old, status=old.machine_status, own_status=None, set_by=None, reason="", updated_at=at)
    return [MarkStep(student_id, old, new, [_change(old, new, by=by, reason=reason, action=action)])]


def opinion_step(old: Mark | None, opinion: Mark, because: Because | None = None) -> MarkStep:
    """What the machine's opinion on one student makes of their mark, as `machine_steps` does for all."""
    if old is not None and old.set_by is not None:
        new = replace(
            old,
            machine_status=opinion.machine_status,
            left_early=opinion.left_early,
            little_video=opinion.little_video,
            evidence=opinion.evidence,
            check_in=opinion.check_in,
        )
        return MarkStep(old.student_id, old, new, opinion=True)
    new = replace(opinion, set_by=None, reason="")
    if old is not None and replace(new, updated_at=old.updated_at) == old:
        new = old
    if because is None and new.evidence is not None and new.evidence.named_by is not None:
        because = Because(new.evidence.named_by or None, NAMED)
    if because is None and rests_on_kiosk(new) and (old is None or old.check_in != new.check_in):
        because = Because(None, CHECKED_IN[Method.KIOSK])
    by, reason = (None, "") if because is None else (because.by, because.reason)
    changes = [] if old is not None and old.status is new.status else [_change(old, new, by=by, reason=reason)]
    return MarkStep(new.student_id, old, new, changes, opinion=True)


def _left(old: Mark) -> MarkStep:
    if old.set_by is None:
        return MarkStep(old.student_id, old, None)
    new = replace(old, evidence=None, left_early=False, little_video=False)
    return MarkStep(old.student_id, old, replace(new, check_in=None) if rests_on_kiosk(old) else new)


def _change(old: Mark | None, new: Mark, *, by: str | None = None, reason: str = "", action: str = "") -> MarkChange:
    return MarkChange(
        lecture_id=new.lecture_id,
        student_id=new.student_id,
        at=new.updated_at,
        to_status=new.status,
        from_status=old.status if old else None,
        by=by,
        reason=reason,
        to_own=new.own_status,
        from_own=old.own_status if old else None,
        action=action,
    )
