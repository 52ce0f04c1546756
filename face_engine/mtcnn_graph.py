"""Builds the three networks of MTCNN (Zhang et al., 2016) as ONNX graphs that run fast on a processor.

Input: BGR pictures or patches, uint8 (n, height, width, 3); normalisation and order of colours are in the first kernel.
Output `out`, for pnet (n, 5, rows, columns), for rnet (n, 5), for onet (n, 15): the certainty as a logit, four offsets
of the box (left, top, right, bottom, in sides of the box), and for onet the x of five landmarks, then the y of five.

PReLU is slow in ONNX Runtime and leaves the blocked layout in which its convolutions run. Three identities avoid it:

- prelu(y) = a * (y + (1 - a) / a * relu(y)), and the outer a moves into the next kernel;
- a linear layer reads y and relu(y) as well as prelu(y);
- pooling may come first, because max(prelu(y)) = prelu(max(y)) for a >= 0, and prelu(y) = max(y, a * y) for a < 0:
  then PReLU runs on a quarter of the numbers, as a sum of one linear layer and the relu of another. It pays where the
  convolution before it reads three channels; it has to be done twice for what falls, and costs more behind the others.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from face_engine.onnx_writer import GraphWriter
from face_engine.weights import Array, read_mtcnn

_CHANNEL_BLOCK = 8
_SMALLEST_SLOPE = 1e-6


def build_pnet(weight_file: Path) -> bytes:
    """The network that proposes boxes at every second pixel of a picture of any size."""
    net = _MtcnnBuilder(weight_file)
    net.first_convolution()
    net.pool_prelu(2, same=True)
    net.convolution()
    net.prelu()
    net.convolution()
    net.prelu_heads()
    return net.graph.finish("pnet", ("height", "width"), "out", (5, "rows", "columns"))


def build_rnet(weight_file: Path) -> bytes:
    """The network that refines patches of 24 x 24 pixels."""
    net = _MtcnnBuilder(weight_file)
    net.first_convolution()
    net.pool_prelu(3, same=True)
    net.convolution()
    net.prelu_pool(3, same=False)
    net.convolution()
    net.dense_layers(heads=2)
    return net.graph.finish("rnet", (24, 24), "out", (5,))


def build_onet(weight_file: Path) -> bytes:
    """The network that decides on patches of 48 x 48 pixels and sets the landmarks."""
    net = _MtcnnBuilder(weight_file)
    net.first_convolution()
    net.pool_prelu(3, same=True)
    net.convolution()
    net.prelu_pool(3, same=False)
    net.convolution()
    net.prelu_pool(2, same=True)
    net.convolution()
    net.dense_layers(heads=3)
    return net.graph.finish("onet", (48, 48), "out", (15,))


def _difference(two: Array) -> Array:
    """Of the two classes' outputs their difference (face first axis 1): the logit that softmax would make."""
    return two[1:] - two[:1]


class _MtcnnBuilder:
    """Holds a convolution back until it is known what follows, since that changes its kernel."""

    def __init__(self, weight_file: Path) -> None:
        self.graph = GraphWriter()
        self._arrays: Iterator[Array] = iter(read_mtcnn(weight_file))
        self._top = self.graph.pixels()
        self._kernel: Array = np.empty(0)
        self._bias: Array = np.empty(0)
        self._adapt_input: Callable[[Array], Array] = lambda kernel: kernel

    def next_array(self) -> Array:
        """The next of the weights as it is."""
        return next(self._arrays)

    def next_kernel(self) -> Array:
        """The next of the weights as a kernel (out, in, rows, columns)."""
        return next(self._arrays).transpose(3, 2, 0, 1)

    def first_convolution(self) -> None:
        """Takes bytes in BGR for (pixel - 127.5) / 128 in RGB; the nets pad no input, so this is exact."""
        kernel, bias = self.next_kernel()[:, ::-1], self.next_array()
        self.set_convolution(kernel / 128, bias - kernel.sum((1, 2, 3)) * 127.5 / 128)

    def convolution(self) -> None:
        """The next convolution of the weights."""
        self.set_convolution(self.next_kernel(), self.next_array())

    def set_convolution(self, kernel: Array, bias: Array) -> None:
        """Hold this convolution, its input channels adapted to what the layer before it puts out."""
        self._kernel, self._bias = self._adapt_input(kernel), bias
        self._adapt_input = lambda kernel: kernel

    def next_slope(self) -> Array:
        """The next of the weights as the slopes of a PReLU, none of them zero, since they are divided by."""
        slope = self.next_array().reshape(-1)
        return np.where(np.abs(slope) < _SMALLEST_SLOPE, _SMALLEST_SLOPE, slope)

    def prelu(self) -> None:
        """PReLU, but for the factor that the next kernel takes."""
        slope = _column(self.next_slope())
        self._top = self._prelu(self._convolve(self._kernel, self._bias), slope)
        self._adapt_input = lambda kernel: kernel * slope

    def prelu_heads(self) -> None:
        """PReLU and the last convolutions, box and score: one that reads y and one that reads relu(y)."""
        slope = _column(self.next_slope())
        straight = self._convolve(self._kernel, self._bias)
        box_kernel, box_bias = self.next_kernel(), self.next_array()
        score_kernel, score_bias = self.next_kernel(), self.next_array()
        kernel = np.concatenate([_difference(score_kernel), box_kernel])
        bias = np.concatenate([_difference(score_bias), box_bias])
        bent = self.graph.convolution(self.graph.add("Relu", straight), kernel * (1 - slope), np.zeros(len(bias)))
        self.graph.add("Add", self.graph.convolution(straight, kernel * slope, bias), bent, output="out")

    def pool_prelu(self, side: int, *, same: bool) -> None:
        """PReLU and max pooling by two, the pooling first; channels come out as rising slopes, then falling."""
        slope = self.next_slope()
        rising, falling = np.flatnonzero(slope >= 0), np.flatnonzero(slope < 0)
        order = np.concatenate([rising, falling])
        # What falls is pooled twice, as y and as a * y.
        sources = np.concatenate([order, falling])
        factors = np.concatenate([np.ones(len(order)), slope[falling]])
        kernel = _filled_up(self._kernel[sources] * factors[:, None, None, None])
        pooled = self._pool(self._convolve(kernel, _filled_up(self._bias[sources] * factors)), side, same=same)
        straight, bent, signs = _pooled_prelu(slope[rising], len(falling), len(kernel))
        self._top = self._sum(pooled, straight, bent)
        self._adapt_input = lambda kernel: _filled_up(kernel[:, order] * signs[:, None, None], axis=1)

    def prelu_pool(self, side: int, *, same: bool) -> None:
        """PReLU, whole since a factor below zero must not wait for the next kernel, and max pooling by two."""
        slope = _column(self.next_slope())
        straight = self._convolve(self._kernel, self._bias)
        bent = self.graph.add("Mul", self.graph.add("Relu", straight), self.graph.constant(1 - slope))
        both = self.graph.add("Add", self.graph.add("Mul", straight, self.graph.constant(slope)), bent)
        self._top = self._pool(both, side, same=same)

    def dense_layers(self, heads: int) -> None:
        """PReLU, a dense layer with PReLU, and the outputs: box, landmarks where there are three, score."""
        channels, slope = len(self._bias), self.next_slope()
        self._top = self._prelu(self._convolve(self._kernel, self._bias), _column(slope))
        weight = _reorder_rows(self.next_array(), channels)
        weight = weight * np.repeat(slope, len(weight) // channels)[:, None]
        hidden = self._dense(self.graph.add("Flatten", self._top), weight, self.next_array())
        slope = self.next_slope()
        layers = [(self.next_array(), self.next_array()) for _ in range(heads)]
        (score_weight, score_bias), others = layers[-1], layers[:-1]
        weights = np.concatenate([_difference(score_weight.T).T, *(weight for weight, _ in others)], axis=1)
        biases = np.concatenate([_difference(score_bias), *(bias for _, bias in others)])
        self._dense(self._prelu(hidden, slope), weights * slope[:, None], biases, output="out")

    def _prelu(self, source: str, slope: Array) -> str:
        """prelu(y) / a."""
        bent = self.graph.add("Mul", self.graph.add("Relu", source), self.graph.constant((1 - slope) / slope))
        return self.graph.add("Add", source, bent)

    def _sum(self, source: str, straight: Array, bent: Array) -> str:
        """A linear layer of the channels, and the relu of another."""
        zeros = np.zeros(len(straight))
        relu = self.graph.add("Relu", self.graph.convolution(source, bent[:, :, None, None], zeros))
        return self.graph.add("Add", self.graph.convolution(source, straight[:, :, None, None], zeros), relu)

    def _pool(self, source: str, side: int, *, same: bool) -> str:
        padding = "SAME_UPPER" if same else "VALID"
        return self.graph.add("MaxPool", source, kernel_shape=[side, side], strides=[2, 2], auto_pad=padding)

    def _convolve(self, kernel: Array, bias: Array) -> str:
        return self.graph.convolution(self._top, kernel, bias)

    def _dense(self, source: str, weight: Array, bias: Array, output: str | None = None) -> str:
        return self.graph.add("Gemm", source, self.graph.constant(weight), self.graph.constant(bias), output=output)


def _pooled_prelu(rising: Array, falling: int, inputs: int) -> tuple[Array, Array, Array]:
    """The linear layer and the one with relu, (outputs, inputs), that make PReLU of pooled y, and the outputs' signs.

    rising: a * y + (1 - a) * relu(y), turned over where 1 - a is negative, which the next kernel undoes;
    falling: max(y, a * y) = y + relu(a * y - y).
    """
    up = len(rising)
    straight = np.zeros((_full(up + falling), inputs))
    bent = np.zeros_like(straight)
    signs = np.concatenate([np.where(rising > 1, -1.0, 1.0), np.ones(falling)])
    rises, falls = np.arange(up), up + np.arange(falling)
    straight[rises, rises], bent[rises, rises] = rising * signs[:up], np.abs(1 - rising)
    straight[falls, falls], bent[falls, falls], bent[falls, falls + falling] = 1, -1, 1
    return straight, bent, signs


def _full(channels: int) -> int:
    return -(-channels // _CHANNEL_BLOCK) * _CHANNEL_BLOCK


def _filled_up(values: Array, axis: int = 0) -> Array:
    """Zeros behind the channels, since a convolution of uneven channels would leave the blocked layout."""
    widths = [(0, 0)] * values.ndim
    widths[axis] = (0, _full(values.shape[axis]) - values.shape[axis])
    return np.pad(values, widths)


def _column(slope: Array) -> Array:
    return slope.reshape(-1, 1, 1)


def _reorder_rows(weight: Array, channels: int) -> Array:
    """The published dense layer reads (width, height, channels); here a patch is flat as (channels, height, width)."""
    side = round((len(weight) / channels) ** 0.5)
    return weight.reshape(side, side, channels, -1).transpose(2, 1, 0, 3).reshape(weight.shape)
