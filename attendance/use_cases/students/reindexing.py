"""Enrol photos anew by another engine, and say which still wait for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from attendance.changes import AddRenewedFace, UseRenewedFaces
from attendance.errors import BadPhoto, Conflict, FacesOutdated, NotFound, RollcallError
from attendance.model import AuditEntry, Face
from attendance.services import Services

Counted = Callable[[int, int], None]  # called with how many photos are through, and of how many


@dataclass(frozen=True, slots=True)
class UnusablePhoto:
    """A photo in which this engine does not find the one face, or whose file is gone."""

    face: Face
    reason: RollcallError


@dataclass(frozen=True, slots=True)
class Reindexing:
    """What became of it: `complete` says whether all faces are of this engine now, but for those passed over."""

    engine: str
    renewed: int
    unusable: tuple[UnusablePhoto, ...]
    complete: bool


def reindex_faces(services: Services, *, skip_missing: bool = False, progress: Counted | None = None) -> Reindexing:
    """Enrol what is left to enrol anew, and change over once nothing is.

    Each photo is stored as soon as it is through, so that after a kill the next call goes on from there. Unusable
    photos keep what the other engine made of them; with `skip_missing` they do not hold up the rest. Raises
    ServiceUnavailable.
    """
    engine = services.faces.name
    unusable: dict[str, UnusablePhoto] = {}
    renewed = 0
    while True:
        waiting = services.store.faces_to_renew(engine)
        fresh = [face for face in waiting if face.id not in unusable]
        if fresh:
            renewed += _renew(services, fresh, unusable, progress or _ignore)
            continue
        left = tuple(unusable[face.id] for face in waiting)
        if left and not skip_missing:
            return Reindexing(engine, renewed, left, complete=False)
        try:
            change = UseRenewedFaces(engine, [one.face.id for one in left])
            services.store.commit(change, *_in_words(services, engine, renewed, len(left)))
        except Conflict:  # a photo came meanwhile
            continue
        return Reindexing(engine, renewed, left, complete=True)


def _renew(services: Services, faces: Sequence[Face], unusable: dict[str, UnusablePhoto], progress: Counted) -> int:
    """How many could be enrolled anew; the others are added to `unusable`."""
    done_before = sum(one.renewed for one in services.store.engine_counts() if one.engine == services.faces.name)
    total, renewed = done_before + len(faces), 0
    for number, face in enumerate(faces):
        progress(done_before + number, total)
        try:
            renewed += _renew_one(services, face)
        except (BadPhoto, NotFound) as reason:
            unusable[face.id] = UnusablePhoto(face, reason)
    progress(total, total)
    return renewed


def _renew_one(services: Services, face: Face) -> bool:
    """False where the photo was removed meanwhile. Raises BadPhoto, and NotFound where only its file is gone."""
    try:
        enrolled = services.faces.enrol(face.student_id, services.media.read(face.photo_key), is_upright=True)
    except NotFound as gone:
        raise NotFound("The file of this photo is not there any more.") from gone
    new = replace(
        face,
        engine=services.faces.name,
        quality=enrolled.found.faces[0].quality if enrolled.found.faces else 0.0,
        vector=enrolled.vector,
        external_id=enrolled.external_id,
    )
    try:
        services.store.commit(AddRenewedFace(new))
    except NotFound:
        services.faces.remove([new])
        return False
    return True


def _in_words(services: Services, engine: str, renewed: int, passed_over: int) -> list[AuditEntry]:
    detail = f"enrolled anew {renewed}, passed over {passed_over}"
    return [AuditEntry(services.now(), None, "faces.reindexed", engine, detail)] if renewed or passed_over else []


def _ignore(done: int, total: int) -> None:
    """Progress that nobody follows."""


def comparable_faces(services: Services, student_ids: Sequence[str]) -> Sequence[Face]:
    """The faces of these students.

    Raises FacesOutdated where somebody has photos of which the engine in use can compare none yet.
    """
    faces, engine = services.store.faces(student_ids), services.faces.name
    ready = {face.student_id for face in faces if face.engine == engine}
    waiting = {face.student_id for face in faces if face.is_outdated(engine)} - ready
    if waiting:
        raise FacesOutdated(
            "The photos of students on this roster (%(students)s) were enrolled by another face engine than the one in "
            "use, which cannot compare them. The search waits until an admin has had them enrolled anew.",
            students=len(waiting),
        )
    return faces


def outdated_faces(services: Services) -> FacesOutdated | None:
    """What an admin should be told, and how it is cured; None where all faces are of the engine in use."""
    outdated = services.store.outdated_faces(services.faces.name)
    if not outdated:
        return None
    return FacesOutdated(
        "Photos (%(photos)s) were enrolled by another face engine (%(others)s) than the one in use (%(engine)s), so "
        "searches of their students wait. Enrol them anew with: flask --app website faces reindex. Or start again with "
        "the settings with which they were enrolled.",
        photos=sum(outdated.values()),
        others=", ".join(sorted(outdated)),
        engine=services.faces.name,
    )
