"""Builds dlib's face network (a residual network of 29 convolutions) as an ONNX graph.

Input: BGR chips, uint8 (n, 150, 150, 3). Output `vector`: float32 (n, 128), equal to dlib's own up to rounding.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from face_engine.align import CHIP_PX
from face_engine.onnx_writer import GraphWriter
from face_engine.weights import Convolution, read_resnet

_MEAN_RGB = np.array([122.782, 117.001, 104.298])
_BLOCKS = ((32, 3, False), (64, 3, True), (128, 2, True), (256, 2, True), (256, 0, True))
"""Width, plain residual blocks, and whether a block that halves the picture comes before them."""


def build(weight_file: Path) -> bytes:
    """The graph with all weights in it."""
    weights = read_resnet(weight_file)
    builder = _ResnetBuilder(iter(weights.convolutions))
    builder.stem()
    for width, plain_blocks, halves in _BLOCKS:
        if halves:
            builder.down_block(width)
        for _ in range(plain_blocks):
            builder.plain_block()
    graph = builder.graph
    pooled = graph.add("Flatten", graph.add("GlobalAveragePool", builder.top))
    graph.add("MatMul", pooled, graph.constant(weights.last), output="vector")
    return graph.finish("dlib_resnet", (CHIP_PX, CHIP_PX), "vector", (128,))


class _ResnetBuilder:
    """Stacks blocks on `top`, of which it knows the number of channels and the side."""

    def __init__(self, convolutions: Iterator[Convolution]) -> None:
        self.graph = GraphWriter()
        self._convolutions = convolutions
        self.top = self.graph.pixels()
        self._side = CHIP_PX
        self._channels = 3

    def stem(self) -> None:
        """The first convolution, with (pixel - mean) / 256 and the order of colours folded in, and its pooling."""
        first = next(self._convolutions)
        kernel = first.kernel / 256
        bias = first.bias - np.einsum("oirc,i->o", kernel, _MEAN_RGB)
        # There is no padding here: with it the folded mean would be wrong at the edges.
        conv = self.graph.convolution(self.top, kernel[:, ::-1], bias, strides=[first.stride] * 2)
        relu = self.graph.add("Relu", conv)
        self.top = self.graph.add("MaxPool", relu, kernel_shape=[3, 3], strides=[2, 2])
        self._side = ((CHIP_PX - 7) // 2 + 1 - 3) // 2 + 1
        self._channels = len(bias)

    def plain_block(self) -> None:
        """Two convolutions whose result is added to their input."""
        branch = self._convolve(self.graph.add("Relu", self._convolve(self.top)))
        self.top = self.graph.add("Relu", self.graph.add("Add", branch, self.top))

    def down_block(self, width: int) -> None:
        """The same at half the side; the input is averaged, and both are filled up with zeros to one shape."""
        branch = self._convolve(self.graph.add("Relu", self._convolve(self.top)))
        shortcut = self.graph.add("AveragePool", self.top, kernel_shape=[2, 2], strides=[2, 2])
        branch_side, shortcut_side = (self._side - 3) // 2 + 1, self._side // 2
        side = max(branch_side, shortcut_side)
        branch = self._fill_up(branch, 0, side - branch_side)
        shortcut = self._fill_up(shortcut, width - self._channels, side - shortcut_side)
        self.top = self.graph.add("Relu", self.graph.add("Add", branch, shortcut))
        self._side, self._channels = side, width

    def _convolve(self, source: str) -> str:
        layer = next(self._convolutions)
        return self.graph.convolution(
            source, layer.kernel, layer.bias, strides=[layer.stride] * 2, pads=[layer.padding] * 4
        )

    def _fill_up(self, source: str, channels: int, pixels: int) -> str:
        if channels == pixels == 0:
            return source
        return self.graph.add("Pad", source, self.graph.constant([0, 0, 0, 0, 0, channels, pixels, pixels]))
