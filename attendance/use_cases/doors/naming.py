"""A person says whom a visit shows: one of those who agreed to be known at doors, or nobody of them."""

from __future__ import annotations

from dataclasses import dataclass

from attendance.changes import MOST_VISITS, RemoveVisits
from attendance.committing import commit
from attendance.errors import BadPhoto
from attendance.model import AuditEntry, Student, Visit, VisitPlace
from attendance.rules.visits import kept_photo_id, stored_from
from attendance.services import Services
from attendance.use_cases.doors.consenting import check_agreed
from attendance.use_cases.doors.deciding import ignore_visits, name_visits, refuse_visits, remove_kept
from attendance.use_cases.doors.groups import DoorGroup, groups
from attendance.use_cases.erasing import erase_soon


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
    """It shows this student, and so do the other visits of the same unknown person, where the door tells people apart.

    Nothing is learnt from it, unless `keep_photo`: then its picture becomes a photo. Raises NotFound, InvalidInput (no
    consent), ConsentMissing (a photo without consent).
    """
    check_agreed(student)
    old = services.store.visit(visit_id)
    group = _open_group(services, old)
    best = [old, *(one.visit for one in group.best if one.visit.id != old.id)] if group is not None else [old]
    done = name_visits(services, best, student, by, keep_photo, group)
    other = old.student_id if old.student_id != student.id else None
    removed = other is not None and remove_kept(services, [old], other, by)
    return SaidOfVisit(services.store.visit(visit_id), done.refusal, removed)


def unname_visit(services: Services, visit_id: str, *, by: str) -> SaidOfVisit:
    """It does not show whom it is said to, and is of nobody who agreed to be known at doors; of somebody unknown all
    visits are of nobody of ours. A photo that was kept with the name goes too.

    Raises NotFound.
    """
    old = services.store.visit(visit_id)
    door = services.store.device(old.device_id)
    if old.student_id is None:
        group = _open_group(services, old)
        ignore_visits(services, door, [one.visit for one in group.seen] if group is not None else [old], by)
        return SaidOfVisit(services.store.visit(visit_id))
    has_kept = kept_photo(services, old) is not None
    refuse_visits(services, door, [old], old.student_id, by)
    return SaidOfVisit(services.store.visit(visit_id), removed_photo=has_kept)


def _open_group(services: Services, visit: Visit) -> DoorGroup | None:
    """Of somebody of whom nobody has said anything yet."""
    if visit.student_id is not None or visit.named_by is not None:
        return None
    found = groups(services, services.store.device(visit.device_id))
    own = (one for one in found if one.is_open and any(seen.visit.id == visit.id for seen in one.seen))
    return next(own, None)


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
