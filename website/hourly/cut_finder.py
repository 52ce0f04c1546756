"""Finds the place in a picture that a smaller picture was cut from.

A cut is head and shoulders of somebody, never turned, and made smaller where it was longer than 320 pixels. So one that
is shorter is looked for as it is, a longer one at every size from there on, by normalised correlation.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

Grey = NDArray[np.uint8]
Box = tuple[float, float, float, float]

LONGEST_CUT_PX = 320
_LONGEST_PHOTO_PX = 4000  # engines make larger ones smaller before they cut
_MOST_PNG_PIXELS = 50_000_000
_REDUCED_BY = (
    (1, cv2.IMREAD_GRAYSCALE),
    (2, cv2.IMREAD_REDUCED_GRAYSCALE_2),
    (4, cv2.IMREAD_REDUCED_GRAYSCALE_4),
    (8, cv2.IMREAD_REDUCED_GRAYSCALE_8),
)
_STEP = 1.06  # between the sizes that are tried
_COMPARED_PX = 48  # the cut's longer side while it is compared
_LEAST_PX = 6
_LEAST_CONTRAST = 3.0  # the deviation of brightness, of 255
_LEAST_ALIKE = 0.85  # a JPEG of a JPEG is alike by 0.9 and more, another face by less than 0.7

# What engines leave around a face, in widths and heights of it; and how wide faces are for their height.
_ASIDE, _ABOVE, _BELOW = 0.6, 0.5, 0.9
_WIDE = 0.8


@dataclass(frozen=True, slots=True)
class Cut:
    """Where it was cut, x1, y1, x2, y2 in pixels of a photo of this size. `alike` is the correlation, up to 1."""

    place: Box
    photo_size: tuple[int, int]
    alike: float

    @property
    def face(self) -> Box:
        """The face in it, in parts of the photo's width and height.

        A cut that ends early, at the edge of the photo, tells one side of the face less; how wide faces are tells it.
        """
        (x1, y1, x2, y2), (columns, rows) = self.place, self.photo_size
        face_width, face_height = (x2 - x1) / (1 + 2 * _ASIDE), (y2 - y1) / (1 + _ABOVE + _BELOW)
        at_left, at_top, at_right, at_bottom = x1 < 1, y1 < 1, x2 > columns - 1, y2 > rows - 1
        if (at_left or at_right) and not (at_top or at_bottom):
            face_width = _WIDE * face_height
        if (at_top or at_bottom) and not (at_left or at_right):
            face_height = face_width / _WIDE
        left = x2 - (1 + _ASIDE) * face_width if at_left else x1 + _ASIDE * face_width
        top = y2 - (1 + _BELOW) * face_height if at_top else y1 + _ABOVE * face_height
        right, bottom = min(left + face_width, columns), min(top + face_height, rows)
        return max(0.0, left) / columns, max(0.0, top) / rows, right / columns, bottom / rows


class CutFinder:
    """Looks for cuts in one photo, which is decoded once. One that cannot be decoded has none."""

    def __init__(self, photo: bytes) -> None:
        self._photos: list[Grey] = []  # each half as large as the one before, so that little is left to make smaller
        level = _grey(photo)
        if level is not None:
            self._photos.append(_reduced(level, _LONGEST_PHOTO_PX / max(level.shape)))
            while min(self._photos[-1].shape) > 2 * _COMPARED_PX:
                self._photos.append(_reduced(self._photos[-1], 0.5))

    def find(self, cut: bytes) -> Cut | None:
        """The best place, or None where none is alike."""
        small = _grey(cut)
        if not self._photos or small is None:
            return None
        found = [one for scale in self._scales(small) if (one := self._at_scale(small, scale))]
        best = max(found, key=lambda one: one.alike, default=None)
        return best if best and best.alike >= _LEAST_ALIKE else None

    def _scales(self, small: Grey) -> list[float]:
        if max(small.shape) < LONGEST_CUT_PX:
            return [1.0]
        rows, columns = self._photos[0].shape
        most = min(rows / small.shape[0], columns / small.shape[1])
        steps = int(np.log(max(most, 1.0)) / np.log(_STEP))
        return [*(_STEP**step for step in range(steps + 1)), most] if most >= 1.0 else []

    def _at_scale(self, small: Grey, scale: float) -> Cut | None:
        where = self._photo_at(min(1.0, _COMPARED_PX / (scale * max(small.shape))))
        rows, columns = self._photos[0].shape
        across, down = where.shape[1] / columns, where.shape[0] / rows
        width, height = round(across * scale * small.shape[1]), round(down * scale * small.shape[0])
        if height > where.shape[0] or width > where.shape[1] or min(height, width) < _LEAST_PX:
            return None
        what = cv2.resize(small, (width, height), interpolation=cv2.INTER_AREA)
        if what.std() < _LEAST_CONTRAST:  # a plain surface would be alike to everything
            return None
        _, alike, _, (x, y) = cv2.minMaxLoc(cv2.matchTemplate(where, what, cv2.TM_CCOEFF_NORMED))
        place = x / across, y / down, (x + width) / across, (y + height) / down
        return Cut(place, (columns, rows), float(alike))

    def _photo_at(self, share: float) -> Grey:
        level = next(one for one in reversed(self._photos) if one.shape[0] >= share * self._photos[0].shape[0] - 1)
        return _reduced(level, share * self._photos[0].shape[0] / level.shape[0])


def _grey(picture: bytes) -> Grey | None:
    """Upright, as its file says it is to be shown. None where it is no picture, or too large a one."""
    try:
        way = _way_to_read(picture)
        pixels = None if way is None else cv2.imdecode(np.frombuffer(picture, np.uint8), way)
        return None if pixels is None else np.asarray(pixels, np.uint8)
    except Exception:  # Decoders answer hostile bytes with errors of any kind.
        return None


def _way_to_read(picture: bytes) -> int | None:
    """JPEG is reduced while it is decoded. Engines take no larger PNG; one may be there from before they refused it."""
    stream = io.BytesIO(picture)
    if picture.startswith(b"\x89PNG"):
        file = PngImageFile(stream)
        return cv2.IMREAD_GRAYSCALE if file.width * file.height <= _MOST_PNG_PIXELS else None
    reduced_by = max(JpegImageFile(stream).size) / (2 * _LONGEST_PHOTO_PX)
    return next((way for most, way in _REDUCED_BY if reduced_by <= most), None)


def _reduced(picture: Grey, share: float) -> Grey:
    if share >= 1.0:
        return picture
    size = max(1, round(picture.shape[1] * share)), max(1, round(picture.shape[0] * share))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
