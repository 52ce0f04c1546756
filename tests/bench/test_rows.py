"""The rows themselves, with tiny inputs: arithmetic, words in place of figures, frames of a film."""

from fractions import Fraction

import av
import numpy as np
import pytest

from bench.frames_at import frames_at, spread
from bench.log import Log
from bench.peer_film import extrapolated_s
from bench.plan import QUICK, Places
from bench.rows.detector import finds_figures, time_figures
from bench.rows.gallery import NEIGHBOURS, QUERIES, drawn_vectors, exact_nearest, plain_nearest, recall_percent
from bench.rows.groups import GROUPS
from bench.rows.photographs import group_noses
from bench.rows.photographs import tables as photograph_tables
from bench.stage import Stage
from bench.timing import interleaved_ms, median_or_none, ratio
from face_engine.gallery import Gallery


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """Two seconds at 10 pictures a second, key frames a second apart, each picture brighter than the one before."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = 64, 48, "yuv420p", 10
        for number in range(20):
            image = np.full((48, 64, 3), 10 * number, np.uint8)
            frame = av.VideoFrame.from_ndarray(image, format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, 10)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def test_all_groups_of_the_issue_are_there():
    assert list(GROUPS) == ["people", "vector", "detector", "gallery", "video", "growth", "encodings", "photographs"]


def test_frames_are_those_at_or_after_the_seconds_asked_for(film):
    found = list(frames_at(film, [0.0, 0.7, 1.25, 1.9]))
    assert [round(second, 3) for second, _ in found] == [0.0, 0.7, 1.3, 1.9]
    assert [round(float(image.mean()) / 10) for _, image in found] == [0, 7, 13, 19]


def test_after_the_last_frame_there_is_none(film):
    assert list(frames_at(film, [5.0])) == []


def test_seconds_are_spread_evenly_over_whole_steps():
    assert spread(60, 3, 10) == [10, 30, 50]
    assert spread(600, 4, 2) == [74, 224, 374, 524]


def test_no_second_comes_twice_where_a_film_has_fewer_steps_than_frames_wanted():
    assert spread(20, 8, 10) == [0, 10]


def test_the_peers_time_grows_with_frames_and_is_shared_by_processes():
    assert extrapolated_s([2.0, 4.0], frames=300, processes=4) == 225


def test_ways_take_turns_and_the_first_call_of_each_is_not_counted():
    calls = []
    samples = interleaved_ms({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, 2)
    assert calls == ["a", "b", "a", "b", "a", "b"]
    assert [len(values) for values in samples.values()] == [2, 2]


def test_warm_ways_are_counted_from_the_first_call_on():
    calls = []
    assert len(interleaved_ms({"a": lambda: calls.append("a")}, 2, warm=True)["a"]) == len(calls) == 2


def test_a_ratio_needs_both_sides():
    assert ratio(12.0, 3.0) == 4
    assert ratio(None, 3.0) is None
    assert ratio(12.0, None) is None
    assert median_or_none([]) is None


def test_the_plain_way_the_exact_way_and_the_gallery_agree():
    people, queries = drawn_vectors(500)
    labels = [f"{number:03}" for number in range(500)]
    exact = exact_nearest(people, queries)
    by_hand = np.linalg.norm(people[None] - queries[:, None], axis=2).argsort(axis=1)[:, :NEIGHBOURS]
    assert exact.shape == (QUERIES, NEIGHBOURS)
    assert recall_percent(exact, by_hand) == 100
    assert recall_percent(plain_nearest(people, queries), by_hand) == 100
    assert recall_percent(Gallery(labels, people).nearest(queries, NEIGHBOURS)[0], by_hand) == 100


def test_recall_counts_each_place_that_is_right():
    assert recall_percent(np.array([[1, 2], [3, 4]]), np.array([[1, 2], [3, 5]])) == 75


def test_detectors_are_compared_by_their_middle_times():
    figures = time_figures({"40": [10.0, 12.0, 11.0], "hog": [22.0], "hog_up": [110.0], "yunet": [33.0]}, 40)
    assert figures.values["ours"] == 11
    assert figures.values["hog_ratio"] == 2
    assert figures.values["hog_up_ratio"] == 10
    assert figures.values["yunet_ratio"] == 3


def test_finds_are_summed_over_frames_for_the_faces_that_are_wide_enough():
    image = np.zeros((1, 1, 3), np.uint8)
    shown = [(image, [(0, 0, 50, 50), (100, 0, 130, 30)], []), (image, [(0, 0, 60, 60)], [])]
    boxes = {"ours": [[(0, 0, 50, 50)], [(200, 200, 250, 250)]], "hog": [[], []], "hog_up": [[], []], "yunet": [[], []]}
    values = finds_figures(shown, boxes, 40).values
    assert (values["faces"], values["ours"], values["ours_false"]) == (2, 50, 1)
    assert (values["hog"], values["hog_false"]) == (0, 0)


def test_without_photographs_the_row_says_that_they_were_not_given():
    (table,) = photograph_tables(Stage(QUICK, Places(), Log()))
    assert table.rows[0].values["found"] == "not given"
    assert table.rows[0].failed is None


def test_noses_are_read_of_group_pictures_only_and_none_of_an_empty_one(tmp_path):
    (tmp_path / "counted").mkdir()
    lines = ["image,nose_x,nose_y", "010_2.jpg,5,6", "010_2.jpg,7,8", "001_A.jpg,1,1", "017_0.jpg,,"]
    (tmp_path / "counted/noses.csv").write_text("\n".join(lines) + "\n")
    assert group_noses(tmp_path) == {"010_2.jpg": [(5, 6), (7, 8)], "017_0.jpg": []}
