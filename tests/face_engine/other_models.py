"""Small ONNX files with the inputs and outputs of other people's models, whose hand-made weights really see something.

`yunet` finds blue squares on a background without blue: a face is a square, and its landmarks are where a face has
them. `arcface` gives distinct, stable vectors: fixed random filters. Neither says anything of accuracy on people.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from face_engine.model_file import ModelFile

STRIDES = (8, 16, 32)
# From the middle of the square, in its sides: the right eye of the person first, which is on the left of the picture.
LANDMARKS = ((-0.2, -0.2), (0.2, -0.2), (0.0, 0.05), (-0.15, 0.25), (0.15, 0.25))


def written(path: Path, content: bytes) -> ModelFile:
    """The file and its right sum."""
    path.write_bytes(content)
    return ModelFile(path, hashlib.sha256(content).hexdigest())


class _Graph:
    """Nodes and constants, named as they come."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, value: object, dtype: type = np.float32) -> str:
        name = f"constant{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value, dtype), name))
        return name

    def node(self, kind: str, *inputs: str, output: str | None = None, **attributes: object) -> str:
        output = output or f"value{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def finish(self, name: str, shape: list[object], outputs: dict[str, list[object]]) -> bytes:
        given = helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        told = [helper.make_tensor_value_info(key, TensorProto.FLOAT, of) for key, of in outputs.items()]
        graph = helper.make_graph(self.nodes, "made_by_hand", [given], told, self.constants)
        opsets = [helper.make_opsetid("", 13)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()


def yunet(side_px: int | None = 640) -> bytes:
    """With the shapes of `face_detection_yunet_2023mar.onnx`; `side_px` None for an input of any size."""
    graph = _Graph()
    outputs: dict[str, list[object]] = {}
    for stride in STRIDES:
        cells = (side_px // stride) ** 2 if side_px else "cells"
        for kind, value in _heads(graph, stride).items():
            depth = {"bbox": 4, "kps": 10}.get(kind, 1)
            turned = graph.node("Transpose", value, perm=[0, 2, 3, 1])
            shape = graph.constant([1, -1, depth], np.int64)
            graph.node("Reshape", turned, shape, output=f"{kind}_{stride}")
            outputs[f"{kind}_{stride}"] = [1, cells, depth]
    return graph.finish("input", [1, 3, side_px or "height", side_px or "width"], outputs)


def _heads(graph: _Graph, stride: int) -> dict[str, str]:
    """Each cell weighs the blue in the 3 x 3 cells around it, if the ring beyond is empty: how much, and its middle."""
    places = (np.arange(3 * stride) + 0.5) / stride - 1  # in cells, from the left or upper edge of the cell
    kernels = np.zeros((3, 3, 3 * stride, 3 * stride), np.float32)
    kernels[0, 0] = 1 / 255
    kernels[1, 0] = places[None, :] / 255
    kernels[2, 0] = places[:, None] / 255
    sums = graph.node("Conv", "input", graph.constant(kernels), strides=[stride] * 2, pads=[stride] * 4)
    parts = [
        graph.node("Slice", sums, *(graph.constant([bound], np.int64) for bound in (channel, channel + 1, 1)))
        for channel in range(3)
    ]
    wide = np.zeros((1, 3, 5 * stride, 5 * stride), np.float32)
    wide[:, 0] = 1 / 255
    all_around = graph.node("Conv", "input", graph.constant(wide), strides=[stride] * 2, pads=[2 * stride] * 4)
    alone = _within(graph, graph.node("Sub", all_around, parts[0]), -1.0, 1.0)
    mass = graph.node("Add", parts[0], graph.constant([1e-6]))
    x, y = (graph.node("Div", part, mass) for part in parts[1:])
    side = graph.node("Mul", graph.node("Log", mass), graph.constant([0.5]))
    side = graph.node("Sub", side, graph.constant([np.log(stride)]))  # of the square, in cells, as a logarithm
    belongs = graph.node("Mul", _within(graph, x, 0.0, 1.0), _within(graph, y, 0.0, 1.0))
    score = graph.node("Mul", graph.node("Mul", belongs, alone), _within(graph, side, np.log(1.0), np.log(2.0)))
    return {
        "cls": score,
        "obj": score,
        "bbox": graph.node("Concat", x, y, side, side, axis=1),
        "kps": _points(graph, x, y, side),
    }


def _within(graph: _Graph, value: str, low: float, high: float) -> str:
    """1 inside, 0 outside."""
    middle, half = (low + high) / 2, (high - low) / 2
    away = graph.node("Abs", graph.node("Sub", value, graph.constant([middle])))
    steep = graph.node("Mul", graph.node("Sub", graph.constant([half + 1e-3]), away), graph.constant([1e4]))
    return graph.node("Clip", steep, graph.constant(0.0), graph.constant(1.0))


def _points(graph: _Graph, x: str, y: str, side: str) -> str:
    size = graph.node("Exp", side)
    moved = [
        graph.node("Add", start, graph.node("Mul", size, graph.constant([share])))
        for place in LANDMARKS
        for start, share in zip((x, y), place, strict=True)
    ]
    return graph.node("Concat", *moved, axis=1)


def arcface(
    length: int = 512,
    *,
    batch: object = "n",
    channels_last: bool = False,
    seed: int = 7,
    outputs: int = 1,
    sees: str = "edges",
) -> bytes:
    """A random dense layer over 7 x 7 parts of random filters that are blind to plain colour, or over "colours"."""
    rng = np.random.default_rng(seed)
    graph = _Graph()
    image = graph.node("Transpose", "input.1", perm=[0, 3, 1, 2]) if channels_last else "input.1"
    if sees == "colours":
        value, size = graph.node("AveragePool", image, kernel_shape=[8, 8], strides=[8, 8]), 3 * 14 * 14
    else:
        filters = rng.normal(0, 0.1, (16, 3, 4, 4)).repeat(4, axis=2).repeat(4, axis=3)
        filters -= filters.mean(axis=(2, 3), keepdims=True)
        value, size = graph.node("Conv", image, graph.constant(filters), strides=[16, 16]), 16 * 7 * 7
    value = graph.node("Flatten", value)
    dense = rng.normal(0, 0.1, (size, length))
    for number in range(outputs):
        graph.node("MatMul", value, graph.constant(dense), output=f"vector{number or ''}")
    shape = [batch, 112, 112, 3] if channels_last else [batch, 3, 112, 112]
    return graph.finish("input.1", shape, {f"vector{number or ''}": [batch, length] for number in range(outputs)})
