"""Photos and snapshots by the local engine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from attendance.adapters.local.models import points_between
from attendance.errors import BadPhoto
from attendance.model import Landmarks
from attendance.ports import FoundFace, PhotoFaces, Progress, Seen, SeenFace
from face_engine.engine import Engine
from face_engine.gallery import Gallery
from face_engine.images import Photo, encode_jpeg, read_image
from face_engine.model import BGRImage, Face
from face_engine.portrait import Picture
from face_engine.search_model import SearchOptions
from face_engine.similarity import similarity
from face_engine.snapshot import Named, name_faces
from face_engine.upright import UprightPhoto

LONGEST_SIDE_PX = 1600
THUMBNAIL_PX = 160
LEAST_FACE_PX = 30
"""On a smaller face the network sees little but its own enlargement."""

_LOOKED_AT_PX = 640
"""Of a camera's picture before a kiosk, the longer side: the network puts the points on 48 pixels of face anyway."""

_CLEAR_PART = 0.5  # of the largest face's width; people far behind are smaller
_CLEAR_SCORE = 0.9  # patterns that are taken for a face have less
_THUMBNAIL_WIDTH = 1.6  # in faces: hair and chin belong to a person


def largest_first(faces: Sequence[Face]) -> list[Face]:
    """Sorted by the area of the box."""
    return sorted(faces, key=lambda face: face.width_px * face.height_px, reverse=True)


def the_one_face(faces: Sequence[Face], reduced_by: float = 1.0) -> Face:
    """The face that is meant, of faces sorted by size in a photo that was reduced. Raises BadPhoto."""
    if not faces:
        raise BadPhoto("There is no face in this photo.")
    largest = faces[0]
    others = [face for face in faces[1:] if _is_clear(face, largest)]
    if others:
        raise BadPhoto("There are %(count)s faces in this photo; choose one with a single face.", count=len(others) + 1)
    if largest.quality.face_px < LEAST_FACE_PX:
        raise BadPhoto(
            "The face in this photo is only %(width)s pixels wide; at least %(least)s are needed.",
            width=f"{largest.quality.face_px * reduced_by:.0f}",
            least=ceil(LEAST_FACE_PX * reduced_by),
        )
    return largest


def described(photo: Photo, found: UprightPhoto) -> PhotoFaces:
    """What was found, in the words of attendance and in pixels of the photo as its file has it."""
    across, down = photo.width / photo.image.shape[1], photo.height / photo.image.shape[0]
    faces = []
    for face in largest_first(found.faces):
        left, top, right, bottom = found.box_before(face.box)
        box = left * across, top * down, right * across, bottom * down
        problems = tuple(str(one) for one in face.quality.problems)
        faces.append(FoundFace(box, face.score, face.quality.value, problems))
    return PhotoFaces(tuple(faces), width=photo.width, height=photo.height)


def seen_faces(photo: Photo, engine: Engine) -> tuple[SeenFace, ...]:
    """The faces of a camera's picture with their landmarks, in pixels of the picture as its file has it."""
    shrink = min(1.0, _LOOKED_AT_PX / max(photo.image.shape[:2]))
    image = _resized(photo.image, photo.image.shape[1] * shrink, photo.image.shape[0] * shrink)
    across, down = photo.width / image.shape[1], photo.height / image.shape[0]
    return tuple(_seen_face(face, across, down) for face in largest_first(engine.find(image)))


def _seen_face(face: Face, across: float, down: float) -> SeenFace:
    left, top, right, bottom = face.box
    landmarks = Landmarks(*((x * across, y * down) for x, y in face.landmarks))
    box = left * across, top * down, right * across, bottom * down
    return SeenFace(box, landmarks, face.score, face.quality.value)


def upright_copy(image: BGRImage) -> bytes:
    """A JPEG without metadata, at most 1600 pixels on the longer side."""
    shrink = min(1.0, LONGEST_SIDE_PX / max(image.shape[:2]))
    return encode_jpeg(_resized(image, image.shape[1] * shrink, image.shape[0] * shrink))


def thumbnail(image: BGRImage, face: Face) -> bytes:
    """The face with its hair as a square JPEG of 160 pixels."""
    height, width = image.shape[:2]
    side = max(1, min(width, height, round(max(face.width_px, face.height_px) * _THUMBNAIL_WIDTH)))
    left = _start((face.box[0] + face.box[2]) / 2, side, width)
    top = _start((face.box[1] + face.box[3]) / 2, side, height)
    return encode_jpeg(_resized(image[top : top + side, left : left + side], THUMBNAIL_PX, THUMBNAIL_PX))


def _is_clear(face: Face, largest: Face) -> bool:
    return face.score >= _CLEAR_SCORE and face.width_px >= _CLEAR_PART * largest.width_px


def _start(middle: float, side: int, limit: int) -> int:
    """Where a square around the middle starts so that it stays inside the picture."""
    return max(0, min(limit - side, round(middle - side / 2)))


def _resized(image: BGRImage, width: float, height: float) -> BGRImage:
    size = max(1, round(width)), max(1, round(height))
    if size == (image.shape[1], image.shape[0]):
        return image
    way = cv2.INTER_AREA if size[0] < image.shape[1] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, size, interpolation=way), np.uint8)


def search_snapshot(
    path: Path, gallery: Gallery, engine: Engine, options: SearchOptions, progress: Progress | None
) -> list[Seen]:
    """One entry a face, unknown ones last; a face that may be either of two has two.

    Raises BadImage, and what `progress` raises.
    """
    report = progress or (lambda share: None)
    report(0.0)
    image = read_image(path)
    faces = engine.find(image)
    report(0.5)
    named = name_faces(image, faces, gallery, engine, options)
    report(1.0)
    return [seen for one in sorted(named, key=lambda one: not one.people) for seen in _seen(one)]


def as_numbers(vector: NDArray[np.float32] | None) -> tuple[float, ...] | None:
    """As a store keeps it."""
    return None if vector is None else tuple(float(number) for number in vector)


def place_of(picture: Picture) -> tuple[float, ...]:
    """The face's box as parts of its frame."""
    (left, top, right, bottom), (width, height) = picture.box, picture.frame_size
    return left / width, top / height, right / width, bottom / height


def _seen(named: Named) -> Iterator[Seen]:
    picture = named.track.picture.jpeg
    more: dict[str, Any] = {
        "quality": named.track.quality,
        "place": place_of(named.track.picture),
        "vector": as_numbers(named.track.pooled),
    }
    for student_id, verdict in named.people:
        yield Seen(
            student_id=student_id,
            first_s=0.0,
            last_s=0.0,
            frames=1,
            good_frames=verdict.good_frames,
            similarity=similarity(verdict.distance),
            margin=points_between(verdict.distance, verdict.margin),
            picture=picture,
            picture_s=0.0,
            **more,
        )
    if not named.people:
        yield Seen(None, 0.0, 0.0, 1, 0, None, None, picture, 0.0, **more)
