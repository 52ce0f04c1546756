"""Looking for a known face around its place."""

from dataclasses import replace

import numpy as np

from face_engine.follow import follow
from face_engine.search_tasks import Edge, Follow
from face_engine.track import Shot
from tests.face_engine.tracks import vector

FRAME = np.zeros((400, 600, 3), np.uint8)
BOX = (300.0, 200.0, 340.0, 240.0)
ADA, BEN = vector(1.0), vector(0.0, 1.0)


def ada(box=BOX):
    return Follow(7, 0.0, 100.0, (10.0, 20.0), (box, (0.0, 0.0, 40.0, 40.0)), ADA)


def found(follows, shots, faces=None, time_s=12.0):
    """Follow in a picture in which the finder sees `shots` of each crop, whose vectors are `faces`."""
    crops = []

    def finder(crop):
        crops.append(crop.shape)
        return shots(crop)

    sights = follow(FRAME, time_s, follows, finder, lambda chips: np.stack(faces))
    return sights, crops


def shot_at(left, top, size=40):
    return Shot((left, top, left + size, top + size), 0.99, 0.5, np.zeros((150, 150, 3), np.uint8))


def test_a_face_is_found_in_the_pixels_of_the_whole_picture():
    (sight,), crops = found([ada()], lambda crop: [shot_at(52, 51)], [vector(0.9)])
    assert sight.box == (302.0, 201.0, 342.0, 241.0)
    assert (sight.track, sight.time_s, sight.quality) == (7, 12.0, 0.5)
    assert crops == [(140, 140, 3)]


def test_the_place_is_that_of_the_nearest_time():
    _, crops = found([ada()], lambda crop: [], time_s=19.0)
    assert crops == [(90, 90, 3)]


def test_of_several_faces_the_one_in_the_middle_is_meant():
    (sight,), _ = found([ada()], lambda crop: [shot_at(0, 0), shot_at(55, 48), shot_at(90, 90)], [vector(0.9)])
    assert sight.box[:2] == (305.0, 198.0)


def test_somebody_else_in_the_place_is_not_the_followed_person():
    assert found([ada()], lambda crop: [shot_at(50, 50)], [BEN])[0] == []


def test_nobody_in_the_place_is_nobody():
    assert found([ada()], lambda crop: [])[0] == []


def test_a_place_outside_the_picture_is_not_searched():
    sights, crops = found([ada((900.0, 900.0, 940.0, 940.0))], lambda crop: [shot_at(0, 0)], time_s=10.0)
    assert sights == [] and crops == []


def test_at_an_edge_only_what_lies_beyond_the_finds_is_wanted():
    arrival, leaving = replace(ada(), edge=Edge.ARRIVAL), replace(ada(), edge=Edge.LEAVING)
    assert arrival.wants(11.0, [12.0]) and not arrival.wants(14.0, [12.0])
    assert leaving.wants(14.0, [12.0]) and not leaving.wants(11.0, [12.0])
    assert ada().wants(14.0, [12.0, 16.0])
