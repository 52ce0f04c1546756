"""Whether a face moves as a head does or as a picture."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from demo.drawn_people import CLASS_SEEDS, draw, person, pose
from face_engine import flat
from face_engine.align import CHIP_PX
from face_engine.flat import Look, Looks, Movement, difference, grey_look, is_flat, movement

ADA, BEN = CLASS_SEEDS[:2]
SECONDS = np.arange(12) * 5.0


def drawn(seed=ADA, **turned):
    """A chip-like picture of a drawn face, 112 x 112."""
    picture = draw(person(seed), replace(pose(seed, 0.0), noise=0.0, **turned), 256)
    return cv2.resize(picture[48:208, 48:208], (CHIP_PX, CHIP_PX), interpolation=cv2.INTER_AREA)


def held(chip, rng, tilt=0.1):
    """The chip as a picture in a hand: shifted, turned, larger or smaller, tilted, in other light, with grain."""
    corners = np.array([(0, 0), (CHIP_PX, 0), (CHIP_PX, CHIP_PX), (0, CHIP_PX)], np.float32)
    moved = corners + rng.normal(0, 1.5, 2) + rng.normal(0, tilt * 20, (4, 2))
    shown = cv2.warpPerspective(
        chip, cv2.getPerspectiveTransform(corners, moved.astype(np.float32)), (CHIP_PX, CHIP_PX), borderMode=1
    )
    light = rng.uniform(0.8, 1.1) * (1 + rng.uniform(-0.15, 0.15) * np.linspace(-1, 1, CHIP_PX))[None, :, None]
    return np.clip(shown * light + rng.uniform(-10, 10) + rng.normal(0, 2, chip.shape), 0, 255).astype(np.uint8)


def looks(chips, times_s=SECONDS):
    return [Look(float(time_s), 0.5, grey_look(chip)) for time_s, chip in zip(times_s, chips, strict=False)]


@pytest.fixture(scope="module")
def picture():
    """Twelve looks at one picture that is held up."""
    rng = np.random.default_rng(1)
    return looks([held(drawn(), rng) for _ in SECONDS])


@pytest.fixture(scope="module")
def head():
    """Twelve looks at a head that turns, nods and speaks a little."""
    rng = np.random.default_rng(2)
    return looks(
        [
            drawn(yaw=rng.normal(0, 0.25), pitch=rng.normal(0, 0.1), mouth_open=max(0.0, rng.normal(0, 0.03)))
            for _ in SECONDS
        ]
    )


def test_a_picture_that_is_held_up_is_flat(picture):
    assert is_flat([picture])


def test_a_head_is_not_flat(head):
    assert not is_flat([head])


def test_what_is_left_of_a_picture_is_little_and_of_a_head_that_turned_much():
    rng = np.random.default_rng(3)
    straight = grey_look(drawn())
    assert difference(straight, grey_look(held(drawn(), rng))) < flat.MOVED
    assert difference(straight, grey_look(drawn(yaw=0.35))) > 2 * flat.MOVED
    assert difference(straight, grey_look(drawn(BEN))) > 0.1
    assert difference(straight, straight) < 1e-4


def test_light_that_slopes_across_a_picture_does_not_make_it_a_head():
    chip = drawn()
    shaded = np.clip(chip * np.linspace(0.6, 1.1, CHIP_PX)[None, :, None], 0, 255).astype(np.uint8)
    assert difference(grey_look(chip), grey_look(shaded)) < flat.MOVED / 2


def test_a_hand_before_a_picture_does_not_make_it_a_head(picture):
    covered = picture[4].grey.copy()
    covered[24:] = 120
    assert is_flat([[*picture[:4], replace(picture[4], grey=covered), *picture[5:]]])


def test_too_few_looks_and_too_short_a_time_prove_no_picture(picture):
    assert not is_flat([picture[: flat.LEAST_PAIRS]])
    hurried = [replace(look, time_s=look.time_s / 60 * flat.LEAST_SECONDS) for look in picture]
    assert not is_flat([hurried])
    assert not is_flat([])
    assert not is_flat([picture[:1]])


def test_several_short_stays_prove_a_picture_together(picture):
    assert not is_flat([picture[:4]])
    assert is_flat([picture[:4], picture[4:8]])


def test_two_pictures_of_one_face_in_two_stays_are_pictures(picture):
    rng = np.random.default_rng(4)
    other = looks([held(drawn(yaw=0.2), rng) for _ in SECONDS])
    assert is_flat([picture, other])


def test_whoever_is_alive_in_one_stay_is_alive(picture, head):
    assert not is_flat([picture, picture, head[:6]])


def test_somebody_alive_is_known_after_a_few_pairs(head):
    assert movement(head).pairs < 8


def test_movement_adds_up():
    assert Movement(3, 1, 10.0) + Movement(2, 2, 5.0) == Movement(5, 3, 15.0)


def test_looks_are_spread_over_a_stay_however_long_it_is():
    kept = Looks()
    chip = np.zeros((CHIP_PX, CHIP_PX, 3), np.uint8)
    for second in range(1000):
        kept.add(float(second), 0.5, chip)
    times_s = [look.time_s for look in kept.kept]
    assert flat.MOST_LOOKS / 2 <= len(times_s) <= flat.MOST_LOOKS
    assert len(set(np.diff(times_s))) == 1
    assert times_s[0] == 0 and times_s[-1] > 850


@pytest.mark.parametrize(
    "chip", [np.zeros((CHIP_PX, CHIP_PX, 3), np.uint8), np.full((CHIP_PX, CHIP_PX, 3), 255, np.uint8)]
)
def test_a_look_without_anything_in_it_is_no_error(chip):
    blank = grey_look(chip)
    assert 0 <= difference(blank, blank) <= 1
    assert 0 <= difference(blank, grey_look(drawn())) <= 1
    assert 0 <= difference(grey_look(drawn()), blank) <= 1
