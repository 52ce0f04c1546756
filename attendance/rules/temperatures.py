"""Which pixels of a thermal sensor see the face that a camera sees."""

from __future__ import annotations

from collections.abc import Sequence

from attendance.model import SensorField

ROW = 8


def of_face(
    pixels_c: Sequence[float], face: tuple[float, float, float, float], field: SensorField
) -> tuple[float, ...] | None:
    """The 64 temperatures with all that is beside the face as cool as the coolest; None where no pixel sees the face.

    `face` is left, top, width and height as parts of the camera's picture, and `field` where the sensor looks in it.
    """
    left, top, width, height = face
    seen = [
        left <= field.x + (column + 0.5) / ROW * field.width <= left + width
        and top <= field.y + (row + 0.5) / ROW * field.height <= top + height
        for row in range(ROW)
        for column in range(ROW)
    ]
    if not any(seen):
        return None
    coolest = min(pixels_c)
    return tuple(pixel if is_face else coolest for pixel, is_face in zip(pixels_c, seen, strict=True))
