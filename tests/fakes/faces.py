"""A FaceSearch without networks: photos and recordings are texts that say who is in them.

A person is a number. `b"face:21"` is a photo of person 21, `b"face:21.2"` a shot of the same person that is less like
the others, `b"face:21,52"` shows two people and `b"face:"` nobody. A recording is `b"video 60|21 0 50|900 10 20"`: its
seconds, then who is there from when to when; `b"snapshot|21|900"` is one picture. Anything else is no picture.
Before a camera, `b"face:21@20"` has turned the head by 20 degrees to the own left, -20 to the right;
`b"face:21@20flat"` is a picture of person 21 that was turned so.
"""

from __future__ import annotations

import hashlib
import io
import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from PIL import Image

from attendance.errors import BadPhoto, BadRecording, SettingsError
from attendance.model import Face, Landmarks, RecordingKind, Thresholds, new_id
from attendance.ports import (
    EnrolledFace,
    FoundFace,
    LookAlike,
    MediaFile,
    PhotoFaces,
    Progress,
    RecordingInfo,
    Seen,
    SeenFace,
)


def similarity(one: float, other: float) -> float:
    """100 for the same number; a tenth apart is 10 points, so that different whole numbers are nothing alike."""
    return round(max(0.0, 100.0 - 100.0 * abs(one - other)), 6)


class FakeFaces:
    """`problems` are found in every photo; `removed` are what it was told to forget, by its own ids.

    One of another name is another engine, that enrols the same people and compares only its own faces.
    """

    thresholds = Thresholds(review=60.0, accept=75.0, margin=10.0)
    compares_everybody = False
    charges_by_minute = False
    gives_vectors = True

    def __init__(self, name: str = "fake-1") -> None:
        self.name = name
        self.problems: tuple[str, ...] = ()
        self.removed: list[str] = []

    def thresholds_for(self, accept: float | None, review: float | None, margin: float | None) -> Thresholds:
        usual = FakeFaces.thresholds
        chosen = Thresholds(
            usual.review if review is None else review,
            usual.accept if accept is None else accept,
            usual.margin if margin is None else margin,
        )
        if chosen.review > chosen.accept:
            raise SettingsError("ROLLCALL_REVIEW_SIMILARITY must not be above ROLLCALL_ACCEPT_SIMILARITY.")
        return chosen

    def find(self, photo: bytes) -> PhotoFaces:
        people = _people_in(photo)
        faces = tuple(
            FoundFace((10.0 + 80 * i, 10.0, 80.0 + 80 * i, 90.0), 1.0, 0.9, self.problems) for i in range(len(people))
        )
        return PhotoFaces(faces, width=100 + 80 * len(people), height=120)

    def look(self, pictures: Sequence[bytes]) -> tuple[tuple[SeenFace, ...], ...]:
        return tuple(
            tuple(
                SeenFace(found.box, landmarks_of(word, found.box), found.score, found.quality)
                for word, found in zip(_words_in(picture), self.find(picture).faces, strict=True)
            )
            for picture in pictures
        )

    def enrol(self, student_id: str, photo: bytes) -> EnrolledFace:
        found = self.find(photo)
        people = _people_in(photo)
        if not people:
            raise BadPhoto("There is no face in this photo.")
        if len(people) > 1:
            raise BadPhoto(f"There are {len(people)} faces in this photo; choose one with a single face.")
        return EnrolledFace(found, (people[0],), new_id(), _picture(photo, 320), _picture(photo, 160))

    def look_alikes(self, face: EnrolledFace, enrolled: Sequence[Face]) -> Sequence[LookAlike]:
        assert face.vector is not None
        alike = [LookAlike(student, points) for student, points in _ranked(face.vector[0], self._own(enrolled))]
        return [one for one in alike if one.similarity >= self.thresholds.review]

    def alike_among(self, others: Sequence[Face], faces: Sequence[Face]) -> set[str]:
        own = [number for _, number in self._own(faces)]
        return {
            student
            for student, number in self._own(others)
            if any(similarity(number, one) >= self.thresholds.review for one in own)
        }

    def remove(self, faces: Sequence[Face]) -> None:
        self.removed += [face.external_id or face.id for face in faces]

    def probe(self, file: MediaFile) -> RecordingInfo:
        head, _ = _recording(file)
        if head == ["snapshot"]:
            return RecordingInfo(0.0, 320, 240, "png", "png", ".png")
        return RecordingInfo(float(head[1]), 320, 240, "h264", "mov,mp4", ".mp4")

    def vector_of(self, picture: bytes) -> tuple[float, ...] | None:
        with suppress(OSError), Image.open(io.BytesIO(picture)) as kept:
            return (float(kept.info["comment"]),)
        return None

    def likeness(self, vectors: Sequence[tuple[float, ...]]) -> Sequence[Sequence[float]]:
        return [[similarity(one[0], other[0]) for other in vectors] for one in vectors]

    def search(
        self,
        file: MediaFile,
        kind: RecordingKind,
        faces: Sequence[Face],
        progress: Progress | None = None,
        *,
        vectors: bool = False,
    ) -> Sequence[Seen]:
        _, thresholds = _recording(file)
        for tenth in range(11):
            if progress is not None:
                progress(tenth / 10)
        own = self._own(faces)
        seen: dict[str, Seen] = {}
        unknown: list[Seen] = []
        for line in thresholds:
            one = self._seen([float(part) for part in line], own)
            if one.student_id is None:
                unknown.append(one)
            else:
                seen[one.student_id] = _joined(seen.get(one.student_id, one), one)
        found = [*seen.values(), *unknown]
        return found if vectors else [replace(one, vector=None) for one in found]

    def _own(self, faces: Sequence[Face]) -> list[tuple[str, float]]:
        return [(face.student_id, face.vector[0]) for face in faces if face.engine == self.name and face.vector]

    def _seen(self, line: Sequence[float], own: Sequence[tuple[str, float]]) -> Seen:
        person, first_s, last_s = (*line, 0.0, 0.0)[:3]
        frames = int(last_s - first_s) + 1
        picture = _picture(str(person).encode(), 160)
        more = {"quality": 0.9, "place": place_of(person), "vector": (person,)}
        ranked = _ranked(person, own)
        if not ranked or ranked[0][1] < self.thresholds.review:
            return Seen(None, first_s, last_s, frames, 0, None, None, picture, first_s, (first_s, last_s), **more)
        student, points = ranked[0]
        margin = points - ranked[1][1] if len(ranked) > 1 else 100.0
        return Seen(
            student, first_s, last_s, frames, frames, points, margin, picture, first_s, (first_s, last_s), **more
        )


def place_of(person: float) -> tuple[float, ...]:
    """Everybody has a seat of their own."""
    left = (person % 100) / 100
    return left, 0.5, left + 0.008, 0.51


def _joined(known: Seen, again: Seen) -> Seen:
    """One entry for a student who came back."""
    if again is known:
        return known
    best = max(known, again, key=lambda one: one.similarity or 0.0)
    return replace(
        best,
        first_s=min(known.first_s, again.first_s),
        last_s=max(known.last_s, again.last_s),
        frames=known.frames + again.frames,
        good_frames=known.good_frames + again.good_frames,
        appearances_s=_appearances_s(known, again),
    )


def _appearances_s(*visits: Seen) -> tuple[float, ...]:
    by_time = sorted(visits, key=lambda seen: seen.first_s)
    return tuple(second for seen in by_time for second in seen.appearances_s or ())


def _ranked(person: float, own: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """Students by similarity, the most similar first, each by the best of the own faces."""
    best: dict[str, float] = {}
    for student, number in own:
        best[student] = max(best.get(student, 0.0), similarity(person, number))
    return sorted(best.items(), key=lambda item: (-item[1], item[0]))


def landmarks_of(word: str, box: tuple[float, float, float, float]) -> Landmarks:
    """Of a head as its word says it is turned; distances of the eyes are 20 pixels."""
    _, _, turn = word.partition("@")
    yaw = math.radians(float(turn.removesuffix("flat") or 0))
    depth = 0.0 if turn.endswith("flat") else 0.4
    middle = (box[0] + box[2]) / 2

    def seen(x: float, y: float, before: float = 0.0) -> tuple[float, float]:
        return middle + 20 * (x * math.cos(yaw) + before * math.sin(yaw)), box[1] + 25 + 20 * y

    return Landmarks(seen(-0.5, 0), seen(0.5, 0), seen(0, 0.6, depth), seen(-0.4, 1.1), seen(0.4, 1.1))


def _people_in(photo: bytes) -> list[float]:
    return [float(word.partition("@")[0]) for word in _words_in(photo)]


def _words_in(photo: bytes) -> list[str]:
    if photo.startswith(b"\xff\xd8"):
        with suppress(OSError), Image.open(io.BytesIO(photo)) as kept:
            photo = kept.info.get("comment", b"")
    if not photo.startswith(b"face:"):
        raise BadPhoto("The picture is not a picture that can be read.")
    return [word for word in photo.decode(errors="replace").removeprefix("face:").split(",") if word]


def _recording(file: MediaFile) -> tuple[list[str], list[list[str]]]:
    """The words of the head, and of each person's line."""
    with file.open() as stream:
        content = stream.read()
    with suppress(BadPhoto):  # else it is one picture of a camera
        return ["snapshot"], [[str(person)] for person in _people_in(content)]
    head, *thresholds = content.decode(errors="replace").strip().split("|")
    words = head.split()
    if words != ["snapshot"] and not (len(words) == 2 and words[0] == "video"):
        raise BadRecording("The recording is not a video that can be read, or it is cut short.")
    return words, [line.split() for line in thresholds]


def _picture(seed: bytes, size_px: int) -> bytes:
    """A JPEG that is the same for the same bytes and another for others, and remembers them."""
    tiles = Image.frombytes("L", (4, 8), hashlib.sha256(seed).digest())
    stream = io.BytesIO()
    tiles.resize((size_px, size_px), Image.Resampling.NEAREST).save(stream, "JPEG", comment=seed)
    return stream.getvalue()
