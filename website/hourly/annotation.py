"""Boxes with names over a snapshot: each person's own picture is looked for in the snapshot that it was cut from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from attendance.errors import NotFound
from attendance.picture_turns import one_picture_at_a_time
from attendance.services import Services
from attendance.use_cases.lectures.hourly import PersonSeen, SeenPicture

if TYPE_CHECKING:
    from website.hourly.cut_finder import Cut, CutFinder


@dataclass(frozen=True, slots=True)
class NamedBox:
    """A person and where the face is, in pixels of the snapshot; `box` is None where the picture was not found."""

    person: PersonSeen
    box: tuple[float, float, float, float] | None


def annotate(services: Services, found: SeenPicture) -> list[NamedBox]:
    """Everybody who was seen in the snapshot. No engine is asked, so it costs nothing and guesses no name.

    The functions in Lambda have no OpenCV, which would not fit: there nobody has a box.
    """
    try:
        from website.hourly.cut_finder import CutFinder  # noqa: PLC0415 - is in no zip of Lambda
    except ModuleNotFoundError:
        return [NamedBox(person, None) for person in found.people]
    try:
        with one_picture_at_a_time:
            finder = CutFinder(services.media.read(found.recording.media_key))
    except NotFound:
        return []
    size = found.recording.width, found.recording.height
    return [NamedBox(person, _in_pixels(_found(services, finder, person), size)) for person in found.people]


def _found(services: Services, finder: CutFinder, person: PersonSeen) -> Cut | None:
    key = person.sighting.picture_key
    try:
        return finder.find(services.media.read(key)) if key else None
    except NotFound:
        return None


def _in_pixels(cut: Cut | None, size: tuple[int, int]) -> tuple[float, float, float, float] | None:
    if cut is None:
        return None
    width, height = size
    x1, y1, x2, y2 = cut.face
    return round(x1 * width, 1), round(y1 * height, 1), round(x2 * width, 1), round(y2 * height, 1)
