"""A recorded meeting of which everybody is a tile: the usual search tells who of them is enrolled, and when."""

import cv2
import numpy as np
import pytest

from demo.drawn_people import CLASS_SEEDS, STRANGER_SEED, draw, person, portrait, pose
from face_engine.gallery import Gallery
from face_engine.models import Models
from face_engine.search import search_video
from tests.face_engine.films import film

FPS, SECONDS, MOVED_S, LEFT_S = 5, 24, 12, 18
TILE_W, TILE_H, GAP = 300, 168, 8
PERSON_PX, FACE_PX = 150, 60
"""Of a drawn person's square picture the face is about 40 %: 60 px wide, as of seven tiles at 720 lines."""

ENROLLED = CLASS_SEEDS[:6]
HERE = (*CLASS_SEEDS[:5], STRANGER_SEED)  # and a tile without a camera; the sixth who is enrolled never joins


def _tile(seed: int | None, second: int) -> np.ndarray:
    tile = np.full((TILE_H, TILE_W, 3), 35, np.uint8)
    if seed is None:
        cv2.circle(tile, (TILE_W // 2, TILE_H // 2), 40, (120, 90, 60), -1)
        cv2.putText(tile, "A", (TILE_W // 2 - 14, TILE_H // 2 + 14), cv2.FONT_HERSHEY_SIMPLEX, 1.4, (230, 230, 230), 3)
        return tile
    look = draw(person(seed), pose(seed * 10 + second % 3, hardness=0.3), PERSON_PX)
    left, top = (TILE_W - PERSON_PX) // 2, TILE_H - PERSON_PX
    tile[top : top + PERSON_PX, left : left + PERSON_PX] = look
    return tile


def _meeting(looks: dict[tuple[int | None, int], np.ndarray], second: int) -> np.ndarray:
    """Seven tiles in rows of three, three and one; after a while they change places, and one person hangs up."""
    picture = np.full((720, 1280, 3), 20, np.uint8)
    tiles = [*HERE, None]
    if second >= MOVED_S:
        tiles = tiles[::-1]
    if second >= LEFT_S:
        tiles.remove(HERE[0])
    for number, seed in enumerate(tiles):
        row, column = divmod(number, 3)
        x, y = 180 + column * (TILE_W + GAP), 80 + row * (TILE_H + GAP)
        picture[y : y + TILE_H, x : x + TILE_W] = looks[seed, second % 3]
        if number == second % len(tiles):  # who speaks has a frame
            cv2.rectangle(picture, (x, y), (x + TILE_W, y + TILE_H), (80, 220, 120), 3)
    return picture


@pytest.fixture(scope="module")
def meeting(tmp_path_factory):
    looks = {(seed, n): _tile(seed, n) for seed in (*HERE, None) for n in range(3)}
    frames = (_meeting(looks, number // FPS) for number in range(FPS * SECONDS))
    return film(tmp_path_factory.mktemp("meeting") / "meeting.mp4", frames, fps=FPS)


@pytest.fixture(scope="module")
def enrolled(engine) -> Gallery:
    photos = [portrait(person(seed)) for seed in ENROLLED]
    vectors = [engine.embed(photo, engine.find(photo)[:1], mirrored=True)[0] for photo in photos]
    return Gallery([str(seed) for seed in ENROLLED], np.stack(vectors))


def test_faces_of_the_tiles_are_as_small_as_said(engine):
    widths = [engine.find(_tile(seed, 0))[0].box for seed in HERE]
    assert all(FACE_PX - 10 <= box[2] - box[0] <= FACE_PX + 10 for box in widths), widths


def test_who_is_in_the_meeting_is_found_and_nobody_else(meeting, enrolled, graph_folder):
    found = search_video(meeting, enrolled, models=Models(graph_folder))
    assert {seen.label for seen in found.people} == {str(seed) for seed in HERE[:5]}
    assert all(seen.good_frames >= 3 and seen.similarity > 80 for seen in found.people)
    (stranger,) = found.unknown
    assert stranger.last_s == pytest.approx(SECONDS, abs=1)
    left = {seen.label: seen.last_s for seen in found.people}
    assert left.pop(str(HERE[0])) == pytest.approx(LEFT_S, abs=1)
    assert all(last_s == pytest.approx(SECONDS, abs=1) for last_s in left.values())
