"""Where names are written in a snapshot: under their faces, each to be read, none out of the picture."""

from __future__ import annotations

from itertools import combinations

import pytest

from website.hourly.name_places import NamePlace, place_names

SIZE = 1920, 1080
FONTS_PX = [42.0, 72.0]
ROW = [(60.0 + 220 * seat, 300.0, 160.0 + 220 * seat, 420.0) for seat in range(8)]
NAMES = ["Kim Mina", "Lee Jun", "Park Sora", "남궁황보 독고제갈", "Jung Ha", "Stranger 1", "Choi Min?", "Ada"]


def overlap(one: NamePlace, other: NamePlace) -> bool:
    across = abs(one.x - other.x) < (one.width + other.width) / 2
    return across and abs(one.y - other.y) < one.font_px


@pytest.mark.parametrize("font_px", FONTS_PX)
def test_names_of_a_row_of_faces_do_not_cover_each_other(font_px: float) -> None:
    places = place_names(ROW, NAMES, SIZE, font_px)
    assert not [pair for pair in combinations(places, 2) if overlap(*pair)]


def test_a_name_that_has_room_stands_under_its_face() -> None:
    (place,) = place_names([(500.0, 300.0, 600.0, 420.0)], ["Kim Mina"], SIZE, 42.0)
    assert place.x == 550.0
    assert 420 < place.y < 420 + 2 * 42


@pytest.mark.parametrize("left", [0.0, 1860.0])
def test_a_long_name_at_the_edge_stays_in_the_picture(left: float) -> None:
    (place,) = place_names([(left, 300.0, left + 60, 380.0)], ["Wolfeschlegelsteinhausen"], SIZE, 42.0)
    assert place.x - place.width / 2 >= 0
    assert place.x + place.width / 2 <= SIZE[0]


def test_names_at_the_lower_edge_stay_in_the_picture_and_apart() -> None:
    boxes = [(x, 900.0, x + 100, 1080.0) for x in (300.0, 380.0, 460.0)]
    places = place_names(boxes, ["Kim Mina", "Lee Jun", "Park Sora"], SIZE, 42.0)
    assert all(0 < place.y < SIZE[1] for place in places)
    assert not [pair for pair in combinations(places, 2) if overlap(*pair)]


def test_places_come_in_the_order_of_the_faces() -> None:
    places = place_names(list(reversed(ROW)), NAMES, SIZE, 42.0)
    assert [place.x for place in places] == sorted((place.x for place in places), reverse=True)


def test_more_names_than_have_room_are_all_placed() -> None:
    assert len(place_names([ROW[0]] * 200, ["Kim Mina"] * 200, SIZE, 42.0)) == 200
