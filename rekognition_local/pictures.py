"""Finds and describes the faces of the pictures that requests bring."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

import numpy as np
from numpy.typing import NDArray

from face_engine.engine import Engine
from face_engine.errors import BadImage
from face_engine.images import read_image
from face_engine.model import BGRImage, Face, Vectors
from rekognition_local.errors import bad_image, invalid_parameter
from rekognition_local.face_details import reasons_against
from rekognition_local.s3_objects import S3Objects

LEAST_SIDE_PX = 80
_MAGICS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
_MOST_FACES = 100
_OF_PICTURES = UUID("5a0d6a4e-6f1b-4c52-9d3c-3b2f1f6f0e77")


@dataclass(frozen=True, eq=False)
class Picture:
    """A read picture and its faces, the largest first; the same file has the same `image_id`, as in the service."""

    image_id: str
    image: BGRImage
    faces: list[Face]

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height."""
        return self.image.shape[1], self.image.shape[0]


class Pictures:
    """The engine for pictures; at most `at_once` requests use it at a time, others wait."""

    def __init__(self, engine: Engine, objects: S3Objects, at_once: int) -> None:
        self._engine = engine
        self._objects = objects
        self._writer_lock = threading.BoundedSemaphore(at_once)

    def read(self, image: Mapping[str, Any]) -> Picture:
        """Read the service's Image and find its faces, 100 at most. Raises ServiceError."""
        content = self._content(image)
        with self._writer_lock:  # from before it is decoded: what waits is a file, not fifty MB of pixels
            pixels = _decoded(content)
            found = self._engine.find(pixels)
        largest_first = sorted(found, key=lambda face: -face.width_px * face.height_px)
        image_id = str(uuid5(_OF_PICTURES, hashlib.sha256(content).hexdigest()))
        return Picture(image_id, pixels, largest_first[:_MOST_FACES])

    def embed(self, picture: Picture, faces: Sequence[Face]) -> Vectors:
        """The vectors of these faces, each the mean with its mirror image's; shape (n, the model's length)."""
        with self._writer_lock:
            return self._engine.embed(picture.image, faces, mirrored=True)

    def largest(self, picture: Picture, quality_filter: str) -> tuple[Face, NDArray[np.float32]] | None:
        """The largest face that passes the filter, with its vector."""
        for face in picture.faces:
            if not reasons_against(face, quality_filter):
                return face, self.embed(picture, [face])[0]
        return None

    def _content(self, image: Mapping[str, Any]) -> bytes:
        if ("Bytes" in image) == ("S3Object" in image):
            raise invalid_parameter()
        return image["Bytes"] if "Bytes" in image else self._objects.image(image["S3Object"])


def _decoded(content: bytes) -> BGRImage:
    if not content.startswith(_MAGICS):
        raise bad_image()
    try:
        pixels = read_image(content)
    except BadImage as error:
        raise bad_image() from error
    height, width = pixels.shape[:2]
    if min(height, width) < LEAST_SIDE_PX:
        raise invalid_parameter(
            f"Request has invalid parameters: the image is {width} x {height} pixels, and the least is "
            f"{LEAST_SIDE_PX} x {LEAST_SIDE_PX}."
        )
    return pixels
