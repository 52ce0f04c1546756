"""The words of a video search: its options, and who was seen when and how surely."""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from face_engine.portrait import Picture
from face_engine.similarity import similarity
from face_engine.thresholds import Thresholds
from face_engine.video import VideoInfo

Vector = NDArray[np.float32]


class StillFaces(StrEnum):
    """What becomes of somebody whose face moves as a picture does: a person should look, or nothing."""

    REVIEW = "review"
    ALLOW = "allow"


@dataclass(frozen=True)
class SearchOptions(Thresholds):
    """How to search a video, and where its faces become sure.

    Parameters
    ----------
    every_s
        Seconds between the searched pictures; None chooses by the length of the video.
    smallest_face_px
        Smaller faces are not found.
    processes
        How many processes share a long video; None for one a core. The result does not depend on it.
    still_faces
        Whether it is asked if a face is that of a picture.
    """

    every_s: float | None = None
    smallest_face_px: int = 40
    processes: int | None = None
    still_faces: StillFaces = StillFaces.REVIEW

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.every_s is not None and not 0.01 <= self.every_s <= 3600:
            raise ValueError("every_s is a number of seconds from 0.01 to 3600")
        if self.processes is not None and self.processes < 1:
            raise ValueError("processes is at least 1")


@dataclass(frozen=True)
class PersonSeen:
    """Somebody of the gallery in one video.

    Parameters
    ----------
    distance
        Of the pooled good frames; where no track was good enough by itself, that of the best track.
    runner_up, margin
        The next best of the gallery and how much farther it is, negative where it is nearer; None where the gallery
        holds one person.
    frames
        In how many searched frames.
    good_frames
        How many embedded frames agree, of tracks that were good enough each by itself; without such a track 0, and a
        person should look, however near it is.
    appearances
        First and last second of each stay.
    flat
        Whether the face moves as a picture does: a person should look, however near it is.
    quality
        Of the best picture, 0 to 1.
    vector
        Pooled over all its tracks; to compare it with faces of other videos.
    """

    label: str
    distance: float
    runner_up: str | None
    margin: float | None
    frames: int
    good_frames: int
    first_s: float
    last_s: float
    appearances: list[tuple[float, float]]
    picture: Picture
    flat: bool = False
    quality: float = 0.0
    vector: Vector | None = field(default=None, compare=False, repr=False)

    @property
    def similarity(self) -> float:
        """0 to 100."""
        return similarity(self.distance)


@dataclass(frozen=True)
class Nearest:
    """Who of the gallery is nearest to an unknown person, and how similar, 0 to 100."""

    label: str
    similarity: float


@dataclass(frozen=True)
class UnknownSeen:
    """Somebody in one video who is nobody of the gallery; `nearest` is None for an empty gallery.

    `quality` and `vector` as in PersonSeen.
    """

    frames: int
    first_s: float
    last_s: float
    appearances: list[tuple[float, float]]
    picture: Picture
    nearest: Nearest | None
    quality: float = 0.0
    vector: Vector | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class VideoSearch:
    """What a search found, people by label and unknown persons by first second.

    `searched_until_s` is the time of the last picture: well before the end, the file is cut short.
    """

    info: VideoInfo
    frames_searched: int
    searched_until_s: float
    people: list[PersonSeen]
    unknown: list[UnknownSeen]
