"""Who stands before a kiosk: one face, that moves as a head does, and is somebody of the place's rosters or nobody."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from attendance.disk.files import DiskFile
from attendance.errors import BadPhoto, FacesOutdated, ServiceUnavailable
from attendance.model import (
    Device,
    Face,
    KioskOutcome,
    Liveness,
    Purpose,
    RecordingKind,
    Student,
    Turn,
    TurnVerdict,
    Verdict,
)
from attendance.ports import Seen, SeenFace
from attendance.rules.consent import has_consent
from attendance.rules.liveness import judge_turn
from attendance.rules.visits import best_look, verdict_of
from attendance.services import Services
from attendance.use_cases.site.reading import thresholds
from attendance.use_cases.students.checking import only_of
from attendance.use_cases.students.reindexing import comparable_faces

MOST_CHOICES = 3
ALONE = 0.6
"""A face that is narrower than this part of the widest stands behind, and is not asked."""

TOO_FAR = "too_far"
"""The reason of an attempt whose face is narrower than the kiosk asks for."""

_AROUND = 0.6
_WIDE = 1280  # the width of a picture in which `min_face_px` is counted
_FIRST = 2
"""Of the frames so many are compared until one is sure: the first may be blurred."""
_COMPARED_LAST = 3

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Looked:
    """What the frames of an attempt show before anybody is compared: each frame's one face, None where it has none.

    `refused` is what is answered where that is not enough; `reason` says more of it.
    """

    faces: Sequence[SeenFace | None] = ()
    refused: KioskOutcome | None = None
    reason: str = ""
    size: tuple[int, int] | None = None
    alone: bool = True

    @property
    def face_field(self) -> Box | None:
        """Where the face is in the first frame: left, top, width and height as parts of it."""
        first = self.faces[0] if self.faces else None
        if first is None or self.size is None:
            return None
        x1, y1, x2, y2 = first.box
        width, height = self.size
        return x1 / width, y1 / height, (x2 - x1) / width, (y2 - y1) / height


@dataclass(frozen=True, slots=True)
class Recognised:
    """Whom the face shows: for sure one student, or perhaps one of some (`choices`, the likeliest first), or nobody."""

    verdict: Verdict
    student_id: str | None = None
    similarity: float | None = None
    choices: Sequence[str] = ()
    picture: bytes | None = None
    is_one: bool = True


def look_at(services: Services, device: Device, frames: Sequence[bytes], turn: Turn | None) -> Looked:
    """Whether one person stands there, and turned the head where the kiosk asks for it. Raises BadPhoto."""
    asks = device.kiosk_settings.liveness is not Liveness.OFF
    pictures = services.faces.look(frames if asks else frames[:1])
    faces = [_own_face(picture) for picture in pictures]
    if not pictures[0]:
        return Looked(refused=KioskOutcome.NO_FACE)
    if faces[0] is None:
        return Looked(refused=KioskOutcome.SEVERAL_FACES)
    looked = Looked(faces, size=_size(frames[0]), alone=all(len(found) <= 1 for found in pictures))
    if _is_far(looked, device):
        return replace(looked, refused=KioskOutcome.NO_FACE, reason=TOO_FAR)
    return _asked_to_turn(looked, turn) if asks else looked


def _is_far(looked: Looked, device: Device) -> bool:
    """Whether the first frame's face is narrower than the kiosk asks for."""
    first, size = looked.faces[0], looked.size
    return (
        first is not None and size is not None and _width(first) * _WIDE < device.kiosk_settings.min_face_px * size[0]
    )


def _asked_to_turn(looked: Looked, turn: Turn | None) -> Looked:
    """Refused where the head was not turned."""
    marks = [face.landmarks if face is not None else None for face in looked.faces]
    verdict = TurnVerdict.DID_NOT if turn is None else judge_turn(marks, turn)
    if verdict is TurnVerdict.TURNED:
        return looked
    return replace(looked, refused=KioskOutcome.NOT_LIVE, reason=verdict.value)


def recognise(
    services: Services, device: Device, frames: Sequence[bytes], looked: Looked, students: dict[str, Student]
) -> Recognised:
    """Whom of these students the frames show. Only whose who agreed to face recognition are compared.

    Raises BadPhoto, ServiceUnavailable.
    """
    agreed = sorted(one.id for one in students.values() if has_consent(one.consents, Purpose.FACE))
    faces = _enrolled(services, agreed)
    first: list[list[Seen]] = []
    for frame, face in _compared(frames[:_FIRST], looked):
        first.append(_search(services, frame, face, faces))
        if any(verdict_of(one, thresholds(services)) is Verdict.KNOWN for one in first[-1]):
            break
    best = best_look(first, thresholds(services))
    if not best:
        return Recognised(Verdict.UNKNOWN)
    seen = best[0]
    verdict = verdict_of(seen, thresholds(services))
    if len([one for one in best if one.student_id is not None]) > 1 and verdict is Verdict.KNOWN:
        verdict = Verdict.UNSURE  # two people in one face are one guess
    is_one = device.kiosk_settings.liveness is Liveness.OFF or _is_one(services, frames, looked, seen, faces)
    if seen.student_id is None:
        return Recognised(Verdict.UNKNOWN, picture=seen.picture, is_one=is_one)
    choices = () if verdict is Verdict.KNOWN else _choices(services, seen, faces)
    return Recognised(verdict, seen.student_id, seen.similarity, choices, seen.picture, is_one)


def _own_face(found: Sequence[SeenFace]) -> SeenFace | None:
    """The one who stands nearest, where nobody stands beside."""
    if not found:
        return None
    widest, *others = sorted(found, key=_width, reverse=True)
    return None if any(_width(one) > ALONE * _width(widest) for one in others) else widest


def _width(face: SeenFace) -> float:
    return face.box[2] - face.box[0]


def _compared(frames: Sequence[bytes], looked: Looked) -> list[tuple[bytes, SeenFace | None]]:
    """The frames with the face to be cut out, where anybody else is in the picture."""
    faces = [None if looked.alone else face for face in looked.faces]
    return [(frame, faces[number] if number < len(faces) else None) for number, frame in enumerate(frames)]


def _enrolled(services: Services, student_ids: Sequence[str]) -> Sequence[Face]:
    if not student_ids:
        return []
    try:
        return comparable_faces(services, student_ids)
    except FacesOutdated as outdated:
        raise ServiceUnavailable(outdated.template, **outdated.values) from outdated


def _search(services: Services, frame: bytes, face: SeenFace | None, faces: Sequence[Face]) -> list[Seen]:
    """The person of one frame; who stands behind is cut off."""
    with _as_file(frame if face is None else _cut(frame, face)) as file:
        seen = services.faces.search(file, RecordingKind.SNAPSHOT, faces)
    return only_of({one.student_id for one in faces}, seen)


def _is_one(services: Services, frames: Sequence[bytes], looked: Looked, seen: Seen, faces: Sequence[Face]) -> bool:
    """Whether the face of the end is that of the beginning: by its vector, or else because it is no other student."""
    likest, least = None, thresholds(services).review
    for frame, face in _compared(frames, looked)[-_COMPARED_LAST:]:
        for other in _search(services, frame, face, faces):
            if other.student_id is not None and other.student_id == seen.student_id:
                return True
            likeness = _likeness(services, seen.picture, other.picture)
            if likeness is None and other.student_id not in (None, seen.student_id):
                return False
            likest = max((one for one in (likest, likeness) if one is not None), default=None)
    return likest is None or likest >= least


def _likeness(services: Services, one: bytes | None, other: bytes | None) -> float | None:
    if one is None or other is None:
        return None
    vectors = services.faces.vector_of(one), services.faces.vector_of(other)
    if vectors[0] is None or vectors[1] is None:
        return None
    return services.faces.likeness([vectors[0], vectors[1]])[0][1]


def _choices(services: Services, seen: Seen, faces: Sequence[Face]) -> list[str]:
    """The students nearest to an unsure face; where the engine gives no vectors, the one that it named."""
    own = services.faces.vector_of(seen.picture) if seen.picture is not None else None
    stored = [one for one in faces if one.engine == services.faces.name and one.vector is not None]
    found = [seen.student_id] if seen.student_id is not None else []
    if own is not None and stored:
        row = services.faces.likeness([own, *(one.vector for one in stored if one.vector is not None)])[0][1:]
        ranked = sorted(zip(row, stored, strict=True), key=lambda pair: -pair[0])
        found += [face.student_id for _, face in ranked]
    return list(dict.fromkeys(found))[:MOST_CHOICES]


def _size(frame: bytes) -> tuple[int, int] | None:
    try:
        with Image.open(io.BytesIO(frame)) as picture:
            return picture.size
    except (OSError, ValueError, Image.DecompressionBombError):
        return None


def _cut(frame: bytes, face: SeenFace) -> bytes:
    """The face with as much around it as engines like to have."""
    x1, y1, x2, y2 = face.box
    aside, above = (x2 - x1) * _AROUND, (y2 - y1) * _AROUND
    try:
        with Image.open(io.BytesIO(frame)) as picture:
            width, height = picture.size
            box = max(0, x1 - aside), max(0, y1 - above), min(width, x2 + aside), min(height, y2 + above)
            stream = io.BytesIO()
            picture.convert("RGB").crop(box).save(stream, "JPEG", quality=95)
    except (OSError, ValueError, Image.DecompressionBombError) as spoilt:
        raise BadPhoto("The picture is not a picture that can be read.") from spoilt
    return stream.getvalue()


@contextmanager
def _as_file(jpeg: bytes) -> Iterator[DiskFile]:
    """As engines take it, in a folder that is gone afterwards: no picture of nobody stays."""
    with tempfile.TemporaryDirectory(prefix="rollcall-kiosk-") as folder:
        file = DiskFile(Path(folder, "face").with_suffix(".jpg"))
        file.path.write_bytes(jpeg)
        yield file
