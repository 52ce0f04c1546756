"""Writes an ONNX graph node by node."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
IR_VERSION = 9


class GraphWriter:
    """Collects nodes and constants; every name is made here, so that two builds of one graph are equal."""

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def constant(self, values: NDArray[Any] | list[int]) -> str:
        """Add numbers; floating point becomes float32, whole numbers int64. Returns their name."""
        array = np.asarray(values)
        kind = np.int64 if np.issubdtype(array.dtype, np.integer) else np.float32
        name = f"constant{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(array, kind), name))
        return name

    def add(self, operator: str, *inputs: str, output: str | None = None, **attributes: Any) -> str:
        """Add a node of one output and return the output's name."""
        name = output or f"{operator.lower()}{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, inputs, [name], **attributes))
        return name

    def split(self, source: str, sizes: list[int]) -> list[str]:
        """Cut the channels into parts of these sizes."""
        names = [f"part{len(self._nodes)}_{i}" for i in range(len(sizes))]
        self._nodes.append(helper.make_node("Split", [source, self.constant(sizes)], names, axis=1))
        return names

    def pixels(self, name: str = "image") -> str:
        """The pictures, (n, height, width, 3) in bytes, as numbers of shape (n, 3, height, width)."""
        return self.add("Cast", self.add("Transpose", name, perm=[0, 3, 1, 2]), to=TensorProto.FLOAT)

    def convolution(
        self, source: str, kernel: NDArray[np.float64], bias: NDArray[np.float64], **attributes: Any
    ) -> str:
        """Add a convolution; the kernel has shape (out, in, rows, columns)."""
        return self.add("Conv", source, self.constant(kernel), self.constant(bias), **attributes)

    def finish(
        self, name: str, image_size: Sequence[int | str], output: str, output_size: Sequence[int | str]
    ) -> bytes:
        """The checked model as bytes: `image`, uint8 (n, height, width, 3), to the output, (n, *output_size)."""
        graph = helper.make_graph(
            self._nodes,
            name,
            [helper.make_tensor_value_info("image", TensorProto.UINT8, ["n", *image_size, 3])],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, ["n", *output_size])],
            self._constants,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
        onnx.checker.check_model(model)
        return bytes(model.SerializeToString())
