"""Add photos to a registered student, and remove them."""

from __future__ import annotations

from collections.abc import Sequence

from attendance.errors import NotFound
from attendance.list_model import AuditEntry
from attendance.model import Face
from attendance.services import Services
from attendance.use_cases.enrol_photos import AddedPhoto, alike_in_words, enrolled_photos
from attendance.use_cases.erase import erase_soon
from attendance.use_cases.forget_in_imports import forget_removed


def add_photo(services: Services, student_id: str, photo: bytes, *, by: str | None) -> AddedPhoto:
    """Raises NotFound, ConsentMissing, BadPhoto; nothing is stored then."""
    return add_photos(services, student_id, [photo], by=by)[0]


def add_photos(services: Services, student_id: str, photos: Sequence[bytes], *, by: str | None) -> list[AddedPhoto]:
    """All or none. Raises NotFound, ConsentMissing, BadPhoto."""
    student = services.store.student(student_id)
    with enrolled_photos(services, student, photos) as added:
        keep_photos(services, student_id, added, by=by)
    return added


def keep_photos(services: Services, student_id: str, added: Sequence[AddedPhoto], *, by: str | None) -> None:
    """Store enrolled photos of a registered student, all or none. Raises NotFound, ConsentMissing."""
    stored: list[Face] = []
    try:
        for one in added:
            services.store.add_face(one.face)
            stored.append(one.face)
    except BaseException:
        for face in stored:
            services.store.remove_face(face.id)
        raise
    for one in added:
        services.store.add_audit(
            AuditEntry(services.now(), by, "student.photo_added", student_id, alike_in_words([one]))
        )


def remove_photo(services: Services, student_id: str, face_id: str, *, by: str | None) -> None:
    """Raises NotFound."""
    faces = [face for face in services.store.faces([student_id]) if face.id == face_id]
    if not faces:
        raise NotFound("The student has no such photo.")
    services.store.remove_face(face_id)
    services.store.add_audit(AuditEntry(services.now(), by, "student.photo_removed", student_id))
    forget_removed(services)
    erase_soon(services)
