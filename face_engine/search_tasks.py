"""What a search is cut into, and what comes back: the words between the search and its processes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from face_engine.model import Box
from face_engine.models import Models
from face_engine.track import Track


@dataclass(frozen=True)
class Job:
    """What all tasks of one search have in common.

    Parameters
    ----------
    coarse_s, fine_s
        Seconds between the pictures of the first look, and of the closer look at what it left open.
    gap_s
        A face that is not seen for longer ends its track.
    shots
        By how many of its best shots a track is known after the first look.
    """

    path: Path
    coarse_s: float
    fine_s: float
    gap_s: float
    shots: int
    smallest_face_px: int
    models: Models


@dataclass(frozen=True)
class Segment:
    """The first look at one picture track from `start_s` to before `end_s`."""

    number: int
    start_s: float
    end_s: float
    picture_track: int = 0


@dataclass(frozen=True)
class Found:
    """The tracks of one segment, how many frames were searched, and the time of the last."""

    number: int
    tracks: list[Track]
    frames: int
    last_s: float


class Edge(Enum):
    """The end of a stay that a follow is for: the outermost picture that shows the face says when it was."""

    ARRIVAL = "arrival"
    LEAVING = "leaving"


@dataclass(frozen=True)
class Follow:
    """A track that is followed from `start_s` to before `end_s`, around where the first look saw it.

    Where nothing but the time at an `edge` is asked, the pictures are wanted from the outside in, up to the first find.
    """

    track: int
    start_s: float
    end_s: float
    times_s: tuple[float, ...]
    boxes: tuple[Box, ...]
    pooled: NDArray[np.float32]
    picture_track: int = 0
    edge: Edge | None = None

    def wants(self, time_s: float, found_s: Collection[float] = ()) -> bool:
        """Whether the face may be here, was not looked for yet, and tells more than where it was found by now."""
        if not self.start_s <= time_s < self.end_s or time_s in self.times_s:
            return False
        if self.edge is Edge.ARRIVAL:
            return all(time_s < found for found in found_s)
        if self.edge is Edge.LEAVING:
            return all(time_s > found for found in found_s)
        return True

    def box_at(self, time_s: float) -> Box:
        """Where the face was at the nearest time of the first look."""
        return self.boxes[int(np.argmin(np.abs(np.array(self.times_s) - time_s)))]


@dataclass(frozen=True)
class CloserLook:
    """The pictures of one picture track between those of the first look, where some faces are followed.

    `backwards` begins with the last, for those who leave.
    """

    number: int
    start_s: float
    end_s: float
    follows: tuple[Follow, ...]
    picture_track: int = 0
    backwards: bool = False


@dataclass(frozen=True)
class Sight:
    """A followed face in one more picture."""

    track: int
    time_s: float
    box: Box
    vector: NDArray[np.float32]
    quality: float


@dataclass(frozen=True)
class Looked:
    """What a closer look found, by time, and how many frames it searched."""

    number: int
    sights: list[Sight]
    frames: int


Task = Segment | CloserLook
Result = Found | Looked


@dataclass(frozen=True)
class Ready:
    """A child has taken a job."""


@dataclass(frozen=True)
class Progress:
    """How far a child is in its task: a second of the video."""

    number: int
    at_s: float


@dataclass(frozen=True)
class Failure:
    """Why a child gave up: what its error's sentence is made of."""

    template: str
    values: Mapping[str, Any]
