"""The networks of MTCNN: the fast graphs compute what the published layers say, one after the other."""

import numpy as np
import onnxruntime
import pytest

from face_engine.mtcnn_graph import build_onet, build_pnet, build_rnet
from face_engine.onnx_writer import GraphWriter
from face_engine.weights import ONET, PNET, RNET, read_mtcnn


class PlainNet:
    """The published layers as they stand: convolution, PReLU, pooling."""

    def __init__(self, weight_file):
        self.graph = GraphWriter()
        self.arrays = iter(read_mtcnn(weight_file.path()))
        centred = self.graph.add("Sub", self.graph.pixels(), self.graph.constant(np.array(127.5)))
        rgb = self.graph.add("Gather", centred, self.graph.constant([2, 1, 0]), axis=1)
        self.top = self.graph.add("Div", rgb, self.graph.constant(np.array(128.0)))

    def convolution(self):
        kernel, bias = next(self.arrays).transpose(3, 2, 0, 1), next(self.arrays)
        return self.graph.convolution(self.top, kernel, bias)

    def prelu(self, source, shape=(-1, 1, 1)):
        self.top = self.graph.add("PRelu", source, self.graph.constant(next(self.arrays).reshape(shape)))

    def pool(self, side, padding):
        self.top = self.graph.add("MaxPool", self.top, kernel_shape=[side, side], strides=[2, 2], auto_pad=padding)

    def flatten_as_published(self):
        self.top = self.graph.add("Flatten", self.graph.add("Transpose", self.top, perm=[0, 3, 2, 1]))

    def dense(self):
        return self.graph.add("Gemm", self.top, *(self.graph.constant(next(self.arrays)) for _ in range(2)))

    def finish(self, size, heads, outputs):
        """The heads as published: box, landmarks if any, and last two classes, of which the difference comes first."""
        classes = self.graph.split(heads[-1], [1, 1])
        score = self.graph.add("Sub", classes[1], classes[0])
        self.graph.add("Concat", score, *heads[:-1], output="out", axis=1)
        return self.graph.finish("plain", size, "out", outputs)


def plain_pnet():
    net = PlainNet(PNET)
    net.prelu(net.convolution())
    net.pool(2, "SAME_UPPER")
    net.prelu(net.convolution())
    net.prelu(net.convolution())
    return net.finish(("height", "width"), [net.convolution(), net.convolution()], (5, "rows", "columns"))


def plain_patch_net(weight_file, side, pools, heads, outputs):
    net = PlainNet(weight_file)
    for pool in pools:
        net.prelu(net.convolution())
        net.pool(*pool)
    net.prelu(net.convolution())
    net.flatten_as_published()
    net.prelu(net.dense(), shape=-1)
    return net.finish((side, side), [net.dense() for _ in range(heads)], (outputs,))


def plain_rnet():
    return plain_patch_net(RNET, 24, [(3, "SAME_UPPER"), (3, "VALID")], heads=2, outputs=5)


def plain_onet():
    return plain_patch_net(ONET, 48, [(3, "SAME_UPPER"), (3, "VALID"), (2, "SAME_UPPER")], heads=3, outputs=15)


@pytest.mark.parametrize(
    ("build", "weight_file", "plain", "size"),
    [
        (build_pnet, PNET, plain_pnet, (37, 62)),
        (build_rnet, RNET, plain_rnet, (24, 24)),
        (build_onet, ONET, plain_onet, (48, 48)),
    ],
)
def test_a_fast_graph_computes_what_the_published_layers_do(build, weight_file, plain, size):
    patches = np.random.default_rng(0).integers(0, 256, (3, *size, 3), dtype=np.uint8)
    fast, published = (
        onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"]).run(None, {"image": patches})[0]
        for graph in (build(weight_file.path()), plain())
    )
    np.testing.assert_allclose(fast, published, atol=1e-4)
