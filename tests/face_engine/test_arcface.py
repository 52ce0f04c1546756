"""Other vector models: any ArcFace-like file is taken, and every fault of a file is one plain sentence."""

from __future__ import annotations

import hashlib

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from face_engine.arcface import ArcFace
from face_engine.errors import BadModel
from face_engine.model_file import ModelFile, sha256_of
from tests.face_engine.other_models import _Graph, arcface, written


def chips(count: int, seed: int = 3) -> list[np.ndarray]:
    return list(np.random.default_rng(seed).integers(0, 256, (count, 112, 112, 3), dtype=np.uint8))


@pytest.fixture(scope="module")
def plain(tmp_path_factory) -> ModelFile:
    return written(tmp_path_factory.mktemp("models") / "face.onnx", arcface())


@pytest.mark.parametrize("length", [64, 128, 2048])
@pytest.mark.parametrize("shape", [{}, {"batch": 1}, {"channels_last": True}, {"batch": 1, "channels_last": True}])
def test_any_length_and_order_of_the_input_is_taken(tmp_path, length, shape):
    network = ArcFace(written(tmp_path / "face.onnx", arcface(length, **shape)))
    network.check()
    vectors = network.embed(chips(3))
    assert vectors.shape == (3, length) and vectors.dtype == np.float32
    for one, chip in zip(vectors, chips(3), strict=True):
        np.testing.assert_allclose(network.embed([chip])[0], one, atol=1e-5)


def test_the_order_of_the_input_makes_no_difference(tmp_path, plain):
    last = written(tmp_path / "last.onnx", arcface(channels_last=True))
    np.testing.assert_allclose(ArcFace(last).embed(chips(2)), ArcFace(plain).embed(chips(2)), atol=1e-6)


def test_the_network_sees_red_first_from_minus_one_to_one(tmp_path):
    """A network that only adds up the colours of the picture tells what it is given."""
    graph = _Graph()
    sums = graph.node("ReduceMean", "input.1", axes=[2, 3], keepdims=0)
    wide = graph.node("MatMul", sums, graph.constant(np.hstack([np.eye(3), np.zeros((3, 61))])), output="vector")
    content = graph.finish("input.1", ["n", 3, 112, 112], {wide: ["n", 64]})
    chip = np.zeros((112, 112, 3), np.uint8)
    chip[:] = (0, 255, 191)  # blue, green, red
    vector = ArcFace(written(tmp_path / "sums.onnx", content)).embed([chip])[0]
    seen = np.array([191 / 127.5 - 1, 1.0, -1.0])
    np.testing.assert_allclose(vector[:3] / np.linalg.norm(vector), seen / np.linalg.norm(seen), atol=1e-5)


@pytest.mark.parametrize("line", [0.2, 0.4, 0.7])
def test_two_pictures_on_the_authors_line_are_at_the_distance_of_dlibs_line(plain, line):
    first, second = ArcFace(plain, line).embed(chips(2)).astype(np.float64)
    cosine = first @ second / np.linalg.norm(first) / np.linalg.norm(second)
    assert np.linalg.norm(first - second) == pytest.approx(0.6 * np.sqrt((1 - cosine) / (1 - line)), abs=1e-6)


def test_all_vectors_are_equally_long_also_the_mirrored_ones(plain):
    network = ArcFace(plain)
    lengths = np.linalg.norm([*network.embed(chips(2)), *network.embed_mirrored(chips(2))], axis=1)
    assert lengths == pytest.approx([0.6 / np.sqrt(1.2)] * 4)


def test_a_face_and_its_mirror_image_have_one_mirrored_vector(plain):
    (chip,) = chips(1)
    one, mirrored = ArcFace(plain).embed_mirrored([chip, chip[:, ::-1].copy()])
    np.testing.assert_allclose(one, mirrored, atol=1e-6)


def test_no_chips_have_no_vectors_of_the_same_length(plain):
    assert ArcFace(plain).embed([]).shape == (0, 512)
    assert ArcFace(plain).embed_mirrored([]).shape == (0, 512)


def test_a_chip_of_another_size_is_a_mistake(plain):
    with pytest.raises(ValueError, match="112"):
        ArcFace(plain).embed([np.zeros((150, 150, 3), np.uint8)])


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(BadModel, match=r"gone\.onnx cannot be read: No such file or directory\.$"):
        ArcFace(ModelFile(tmp_path / "gone.onnx", "0" * 64))


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(BadModel, match="cannot be read: Is a directory"):
        ArcFace(ModelFile(tmp_path, "0" * 64))


@pytest.mark.parametrize("change", [lambda c: c[:-1], lambda c: c + b"\0", lambda c: b"", lambda c: c[::-1]])
def test_a_cut_or_swapped_file_is_refused_by_its_sum(tmp_path, plain, change):
    path = tmp_path / "face.onnx"
    path.write_bytes(change(plain.path.read_bytes()))
    with pytest.raises(BadModel, match=f"its SHA-256 is {sha256_of(path)}, not {plain.sha256}"):
        ArcFace(ModelFile(path, plain.sha256))


def test_the_sum_is_that_of_the_whole_file(plain):
    assert sha256_of(plain.path) == hashlib.sha256(plain.path.read_bytes()).hexdigest() == plain.sha256


@pytest.mark.parametrize("content", [b"", b"no network", arcface()[:5000]])
def test_what_is_no_network_is_refused_though_its_sum_is_right(tmp_path, content):
    with pytest.raises(BadModel, match=r"face\.onnx is not an ONNX network that can be loaded\."):
        ArcFace(written(tmp_path / "face.onnx", content))


def shaped(shape: list[object], outputs: int = 1) -> bytes:
    graph = _Graph()
    for number in range(outputs):
        graph.node("GlobalAveragePool", "input", output=f"vector{number}")
    return graph.finish("input", shape, {f"vector{number}": ["n", "d", 1, 1] for number in range(outputs)})


@pytest.mark.parametrize(
    "shape", [["n", 3, 160, 160], ["n", 1, 112, 112], [2, 3, 112, 112], ["n", 3, 112, 96], ["n", 3, 112]]
)
def test_a_network_that_takes_something_else_is_refused_with_what_it_takes(tmp_path, shape):
    with pytest.raises(BadModel, match=" x ".join(str(size) for size in shape) + r"; a face model takes n x 3 x 112"):
        ArcFace(written(tmp_path / "face.onnx", shaped(shape)))


def test_a_network_of_several_outputs_is_refused(tmp_path):
    with pytest.raises(BadModel, match="has 1 inputs and 2 outputs"):
        ArcFace(written(tmp_path / "face.onnx", arcface(outputs=2)))


def test_an_output_that_is_no_vector_is_refused(tmp_path):
    with pytest.raises(BadModel, match="does not give one vector a picture"):
        ArcFace(written(tmp_path / "face.onnx", shaped(["n", 3, 112, 112]))).check()


@pytest.mark.parametrize("length", [63, 2049])
def test_vectors_too_short_or_too_long_are_refused(tmp_path, length):
    with pytest.raises(BadModel, match=f"gives vectors of {length} numbers; 64 to 2048 are expected"):
        ArcFace(written(tmp_path / "face.onnx", arcface(length))).check()


def constant(value: float) -> bytes:
    """Answers with the same to every picture."""
    graph = _Graph()
    mean = graph.node("ReduceMean", "input", axes=[1, 2, 3], keepdims=0)
    zero = graph.node("Mul", graph.node("Unsqueeze", mean, graph.constant([1], np.int64)), graph.constant([0.0]))
    graph.node("Add", zero, graph.constant(np.full(64, value)), output="vector")
    return graph.finish("input", ["n", 3, 112, 112], {"vector": ["n", 64]})


def test_a_network_that_sees_nothing_is_refused(tmp_path):
    with pytest.raises(BadModel, match="gives the same vector for different pictures"):
        ArcFace(written(tmp_path / "face.onnx", constant(1.0))).check()


@pytest.mark.parametrize("value", [0.0, float("nan"), float("inf")])
def test_vectors_that_mean_nothing_are_refused_also_later(tmp_path, value):
    network = ArcFace(written(tmp_path / "face.onnx", constant(value)))
    for use in (network.check, lambda: network.embed(chips(1))):
        with pytest.raises(BadModel, match="not made of numbers"):
            use()


def test_a_network_that_can_do_one_picture_is_given_one_at_a_time(tmp_path):
    """Its input says any number, its output says one, and its last layer holds to that."""
    model = onnx.load_from_string(arcface(64))
    (dense,) = (node for node in model.graph.node if node.op_type == "MatMul")
    wanted = numpy_helper.from_array(np.array([1, 64]), "wanted")
    model.graph.initializer.append(wanted)
    dense.output[0] = "wide"
    model.graph.node.append(onnx.helper.make_node("Reshape", ["wide", "wanted"], ["vector"]))
    model.graph.output[0].type.tensor_type.shape.dim[0].dim_value = 1
    network = ArcFace(written(tmp_path / "face.onnx", model.SerializeToString()))
    network.check()
    assert network.embed(chips(3)).shape == (3, 64)


def test_a_network_that_mixes_the_pictures_of_a_batch_is_refused(tmp_path):
    graph = _Graph()
    mean = graph.node("ReduceMean", "input", axes=[0], keepdims=1)
    mixed = graph.node("Add", "input", graph.node("Mul", mean, graph.constant([-0.9])))
    pooled = graph.node("Flatten", graph.node("AveragePool", mixed, kernel_shape=[14, 14], strides=[14, 14]))
    graph.node("Identity", pooled, output="vector")
    content = graph.finish("input", ["n", 3, 112, 112], {"vector": ["n", 192]})
    with pytest.raises(BadModel, match="for several pictures at once"):
        ArcFace(written(tmp_path / "face.onnx", content)).check()
