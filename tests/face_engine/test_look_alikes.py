"""Films of two who look alike, and of strangers: what looks like two people is nobody's proof, and no stranger is."""

from dataclasses import replace

import numpy as np
import pytest

from demo.drawn_people import CLASS_SEEDS, STRANGER_SEED, draw, person, portrait, pose
from face_engine.gallery import Gallery
from face_engine.models import Models
from face_engine.search import SearchOptions, search_video
from tests.face_engine.films import film

FACE_PX = 180
ANN = person(146)
# The same face with a wider mouth, higher brows and a broader nose: 0.2 away, as twins are.
EVE = replace(
    ANN,
    seed=ANN.seed + 1,
    mouth=replace(ANN.mouth, width=ANN.mouth.width * 1.15),
    brows=replace(ANN.brows, lift=ANN.brows.lift * 1.2),
    nose=replace(ANN.nose, width=ANN.nose.width * 1.1),
)
OTHERS = [person(seed) for seed in CLASS_SEEDS if seed != ANN.seed]


@pytest.fixture(scope="module")
def vector(engine):
    """The enrolled vector of a drawn person's portrait, or of another photo of the same person."""

    def of(drawn, sitting=None):
        photo = portrait(drawn) if sitting is None else draw(drawn, sitting, 480)
        return engine.embed(photo, engine.find(photo)[:1], mirrored=True)[0]

    return of


@pytest.fixture(scope="module")
def searched(tmp_path_factory, graph_folder):
    """What is found in four seconds of these people side by side: label, good frames, and how many unknown."""

    def search(gallery, *people):
        frames = []
        for n in range(8):
            looks = [draw(one, pose(one.seed * 10 + n // 2, hardness=0.4), FACE_PX) for one in people]
            frames.append(np.hstack([np.pad(look, ((20, 20), (30, 30), (0, 0)), mode="edge") for look in looks]))
        path = film(tmp_path_factory.mktemp("alike") / "film.mp4", frames, fps=2)
        found = search_video(path, gallery, SearchOptions(every_s=0.5), models=Models(graph_folder))
        return {one.label: one.good_frames for one in found.people}, len(found.unknown)

    return search


@pytest.fixture(scope="module")
def both(vector):
    return Gallery(["ann", "eve", "cai"], np.stack([vector(ANN), vector(EVE), vector(OTHERS[0])]))


@pytest.mark.parametrize("who", [ANN, EVE])
def test_whichever_of_two_alike_is_filmed_neither_is_sure(searched, both, who):
    assert searched(both, who) == ({"ann": 0, "eve": 0}, 0)


def test_two_alike_side_by_side_are_both_seen_and_neither_is_sure(searched, both):
    assert searched(both, ANN, EVE) == ({"ann": 0, "eve": 0}, 0)


def test_two_alike_are_not_sure_where_one_has_more_photos(searched, vector):
    photos = [vector(ANN), *(vector(ANN, pose(70 + n, hardness=0.5)) for n in range(2)), vector(EVE)]
    assert searched(Gallery(["ann", "ann", "ann", "eve"], np.stack(photos)), EVE)[0] == {"ann": 0, "eve": 0}


def test_somebody_unlike_all_others_is_sure_beside_two_alike(searched, both):
    known, unknown = searched(both, OTHERS[0], EVE)
    assert known["cai"] >= 3
    assert (known["ann"], known["eve"], unknown) == (0, 0, 0)


@pytest.mark.parametrize("enrolled", [1, len(OTHERS)])
def test_a_stranger_is_nobody_whether_one_or_many_are_enrolled(searched, vector, enrolled):
    gallery = Gallery([str(n) for n in range(enrolled)], np.stack([vector(one) for one in OTHERS[:enrolled]]))
    assert searched(gallery, person(STRANGER_SEED)) == ({}, 1)
