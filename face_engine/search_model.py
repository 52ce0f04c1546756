"""The words of a video search: its options, and who was seen when and how surely."""

from dataclasses import dataclass
from math import log2

from face_engine.portrait import Picture
from face_engine.similarity import similarity
from face_engine.video import VideoInfo

ACCEPT_DISTANCE = 0.40
"""Pooled evidence up to here is taken for the person; docs/accuracy.md says what was measured."""

REVIEW_DISTANCE = 0.56
"""Beyond it a face is nobody's; between the two lines a person should look."""

MARGIN = 0.08
"""How much nearer the person must be than the next best of the gallery."""

CLEAR_DISTANCE = 0.46
"""Whoever else is within it looks so alike that nobody is taken for the person."""

JOIN_DISTANCE = 0.48
"""A weak track this near to a person's own tracks of the same video is of the same stay; it proves nothing more."""

ALONE_NEARER = 0.03
"""By how much the accept line is nearer where there is no next best to be compared with."""

# The chance that a stranger is near to somebody grows with the gallery, and the near end of strangers' distances falls
# by half every 0.02 to 0.03: each doubling costs as much, as far as true students can follow.
_ACCEPTED_AMONG = 50
_NEARER_EACH_DOUBLING = 0.02
_MOST_NEARER = 0.05


@dataclass(frozen=True)
class SearchOptions:
    """How to search a video.

    Parameters
    ----------
    every_s
        Seconds between the searched pictures; None chooses by the length of the video.
    smallest_face_px
        Smaller faces are not found.
    processes
        How many processes share a long video; None for one a core. The result does not depend on it.
    accept_distance, review_distance, margin
        Lines between same, unsure and different, as Euclidean distances of face vectors.
    clear_distance
        Where a second person of the gallery is this near as well, neither is taken for the person.
    """

    every_s: float | None = None
    smallest_face_px: int = 40
    processes: int | None = None
    accept_distance: float = ACCEPT_DISTANCE
    review_distance: float = REVIEW_DISTANCE
    margin: float = MARGIN
    clear_distance: float = CLEAR_DISTANCE

    def __post_init__(self) -> None:
        if self.every_s is not None and not 0.01 <= self.every_s <= 3600:
            raise ValueError("every_s is a number of seconds from 0.01 to 3600")
        if self.processes is not None and self.processes < 1:
            raise ValueError("processes is at least 1")
        if not 0 < self.accept_distance <= self.review_distance:
            raise ValueError("accept_distance is above 0 and at most review_distance")

    def accept_among(self, people: int) -> float:
        """The accept line for a gallery of so many people: nearer for one alone, and for many."""
        if people <= 1:
            return self.accept_distance - ALONE_NEARER
        doublings = max(0.0, log2(people / _ACCEPTED_AMONG))
        return self.accept_distance - min(_MOST_NEARER, _NEARER_EACH_DOUBLING * doublings)


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
    """Somebody in one video who is nobody of the gallery; `nearest` is None for an empty gallery."""

    frames: int
    first_s: float
    last_s: float
    appearances: list[tuple[float, float]]
    picture: Picture
    nearest: Nearest | None


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
