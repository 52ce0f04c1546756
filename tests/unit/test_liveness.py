"""Whether a row of landmarks shows a head that turned as it was asked, or a picture of one."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, radians, sin

import pytest

from attendance.model import Landmarks, Turn, TurnVerdict
from attendance.rules.liveness import judge_turn

LEFT = (0, 2, 6, 11, 17, 22, 25, 25)
"""A head that goes to its own left, in degrees."""

RIGHT = tuple(-yaw for yaw in LEFT)
NOSE = 0.4  # before the plane of eyes and mouth, in distances of the eyes


def seen(
    yaw_deg: float, *, nose: float = NOSE, roll_deg: float = 0, size: float = 100, nose_x: float = 0, away: float = 8
) -> Landmarks:
    """A head before a pinhole camera, `away` distances of the eyes from it."""
    yaw, roll = radians(yaw_deg), radians(roll_deg)

    def at(x: float, y: float, z: float = 0) -> tuple[float, float]:
        turned, depth = x * cos(yaw) + z * sin(yaw), z * cos(yaw) - x * sin(yaw)
        x, y = (one * size * away / (away - depth) for one in (turned, y))
        return 640 + x * cos(roll) - y * sin(roll), 360 + x * sin(roll) + y * cos(roll)

    return Landmarks(at(-0.5, 0), at(0.5, 0), at(nose_x, 0.6, nose), at(-0.38, 1.1), at(0.38, 1.1))


def head(yaws: Sequence[float], **more: float) -> list[Landmarks | None]:
    return [seen(yaw, **more) for yaw in yaws]


@pytest.mark.parametrize(("yaws", "asked"), [(LEFT, Turn.LEFT), (RIGHT, Turn.RIGHT)])
def test_a_head_that_turns_as_it_was_asked_is_taken(yaws: Sequence[float], asked: Turn) -> None:
    assert judge_turn(head(yaws), asked) is TurnVerdict.TURNED


def test_it_may_turn_back_again() -> None:
    assert judge_turn(head([0, 8, 18, 24, 18, 8, 0]), Turn.LEFT) is TurnVerdict.TURNED


@pytest.mark.parametrize("more", [{"roll_deg": 12}, {"size": 40}, {"nose_x": 0.05}, {"away": 4}, {"nose": 0.3}])
def test_heads_held_aside_small_near_and_with_other_noses_are_taken(more: dict[str, float]) -> None:
    assert judge_turn(head(LEFT, **more), Turn.LEFT) is TurnVerdict.TURNED


def test_who_comes_nearer_while_turning_is_taken() -> None:
    frames = [seen(yaw, size=100 + 6 * number) for number, yaw in enumerate(LEFT)]
    assert judge_turn(frames, Turn.LEFT) is TurnVerdict.TURNED


@pytest.mark.parametrize("away", [3.0, 8.0])
def test_a_picture_that_is_turned_by_hand_is_flat(away: float) -> None:
    assert judge_turn(head([0, 10, 20, 30, 40, 45], nose=0, away=away), Turn.LEFT) is TurnVerdict.FLAT


@pytest.mark.parametrize("bent", [0.03, 0.06, 0.09])
def test_a_bent_picture_is_not_taken(bent: float) -> None:
    """Round a pipe, the nose is on the ridge and the eyes are behind it."""
    assert judge_turn(head([0, 7, 14, 21, 28, 35], nose=bent), Turn.LEFT) is not TurnVerdict.TURNED


def test_the_other_way_is_told() -> None:
    assert judge_turn(head(RIGHT), Turn.LEFT) is TurnVerdict.OTHER_WAY
    assert judge_turn(head(LEFT), Turn.RIGHT) is TurnVerdict.OTHER_WAY


def test_a_film_of_somebody_who_looks_around_is_not_taken() -> None:
    around = [0, 20, 24, 8, -6, -20, -24, -20]
    assert judge_turn(head(around), Turn.RIGHT) is TurnVerdict.OTHER_WAY
    assert judge_turn(head(around), Turn.LEFT) is TurnVerdict.OTHER_WAY


def test_a_print_bent_round_a_pipe_and_turned_far_is_flat() -> None:
    assert judge_turn(head([0, 15, 30, 45, 60, 65], nose=0.1), Turn.LEFT) is TurnVerdict.FLAT


def test_who_turns_to_a_profile_that_is_no_longer_found_has_turned() -> None:
    assert judge_turn([*head([0, 8, 16, 24, 32]), None, None, None], Turn.LEFT) is TurnVerdict.TURNED
    assert judge_turn([*head([0, 3, 6, 9, 12]), None, None, None], Turn.LEFT) is TurnVerdict.LOST


def test_who_stays_as_they_are_did_not_turn() -> None:
    assert judge_turn(head([0, 1, -1, 2, 1, 0]), Turn.LEFT) is TurnVerdict.DID_NOT
    assert judge_turn(head([0, 3, 6, 9, 10, 10]), Turn.LEFT) is TurnVerdict.DID_NOT


def test_one_picture_of_a_turn_is_none() -> None:
    assert judge_turn(head([0, 2, 20, 3, 1, 0]), Turn.LEFT) is TurnVerdict.DID_NOT


def test_who_is_turned_from_the_start_did_not_turn() -> None:
    assert judge_turn(head([25, 25, 25, 25, 25, 25]), Turn.LEFT) is TurnVerdict.DID_NOT


def test_one_picture_may_be_blurred_and_not_two_nor_the_first() -> None:
    frames = head(LEFT)
    assert judge_turn([*frames[:3], None, *frames[4:]], Turn.LEFT) is TurnVerdict.TURNED
    assert judge_turn([*frames[:3], None, None, *frames[5:]], Turn.LEFT) is TurnVerdict.LOST
    assert judge_turn([None, *frames], Turn.LEFT) is TurnVerdict.LOST


@pytest.mark.parametrize("few", [0, 1, 3])
def test_too_few_pictures_are_lost(few: int) -> None:
    assert judge_turn(head(LEFT)[-few:] if few else [], Turn.LEFT) is TurnVerdict.LOST


def test_two_prints_that_are_exchanged_jump() -> None:
    assert judge_turn(head([0, 0, 0, 40, 40, 40]), Turn.LEFT) is TurnVerdict.LOST


def test_a_face_at_another_place_is_another_face() -> None:
    frames = head(LEFT)
    far = [seen(yaw) for yaw in LEFT]
    moved = [
        Landmarks(*((x + 300, y) for x, y in (f.left_eye, f.right_eye, f.nose, f.left_mouth, f.right_mouth)))
        for f in far
    ]
    assert judge_turn([*frames[:4], *moved[4:]], Turn.LEFT) is TurnVerdict.LOST


def test_points_in_a_line_are_no_face() -> None:
    line = Landmarks((0, 0), (10, 0), (20, 0), (30, 0), (40, 0))
    assert judge_turn([seen(0), line, line, line, line], Turn.LEFT) is TurnVerdict.LOST
