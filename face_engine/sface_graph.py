"""Builds SFace (Zhong et al., 2021, arXiv 2205.12010) as an ONNX graph that runs fast on a processor.

Input: BGR chips, uint8 (n, 112, 112, 3). Output `vector`: float32 (n, 128), equal to the published file's but for
rounding; only its direction means anything.

The published file (OpenCV Zoo) is slow in three ways, each of which is undone without changing the result:

- Its weights are whole numbers with a scale for each block, made into numbers anew on each run: here once.
- A normalisation follows each layer: it becomes part of that layer.
- PReLU leaves the blocked layout in which the runtime's convolutions work, and takes half of the time. It is
  `(1 - a) * (c * y + relu(y))` with `c = a / (1 - a)`: the product with c is a convolution of one pixel a channel,
  which adds relu(y) on its way and stays in that layout, and the outer factor moves into the next layer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from google.protobuf.message import DecodeError
from onnx import numpy_helper

from face_engine.align import CHIP_PX
from face_engine.onnx_writer import GraphWriter
from face_engine.weights import SFACE, Array

_VECTOR_LENGTH = 128
_CONVOLUTIONS = 27
_MEAN, _SCALE = 127.5, 128.0
# Slopes of exactly 1 would be divided by; none of the published ones is nearer to it than 0.016.
_LEAST_FACTOR = 1e-3


@dataclass(frozen=True)
class _Layer:
    """A convolution and the PReLU behind it; `kernel` is (out, in / groups, rows, columns)."""

    kernel: Array
    bias: Array
    stride: int
    padding: int
    groups: int
    slopes: Array


@dataclass(frozen=True)
class _Network:
    """27 convolutions from the input on, and the last layer of shape (128, channels, rows * columns)."""

    layers: tuple[_Layer, ...]
    last: Array
    last_bias: Array


def build(weight_file: Path) -> bytes:
    """The graph with all weights in it; raises WeightsMissing where the file is not that network."""
    try:
        network = _read(weight_file)
    except (DecodeError, ValueError, KeyError, IndexError) as error:
        raise SFACE.damaged() from error
    graph = GraphWriter()
    # Subtracted before the first convolution pads with zeros: folded into it, the edges would be wrong.
    top = graph.add("Sub", graph.pixels(), graph.constant(np.full((1, 3, 1, 1), _MEAN)))
    factor = np.full(3, 1 / _SCALE)
    for number, layer in enumerate(network.layers):
        kernel = layer.kernel if number else layer.kernel[:, ::-1]  # blue first
        top, factor = _convolution_with_prelu(graph, top, kernel, factor, layer)
    last = network.last * factor[None, :, None]
    weights = graph.constant(last.reshape(_VECTOR_LENGTH, -1))
    graph.add("Gemm", graph.add("Flatten", top), weights, graph.constant(network.last_bias), output="vector", transB=1)
    return graph.finish("sface", (CHIP_PX, CHIP_PX), "vector", (_VECTOR_LENGTH,))


def _convolution_with_prelu(
    graph: GraphWriter, top: str, kernel: Array, factor: Array, layer: _Layer
) -> tuple[str, Array]:
    """Add both; returns their output, and the factor of each channel that the next layer has to take."""
    by_channel = factor[:, None, None, None] if layer.groups > 1 else factor[None, :, None, None]
    linear = graph.convolution(
        top,
        kernel * by_channel,
        layer.bias,
        strides=[layer.stride] * 2,
        pads=[layer.padding] * 4,
        group=layer.groups,
    )
    outer = 1 - layer.slopes
    outer = np.where(np.abs(outer) < _LEAST_FACTOR, _LEAST_FACTOR, outer)
    channels = len(outer)
    inner = (layer.slopes / outer).reshape(channels, 1, 1, 1)
    below = graph.convolution(linear, inner, np.zeros(channels), group=channels)
    return graph.add("Add", below, graph.add("Relu", linear)), outer


def _read(weight_file: Path) -> _Network:
    """The published network in numbers. Raises ValueError and its like where it is another one."""
    network = onnx.load(str(weight_file)).graph
    numbers = _numbers(network)
    kinds = [node for node in network.node if node.op_type in {"Conv", "BatchNormalization", "PRelu", "Gemm"}]
    if len(kinds) != 3 * _CONVOLUTIONS + 3:
        raise ValueError(f"the network has {len(kinds)} layers")
    nodes = iter(kinds)
    layers = tuple(_layer(nodes, numbers) for _ in range(_CONVOLUTIONS))
    before_scale, before_shift = _normalisation(nodes, numbers)
    dense = next(nodes)
    weights, bias = numbers[dense.input[1]], numbers[dense.input[2]]
    weights = weights.reshape(_VECTOR_LENGTH, len(before_scale), -1)
    bias = bias + np.einsum("ocp,c->o", weights, before_shift)
    scale, shift = _normalisation(nodes, numbers)
    last = weights * before_scale[None, :, None] * scale[:, None, None]
    return _Network(layers, last, bias * scale + shift)


def _layer(nodes: Iterator[Any], numbers: Mapping[str, Array]) -> _Layer:
    convolution = next(nodes)
    given = {attribute.name: onnx.helper.get_attribute_value(attribute) for attribute in convolution.attribute}
    scale, shift = _normalisation(nodes, numbers)
    kernel = numbers[convolution.input[1]] * scale[:, None, None, None]
    slopes = numbers[next(nodes).input[1]].reshape(-1)
    return _Layer(kernel, shift, given["strides"][0], given["pads"][0], given["group"], slopes)


def _normalisation(nodes: Iterator[Any], numbers: Mapping[str, Array]) -> tuple[Array, Array]:
    """Factor and summand of each channel."""
    node = next(nodes)
    gamma, beta, mean, variance = (numbers[name] for name in node.input[1:5])
    epsilon = next(attribute.f for attribute in node.attribute if attribute.name == "epsilon")
    scale = gamma / np.sqrt(variance + epsilon)
    return scale, beta - mean * scale


def _numbers(network: Any) -> dict[str, Array]:
    """All constants by name, those that are stored as whole numbers with scales as what they stand for."""
    stored = {constant.name: numpy_helper.to_array(constant) for constant in network.initializer}
    numbers = {name: np.asarray(values, np.float64) for name, values in stored.items()}
    for node in network.node:
        if node.op_type == "DequantizeLinear":
            given = {attribute.name: attribute.i for attribute in node.attribute}
            numbers[node.output[0]] = _dequantised(
                [numbers[name] for name in node.input if name], given["axis"], given["block_size"]
            )
        elif node.op_type == "Reshape":
            numbers[node.output[0]] = numbers[node.input[0]].reshape(stored[node.input[1]])
    return numbers


def _dequantised(values_scale_zero: list[Array], axis: int, block: int) -> Array:
    """One scale, and one zero point, for each block along the axis; the last block may be short."""
    values, *parameters = values_scale_zero
    part = [slice(None)] * values.ndim
    part[axis] = slice(0, values.shape[axis])
    scale, *zero = (np.repeat(one, block, axis=axis)[tuple(part)] for one in parameters)
    return np.asarray((values - (zero[0] if zero else 0)) * scale, np.float64)
