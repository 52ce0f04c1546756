"""Compares a search with the truth of the film: who was marked rightly, and how far off the times are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from face_engine.model import Box
from face_engine.search_model import PersonSeen, VideoSearch
from face_engine.thresholds import ACCEPT_DISTANCE, MARGIN

Stays = Sequence[tuple[float, float]]
FaceAt = Callable[[float, tuple[float, float]], str | None]
"""Whose face is shown at a second of the film around a point, given in shares of width and height."""

LEAST_GOOD_FRAMES = 3


def is_sure(person: PersonSeen) -> bool:
    """Whether the search marks the person present by itself.

    The product's own decision (`is_sure` in attendance/rules/lectures.py, with the thresholds of its engine), restated
    here in distances, because the bench stands on the engine alone.
    """
    clear = person.margin is None or person.margin >= MARGIN
    return clear and person.distance <= ACCEPT_DISTANCE and person.good_frames >= LEAST_GOOD_FRAMES


@dataclass(frozen=True)
class Score:
    """What became of everybody who is enrolled.

    Parameters
    ----------
    present
        How many were there.
    right, unsure, missed
        Of them: marked present, left to a person, not seen.
    never_there
        Who was marked present nevertheless, by label.
    strangers
        Marks whose evidence picture shows somebody who is not enrolled.
    arrival_errors_s, leaving_errors_s
        Of each one right: how far the first and the last second are from the truth.
    """

    present: int
    right: int
    unsure: int
    missed: int
    never_there: list[str]
    strangers: int
    arrival_errors_s: list[float] = field(default_factory=list)
    leaving_errors_s: list[float] = field(default_factory=list)

    @property
    def false(self) -> int:
        """How many were marked present and never there."""
        return len(self.never_there)


def score(
    search: VideoSearch, stays_of: Mapping[str, Stays], enrolled: Collection[str], face_at: FaceAt | None = None
) -> Score:
    """Score one search; `stays_of` has everybody of the film, those who are not enrolled as well.

    Without `face_at` nobody can say whose face a picture shows, and no stranger is counted.
    """
    seen = {person.label: person for person in search.people}
    sure = {label: person for label, person in seen.items() if is_sure(person)}
    present = [label for label, stays in stays_of.items() if stays and label in enrolled]
    right = [label for label in present if label in sure]
    unsure = [label for label in present if label in seen and label not in sure]
    return Score(
        present=len(present),
        right=len(right),
        unsure=len(unsure),
        missed=len(present) - len(right) - len(unsure),
        never_there=sorted(sure.keys() - set(present)),
        strangers=sum(_shows_a_stranger(person, enrolled, face_at) for person in sure.values()),
        arrival_errors_s=[abs(sure[label].first_s - stays_of[label][0][0]) for label in right],
        leaving_errors_s=[abs(sure[label].last_s - stays_of[label][-1][1]) for label in right],
    )


def _shows_a_stranger(person: PersonSeen, enrolled: Collection[str], face_at: FaceAt | None) -> bool:
    if face_at is None:
        return False
    width, height = person.picture.frame_size
    x, y = middle(person.picture.box)
    shown = face_at(person.picture.t_s, (x / width, y / height))
    return shown is not None and shown not in enrolled


def middle(box: Box) -> tuple[float, float]:
    """The middle of a box."""
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


@dataclass(frozen=True)
class Named:
    """Faces named in single frames: rightly, wrongly (not visible, or not there), and visible but not named."""

    right: int = 0
    false: int = 0
    missed: int = 0

    def __add__(self, other: Named) -> Named:
        return Named(self.right + other.right, self.false + other.false, self.missed + other.missed)


def named(
    names: Collection[str], visible: Collection[str], enrolled: Collection[str], covered: Collection[str] = ()
) -> Named:
    """Compare the people named in one frame with the enrolled ones who can be seen in it.

    Those who are covered in part are neither missed nor named wrongly.
    """
    there = set(visible) & set(enrolled)
    said = set(names) - set(covered)
    return Named(len(said & there), len(said - there), len(there - said))


def named_by_search(search: VideoSearch, second: float) -> set[str]:
    """Who a search says is there at a second, by the stays of those whom it marks present."""
    return {
        person.label
        for person in search.people
        if is_sure(person) and any(first <= second <= last for first, last in person.appearances)
    }


@dataclass(frozen=True)
class Finds:
    """Faces found in pictures of which it is known where the faces are."""

    found: int = 0
    faces: int = 0
    false: int = 0

    def __add__(self, other: Finds) -> Finds:
        return Finds(self.found + other.found, self.faces + other.faces, self.false + other.false)

    @property
    def recall_percent(self) -> float | None:
        """Of the faces that count; None where there is none."""
        return 100 * self.found / self.faces if self.faces else None


def finds_of_boxes(
    found: Sequence[Box], truth: Sequence[Box], smallest_px: float = 0, covered: Sequence[Box] = ()
) -> Finds:
    """A face is found where the middle of a find is inside its true box, each find for one face.

    Faces narrower than `smallest_px`, and those that are covered in part, do not count, neither when they are found
    nor when they are missed.
    """
    left = list(found)
    hits = counted = 0
    for box in sorted(truth, key=lambda b: b[0] - b[2]):
        hit = next((find for find in left if _inside(middle(find), box)), None)
        if hit is not None:
            left.remove(hit)
        if box[2] - box[0] >= smallest_px:
            counted += 1
            hits += hit is not None
    # A second find of one face is no face that is not there.
    false = sum(not any(_inside(middle(find), box) for box in (*truth, *covered)) for find in left)
    return Finds(hits, counted, false)


def finds_of_noses(found: Sequence[Box], noses: Sequence[tuple[float, float]]) -> Finds:
    """A face is found where its nose is inside a find, each find for one nose."""
    left = list(found)
    for nose in noses:
        hit = next((find for find in left if _inside(nose, find)), None)
        if hit is not None:
            left.remove(hit)
    false = sum(not any(_inside(nose, find) for nose in noses) for find in left)
    return Finds(len(found) - len(left), len(noses), false)


def _inside(point: tuple[float, float], box: Box) -> bool:
    return box[0] <= point[0] <= box[2] and box[1] <= point[1] <= box[3]
