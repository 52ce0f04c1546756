"""Open-set identification: rosters drawn from many people, their students and strangers before the product's rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bench.accuracy.lfw import Faces, Probes, Vectors
from bench.accuracy.rates import Rate
from bench.accuracy.views import View
from face_engine.gallery import Gallery
from face_engine.thresholds import Certainty, Thresholds
from face_engine.track import pool


@dataclass(frozen=True)
class Draw:
    """How rosters are drawn.

    Parameters
    ----------
    people, strangers
        Who may be on a roster, and who may come by without being on it.
    size, rosters, seed
        Students of each roster, how many rosters, and the dice.
    photos
        How many pictures of each student are enrolled; the others are seen.
    pictures
        How many of a person's pictures are pooled before they are judged.
    view
        How pictures are seen; None for as they are.
    """

    people: Sequence[str]
    strangers: Sequence[str]
    size: int
    rosters: int
    photos: int = 1
    pictures: int = 1
    view: View | None = None
    seed: int = 1


@dataclass
class Outcomes:
    """What became of faces: sure or at least worth a look, and whether as somebody else; and whose they were."""

    sure: list[bool] = field(default_factory=list)
    within: list[bool] = field(default_factory=list)
    wrong: list[bool] = field(default_factory=list)
    people: list[str] = field(default_factory=list)

    def rate(self, of: Sequence[bool]) -> Rate:
        """With the interval by person."""
        return Rate.by_person(np.array(of, np.bool_), np.array(self.people))

    @property
    def review(self) -> list[bool]:
        """Left to a person."""
        return [within and not sure for within, sure in zip(self.within, self.sure, strict=True)]


def drawn(faces: Faces, draw: Draw, thresholds: Thresholds | None = None) -> tuple[Outcomes, Outcomes]:
    """Students and strangers of all rosters; strangers of another group never count as known."""
    thresholds = thresholds or Thresholds()
    probes = faces.seen[draw.view]
    dice = np.random.default_rng(draw.seed)
    students, strangers = Outcomes(), Outcomes()
    for _ in range(draw.rosters):
        roster = sorted(dice.choice(draw.people, min(draw.size, len(draw.people)), replace=False).tolist())
        gallery, left = _enrolled(faces, draw, roster, dice)
        here = [(person, group) for person in roster for group in _groups(left[person], draw.pictures)]
        _judge(faces, probes, gallery, here, thresholds, students)
        others = [person for person in draw.strangers if person not in left]
        passing = [(person, dice.permutation(faces.pictures[person]).tolist()) for person in others]
        _judge(
            faces,
            probes,
            gallery,
            [(person, own[: draw.pictures]) for person, own in passing if len(own) >= draw.pictures],
            thresholds,
            strangers,
        )
    return students, strangers


def _enrolled(
    faces: Faces, draw: Draw, roster: Sequence[str], dice: np.random.Generator
) -> tuple[Gallery, dict[str, list[int]]]:
    """The gallery, and the pictures of each student that are not in it."""
    labels, chosen, left = [], [], {}
    for person in roster:
        own = dice.permutation(faces.pictures[person]).tolist()
        photos = own[: draw.photos]
        labels += [person] * len(photos)
        chosen += photos
        left[person] = own[draw.photos :]
    return Gallery(labels, faces.enrolled[chosen]), left


def _groups(pictures: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    """One after the other where they are judged singly; the first so many where they are pooled."""
    if size == 1:
        yield from ([picture] for picture in pictures)
    elif len(pictures) >= size:
        yield pictures[:size]


def _judge(
    faces: Faces,
    probes: Probes,
    gallery: Gallery,
    shown: Sequence[tuple[str, Sequence[int]]],
    thresholds: Thresholds,
    outcomes: Outcomes,
) -> None:
    found = [(person, [p for p in pictures if probes.found[p]]) for person, pictures in shown]
    seen = [(person, pictures) for person, pictures in found if pictures]
    for person, pictures in found:
        if not pictures:  # a face that is not found is nobody's
            _add(outcomes, person, sure=False, within=False, wrong=False)
    if not seen:
        return
    rows = gallery.distances(np.stack([_pooled(probes, pictures) for _, pictures in seen]))
    widths = np.array([np.median(probes.face_px[pictures]) for _, pictures in seen])
    sure = Certainty(thresholds, gallery).are_sure(rows, widths)
    for (person, _), row, is_sure in zip(seen, rows, sure, strict=True):
        is_other = gallery.labels[int(row.argmin())] != person
        within = bool(row.min() <= thresholds.review_distance)
        _add(outcomes, person, sure=bool(is_sure), within=within or bool(is_sure), wrong=is_other and bool(is_sure))


def _pooled(probes: Probes, pictures: Sequence[int]) -> Vectors:
    return pool(probes.vectors[list(pictures)], np.maximum(probes.quality[list(pictures)], 1e-3).astype(np.float32))


def _add(outcomes: Outcomes, person: str, *, sure: bool, within: bool, wrong: bool) -> None:
    outcomes.sure.append(sure)
    outcomes.within.append(within)
    outcomes.wrong.append(wrong)
    outcomes.people.append(person)


@dataclass(frozen=True)
class Pairs:
    """Enrolled vectors against single pictures: distances of the same person's and of different people's."""

    same: NDArray[np.float32]
    different: NDArray[np.float32]

    def within(self, distance: float) -> tuple[float, float]:
        """Parts of the same and of different people's pairs."""
        return float((self.same <= distance).mean()), float((self.different <= distance).mean())


def pairs(faces: Faces, people: Sequence[str]) -> Pairs:
    """All pairs of pictures of these people."""
    chosen = np.array([picture for person in people for picture in faces.pictures[person]])
    whose = faces.people[chosen]
    same: list[NDArray[np.float32]] = []
    different: list[NDArray[np.float32]] = []
    for start in range(0, len(chosen), 500):
        part = chosen[start : start + 500]
        between = Gallery([str(n) for n in range(len(part))], faces.enrolled[part])
        # Labels are sorted as texts, so that the order has to be undone.
        order = np.array([int(label) for label in between.labels])
        rows = between.distances(faces.seen[None].vectors[chosen])
        is_same = whose[:, None] == faces.people[part][order][None]
        is_itself = chosen[:, None] == part[order][None]
        same.append(rows[is_same & ~is_itself])
        different.append(rows[~is_same])
    return Pairs(np.concatenate(same), np.concatenate(different))
