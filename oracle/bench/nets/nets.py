"""Well-known networks with random weights: what they cost does not depend on those.

Normalisations are left out: at rest every executor folds them into convolutions.
"""

from collections.abc import Callable
from math import prod
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

CLASSES: Final = 10
OPSET: Final = 20
SEED: Final = 20


class Net:
    """An ONNX network from "x" to "y", written down operator by operator."""

    def __init__(self, name: str, *shape: int) -> None:
        self.name, self.shape = name, shape
        self._random = np.random.default_rng(SEED)
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def add(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """An operator; the first result's name."""
        from onnx import helper

        name = f"{kind}{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, inputs, [name], name, **attributes))
        return name

    def constant(self, array: NDArray[Any]) -> str:
        """Its name."""
        from onnx import numpy_helper

        name = f"w{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(array, name))
        return name

    def weights(self, *shape: int, turned: bool = False) -> str:
        """Such that results are about as large as inputs; perhaps transposed."""
        drawn = self._random.normal(0, np.sqrt(2 / prod(shape[1:])), shape)
        drawn = drawn.astype(np.float32)
        return self.constant(np.ascontiguousarray(drawn.T) if turned else drawn)

    def conv(
        self, x: str, inputs: int, outputs: int, size: int, stride: int = 1
    ) -> str:
        """With a bias, padded so that a stride of 1 keeps the picture's shape."""
        weights, bias = self.weights(outputs, inputs, size, size), self.weights(outputs)
        pads, strides = [size // 2] * 4, [stride] * 2
        return self.add("Conv", x, weights, bias, pads=pads, strides=strides)

    def dense(self, x: str, inputs: int, outputs: int) -> str:
        """Of a row, with a bias."""
        weights, bias = self.weights(outputs, inputs), self.weights(outputs)
        return self.add("Gemm", x, weights, bias, transB=1)

    def matmul(self, x: str, inputs: int, outputs: int) -> str:
        """Of rows, with a bias: as PyTorch exports a layer of more than one."""
        y = self.add("MatMul", x, self.weights(outputs, inputs, turned=True))
        return self.add("Add", y, self.weights(outputs))

    def layer_norm(self, x: str, width: int) -> str:
        """Over the last axis."""
        scale = self.constant(np.ones(width, np.float32))
        return self.add("LayerNormalization", x, scale, self.weights(width), axis=-1)

    def split(self, x: str, sizes: str, axis: int) -> tuple[str, str]:
        """Two parts."""
        from onnx import helper

        names = [f"Split{len(self._nodes)}_{index}" for index in range(2)]
        self._nodes.append(helper.make_node("Split", [x, sizes], names, axis=axis))
        return names[0], names[1]

    def save(self, path: Path, last: str, inputs: int) -> None:
        """The file; the last layer is dense."""
        flat = self.add("Flatten", last)
        self.finish(path, self.dense(flat, inputs, CLASSES), 1, CLASSES)

    def finish(self, path: Path, last: str, *shape: int) -> None:
        """The file; `last` is what the network gives."""
        import onnx
        from onnx import TensorProto, helper

        for node in self._nodes:
            node.output[:] = ["y" if name == last else name for name in node.output]
        value = helper.make_tensor_value_info
        graph = helper.make_graph(
            self._nodes,
            self.name,
            [value("x", TensorProto.FLOAT, self.shape)],
            [value("y", TensorProto.FLOAT, shape)],
            self._constants,
        )
        imports = [helper.make_opsetid("", OPSET)]
        made = helper.make_model(graph, opset_imports=imports, ir_version=10)
        onnx.save_model(made, path)


def mnist_8(path: Path) -> None:
    """Of the ONNX model zoo: two convolutions, 460,000 multiply-adds."""
    net = Net("mnist-8", 1, 1, 28, 28)
    last = net.add("Relu", net.conv("x", 1, 8, 5))
    last = net.add("MaxPool", last, kernel_shape=[2, 2], strides=[2, 2])
    last = net.add("Relu", net.conv(last, 8, 16, 5))
    last = net.add("MaxPool", last, kernel_shape=[3, 3], strides=[3, 3])
    net.save(path, last, 16 * 4 * 4)


def resnet_20(path: Path) -> None:
    """For CIFAR-10, shortcuts sliced and padded: 41 million multiply-adds."""
    net = Net("ResNet-20", 1, 3, 32, 32)
    begin, end, axes, steps = (
        net.constant(np.array(pair, np.int64))
        for pair in ([0, 0], [1 << 30] * 2, [2, 3], [2, 2])
    )
    last, width = net.add("Relu", net.conv("x", 3, 16, 3)), 16
    for outputs in (16, 32, 64):
        for _ in range(3):
            beside, stride = outputs - width, outputs // width
            y = net.add("Relu", net.conv(last, width, outputs, 3, stride))
            y = net.conv(y, outputs, outputs, 3)
            if beside:
                last = net.add("Slice", last, begin, end, axes, steps)
                pads = np.array([0, beside // 2, 0, 0] * 2, np.int64)
                last = net.add("Pad", last, net.constant(pads))
            last, width = net.add("Relu", net.add("Add", last, y)), outputs
    net.save(path, net.add("GlobalAveragePool", last), width)


NETS: Final[dict[str, Callable[[Path], None]]] = {
    "mnist-8": mnist_8,
    "ResNet-20": resnet_20,
}
"""By what they are known as."""
