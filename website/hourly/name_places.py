"""Where names are written in a snapshot: under their faces, and a line further where another name is in the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

Box = tuple[float, float, float, float]

_BELOW = 1.2  # from face to name and from line to line, in heights of the letters
_ABOVE_EDGE = 0.3
_WIDE, _NARROW = 1.05, 0.72  # letters of the widest common font, bold, with their outline


@dataclass(frozen=True, slots=True)
class NamePlace:
    """The middle of a name and the line that it stands on, in pixels of the snapshot."""

    x: float
    y: float
    width: float
    font_px: float


def place_names(boxes: Sequence[Box], names: Sequence[str], size: tuple[int, int], font_px: float) -> list[NamePlace]:
    """Of each face's name, from the highest face to the lowest. Where nothing is free, names stand on each other."""
    placed: dict[int, NamePlace] = {}
    for face in sorted(range(len(boxes)), key=lambda one: (boxes[one][3], boxes[one][0])):
        places = list(_places(boxes[face], names[face], size, font_px))
        free = (one for one in places if not any(_meet(one, other) for other in placed.values()))
        placed[face] = next(free, places[0])
    return [placed[face] for face in range(len(boxes))]


def _places(box: Box, name: str, size: tuple[int, int], font_px: float) -> Iterator[NamePlace]:
    """Under the face and on from there to the lower edge, then upwards."""
    width = font_px * sum(_WIDE if east_asian_width(sign) in "WF" else _NARROW for sign in name)
    x = min(max((box[0] + box[2]) / 2, width / 2), max(size[0] - width / 2, size[0] / 2))
    line, lowest = _BELOW * font_px, size[1] - _ABOVE_EDGE * font_px
    first = min(box[3] + line, lowest)
    below = int((lowest - first) / line)
    above = int((first - font_px) / line)
    for lines in (*range(below + 1), *range(-1, -above - 1, -1)):
        yield NamePlace(round(x, 1), round(first + lines * line, 1), width, font_px)


def _meet(one: NamePlace, other: NamePlace) -> bool:
    is_beside = abs(one.x - other.x) >= (one.width + other.width) / 2
    return not is_beside and abs(one.y - other.y) < one.font_px
