"""Skin is estimated from four warm pixels that touch, and not from anything else that is warm."""

from __future__ import annotations

import random

import pytest

from attendance.use_cases.devices.reading import skin_estimate

ROOM_C = 21.5


def grid(warm: dict[tuple[int, int], float], room_c: float = ROOM_C) -> list[float]:
    """A room with these pixels by row and column."""
    pixels = [room_c] * 64
    for (row, column), temperature_c in warm.items():
        pixels[row * 8 + column] = temperature_c
    return pixels


def block(row: int, column: int, *temperatures_c: float) -> dict[tuple[int, int], float]:
    """Two rows of two."""
    places = [(row, column), (row, column + 1), (row + 1, column), (row + 1, column + 1)]
    return dict(zip(places, temperatures_c, strict=True))


def test_an_empty_room_has_no_skin() -> None:
    assert skin_estimate(grid({})) is None
    assert skin_estimate([35.0] * 64) is None


def test_four_warm_pixels_that_touch_are_their_mean() -> None:
    assert skin_estimate(grid(block(3, 3, 35.0, 35.25, 34.75, 35.0))) == 35.0


@pytest.mark.parametrize("place", [(0, 0), (0, 6), (6, 0), (6, 6), (3, 3)])
def test_a_head_may_be_anywhere(place: tuple[int, int]) -> None:
    assert skin_estimate(grid(block(*place, 35, 35, 35, 35))) == 35.0


def test_the_hottest_patch_counts_and_not_its_cooler_edge() -> None:
    head = {(row, column): 33.0 for row in range(2, 6) for column in range(2, 6)}
    assert skin_estimate(grid(head | block(3, 3, 35, 35, 35, 35))) == 35.0


def test_of_two_people_the_warmer_one_counts() -> None:
    assert skin_estimate(grid(block(1, 1, 34, 34, 34, 34) | block(5, 5, 37, 37, 37, 37))) == 37.0


def test_fewer_than_four_pixels_are_somebody_too_far_away() -> None:
    three = dict(list(block(3, 3, 35, 35, 35, 35).items())[:3])
    assert skin_estimate(grid(three)) is None


def test_pixels_that_touch_by_their_corners_alone_are_no_patch() -> None:
    assert skin_estimate(grid({(0, 0): 35, (1, 1): 35, (2, 2): 35, (3, 3): 35})) is None


def test_pixels_at_the_ends_of_two_rows_do_not_touch() -> None:
    assert skin_estimate(grid({(2, 6): 35, (2, 7): 35, (3, 0): 35, (3, 1): 35})) is None


def test_a_hot_spot_does_not_hide_somebody_else() -> None:
    assert skin_estimate(grid({(0, 0): 40.0} | block(5, 5, 35, 35, 35, 35))) == 35.0


def test_a_kettle_is_no_skin() -> None:
    assert skin_estimate(grid(block(3, 3, 80, 80, 80, 80))) is None


def test_a_radiator_that_is_no_warmer_than_clothes_is_no_skin() -> None:
    assert skin_estimate(grid(block(3, 3, 27, 27, 27, 27))) is None


def test_who_is_hardly_warmer_than_a_hot_room_is_not_told_from_it() -> None:
    assert skin_estimate(grid(block(3, 3, 35, 35, 35, 35), room_c=32.5)) is None
    assert skin_estimate(grid(block(3, 3, 35, 35, 35, 35), room_c=32.0)) == 35.0


def test_the_sensors_noise_is_nobody() -> None:
    chance = random.Random(1)
    for _ in range(50):
        assert skin_estimate([ROOM_C + chance.gauss(0, 0.5) for _ in range(64)]) is None


def test_a_picture_turned_or_mirrored_gives_the_same_estimate() -> None:
    chance = random.Random(2)
    for _ in range(20):
        rows = [[chance.choice((21.0, 30.0, 33.25, 36.5)) for _ in range(8)] for _ in range(8)]
        turned = [list(row) for row in zip(*rows, strict=True)]
        mirrored = [row[::-1] for row in rows]
        estimates = {skin_estimate([pixel for row in one for pixel in row]) for one in (rows, turned, mirrored)}
        assert len(estimates) == 1
