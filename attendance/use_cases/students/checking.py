"""Check a photo before it is enrolled: whether it can be compared, and whom else it is like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from attendance.errors import BadPhoto, NotFound, Personal, Sentence
from attendance.model import Face, Student
from attendance.ports import EnrolledFace, LookAlike, PhotoFaces, Seen
from attendance.rules.lectures import rounded_down
from attendance.services import Services
from attendance.use_cases.site.reading import thresholds
from attendance.use_cases.students.photos import (
    UNLIKE_OTHERS,
    AddedPhoto,
    judge,
    nearest_alike,
    passing_face,
    refuse_size,
)

NO_FACE = "no_face"
SEVERAL_FACES = "several_faces"


@dataclass(frozen=True, slots=True)
class Resembling:
    """Another student whom a photo looks like: 0 to 100, with a face to show beside it.

    `may_be_same` from the accept threshold on: the person may be registered twice.
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


def check_photo(services: Services, photo: bytes, *, consented: bool, student_id: str = "") -> PhotoReport:
    """Check a photo that is not stored. `student_id` is the student it would be added to. Raises BadPhoto (no picture).

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


def check_face(services: Services, face: Face) -> PhotoReport:
    """Check a photo that is stored. Raises NotFound where its file is gone."""
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
        may_be_same = one.similarity >= thresholds(services).accept
        found.append(Resembling(student, one.similarity, face.id if face else None, may_be_same))
    return tuple(found)


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


PROBLEM_SENTENCES = {
    "too_small": Sentence("The face is small in the photo."),
    "blurred": Sentence("The face is blurred."),
    "turned": Sentence("The face is turned away from the camera."),
    "too_dark": Sentence("The face is dark."),
    "too_bright": Sentence("The face is too bright."),
    UNLIKE_OTHERS: Sentence("The face does not look like the student's other photos."),
}


def photo_in_words(services: Services, added: Sequence[AddedPhoto]) -> list[Sentence]:
    """Each thing that is poor once, and whom the photos look like."""
    problems = dict.fromkeys(problem for one in added for problem in one.problems)
    sentences = [PROBLEM_SENTENCES[problem] for problem in problems if problem in PROBLEM_SENTENCES]
    return [*sentences, *map(_look_alike, resembling(services, nearest_alike(added)))]


def _look_alike(other: Resembling) -> Sentence:
    name, student_id = Personal(other.student.name), Personal(other.student.id)
    points = f"{rounded_down(other.similarity):.0f}"
    if other.may_be_same:
        return Sentence(
            "Looks like %(name)s (%(id)s), similarity %(points)s of 100; perhaps the same person is registered twice.",
            name=name,
            id=student_id,
            points=points,
        )
    return Sentence(
        "Looks like %(name)s (%(id)s), similarity %(points)s of 100.", name=name, id=student_id, points=points
    )
