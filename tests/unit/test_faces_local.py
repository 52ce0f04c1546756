"""What the local engine makes of photos, lines and recordings, beyond the contract."""

import io
import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from attendance.adapters.local import faces as faces_local
from attendance.adapters.local.faces import LocalFaces, open_faces
from attendance.adapters.local.models import match_lines, points_between, search_options
from attendance.adapters.local.photos import the_one_face, thumbnail, upright_copy
from attendance.errors import BadPhoto, ServiceUnavailable, SettingsError
from attendance.settings import Settings, load_settings
from face_engine.engine import Engine
from face_engine.errors import WeightsMissing
from face_engine.model import Face, Quality
from face_engine.similarity import similarity
from face_engine.thresholds import ACCEPT_DISTANCE, CLEAR_DISTANCE, MARGIN, REVIEW_DISTANCE, SMALL_FACES_FARTHER
from tests.contract.faces_kits import drawn, jpeg
from tests.face_data import FACE_DATA


def settings(**values: str) -> Settings:
    return load_settings({**FACE_DATA, **{f"ROLLCALL_{name.upper()}": value for name, value in values.items()}})


@pytest.fixture(scope="module")
def faces() -> LocalFaces:
    return open_faces("local", settings())


def a_face(width: float, *, left: float = 0, top: float = 0, score: float = 1.0, problems: tuple = ()) -> Face:
    points = tuple(
        (left + x * width, top + y * width) for x, y in [(0.3, 0.4), (0.7, 0.4), (0.5, 0.6), (0.35, 0.8), (0.65, 0.8)]
    )
    quality = Quality(0.9, width, 0.1, 0.0, 0.0, 120.0, problems)
    return Face((left, top, left + width, top + width), points, score, quality)


def saved(picture: np.ndarray, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(picture[:, :, ::-1]).save(stream, kind, **options)
    return stream.getvalue()


# Which face is meant


def test_small_faces_far_behind_are_tolerated():
    assert the_one_face([a_face(200), a_face(99)]).width_px == 200


def test_a_second_face_of_half_the_size_is_one_too_many():
    with pytest.raises(BadPhoto, match=r"^There are 2 faces in this photo; choose one with a single face\.$"):
        the_one_face([a_face(200), a_face(100), a_face(60)])


def test_a_pattern_that_is_hardly_a_face_does_not_count_as_a_second_one():
    assert the_one_face([a_face(200), a_face(190, score=0.8)]).width_px == 200


def test_a_face_of_too_few_pixels_is_refused():
    assert the_one_face([a_face(30)]).width_px == 30
    with pytest.raises(BadPhoto, match=r"^The face in this photo is only 29 pixels wide; at least 30 are needed\.$"):
        the_one_face([a_face(29)])


def test_a_poor_photo_is_enrolled_and_its_problems_are_told(faces: LocalFaces):
    small = np.asarray(Image.fromarray(drawn(0)).resize((110, 110)), np.uint8)
    wall = np.full((300, 300, 3), 200, np.uint8)
    wall[100:210, 100:210] = small
    face = faces.enrol("ada", jpeg(wall))
    assert "too_small" in face.found.faces[0].problems
    assert face.vector is not None


# Photos of all kinds


def test_a_rotated_photo_is_enrolled_and_kept_upright(faces: LocalFaces):
    sideways = Image.Exif()
    sideways[0x0112] = 6  # to be turned clockwise by a quarter
    upright = drawn(0)
    tall = np.vstack([upright, np.full((100, 320, 3), 128, np.uint8)])
    photo = saved(np.rot90(tall).copy(), "JPEG", exif=sideways, quality=92)
    face = faces.enrol("ada", photo)
    x1, y1, x2, y2 = face.found.faces[0].box
    assert (face.found.width, face.found.height) == (320, 420)
    assert (x1 + x2) / 2 == pytest.approx(160, abs=40)
    assert (y1 + y2) / 2 == pytest.approx(160, abs=60)
    with Image.open(io.BytesIO(face.photo)) as kept:
        assert kept.size == (320, 420)
        assert not kept.getexif()


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_pictures_of_other_formats_are_enrolled(faces: LocalFaces, kind: str):
    vector = faces.enrol("ada", saved(drawn(0), kind)).vector
    expected = faces.enrol("ada", saved(drawn(0), "PNG")).vector
    assert vector is not None
    assert expected is not None
    assert math.dist(vector, expected) < 0.25


def test_the_vector_does_not_depend_on_the_side_that_the_camera_mirrors(faces: LocalFaces):
    one = faces.enrol("ada", saved(drawn(0), "PNG")).vector
    mirrored = faces.enrol("ada", saved(drawn(0)[:, ::-1], "PNG")).vector
    assert one is not None
    assert mirrored is not None
    assert math.dist(one, mirrored) < 0.15


def test_the_kept_copy_is_at_most_1600_pixels_long():
    with Image.open(io.BytesIO(upright_copy(np.zeros((1000, 3000, 3), np.uint8)))) as copy:
        assert copy.size == (1600, 533)
    with Image.open(io.BytesIO(upright_copy(np.zeros((30, 20, 3), np.uint8)))) as copy:
        assert copy.size == (20, 30)


@pytest.mark.parametrize(("left", "top", "width"), [(-20, -30, 60), (280, 200, 60), (0, 0, 400), (100, 100, 40)])
def test_a_thumbnail_is_square_wherever_the_face_is(left: int, top: int, width: int):
    picture = np.zeros((240, 320, 3), np.uint8)
    with Image.open(io.BytesIO(thumbnail(picture, a_face(width, left=left, top=top)))) as small:
        assert small.size == (160, 160)


def test_a_thumbnail_shows_the_face():
    picture = np.zeros((600, 800, 3), np.uint8)
    picture[300:400, 500:600] = 255
    with Image.open(io.BytesIO(thumbnail(picture, a_face(100, left=500, top=300)))) as small:
        white = np.asarray(small.convert("L")) > 128
    assert white.mean() == pytest.approx(1 / 1.6**2, abs=0.02)
    assert white[80, 80]


def test_a_thumbnail_at_the_edge_of_the_photo_is_not_stretched():
    picture = np.zeros((240, 320, 3), np.uint8)
    picture[180:, 260:] = 255
    with Image.open(io.BytesIO(thumbnail(picture, a_face(60, left=260, top=180)))) as small:
        white = np.asarray(small.convert("L")) > 128
    assert white.mean() == pytest.approx(1 / 1.6**2, abs=0.02)


# Lines


def test_the_lines_are_the_engines_own_as_similarities():
    lines = match_lines(settings())
    assert lines.accept == pytest.approx(similarity(ACCEPT_DISTANCE))
    assert lines.review == pytest.approx(similarity(REVIEW_DISTANCE))
    options = search_options(settings(), lines)
    assert options.accept_distance == pytest.approx(ACCEPT_DISTANCE)
    assert options.review_distance == pytest.approx(REVIEW_DISTANCE)
    assert options.margin == pytest.approx(MARGIN)


def test_settings_move_the_lines_of_marks_and_search_alike():
    own = settings(
        accept_similarity="90", review_similarity="80", margin="5", search_every_s="3", smallest_face_px="60"
    )
    lines = match_lines(own)
    assert (lines.accept, lines.review, lines.margin) == (90, 80, 5)
    options = search_options(own, lines)
    assert similarity(options.accept_distance) == pytest.approx(90)
    assert similarity(options.review_distance) == pytest.approx(80)
    assert 0 < options.margin < MARGIN
    assert (options.every_s, options.smallest_face_px) == (3, 60)


def test_a_low_accept_line_takes_the_review_line_along():
    assert match_lines(settings(accept_similarity="50")).review == 50


def test_a_review_line_above_the_engines_accept_line_is_refused_at_the_start():
    with pytest.raises(SettingsError, match=r"^ROLLCALL_REVIEW_SIMILARITY is 95, but must not be above 71\.6"):
        open_faces("local", settings(review_similarity="95"))


def test_small_faces_may_be_a_little_less_similar():
    assert match_lines(settings()).accept_small == pytest.approx(similarity(ACCEPT_DISTANCE + SMALL_FACES_FARTHER))
    assert 98 < match_lines(settings(accept_similarity="99")).accept_small < 99


@pytest.mark.parametrize("value", ["0", "100"])
def test_lines_at_the_ends_of_the_scale_work(value: str):
    own = settings(accept_similarity=value, review_similarity=value, margin=value)
    options = search_options(own, match_lines(own))
    assert 0 < options.accept_distance <= options.review_distance < 2
    assert options.margin >= 0


@pytest.mark.parametrize("nearest", [0.0, 0.1, 0.2, 0.3, 0.35, 0.37, 0.39, 0.4, 0.41, 0.45, 0.5, 0.53, 0.55])
def test_whom_the_engine_tells_apart_the_rules_tell_apart_too(nearest: float):
    # Else one of two alike would be unsure, and the other absent without a word.
    lines = match_lines(settings())
    margin = max(MARGIN, CLEAR_DISTANCE - nearest)
    assert points_between(nearest, margin) >= lines.margin - 1e-9


def test_the_margin_is_the_distance_to_the_runner_up_in_points():
    assert points_between(0.4, 0.1) == pytest.approx(similarity(0.4) - similarity(0.5))
    assert points_between(0.4, -0.1) < 0
    assert points_between(0.4, None) == 100


def test_at_most_eight_processes_search_unless_the_settings_say_more():
    assert 1 <= (search_options(settings(), match_lines(settings())).processes or 0) <= 8
    many = settings(search_processes="12")
    assert search_options(many, match_lines(many)).processes == 12


# The engine behind it


def test_several_threads_get_the_answers_of_one(faces: LocalFaces):
    photos = [jpeg(drawn(who)) for who in (0, 1, 2)] * 3
    alone = [faces.enrol("x", photo).vector for photo in photos]
    with ThreadPoolExecutor(6) as threads:
        together = list(threads.map(lambda photo: faces.enrol("x", photo).vector, photos))
    assert together == alone


def test_missing_weights_are_said_plainly(monkeypatch: pytest.MonkeyPatch):
    def missing(*_: object, **options: object) -> Engine:
        raise WeightsMissing("The package mtcnn is not installed: pip install mtcnn.")

    monkeypatch.setattr(faces_local, "Engine", missing)
    with pytest.raises(ServiceUnavailable, match=r"^The package mtcnn is not installed: pip install mtcnn\.$"):
        open_faces("local", settings()).find(jpeg(drawn(0)))


# Photos on their side, and large ones


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_picture_that_is_said_to_be_upright_is_never_turned(faces: LocalFaces, turns: int) -> None:
    lying = np.rot90(np.vstack([drawn(0), np.full((100, 320, 3), 128, np.uint8)]), turns)
    try:
        copy = faces.enrol("21", jpeg(lying), is_upright=True).photo
    except BadPhoto:
        return  # on its head no face is seen
    with Image.open(io.BytesIO(copy)) as stored:
        assert (stored.width > stored.height) == (lying.shape[1] > lying.shape[0])


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_photo_on_its_side_is_stored_upright_and_told_as_it_lies(faces, turns):
    lying = np.ascontiguousarray(np.rot90(np.vstack([drawn(0), np.full_like(drawn(0), 90)[:200]]), turns))
    enrolled = faces.enrol("21", saved(lying, "PNG"))
    again = faces.find(enrolled.photo)
    assert again.faces and again.height > again.width
    assert (enrolled.found.width, enrolled.found.height) == (lying.shape[1], lying.shape[0])
    left, top, right, bottom = enrolled.found.faces[0].box
    across, down = (left + right) / 2 / lying.shape[1], (top + bottom) / 2 / lying.shape[0]
    above, below = {1: (across, 1 - across), 2: (1 - down, down), 3: (1 - across, across)}[turns]
    assert above < below  # the face is in the upper half of the photo as it was before


def test_boxes_of_a_large_photo_are_in_its_own_pixels(faces):
    large = np.asarray(Image.fromarray(drawn(0)).resize((5200, 5200)))
    small, found = faces.find(saved(drawn(0), "PNG")), faces.find(saved(large, "JPEG"))
    assert (found.width, found.height) == (5200, 5200)
    grown = 5200 / small.width
    assert found.faces[0].box == pytest.approx([side * grown for side in small.faces[0].box], abs=0.05 * 5200)
