"""Whom a stay at a door shows, and who may see the visits of a door. Pure and repeatable."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from attendance.model import (
    DecisionKind,
    Device,
    RecordingKind,
    Role,
    Sighting,
    Spot,
    Thresholds,
    UnknownDecision,
    User,
    Verdict,
    Visit,
)
from attendance.rules.lectures import Compared, proves
from attendance.rules.unknowns import rulings

_RANK = {Verdict.KNOWN: 2, Verdict.UNSURE: 1, Verdict.UNKNOWN: 0}


class SeenFace(Compared, Protocol):
    """What an engine says of one face of a picture."""

    @property
    def picture(self) -> bytes | None: ...


F = TypeVar("F", bound=SeenFace)


def verdict_of(face: Compared, thresholds: Thresholds) -> Verdict:
    """As for a snapshot of a lecture: between the thresholds, or near to two people, is unsure."""
    if face.student_id is None:
        return Verdict.UNKNOWN
    return Verdict.KNOWN if proves(face, thresholds, RecordingKind.SNAPSHOT) else Verdict.UNSURE


def best_look(looks: Iterable[Sequence[F]], thresholds: Thresholds) -> list[F]:
    """Of the pictures of one stay the faces of the one that tells most: who is sure counts before who is not, and
    those before how many there are; of equals the first. One entry a face and a student, the surest first.
    """

    def rank(face: F) -> tuple[int, float]:
        return _RANK[verdict_of(face, thresholds)], face.similarity or 0.0

    def told(faces: Sequence[F]) -> tuple[int, int, int]:
        verdicts = [verdict_of(face, thresholds) for face in faces]
        return verdicts.count(Verdict.KNOWN), verdicts.count(Verdict.UNSURE), len(faces)

    each = [_once(sorted(look, key=rank, reverse=True)) for look in looks]
    return max(each, key=told, default=[])


def _once(faces: Iterable[F]) -> list[F]:
    """Of entries of one face, or of one student, the first."""
    found: list[F] = []
    for face in faces:
        is_again = any(
            (face.picture is not None and face.picture == other.picture)
            or (face.student_id is not None and face.student_id == other.student_id)
            for other in found
        )
        if not is_again:
            found.append(face)
    return found


def visit_ids(item_id: str, count: int) -> list[str]:
    """The first is the item's own, the others follow from it: the same stay sent again has the same ones."""
    others = [hashlib.sha256(f"{item_id} {number}".encode()).hexdigest()[:32] for number in range(1, count)]
    return [item_id, *others][:count]


def as_sighting(visit: Visit) -> Sighting:
    """A visit as rules of unknown people read it: who share a stay are seen at once, as in one recording.

    A name that a person gave is no search's: it follows from what was said.
    """
    is_search = visit.named_by is None
    stayed_s = (visit.until - visit.at).total_seconds()
    return Sighting(
        id=visit.id,
        recording_id=stay_of(visit),
        student_id=visit.student_id if is_search else None,
        first_s=0.0,
        last_s=stayed_s,
        frames=1,
        good_frames=0,
        similarity=None,
        margin=None,
        picture_key=visit.picture_key,
        picture_s=0.0,
        appearances_s=(0.0, stayed_s),
        quality=visit.quality,
        vector=visit.vector,
    )


def stay_of(visit: Visit) -> str:
    """The same for those who were at a door together."""
    return f"{visit.device_id} {visit.at.isoformat()}"


def visit_spot(visit_id: str) -> Spot:
    """A visit in what a person says. Nobody searches it again, so that its id is enough."""
    return Spot("", "", visit_id, 0.0, 0.0)


def as_decided(visit: Visit, decisions: Iterable[UnknownDecision]) -> Visit:
    """The visit as people's decisions have it; where none speaks of it any more, of nobody known."""
    about = [one for one in decisions if any(spot.sighting_id == visit.id for spot in one.seen)]
    ruling = rulings(about).get(visit.id)
    label = ruling.label if ruling is not None else None
    if label is not None and label.student_id is not None:
        said = {"verdict": Verdict.KNOWN, "student_id": label.student_id}
        return replace(visit, **said, named_by=label.by, named_at=label.at)  # type: ignore[arg-type]
    refused = [one for one in about if one.kind is DecisionKind.NOT_STUDENT]
    last = label or max(refused, key=lambda one: (one.at, one.id), default=None)
    if last is None and visit.named_by is None:
        return visit
    if label is None and visit.named_by is None and ruling is not None and visit.student_id not in ruling.not_students:
        return visit
    nobody = replace(visit, verdict=Verdict.UNKNOWN, student_id=None, similarity=None)
    return replace(nobody, named_by=last.by if last else None, named_at=last.at if last else None)


def kept_photo_id(visit_id: str, student_key: str) -> str:
    """Of the face that a visit's picture becomes where it is kept as a photo: so it is found again to be taken back."""
    return hashlib.sha256(f"photo {visit_id} {student_key}".encode()).hexdigest()[:32]


def may_see(user: User, door: Device) -> bool:
    """Admins, and the staff that is named for the door; a student's account never."""
    return user.role is Role.ADMIN or (user.role is Role.TEACHER and user.id in door.staff_ids)


def stored_from(now: datetime, days: int) -> datetime:
    """Visits from before are gone, or about to be."""
    return now - timedelta(days=days)
