"""The tables on several photos of a student and several pictures of one person, which is what a lecture gives."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from bench.accuracy.rates import Rate
from bench.accuracy.real import AS_ENROLLED, RealFaces, mean_vector
from bench.accuracy.tables import Table
from bench.accuracy.trials import Mark, Photo, marks_of, tracks_of, worst
from bench.accuracy.views import View
from face_engine.search_model import SearchOptions
from face_engine.track import Track

_APART_S = 100
"""Between two pictures, so that each is a track of its own."""


def pictures_table(faces: RealFaces, views: Sequence[View]) -> Table:
    """What becomes of somebody of whom several different pictures are seen, each a track of its own."""
    rows = []
    for view, pictures in itertools.product(views, (1, 2, 3)):
        students = [mark for _, mark in _students(faces, view, pictures)]
        people = len({person for person, _ in _students(faces, view, pictures)})
        strangers = list(_strangers(faces, view, pictures))
        cells = [str(Rate.of(mark is one for mark in students)) for one in Mark]
        cells += [str(Rate.of(mark is one for mark in strangers)) for one in (Mark.PRESENT, Mark.UNSURE)]
        rows.append([f"{view.face_px:.0f} px", str(pictures), str(people), *cells])
    note = (
        "One photo enrolled, and so many other photographs seen at different times. Trials share photographs, so the "
        "intervals are too narrow."
    )
    head = ("faces", "pictures", "people", "student: present", "unsure", "absent", "stranger: present", "unsure")
    return Table("Several pictures, as tracks", note, head, rows)


def _students(faces: RealFaces, view: View, pictures: int) -> Iterator[tuple[str, Mark]]:
    for person in faces.enrolled.people:
        for enrolled in faces.enrolled.of(person):
            gallery = faces.enrolled.gallery(faces.enrolled.people, [enrolled])
            for tracks in _tracks(faces, view, [p for p in faces.enrolled.of(person) if p is not enrolled], pictures):
                yield person, marks_of(tracks, gallery, SearchOptions()).get(person, Mark.ABSENT)


def _strangers(faces: RealFaces, view: View, pictures: int) -> Iterator[Mark]:
    for person in faces.enrolled.people:
        gallery = faces.enrolled.gallery([other for other in faces.enrolled.people if other != person])
        for tracks in _tracks(faces, view, faces.enrolled.of(person), pictures):
            yield worst(marks_of(tracks, gallery, SearchOptions()).values())


def _tracks(faces: RealFaces, view: View, photos: Sequence[Photo], pictures: int) -> Iterator[list[Track]]:
    usable = [photo for photo in photos if photo.face_px >= AS_ENROLLED * view.face_px]
    for shown in itertools.combinations(usable, pictures):
        seen = [faces.seen(photo, view) for photo in shown]
        yield [track for number, one in enumerate(seen) for track in tracks_of(one, number * _APART_S)]


def photos_table(faces: RealFaces, views: Sequence[View], lines: Sequence[float]) -> Table:
    """Enrolled photos and different pictures pooled: how often a student's distance is within a line."""
    rows = []
    for view, enrolled, pictures in itertools.product(views, (1, 2, 3), (1, 3)):
        found = list(_within(faces, view, enrolled, pictures))
        people = len({person for person, _ in found})
        shares = [str(Rate.of(distance <= line for _, distance in found)) for line in lines]
        rows.append([f"{view.face_px:.0f} px", str(enrolled), str(pictures), str(people), *shares])
    note = (
        "A student's pooled distance to the nearest of the enrolled photos. Trials share photographs and few people "
        "have enough of them, so the intervals are too narrow."
    )
    head = ("faces", "photos enrolled", "pictures pooled", "people", *(f"within {line:.2f}" for line in lines))
    return Table("Several photos, several pictures", note, head, rows)


def _within(faces: RealFaces, view: View, enrolled: int, pictures: int) -> Iterator[tuple[str, float]]:
    for person in faces.enrolled.people:
        own = [photo for photo in faces.enrolled.of(person) if photo.face_px >= AS_ENROLLED * view.face_px]
        for chosen in itertools.combinations(own, enrolled):
            rest = [photo for photo in own if photo not in chosen]
            for shown in itertools.combinations(rest, pictures):
                shots = [shot for photo in shown for _, shot in faces.seen(photo, view)]
                if shots:
                    vector = mean_vector(shots, weighted=True)
                    yield person, min(float(np.linalg.norm(photo.vector - vector)) for photo in chosen)
