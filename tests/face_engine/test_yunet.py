"""YuNet: boxes and landmarks as ours, at any size of picture, and every fault of a file is one plain sentence.

The networks here are made by hand and find blue squares; see other_models.py.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from face_engine.errors import BadImage, BadModel
from face_engine.model_file import ModelFile
from face_engine.yunet import YuNet
from tests.face_engine.other_models import LANDMARKS, _Graph, arcface, written, yunet


def picture(width: int, height: int, *squares: tuple[int, int, int]) -> np.ndarray:
    """Blue squares: left, top, side."""
    image = np.zeros((height, width, 3), np.uint8)
    for left, top, side in squares:
        image[top : top + side, left : left + side] = (255, 120, 40)
    return image


@pytest.fixture(scope="module", params=[640, None], ids=["fixed", "free"])
def file(request, tmp_path_factory) -> ModelFile:
    """With an input of one size, as published, or of any."""
    return written(tmp_path_factory.mktemp("models") / "yunet.onnx", yunet(request.param))


def test_boxes_and_landmarks_are_in_our_order_and_in_pixels_of_the_picture(file):
    (found,) = YuNet(file, smallest_face_px=20).find(picture(401, 303, (100, 60, 40)))
    assert found.box == pytest.approx((100, 60, 140, 100), abs=0.01)
    expected = [(120 + 40 * x, 80 + 40 * y) for x, y in LANDMARKS]
    np.testing.assert_allclose(found.landmarks, expected, atol=0.01)
    left_eye, right_eye, nose, left_mouth, right_mouth = found.landmarks
    assert left_eye[0] < nose[0] < right_eye[0] and left_mouth[0] < right_mouth[0]
    assert left_eye[1] < nose[1] < left_mouth[1]
    assert found.score == pytest.approx(1.0)


def test_all_faces_are_found(file):
    squares = [(30, 30, 24), (200, 40, 50), (60, 200, 12), (300, 180, 30)]
    found = YuNet(file, smallest_face_px=20).find(picture(400, 300, *squares))
    assert sorted((round(one.box[0]), round(one.box[1]), round(one.width_px)) for one in found) == sorted(squares)


@pytest.mark.parametrize(("smallest_face_px", "sizes"), [(20, {12, 40, 60}), (40, {40, 60}), (80, {60, 40})])
def test_a_larger_smallest_face_reduces_the_picture(file, smallest_face_px, sizes):
    """The network sees squares from 8 pixels on; at a quarter of the size that is 32 of the picture's."""
    squares = [(40, 40, 12), (160, 40, 40), (40, 160, 60)]
    found = YuNet(file, smallest_face_px=smallest_face_px).find(picture(400, 300, *squares))
    assert {round(one.width_px) for one in found} == sizes
    assert all(one.box[2] - one.box[0] == pytest.approx(round(one.width_px), abs=1.5) for one in found)


def test_a_face_too_large_for_the_network_is_seen_in_a_smaller_picture(file):
    found = YuNet(file, smallest_face_px=20).find(picture(1600, 1200, (300, 200, 200), (1000, 600, 40)))
    assert sorted(round(one.width_px) for one in found) == [40, 200]
    large = max(found, key=lambda one: one.width_px)
    assert large.box == pytest.approx((300, 200, 500, 400), abs=1)


def test_a_face_that_is_seen_at_both_sizes_is_one(file):
    found = YuNet(file, smallest_face_px=20).find(picture(500, 400, (200, 150, 32)))
    assert len(found) == 1


def test_a_large_picture_is_reduced_and_boxes_are_put_back(file):
    found = YuNet(file, smallest_face_px=20).find(picture(6000, 3000, (4000, 1000, 60)))
    assert [round(side) for side in found[0].box] == pytest.approx([4000, 1000, 4060, 1060], abs=3)


def test_a_picture_longer_than_any_is_refused(file):
    with pytest.raises(BadImage, match="32000 pixels long"):
        YuNet(file).find(np.zeros((2, 32_001, 3), np.uint8))


@pytest.mark.parametrize("size", [(1, 1), (33, 7), (640, 480)])
def test_a_picture_without_a_face_has_none(file, size):
    assert YuNet(file).find(picture(*size)) == []


def test_threads_may_share_it(file):
    network = YuNet(file, smallest_face_px=20)
    pictures = [picture(200 + 40 * i, 200 + 16 * i, (40 + i, 40, 30)) for i in range(8)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(network.find, pictures * 4))
    assert [round(one.box[0]) for (one,) in found] == [40 + i for i in range(8)] * 4


def test_a_right_file_passes_the_check(file):
    YuNet(file).check()


def test_loading_prints_nothing(file, capfd):
    YuNet(file).check()
    assert capfd.readouterr() == ("", "")


def test_a_swapped_file_is_refused_by_its_sum(file):
    with pytest.raises(BadModel, match="is not the file that was chosen"):
        YuNet(ModelFile(file.path, "0" * 64))


@pytest.mark.parametrize("content", [b"no network", yunet()[:3000]])
def test_what_is_no_network_is_refused_though_its_sum_is_right(tmp_path, content):
    with pytest.raises(BadModel, match=r"yunet\.onnx is not an ONNX network that can be loaded\."):
        YuNet(written(tmp_path / "yunet.onnx", content))


def half_a_detector() -> bytes:
    """The right names, and too few numbers behind them, which OpenCV would read past."""
    graph = _Graph()
    mean = graph.node("Reshape", graph.node("GlobalAveragePool", "input"), graph.constant([1, 3, 1], np.int64))
    outputs = [f"{kind}_{stride}" for kind in ("cls", "obj", "bbox", "kps") for stride in (8, 16, 32)]
    for name in outputs:
        graph.node("Identity", mean, output=name)
    return graph.finish("input", [1, 3, 640, 640], {name: [1, 3, 1] for name in outputs})


def for_one_size() -> bytes:
    """The shapes of pictures of 640 x 640 are written into its last layers."""
    model = onnx.load_from_string(yunet())
    heads = {node.input[1]: node.output[0] for node in model.graph.node if node.op_type == "Reshape"}
    for constant in model.graph.initializer:
        if constant.name in heads:
            rows, _, depth = numpy_helper.to_array(constant)
            cells = (640 // int(heads[constant.name].partition("_")[2])) ** 2
            constant.CopyFrom(numpy_helper.from_array(np.array([rows, cells, depth]), constant.name))
    return model.SerializeToString()


def test_a_file_for_one_size_of_picture_is_refused_with_the_cure(tmp_path):
    with pytest.raises(BadModel, match="may need a file whose input size is free"):
        YuNet(written(tmp_path / "yunet.onnx", for_one_size())).check()


@pytest.mark.parametrize("content", [arcface(), half_a_detector()])
def test_another_network_is_refused(tmp_path, content):
    with pytest.raises(BadModel, match=r"yunet\.onnx is not a YuNet face detector"):
        YuNet(written(tmp_path / "yunet.onnx", content)).check()
