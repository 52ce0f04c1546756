"""What the rows of one run share: its plan, its films, and the people who are enrolled."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np

from bench.child import in_children
from bench.film import Film, FilmPlan, lengthened, make_film
from bench.log import Log
from bench.peers import FaceRecognitionWay
from bench.people import ENROLLED_SEEDS, label_of, photos_of
from bench.plan import WORKERS, Places, Plan
from bench.searching import Enrolled
from face_engine.engine import Engine
from face_engine.model import BGRImage, Vectors

FPS = 10
PEOPLE = 35

HD = (1280, 720)
FULL_HD = (1920, 1080)


class Stage:
    """Makes films and enrols people when the first row asks for them, and keeps them."""

    def __init__(self, plan: Plan, places: Places, log: Log) -> None:
        self.plan = plan
        self.places = places
        self.log = log

    def film(
        self, size: tuple[int, int] = FULL_HD, key_every_s: float = 2, seconds: float = 0, people: int = PEOPLE
    ) -> Film:
        """The film of this kind, made now or on an earlier run; without `seconds` as long as the plan says."""
        seconds = seconds or self.plan.film_s
        wanted = FilmPlan(size=size, seconds=seconds, key_every_s=key_every_s, fps=FPS, people=people)
        name = f"film {size[1]}p, {seconds:g} s, key frame every {key_every_s:g} s, {people} faces"
        self.log.say(name)
        return make_film(wanted, self.places.films, self.log.progress(name))

    def lecture(self, size: tuple[int, int] = FULL_HD, key_every_s: float = 2) -> Film:
        """The film as often in a row as the plan says: a film of a minute is sampled as a clip, not as a lecture."""
        film = self.film(size, key_every_s)
        whole_s = film.plan.seconds * self.plan.film_repeats
        return lengthened(film, whole_s, self.places.films) if self.plan.film_repeats > 1 else film

    @cached_property
    def ours(self) -> Enrolled:
        """The 40 by our engine, mirrored photos too, as the product enrols."""
        self.log.say("enrolling 40 people")
        return self._enrolled(_our_vectors)

    @cached_property
    def peers(self) -> Enrolled:
        """The 40 by the peer's way."""
        self.log.say("enrolling 40 people in the peer's way")
        return self._enrolled(_peer_vectors)

    def _enrolled(self, work: Callable[[int, int], Enrolled]) -> Enrolled:
        outcomes = in_children(work, [(part, WORKERS) for part in range(WORKERS)], one_thread=True)
        parts: list[Enrolled] = [outcome.value for outcome in outcomes]
        labels = tuple(label for part in parts for label in part.labels)
        vectors = np.concatenate([part.vectors for part in parts if len(part.labels)])
        return Enrolled(labels, vectors, sum(part.photos_without_face for part in parts))


def _our_vectors(part: int, parts: int) -> Enrolled:
    engine = Engine()

    def largest(photo: BGRImage) -> Vectors:
        faces = sorted(engine.find(photo), key=lambda face: face.width_px * face.height_px)
        return engine.embed(photo, faces[-1:], mirrored=True)

    return _vectors(largest, part, parts)


def _peer_vectors(part: int, parts: int) -> Enrolled:
    peer = FaceRecognitionWay()
    return _vectors(lambda photo: peer.vectors(photo)[:1], part, parts)


def _vectors(vector_of: Callable[[BGRImage], Vectors], part: int, parts: int) -> Enrolled:
    """One of `parts` shares of the people; `vector_of` gives one vector of a photo, or none."""
    labels: list[str] = []
    vectors: list[Vectors] = []
    without = 0
    for seed in ENROLLED_SEEDS[part::parts]:
        for photo in photos_of(seed):
            found = vector_of(photo)
            without += not len(found)
            labels += [label_of(seed)] * len(found)
            vectors.append(found)
    return Enrolled(tuple(labels), np.concatenate(vectors), without)
