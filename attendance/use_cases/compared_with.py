"""Keep a student from being taken for somebody who is not on the roster, with the help of everybody else enrolled.

Their faces take part in the search as runners-up only, and are never named: look-alikes always, and so many others that
there are enough to compare with. Among few people a stranger is far from all but one by chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from attendance.model import Face
from attendance.ports import Seen
from attendance.services import Services

ENOUGH_PEOPLE = 40
"""The thresholds are found on rosters of so many."""


def compared_with(services: Services, faces: Sequence[Face]) -> list[Face]:
    """The faces of registered students who are none of these: all who look like one of them, from the review threshold
    on, and others up to forty people in all.
    """
    if services.faces.compares_everybody:
        return []
    own = {face.student_id for face in faces}
    others = [face for face in services.store.faces() if face.student_id not in own]
    chosen = services.faces.alike_among(others, faces)
    more = sorted({face.student_id for face in others} - chosen)
    wanted = max(0, min(len(more), ENOUGH_PEOPLE - len(own) - len(chosen)))
    chosen |= {more[at * len(more) // wanted] for at in range(wanted)}
    return [face for face in others if face.student_id in chosen]


def only_of(student_ids: set[str], seen: Sequence[Seen]) -> list[Seen]:
    """What was seen of these students and of unknowns; whoever is from elsewhere is an unknown like any other.

    Whoever may be one of these students is shown as that one already, not a second time as an unknown.
    """
    own = [one for one in seen if one.student_id in student_ids]
    shown = {one.picture for one in own if one.picture is not None}
    others = [one for one in seen if one.student_id not in student_ids]
    return [*own, *(_unknown(one) for one in others if one.student_id is None or one.picture not in shown)]


def _unknown(seen: Seen) -> Seen:
    return replace(seen, student_id=None, similarity=None, margin=None, good_frames=0, flat=False)
