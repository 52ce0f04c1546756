"""What the rows of one run share: its plan, its films, and the people who are enrolled."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import numpy as np

from bench.child import Outcome, Running, beside, in_child
from bench.film import Film, FilmPlan, lengthened, make_film
from bench.log import Log
from bench.peers import FaceRecognitionWay
from bench.people import ENROLLED_SEEDS, label_of, photos_of
from bench.plan import FULL_HD, WORKERS, Places, Plan
from bench.searching import Enrolled, search_film, search_film_again
from face_engine.engine import Engine
from face_engine.model import BGRImage, Vectors

FPS = 10
PEOPLE = 35

_SEARCHING = {"video", "growth", "encodings"}


class Stage:
    """Makes films and enrols people when the first row asks for them, and keeps them."""

    def __init__(self, plan: Plan, places: Places, log: Log, groups: Collection[str] = ()) -> None:
        self.groups = set(groups)
        self.plan = plan
        self.places = places
        self.log = log
        self._films: dict[FilmPlan, Film] = {}
        self._enrolled: tuple[Enrolled, Enrolled] | None = None
        self._searched: dict[tuple[Path, int], Outcome] = {}

    def film(
        self, size: tuple[int, int] = FULL_HD, key_every_s: float = 2, seconds: float = 0, people: int = PEOPLE
    ) -> Film:
        """The film of this kind, made now or on an earlier run; without `seconds` as long as the plan says."""
        seconds = seconds or self.plan.film_s
        wanted = FilmPlan(size=size, seconds=seconds, key_every_s=key_every_s, fps=FPS, people=people)
        if wanted in self._films:
            return self._films[wanted]
        name = f"film {size[1]}p, {seconds:g} s, key frame every {key_every_s:g} s, {people} faces"
        self.log.say(name)
        self._films[wanted] = make_film(wanted, self.places.films, self.log.progress(name))
        return self._films[wanted]

    def prepare(self) -> None:
        """Enrol the people and make the films that this run needs, all at once, before anything is measured.

        What fails here is tried again by the rows that need it, and they say what is wrong.
        """
        with contextlib.suppress(Exception), contextlib.ExitStack() as ends:
            enrolling = [ends.enter_context(each) for each in self._enrolling()] if self.groups & _SEARCHING else []
            self._make_films()
            if enrolling:
                self._enrolled = _galleries(child.outcome() for child in enrolling)

    def _make_films(self) -> None:
        if self.groups & {*_SEARCHING, "detector"}:
            for size, key_every_s in self.plan.films:
                self.lecture(size, key_every_s)
        if "growth" in self.groups:
            for people in self.plan.crowds:
                self.crowd(people)
        if "encodings" in self.groups:
            self.film(seconds=self.plan.encoding_film_s)

    def crowd(self, people: int) -> Film:
        """A film of so many faces a frame."""
        return self.film(seconds=self.plan.crowd_film_s, people=people)

    def lecture(self, size: tuple[int, int] = FULL_HD, key_every_s: float = 2) -> Film:
        """The film as often in a row as the plan says: a film of a minute is sampled as a clip, not as a lecture."""
        film = self.film(size, key_every_s)
        whole_s = film.plan.seconds * self.plan.film_repeats
        return lengthened(film, whole_s, self.places.films) if self.plan.film_repeats > 1 else film

    @property
    def ours(self) -> Enrolled:
        """The 40 by our engine, mirrored photos too, as the product enrols."""
        return self._both()[0]

    @property
    def peers(self) -> Enrolled:
        """The 40 by the peer's way."""
        return self._both()[1]

    def _both(self) -> tuple[Enrolled, Enrolled]:
        if self._enrolled is None:
            with contextlib.ExitStack() as ends:
                enrolling = [ends.enter_context(each) for each in self._enrolling()]
                self._enrolled = _galleries(child.outcome() for child in enrolling)
        return self._enrolled

    def _enrolling(self) -> list[contextlib.AbstractContextManager[Running]]:
        self.log.say("enrolling 40 people, in our way and in the peer's")
        return [beside(_enrolled, part, WORKERS, one_thread=True) for part in range(WORKERS)]

    def search(self, film: Film, processes: int, *, anew: bool = False) -> Outcome:
        """Search a film by so many processes in one of its own, or give what an earlier such search gave."""
        asked = film.path, processes
        if anew or asked not in self._searched:
            self._searched[asked] = in_child(search_film, film.path, self.ours, processes)
        return self._searched[asked]

    def search_again(self, film: Film, processes: int) -> Outcome:
        """Search a film by processes that have searched before, as those of a worker."""
        return in_child(search_film_again, film.path, self.ours, processes)


def _galleries(outcomes: Iterable[Outcome]) -> tuple[Enrolled, Enrolled]:
    ours, theirs = zip(*(outcome.value for outcome in outcomes), strict=True)
    return _joined(ours), _joined(theirs)


def _joined(parts: Sequence[Enrolled]) -> Enrolled:
    labels = tuple(label for part in parts for label in part.labels)
    return Enrolled(labels, np.concatenate([part.vectors for part in parts if part.labels]))


def _enrolled(part: int, parts: int) -> tuple[Enrolled, Enrolled]:
    """One of `parts` shares of the people, by our engine and by the peer's way."""
    engine, peer = Engine(), FaceRecognitionWay()

    def largest(photo: BGRImage) -> Vectors:
        faces = sorted(engine.find(photo), key=lambda face: face.width_px * face.height_px)
        return engine.embed(photo, faces[-1:], mirrored=True)

    photos = [(label_of(seed), photo) for seed in ENROLLED_SEEDS[part::parts] for photo in photos_of(seed)]
    ours = [(label, vector) for label, photo in photos for vector in largest(photo)]
    theirs = [(label, vector) for label, photo in photos for vector in peer.vectors(photo)[:1]]
    return _of_pairs(ours), _of_pairs(theirs)


def _of_pairs(pairs: Sequence[tuple[str, Vectors]]) -> Enrolled:
    return Enrolled(tuple(label for label, _ in pairs), np.array([vector for _, vector in pairs], np.float32))
