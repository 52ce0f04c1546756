"""Photos of students: looked at, stored and enrolled, added and removed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from attendance.changes import AddFace, RemoveFace
from attendance.committing import commit
from attendance.errors import BadPhoto, ConsentMissing, NotFound
from attendance.events import PhotosRemoved
from attendance.media_keys import photo_keys
from attendance.model import AuditEntry, Face, Purpose, Student, new_id
from attendance.ports import EnrolledFace, LookAlike, PhotoFaces
from attendance.rules.consent import has_consent
from attendance.rules.lectures import rounded_down
from attendance.services import Services
from attendance.use_cases.outbox import follow_up

_MOST_PICTURE_BYTES = 50_000_000  # over a hundred photos; they are in memory until all are enrolled
UNLIKE_OTHERS = "unlike_others"  # a problem that only the student's other photos can show


class SamePhoto(BadPhoto):
    """The student has this very photo already."""


@dataclass(frozen=True, slots=True)
class AddedPhoto:
    """A photo that became a face: what was found, what is poor about it, and whom else it looks like."""

    face: Face
    found: PhotoFaces
    problems: tuple[str, ...]
    look_alikes: tuple[LookAlike, ...]


def nearest_alike(added: Sequence[AddedPhoto]) -> list[LookAlike]:
    """Each student whom any of the photos looks like once, with the highest similarity, the nearest first."""
    nearest: dict[str, LookAlike] = {}
    for other in sorted((other for one in added for other in one.look_alikes), key=lambda other: -other.similarity):
        nearest.setdefault(other.student_id, other)
    return list(nearest.values())


def alike_in_words(added: Sequence[AddedPhoto]) -> str:
    """For the audit: what a person knew who went on all the same; empty where nobody looks alike."""
    return ", ".join(
        f"looks like {other.student_id} ({rounded_down(other.similarity):.0f})" for other in nearest_alike(added)
    )


@contextmanager
def enrolled_photos(
    services: Services,
    student: Student,
    photos: Sequence[bytes],
    *,
    everybody: Sequence[Face] | None = None,
    pass_over_same: bool = False,
    are_upright: bool = False,
) -> Iterator[list[AddedPhoto]]:
    """The photos enrolled and written, for the body to store; where anything fails, nothing of them is left.

    `everybody` are all enrolled faces, where the caller has them at hand; `pass_over_same` leaves out photos that the
    student has instead of refusing them; `are_upright` says that they are no photos of a phone and stay as they lie.
    Raises ConsentMissing and BadPhoto, with
    the photo's number in the sentence where there are several.
    """
    if photos and not has_consent(student.consents, Purpose.FACE):
        raise ConsentMissing("Photos need the date on which the student agreed to them.", field="consent_on")
    everybody = services.store.faces() if photos and everybody is None else everybody or ()
    added: list[AddedPhoto] = []
    pictures: dict[str, bytes] = {}
    passed_over = [SamePhoto] if pass_over_same else []
    try:
        for number, photo in enumerate(photos, start=1):
            with _numbered(number, len(photos)), suppress(*passed_over):
                known = [*everybody, *(one.face for one in added)]
                enrolled, one = _enrol(services, student, photo, known, pictures, is_upright=are_upright)
                added.append(one)
                pictures |= {one.face.photo_key: enrolled.photo, one.face.thumbnail_key: enrolled.thumbnail}
                if sum(map(len, pictures.values())) > _MOST_PICTURE_BYTES:
                    raise BadPhoto("These are too many photos at once; add the others later.", field="photos")
        for key, picture in pictures.items():  # last, so that a process that is killed leaves hardly ever a file
            services.media.put(key, picture)
        yield added
    except BaseException:
        _forget(services, [one.face for one in added])
        raise


def refuse_size(services: Services, photo: bytes) -> None:
    """Raises BadPhoto where it is empty or above the limit."""
    if not photo:
        raise BadPhoto("This file is empty.", field="photos")
    if len(photo) > services.settings.most_photo_bytes:
        raise BadPhoto(
            "This photo is larger than %(most)s MB.", most=f"{services.settings.max_photo_mb:g}", field="photos"
        )


def judge(
    services: Services, student_id: str, enrolled: EnrolledFace, everybody: Sequence[Face]
) -> tuple[tuple[str, ...], tuple[LookAlike, ...]]:
    """What is poor about an enrolled photo, and which other students it looks like."""
    alike = services.faces.look_alikes(enrolled, [face for face in everybody if face.engine == services.faces.name])
    others = tuple(one for one in alike if one.student_id != student_id)
    problems = enrolled.found.faces[0].problems if enrolled.found.faces else ()
    has_own = any(face.student_id == student_id and face.engine == services.faces.name for face in everybody)
    if has_own and len(others) == len(alike):
        problems = (*problems, UNLIKE_OTHERS)
    return problems, others


def passing_face(services: Services, student_id: str, enrolled: EnrolledFace) -> Face:
    """A face without pictures, so that the engine can be told to forget it."""
    return Face(
        id=new_id(),
        student_id=student_id,
        engine=services.faces.name,
        photo_key="",
        thumbnail_key="",
        quality=enrolled.found.faces[0].quality if enrolled.found.faces else 0.0,
        created_at=services.now(),
        vector=enrolled.vector,
        external_id=enrolled.external_id,
    )


def _enrol(
    services: Services,
    student: Student,
    photo: bytes,
    everybody: Sequence[Face],
    pictures: Mapping[str, bytes],
    *,
    is_upright: bool,
) -> tuple[EnrolledFace, AddedPhoto]:
    refuse_size(services, photo)
    enrolled = services.faces.enrol(student.id, photo, is_upright=is_upright)
    photo_key, thumbnail_key = photo_keys(student.key)
    face = replace(passing_face(services, student.id, enrolled), photo_key=photo_key, thumbnail_key=thumbnail_key)
    try:
        if enrolled.photo in pictures.values() or _is_kept(services, student.id, enrolled, everybody):
            raise SamePhoto("The student already has this photo.", field="photos")
        problems, others = judge(services, student.id, enrolled, everybody)
    except BaseException:
        services.faces.remove([face])
        raise
    return enrolled, AddedPhoto(face, enrolled.found, problems, others)


def _is_kept(services: Services, student_id: str, enrolled: EnrolledFace, everybody: Sequence[Face]) -> bool:
    """Engines make the upright copy the same way each time, so the same photo gives the same bytes."""
    return any(
        _same_file(services, face.photo_key, enrolled.photo) for face in everybody if face.student_id == student_id
    )


def _same_file(services: Services, key: str, picture: bytes) -> bool:
    try:
        return services.media.size(key) == len(picture) and services.media.read(key) == picture
    except NotFound:
        return False


def _forget(services: Services, faces: Sequence[Face]) -> None:
    """Take back faces that were never stored as rows."""
    services.faces.remove(faces)
    services.media.delete([key for face in faces for key in (face.photo_key, face.thumbnail_key)])


@contextmanager
def _numbered(number: int, count: int) -> Iterator[None]:
    try:
        yield
    except BadPhoto as wrong:
        if count > 1:
            raise BadPhoto("Photo %(number)s: %(reason)s", number=number, reason=wrong, field="photos") from wrong
        raise BadPhoto(wrong.template, **wrong.values, field="photos") from wrong


def add_photo(
    services: Services,
    student_id: str,
    photo: bytes,
    *,
    by: str | None,
    origin: str = "",
    face_id: str | None = None,
    is_upright: bool = False,
) -> AddedPhoto:
    """`origin` says where it came from, `face_id` what its face is to be called, `is_upright` that it is not turned.

    Raises NotFound, ConsentMissing, BadPhoto; nothing is stored then.
    """
    student = services.store.student(student_id)
    with enrolled_photos(services, student, [photo], are_upright=is_upright) as added:
        (one,) = added
        one = replace(one, face=replace(one.face, id=face_id or one.face.id))
        store_photos(services, student_id, [one], by=by, origin=origin)
    return one


def add_photos(
    services: Services, student_id: str, photos: Sequence[bytes], *, by: str | None, origin: str = ""
) -> list[AddedPhoto]:
    """All or none. Raises NotFound, ConsentMissing, BadPhoto."""
    student = services.store.student(student_id)
    with enrolled_photos(services, student, photos) as added:
        store_photos(services, student_id, added, by=by, origin=origin)
    return added


def store_photos(
    services: Services, student_id: str, added: Sequence[AddedPhoto], *, by: str | None, origin: str = ""
) -> None:
    """Store enrolled photos of a registered student, all or none. Raises NotFound, ConsentMissing."""
    details = ["; ".join(filter(None, (origin, alike_in_words([one])))) for one in added]
    entries = [AuditEntry(services.now(), by, "student.photo_added", student_id, detail) for detail in details]
    stored: list[Face] = []
    try:
        for number, one in enumerate(added, start=1):
            # What is taken back below was never added.
            services.store.commit(AddFace(one.face), *(entries if number == len(added) else ()))
            stored.append(one.face)
    except BaseException:
        for face in stored:
            services.store.commit(RemoveFace(face.id))
        raise


def remove_photo(services: Services, student_id: str, face_id: str, *, by: str | None) -> None:
    """Raises NotFound."""
    faces = [face for face in services.store.faces([student_id]) if face.id == face_id]
    if not faces:
        raise NotFound("The student has no such photo.")
    entry = AuditEntry(services.now(), by, "student.photo_removed", student_id)
    event = PhotosRemoved(at=entry.at, student_key=services.store.student(student_id).key)
    commit(services, RemoveFace(face_id), entry, event)
    follow_up(services)
