"""A person says whom a visit shows: one of those who agreed to be known at doors, or nobody of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from attendance.changes import MOST_VISITS, NameVisit, RemoveVisits
from attendance.committing import commit
from attendance.errors import BadPhoto, MovedOn, NotFound
from attendance.events import VisitNamed
from attendance.model import AuditEntry, Student, Verdict, Visit, VisitPlace
from attendance.rules.visits import kept_photo_id, stored_from
from attendance.services import Services
from attendance.use_cases.doors.consenting import check_agreed
from attendance.use_cases.erasing import erase_soon
from attendance.use_cases.students.photos import SamePhoto, add_photo, remove_photo


@dataclass(frozen=True, slots=True)
class SaidOfVisit:
    """The visit as it is now. `refusal` is why its picture could not be kept as a photo, where that was asked for;
    `removed_photo` whether one that was kept with what was said before is gone.
    """

    visit: Visit
    refusal: BadPhoto | None = None
    removed_photo: bool = False


def name_visit(
    services: Services, visit_id: str, student: Student, *, by: str, keep_photo: bool = False
) -> SaidOfVisit:
    """It shows this student. Nothing is learnt from it, unless `keep_photo`: then its picture becomes a photo.

    Raises NotFound, InvalidInput (no consent), ConsentMissing (a photo without consent), MovedOn.
    """
    check_agreed(student)
    old = services.store.visit(visit_id)
    named = _said(services, old, by, student_id=student.id, verdict=Verdict.KNOWN)
    kept, refusal = _kept(services, old, student, by) if keep_photo else (None, None)
    try:
        _commit(services, old, named, "visit.named", student.id, by)
    except (MovedOn, NotFound):
        if kept is not None:
            remove_photo(services, student.id, kept, by=by)
        raise
    removed = old.student_id != student.id and _remove_kept(services, old, by)
    return SaidOfVisit(named, refusal, removed)


def unname_visit(services: Services, visit_id: str, *, by: str) -> SaidOfVisit:
    """It shows nobody who agreed to be known at doors; a photo that was kept with the name goes too.

    Raises NotFound, MovedOn.
    """
    old = services.store.visit(visit_id)
    unnamed = _said(services, old, by, student_id=None, verdict=Verdict.UNKNOWN, similarity=None)
    _commit(services, old, unnamed, "visit.unnamed", old.student_id or "", by)
    return SaidOfVisit(unnamed, removed_photo=_remove_kept(services, old, by))


def kept_photo(services: Services, visit: Visit) -> str | None:
    """The face of the student it shows that its picture became, where it was kept as a photo."""
    if visit.student_id is None:
        return None
    face_id = kept_photo_id(visit.id, services.store.student(visit.student_id).key)
    return face_id if any(face.id == face_id for face in services.store.faces([visit.student_id])) else None


def remove_visit(services: Services, visit_id: str, *, by: str) -> None:
    """With its picture and what the sensor saw. Raises NotFound."""
    visit = services.store.visit(visit_id)
    door = services.store.device(visit.device_id)
    entry = AuditEntry(services.now(), by, "visit.removed", door.name, visit.at.isoformat(timespec="minutes"))
    commit(services, RemoveVisits([visit_id]), entry)
    erase_soon(services)


def remove_old_visits(services: Services) -> int:
    """Those that are older than visits are stored; how many. Each step is short, so that doors can send meanwhile."""
    before = VisitPlace(stored_from(services.now(), services.settings.visit_days))
    removed = 0
    for door in services.store.devices():
        while door.is_door and (old := services.store.visits([door.id], before=before, limit=MOST_VISITS)):
            commit(services, RemoveVisits([visit.id for visit in old]))
            removed += len(old)
    if removed:
        erase_soon(services)
    return removed


def _said(services: Services, old: Visit, by: str, **more: object) -> Visit:
    return replace(old, named_by=by, named_at=services.now(), **more)  # type: ignore[arg-type]


def _commit(services: Services, old: Visit, new: Visit, action: str, subject: str, by: str) -> None:
    now, door = services.now(), services.store.device(old.device_id)
    event = VisitNamed(at=now, device_id=door.id, visit_id=old.id, by=by)
    commit(services, NameVisit(old, new), AuditEntry(now, by, action, subject, door.name), event)


def _kept(services: Services, visit: Visit, student: Student, by: str) -> tuple[str | None, BadPhoto | None]:
    """The face that the picture became. Raises ConsentMissing."""
    door = services.store.device(visit.device_id)
    origin = f"from the door {door.name}, {visit.at:%Y-%m-%d %H:%M:%S} UTC"
    face_id = kept_photo_id(visit.id, student.key)
    try:
        picture = services.media.read(visit.picture_key or "")
        return add_photo(services, student.id, picture, by=by, origin=origin, face_id=face_id).face.id, None
    except SamePhoto:
        return None, None
    except BadPhoto as unfit:
        return None, unfit
    except NotFound:
        return None, BadPhoto("There is no picture of this person that is good enough.")


def _remove_kept(services: Services, old: Visit, by: str) -> bool:
    try:
        face_id = kept_photo(services, old)
        if face_id is not None and old.student_id is not None:
            remove_photo(services, old.student_id, face_id, by=by)
            return True
    except NotFound:  # the student or the photo was removed since
        pass
    return False
