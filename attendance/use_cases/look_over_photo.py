"""Say what a photo shows and what is poor about it, before and after it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from attendance.errors import BadPhoto, NotFound
from attendance.model import Face, Student
from attendance.ports import EnrolledFace, LookAlike, PhotoFaces
from attendance.services import Services
from attendance.use_cases.enrol_photos import judge, passing_face, refuse_size

NO_FACE = "no_face"
SEVERAL_FACES = "several_faces"


@dataclass(frozen=True, slots=True)
class Resembling:
    """Another student whom a photo looks like: 0 to 100, with a face to show beside it.

    `may_be_same` from the accept line on: the person may be registered twice.
    """

    student: Student
    similarity: float
    face_id: str | None
    may_be_same: bool


@dataclass(frozen=True, slots=True)
class PhotoReport:
    """What a photo shows. `problems` are codes; `refusal` is why it cannot be used, or None where it can be.

    `look_alikes` are other students, the nearest first.
    """

    found: PhotoFaces
    problems: tuple[str, ...]
    look_alikes: tuple[Resembling, ...] = ()
    refusal: BadPhoto | None = None


def look_over_photo(services: Services, photo: bytes, *, consented: bool, student_id: str = "") -> PhotoReport:
    """Look at a photo that is not kept. `student_id` is the student it would be added to. Raises BadPhoto (no picture).

    Without consent no vector is made, so nobody is compared.
    """
    refuse_size(services, photo)
    found = services.faces.find(photo)
    if not consented or not found.faces:
        return PhotoReport(found, _problems(found), refusal=_refusal(found))
    try:
        enrolled = services.faces.enrol(student_id, photo)
    except BadPhoto as wrong:
        return PhotoReport(found, _problems(found), refusal=wrong)
    try:
        return _report(services, student_id, enrolled, services.store.faces())
    finally:
        services.faces.remove([passing_face(services, student_id, enrolled)])


def look_over_face(services: Services, face: Face) -> PhotoReport:
    """Look at a photo that is kept. Raises NotFound where its file is gone."""
    photo = services.media.read(face.photo_key)
    found = services.faces.find(photo)
    if face.engine != services.faces.name or not found.faces:
        return PhotoReport(found, _problems(found))
    enrolled = EnrolledFace(found, face.vector, face.external_id, photo, b"")
    others = [one for one in services.store.faces() if one.id != face.id]
    return _report(services, face.student_id, enrolled, others)


def _report(services: Services, student_id: str, enrolled: EnrolledFace, others: Sequence[Face]) -> PhotoReport:
    problems, alike = judge(services, student_id, enrolled, others)
    return PhotoReport(enrolled.found, problems, resembling(services, alike))


def _problems(found: PhotoFaces) -> tuple[str, ...]:
    if not found.faces:
        return (NO_FACE,)
    several = (SEVERAL_FACES,) if len(found.faces) > 1 else ()
    return (*several, *found.faces[0].problems)


def _refusal(found: PhotoFaces) -> BadPhoto | None:
    return None if found.faces else BadPhoto("No face was found in this photo.")


def resembling(services: Services, look_alikes: Sequence[LookAlike]) -> tuple[Resembling, ...]:
    """The students behind look-alikes, without those removed since."""
    found = []
    for one in look_alikes:
        try:
            student = services.store.student(one.student_id)
        except NotFound:
            continue
        face = next(iter(services.store.faces([student.id])), None)
        may_be_same = one.similarity >= services.faces.lines.accept
        found.append(Resembling(student, one.similarity, face.id if face else None, may_be_same))
    return tuple(found)
