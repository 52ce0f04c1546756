"""Puts people, desks and teacher together to the frames of a film, and knows where each face is at each moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.behaviour import Behaviour, Moment
from bench.camera import Camera, Teacher, slide_at
from bench.cast import Actor, cast
from bench.looks import Box, Figure, book, face_box, figure, placing, side_of
from bench.planes import Planes, lay_over
from bench.room import room
from bench.seating import Seat, in_turn, rows_of

_SHUTTER_S = 0.04
_OUT_OF_FOCUS_PX = (0.9, 0.6, 0.4, 0.4, 0.4, 0.45)  # the lens is set to the middle rows
_STILL_SEEN = 0.35  # of a face hidden from the chin upwards: the mouth is gone
_UP = 0.9


@dataclass(frozen=True)
class Sitter:
    """An actor on a seat."""

    actor: Actor
    seat: Seat
    behaviour: Behaviour

    def head(self, second: float, film_s: float) -> tuple[Moment, float, float]:
        """How the head is held and where its middle is, in pixels of the picture."""
        moment = self.behaviour.at(second)
        sunk = 1.5 * (1 - self.actor.risen(second, film_s))
        x = self.seat.x + moment.aside * self.seat.face_px
        return moment, x, self.seat.y + (moment.down + sunk) * self.seat.face_px


def sitters(size: tuple[int, int], people: int, seconds: float) -> list[Sitter]:
    """Who sits where; known people first, spread over all rows."""
    seats = in_turn(rows_of(size, people))
    actors = cast(people, seconds)
    return [Sitter(actor, seat, Behaviour(actor.seed, seconds)) for actor, seat in zip(actors, seats, strict=True)]


class Scene:
    """The frames of one film, each by itself, so that several processes can draw it."""

    def __init__(self, size: tuple[int, int], people: int, seconds: float, drawings: Mapping[int, Path]) -> None:
        self._seconds = seconds
        self._room = room(size, people)
        self._camera, self._teacher = Camera(size, seconds), Teacher(size)
        self._sitters = sitters(size, people, seconds)
        self._figures = {s.actor.seed: self._figure(s, drawings[s.actor.seed]) for s in self._sitters}

    def frame(self, number: int, second: float) -> Planes:
        """What the camera sees at this second."""
        picture = self._room.wall.copy()
        self._room.show_slide(picture, slide_at(second))
        for row_number in range(len(self._room.rows) - 1, -1, -1):
            for sitter in self._sitters:
                if sitter.seat.row == row_number and sitter.actor.risen(second, self._seconds) > 0:
                    self._seat(picture, sitter, second)
            row = self._room.rows[row_number]
            picture.paste(self._room.desks, row.desk_y, row.end_y)
        placed = self._teacher.placed(second)
        if placed is not None:
            lay_over(picture, self._teacher.look, placed)
        return self._camera.take(picture, number, second)

    def _seat(self, picture: Planes, sitter: Sitter, second: float) -> None:
        shown = self._figures[sitter.actor.seed]
        moment, x, y = sitter.head(second, self._seconds)
        _, x_before, _ = sitter.head(max(0.0, second - _SHUTTER_S), self._seconds)
        placed = placing(shown.side_px, (x, y), moment.growth, moment.roll_deg)
        lay_over(picture, shown.look_at(moment), placed, round(abs(x - x_before)))
        if moment.hidden > 0.02:
            lay_over(picture, book(shown.side_px, moment.hidden), placed)

    def _figure(self, sitter: Sitter, drawings: Path) -> Figure:
        blur_px = _OUT_OF_FOCUS_PX[sitter.seat.row]
        # Some in the front row sit nearer than the lens is sharp.
        if sitter.seat.row == 0 and sitter.actor.seed % 2:
            blur_px *= 2
        return figure(drawings, side_of(sitter.actor.seed, sitter.seat.face_px), blur_px)


def figures_needed(size: tuple[int, int], people: int) -> list[tuple[int, float]]:
    """Whom to draw for such a film: each one's seed and the side of the sheet."""
    return [(s.actor.seed, side_of(s.actor.seed, s.seat.face_px)) for s in sitters(size, people, 1.0)]


@dataclass(frozen=True)
class ShownFace:
    """A face of a frame; `box` is left, top, right and bottom as detectors draw them."""

    actor: Actor
    box: Box
    is_covered: bool
    """By a book or by the teacher, so far that a detector need not find it."""


def shown_faces(size: tuple[int, int], people: int, seconds: float, second: float) -> list[ShownFace]:
    """The faces of those who are there at a second."""
    teacher = Teacher(size)
    found = []
    for sitter in sitters(size, people, seconds):
        risen = sitter.actor.risen(second, seconds)
        if risen > 0:
            moment, x, y = sitter.head(second, seconds)
            covered = risen < _UP or moment.hidden > _STILL_SEEN or teacher.hides(x, y, second)
            found.append(ShownFace(sitter.actor, face_box(moment, (x, y), sitter.seat.face_px), covered))
    return found
