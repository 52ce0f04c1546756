"""Where people sit in the drawn lecture hall, row behind row, from the size of the picture and their number."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest

import numpy as np

HALL_PX = (1920, 1080)
SMALLEST_FACE_PX = 24.0

# Of the hall in 1080p, the front row first: width of a face, height of the middle of the heads, share of the people.
_FACES_PX = (160.0, 110.0, 78.0, 56.0, 40.0, 24.0)
_HEADS_Y = (846.0, 620.0, 466.0, 354.0, 272.0, 211.0)
_SHARES = (4, 5, 6, 7, 7, 6)
_SEAT_WIDTHS = 1.8  # of a face: shoulders may touch
_DESK_BELOW_HEAD = 0.97  # of a face: down to the chest


@dataclass(frozen=True, slots=True)
class Seat:
    """The middle of a head and the width of a face, in pixels of the picture; row 0 is the front row."""

    row: int
    x: float
    y: float
    face_px: float


@dataclass(frozen=True, slots=True)
class Row:
    """A row's desks begin at `desk_y` and end where the next row's desks begin; the front row's at the lower edge."""

    seats: tuple[Seat, ...]
    desk_y: int
    end_y: int


def rows_of(size: tuple[int, int], people: int) -> tuple[Row, ...]:
    """The hall's rows with a seat for each of the people, the front row first.

    Raises ValueError where they do not fit.
    """
    scale = size[1] / HALL_PX[1]
    faces = [max(SMALLEST_FACE_PX, face * scale) for face in _FACES_PX]
    desks = [
        round((y * scale + _DESK_BELOW_HEAD * face) / 2) * 2 for y, face in zip(_HEADS_Y, faces, strict=True)
    ]  # even, because the picture's colours have half of its height
    rng = np.random.Generator(np.random.PCG64((people, 11)))
    rows = []
    for row, count in enumerate(_counts(people, [int(size[0] / (_SEAT_WIDTHS * face)) for face in faces])):
        pitch = size[0] / max(1, count)
        begin = pitch * (0.45 if row % 2 else 0.55)
        seats = tuple(
            Seat(row, begin + pitch * n + float(rng.uniform(-0.06, 0.06)) * pitch, _HEADS_Y[row] * scale, faces[row])
            for n in range(count)
        )
        rows.append(Row(seats, desks[row], desks[row - 1] if row else size[1]))
    return tuple(rows)


def in_turn(rows: tuple[Row, ...]) -> list[Seat]:
    """All seats, one of each row in turn, so that any number of people sit in near and in far rows."""
    by_column = zip_longest(*(row.seats for row in rows))
    return [seat for column in by_column for seat in column if seat is not None]


def _counts(people: int, room: list[int]) -> list[int]:
    """How many sit in each row."""
    if people > sum(room):
        raise ValueError(f"{people} people do not fit into {sum(room)} seats")
    counts = [0] * len(room)
    for _ in range(people):
        free = [row for row in range(len(room)) if counts[row] < room[row]]
        counts[min(free, key=lambda row: (counts[row] + 1) / _SHARES[row])] += 1
    return counts
