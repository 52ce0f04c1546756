"""Whoever comes before the camera is told once a visit; noise, exposure and lights are nobody."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
import pytest

from device_uploader.motion import Motion, blocks_of, differences
from device_uploader.sources import Frame

WIDTH, HEIGHT = 320, 240
Scene = Callable[[int], Frame]


@cache
def room() -> Frame:
    """A wall, a floor, a door, a board, a bookshelf; middling bright."""
    frame = np.full((HEIGHT, WIDTH, 3), (120, 125, 118), np.uint8)
    frame[180:] = (70, 80, 90)
    cv2.rectangle(frame, (20, 60), (80, 190), (50, 70, 100), -1)
    cv2.rectangle(frame, (110, 40), (210, 110), (40, 60, 40), -1)
    for number in range(10):
        cv2.rectangle(frame, (230 + 8 * number, 50), (234 + 8 * number, 150), (30, 20 * number, 130), -1)
    frame.setflags(write=False)
    return frame


@cache
def shelves() -> Frame:
    """Nothing but books."""
    books = np.random.default_rng(1).integers(60, 200, (24, 32, 3)).astype(np.uint8)
    frame = cv2.resize(books, (WIDTH, HEIGHT), interpolation=cv2.INTER_NEAREST)
    frame.setflags(write=False)
    return frame  # type: ignore[return-value]


def lit(frame: Frame, gain: float, veil: float = 0.0) -> Frame:
    return cv2.convertScaleAbs(frame, alpha=gain, beta=veil)  # type: ignore[return-value]


def with_person(frame: Frame, x: int, height: int = 150) -> Frame:
    """A plain coat, a head, hair and a face, on their feet at the lower edge."""
    frame, head, top = frame.copy(), height // 8, HEIGHT - height
    cv2.ellipse(frame, (x, HEIGHT - 5), (height // 5, height * 3 // 4), 0, 180, 360, (80, 60, 50), -1)
    cv2.ellipse(frame, (x, top + head), (head * 4 // 5, head), 0, 0, 360, (140, 170, 215), -1)
    cv2.ellipse(frame, (x, top + head // 2), (head * 4 // 5, head * 3 // 5), 0, 180, 360, (30, 30, 35), -1)
    for side in (-1, 1):
        cv2.circle(frame, (x + side * head // 3, top + head), 2, (40, 40, 40), -1)
    return frame


@cache
def noises(sigma: float) -> list[Frame]:
    chance = np.random.default_rng(7)
    return [chance.normal(0, sigma, (HEIGHT, WIDTH, 3)).round().astype(np.int16) for _ in range(24)]


def with_noise(frame: Frame, sigma: float, chance: random.Random) -> Frame:
    put = chance.choice((cv2.add, cv2.subtract))
    return put(frame, chance.choice(noises(sigma)), dtype=cv2.CV_8U)  # type: ignore[no-any-return]


def walk(second: int, came: int, lasts: int, frame: Frame, height: int = 150) -> Frame:
    """Across the room in so many seconds."""
    if not came <= second < came + lasts:
        return frame
    return with_person(frame, -10 + (WIDTH + 20) * (second - came) // lasts, height)


def told(scene: Scene, seconds: int, sigma: float = 4.0, share: float = 0.02, again_after_s: float = 0) -> list[int]:
    """The seconds at which somebody was told, at a look a second."""
    chance, motion = random.Random(7), Motion(share, 1, again_after_s)
    pictures = (with_noise(scene(second), sigma, chance) for second in range(seconds))
    return [second for second, picture in enumerate(pictures) if motion.began(picture, float(second))]


@pytest.mark.parametrize("sigma", [0, 4, 12, 25])
def test_a_still_scene_is_nobody_for_ten_minutes_however_noisy(sigma: float):
    still = room()
    assert told(lambda _: still, 600, sigma) == []


@pytest.mark.parametrize(("before", "after"), [(0.3, 1.0), (1.0, 0.3), (0.05, 1.2), (1.2, 0.02), (0.8, 1.0)])
def test_a_light_switched_on_or_off_is_nobody(before: float, after: float):
    dark, bright = lit(room(), before), lit(room(), after)
    assert told(lambda second: dark if second < 60 else bright, 180) == []


def test_a_lamp_that_lights_a_corner_and_casts_shadows_is_nobody():
    lamp = np.ones((HEIGHT, WIDTH, 1), np.float32)
    lamp[:, 160:, 0] = np.linspace(1, 1.9, 160)
    for x in (180, 215, 250, 285):
        lamp[60:200, x : x + 14] = 1.0
    still, shadows = room(), np.clip(room() * lamp, 0, 255).astype(np.uint8)
    assert told(lambda second: shadows if 60 <= second < 120 else still, 180) == []


def test_lamps_that_flicker_with_their_shadows_before_they_burn_are_nobody():
    off, one, other = lit(room(), 0.3), room().copy(), room().copy()
    one[:, 40::80] = one[:, 41::80] = one[:, 42::80] = 40
    other[30::60] = other[31::60] = other[32::60] = 40
    flicker = [off] * 30 + [one, other, off] * 3 + [one] * 60
    assert told(lambda second: flicker[second], len(flicker)) == []


def test_an_exposure_that_settles_slowly_and_the_evening_are_nobody():
    settling = [1 - 0.9 * np.exp(-second / 4) for second in range(60)]
    evening = [1 - second / 700 for second in range(540)]
    assert told(lambda second: lit(room(), (settling + evening)[second], 3), 600) == []


def test_a_slide_that_changes_once_in_a_while_is_nobody():
    slides = [room(), room().copy()]
    cv2.putText(slides[1], "Graphs", (120, 90), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (255, 255, 255), 2)
    assert told(lambda second: slides[second // 20 % 2], 300) == []


def test_a_camera_that_is_being_turned_is_nobody():
    assert told(lambda second: np.roll(shelves(), 27 * min(8, max(0, second - 30)), 1), 100) == []


def test_who_comes_right_after_the_camera_was_pushed_is_told():
    def scene(second: int) -> Frame:
        return walk(second, 40, 12, np.roll(shelves(), 27 if second >= 30 else 0, 1))

    (only,) = told(scene, 80)
    assert 40 < only < 46


def test_a_camera_that_was_pushed_is_nobody():
    pushed = np.roll(room(), (9, 23), (0, 1))
    assert told(lambda second: room() if second < 60 else pushed, 180) == []


@pytest.mark.parametrize("sigma", [1, 4, 12])
@pytest.mark.parametrize("height", [80, 150, 230])
def test_who_walks_in_is_told_once_and_again_after_leaving_and_coming_back(sigma: float, height: int):
    def scene(second: int) -> Frame:
        return walk(second, 90, 12, walk(second, 40, 12, room(), height), height)

    first, second = told(scene, 180, sigma)
    assert 40 < first < 46
    assert 90 < second < 96


def test_who_walks_in_and_stands_there_for_a_while_is_told_once():
    def scene(second: int) -> Frame:
        if not 40 <= second < 100:
            return room()
        sway = second % 3 - 1
        return with_person(room(), min(160, 30 * (second - 39)) + 3 * sway)

    (only,) = told(scene, 180)
    assert 40 < only < 46


def test_who_stands_still_for_half_a_minute_and_goes_on_is_told_once():
    def scene(second: int) -> Frame:
        steps = min(second, 45) + max(0, second - 75) - 40
        return with_person(room(), 30 * steps) if 0 <= 30 * steps < WIDTH and second >= 40 else room()

    (only,) = told(scene, 120)
    assert 40 < only < 46


def test_who_comes_in_the_dark_and_switches_on_the_light_is_told_once():
    def scene(second: int) -> Frame:
        here = with_person(room(), min(250, 20 * (second - 40))) if second >= 40 else room()
        return lit(here, 0.25 if second < 44 else 1.0)

    assert len(told(scene, 100)) == 1


def test_who_comes_under_a_light_switched_on_before_is_told():
    def scene(second: int) -> Frame:
        return lit(walk(second, 70, 12, room()), 0.3 if second < 60 else 1.0)

    (only,) = told(scene, 120)
    assert 70 < only < 76


def test_a_fan_that_turns_all_day_is_learnt_and_hides_nobody():
    def scene(second: int) -> Frame:
        frame = walk(second, 500, 12, room()).copy()
        angle = second * 73 % 360
        cv2.ellipse(frame, (270, 40), (30, 30), 0, angle, angle + 60, (20, 20, 20), -1)
        return frame

    seconds = told(scene, 700)
    assert len([second for second in seconds if second < 490]) <= 1
    assert len([second for second in seconds if 500 < second < 506]) == 1
    assert [second for second in seconds if second > 512] == []


def test_there_is_a_least_pause_between_two_pictures():
    def scene(second: int) -> Frame:
        return walk(second % 40, 20, 8, room())

    assert len(told(scene, 400)) == 10
    assert len(told(scene, 400, again_after_s=100)) == 4


def test_a_picture_for_another_reason_begins_the_pause_too():
    motion = Motion(0.02, 1, 100)
    motion.pictured(0.0)
    assert not any(motion.began(walk(second, 20, 12, room()), float(second)) for second in range(60))


def test_a_bigger_share_passes_over_what_is_small():
    def scene(second: int) -> Frame:
        return walk(second, 40, 12, room(), 40)

    assert told(scene, 80, share=0.3) == []


def test_the_camera_is_looked_at_once_a_second_whatever_it_films_at(monkeypatch: pytest.MonkeyPatch):
    looks: list[int] = []
    monkeypatch.setattr("device_uploader.motion.blocks_of", lambda frame: looks.append(1) or blocks_of(frame))
    motion = Motion(0.02, 1, 0)
    for number in range(100):
        motion.began(room(), number / 10)
    assert len(looks) == 10


def test_what_the_camera_saw_before_a_long_break_is_forgotten():
    motion = Motion(0.02, 1, 0)
    motion.began(room(), 0.0)
    seconds = [second for second in range(40) if motion.began(walk(second, 20, 12, shelves()), 3600.0 + second)]
    assert len(seconds) == 1
    assert 20 < seconds[0] < 26


def test_a_gain_and_an_offset_are_no_difference_but_a_covered_bookshelf_is():
    brighter = differences(blocks_of(room()), blocks_of(lit(room(), 1.25, 10)))
    assert brighter.max() < 2
    covered = room().copy()
    covered[40:160, 225:315] = 60
    shelf = differences(blocks_of(covered), blocks_of(room())).reshape(12, 16)[4:7, 12:14]
    assert shelf.min() > 9
