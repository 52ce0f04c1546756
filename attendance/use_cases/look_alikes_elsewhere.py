"""Keep a student from being taken for a registered look-alike who is on another roster.

Their faces take part in the search as runners-up only: who is near to both is unsure, and the other is never named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from attendance.model import Face
from attendance.ports import Seen
from attendance.services import Services


def look_alikes_elsewhere(services: Services, faces: Sequence[Face]) -> list[Face]:
    """The faces of registered students who look like one of these, from the review line on, and are none of them."""
    if services.faces.compares_everybody:
        return []
    own = {face.student_id for face in faces}
    others = [face for face in services.store.faces() if face.student_id not in own]
    alike = services.faces.alike_among(others, faces)
    return [face for face in others if face.student_id in alike]


def only_of(student_ids: set[str], seen: Sequence[Seen]) -> list[Seen]:
    """What was seen of these students and of unknowns; a look-alike from elsewhere is an unknown like any other.

    Whoever may be one of these students is shown as that one already, not a second time as an unknown.
    """
    own = [one for one in seen if one.student_id in student_ids]
    shown = {one.picture for one in own if one.picture is not None}
    others = [one for one in seen if one.student_id not in student_ids]
    return [*own, *(_unknown(one) for one in others if one.student_id is None or one.picture not in shown)]


def _unknown(seen: Seen) -> Seen:
    return replace(seen, student_id=None, similarity=None, margin=None, good_frames=0)
