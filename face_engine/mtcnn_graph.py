"""Builds the three networks of MTCNN (Zhang et al., 2016) as ONNX graphs that run fast on a processor.

Input: BGR pictures or patches, uint8 (n, height, width, 3); normalisation and order of colours are in the first kernel.
Output `out`, for pnet (n, 5, rows, columns), for rnet (n, 5), for onet (n, 15): the certainty as a logit, four offsets
of the box (left, top, right, bottom, in sides of the box), and for onet the x of five landmarks, then the y of five.

PReLU is slow in ONNX Runtime, while ReLU is fused into the convolution before it. Two identities avoid it:

- prelu(y) = relu(y) - a * relu(-y): the convolution is doubled with its negative, and a moves into the next kernel;
- pooling may come first, because max(prelu(y)) = prelu(max(y)) for a >= 0, and prelu(y) = max(y, a * y) for a < 0:
  then PReLU runs on a quarter of the numbers.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from face_engine.onnx_writer import GraphWriter
from face_engine.weights import Array, read_mtcnn


def build_pnet(weight_file: Path) -> bytes:
    """The network that proposes boxes at every second pixel of a picture of any size."""
    net = _MtcnnBuilder(weight_file)
    net.first_convolution()
    net.pool_prelu(2, same=True)
    net.convolution()
    net.prelu()
    net.convolution()
    net.prelu()
    box_kernel, box_bias = net.next_kernel(), net.next_array()
    score_kernel, score_bias = net.next_kernel(), net.next_array()
    net.output_convolution(
        np.concatenate([_difference(score_kernel), box_kernel]),
        np.concatenate([_difference(score_bias), box_bias]),
    )
    return net.graph.finish("pnet", ("height", "width"), "out", (5, "rows", "columns"))


def build_rnet(weight_file: Path) -> bytes:
    """The network that refines patches of 24 x 24 pixels."""
    net = _MtcnnBuilder(weight_file)
    net.first_convolution()
    net.pool_prelu(3, same=True)
    net.convolution()
    net.pool_prelu(3, same=False)
    net.convolution()
    net.dense_layers(heads=2)
    return net.graph.finish("rnet", (24, 24), "out", (5,))


def build_onet(weight_file: Path) -> bytes:
    """The network that decides on patches of 48 x 48 pixels and sets the landmarks."""
    net = _MtcnnBuilder(weight_file)
    net.first_convolution()
    net.pool_prelu(3, same=True)
    net.convolution()
    net.pool_prelu(3, same=False)
    net.convolution()
    net.pool_prelu(2, same=True)
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

    def prelu(self) -> None:
        """PReLU as a doubled convolution with ReLU."""
        slope = self.next_array().reshape(-1)
        doubled = self._convolve(
            np.concatenate([self._kernel, -self._kernel]), np.concatenate([self._bias, -self._bias])
        )
        self._top = self.graph.add("Relu", doubled)
        self._adapt_input = lambda kernel: np.concatenate([kernel, -kernel * slope[:, None, None]], axis=1)

    def pool_prelu(self, side: int, *, same: bool) -> None:
        """PReLU and max pooling by two, the pooling first; channels come out as rising slopes, then falling."""
        slope = self.next_array().reshape(-1)
        rising, falling = np.flatnonzero(slope >= 0), np.flatnonzero(slope < 0)
        kernel, bias, fall = self._kernel, self._bias, slope[falling]
        pooled = self.graph.add(
            "MaxPool",
            self._convolve(
                np.concatenate([kernel[rising], kernel[falling], kernel[falling] * fall[:, None, None, None]]),
                np.concatenate([bias[rising], bias[falling], bias[falling] * fall]),
            ),
            kernel_shape=[side, side],
            strides=[2, 2],
            auto_pad="SAME_UPPER" if same else "VALID",
        )
        if len(falling):
            parts = self.graph.split(pooled, [len(rising), len(falling), len(falling)])
            risen = self._plain_prelu(parts[0], slope[rising])
            self._top = self.graph.add("Concat", risen, self.graph.add("Max", parts[1], parts[2]), axis=1)
        else:
            self._top = self._plain_prelu(pooled, slope)
        order = np.concatenate([rising, falling])
        self._adapt_input = lambda kernel: kernel[:, order]

    def dense_layers(self, heads: int) -> None:
        """PReLU, a dense layer with PReLU, and the outputs: box, landmarks where there are three, score."""
        self._top = self._plain_prelu(self._convolve(self._kernel, self._bias), self.next_array().reshape(-1))
        weight = _reorder_rows(self.next_array(), channels=len(self._bias))
        flat = self.graph.add("Flatten", self._top)
        hidden = self._dense(flat, weight, self.next_array())
        hidden = self.graph.add("PRelu", hidden, self.graph.constant(self.next_array().reshape(-1)))
        layers = [(self.next_array(), self.next_array()) for _ in range(heads)]
        (score_weight, score_bias), others = layers[-1], layers[:-1]
        weights = [_difference(score_weight.T).T, *(weight for weight, _ in others)]
        biases = [_difference(score_bias), *(bias for _, bias in others)]
        self._dense(hidden, np.concatenate(weights, axis=1), np.concatenate(biases), output="out")

    def output_convolution(self, kernel: Array, bias: Array) -> None:
        """A last convolution, with nothing behind it."""
        self._convolve(self._adapt_input(kernel), bias, output="out")

    def _convolve(self, kernel: Array, bias: Array, output: str | None = None) -> str:
        return self.graph.convolution(self._top, kernel, bias, output=output)

    def _plain_prelu(self, source: str, slope: Array) -> str:
        return self.graph.add("PRelu", source, self.graph.constant(slope.reshape(-1, 1, 1)))

    def _dense(self, source: str, weight: Array, bias: Array, output: str | None = None) -> str:
        return self.graph.add("Gemm", source, self.graph.constant(weight), self.graph.constant(bias), output=output)


def _reorder_rows(weight: Array, channels: int) -> Array:
    """The published dense layer reads (width, height, channels); here a patch is flat as (channels, height, width)."""
    side = round((len(weight) / channels) ** 0.5)
    return weight.reshape(side, side, channels, -1).transpose(2, 1, 0, 3).reshape(weight.shape)
