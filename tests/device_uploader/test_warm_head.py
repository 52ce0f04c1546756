"""Somebody who comes is told once, whatever the sensor's own error is."""

from __future__ import annotations

import pytest

from device_uploader.sources.warm_room import WarmRoom
from device_uploader.warm_head import Visits, warm_pixels


def grid(warm: dict[int, float], room_c: float = 21.0) -> list[float]:
    return [warm.get(place, room_c) for place in range(64)]


def test_only_pixels_side_by_side_count_together():
    assert warm_pixels(grid({0: 30, 1: 30, 8: 30, 63: 30}), 4) == 3


def test_the_end_of_a_row_does_not_touch_the_beginning_of_the_next():
    assert warm_pixels(grid({7: 30, 8: 30}), 4) == 1


def test_a_warm_day_is_no_visitor():
    assert warm_pixels(grid({}, 34.0), 4) == 0


@pytest.mark.parametrize("seed", range(8))
def test_each_visit_to_the_simulated_room_is_told_once(seed: int):
    room, visits = WarmRoom(seed=seed), Visits(4, 2, 20)
    told = [second for second in range(600) if visits.began(room.seen(second, 10).pixels_c, second)]
    assert len(told) == 10
    assert all(second % 60 < 6 for second in told)


def test_not_again_before_its_time():
    visits = Visits(4, 1, 20)
    there, gone = grid({5: 33}), grid({})
    told = [visits.began(there if second % 2 else gone, second) for second in range(40)]
    assert [second for second, came in enumerate(told) if came] == [1, 21]
