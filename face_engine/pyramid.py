"""A picture at ever smaller sizes, and square patches cut from the size that suits them."""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from face_engine.boxes import Boxes
from face_engine.model import BGRImage

# cv2.remap takes pictures, and maps, of less than 2**15 rows.
LONGEST_SIDE_PX = 32_000

# Below it a patch of 48 pixels could not be cut from a smaller picture without enlarging it.
_SMALLEST_LEVEL_PX = 96


class Pyramid:
    """The picture at half its size, half of that, and so on, as far as anybody asked."""

    def __init__(self, image: BGRImage) -> None:
        self._levels = [image]

    def sizes(self, first_scale: float, factor: float, smallest_px: int) -> Iterator[tuple[float, BGRImage]]:
        """The picture at scales that shrink by `factor`, each made from the half that is less than twice as large.

        From there two pixels by two are read, which is five times as fast as averaging unevenly and finds as many.
        """
        height, width = self._levels[0].shape[:2]
        scale = first_scale
        while min(height, width) * scale >= smallest_px:
            rows, columns = int(np.ceil(height * scale)), int(np.ceil(width * scale))
            while self._levels[-1].shape[0] >= 2 * rows:
                self._levels.append(_half(self._levels[-1]))
            yield scale, _resized(self._levels[-1], columns, rows, cv2.INTER_LINEAR)
            scale *= factor

    def patches(self, boxes: Boxes, side_px: int) -> NDArray[np.uint8]:
        """The square boxes as patches, shape (n, side_px, side_px, 3); black outside the picture."""
        sides = boxes[:, 2] - boxes[:, 0]
        self._reach(float(sides.max(initial=0.0)) / side_px)
        patches = np.empty((len(boxes), side_px, side_px, 3), np.uint8)
        halvings = np.floor(np.log2(np.maximum(sides / side_px, 1.0) * 1.0001)).astype(int)
        levels = np.minimum(halvings, len(self._levels) - 1)
        at_once = LONGEST_SIDE_PX // side_px
        for level in np.unique(levels):
            chosen = np.flatnonzero(levels == level)
            for start in range(0, len(chosen), at_once):
                part = chosen[start : start + at_once]
                patches[part] = self._cut(self._levels[level], boxes[part], side_px)
        return patches

    def _reach(self, shrink: float) -> None:
        """Halve the picture until the largest patch is reduced by less than two."""
        while len(self._levels) <= np.log2(max(shrink, 1.0)):
            if min(self._levels[-1].shape[:2]) < _SMALLEST_LEVEL_PX:
                return
            self._levels.append(_half(self._levels[-1]))

    def _cut(self, level: BGRImage, boxes: Boxes, side_px: int) -> NDArray[np.uint8]:
        """All patches of one level in one call, as one tall picture."""
        scale_x = level.shape[1] / self._levels[0].shape[1]
        scale_y = level.shape[0] / self._levels[0].shape[0]
        grid = (np.arange(side_px) + 0.5) / side_px
        sides = boxes[:, 2:3] - boxes[:, 0:1]
        x = ((boxes[:, 0:1] + grid * sides) * scale_x - 0.5).astype(np.float32)
        y = ((boxes[:, 1:2] + grid * sides) * scale_y - 0.5).astype(np.float32)
        shape = (len(boxes), side_px, side_px)
        map_x = np.broadcast_to(x[:, None, :], shape).reshape(-1, side_px)
        map_y = np.broadcast_to(y[:, :, None], shape).reshape(-1, side_px)
        patches = cv2.remap(level, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        return np.asarray(patches, np.uint8).reshape(*shape, 3)


def _half(image: BGRImage) -> BGRImage:
    return _resized(image, max(1, image.shape[1] // 2), max(1, image.shape[0] // 2), cv2.INTER_AREA)


def _resized(image: BGRImage, width: int, height: int, interpolation: int) -> BGRImage:
    return np.asarray(cv2.resize(image, (width, height), interpolation=interpolation), np.uint8)
