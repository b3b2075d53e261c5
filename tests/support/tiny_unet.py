"""A small UNet in ONNX, as a diffusion model's is: timesteps as sines, classes as an
embedding, convolutions, norms of groups, attention, a way down and one up."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 17


class _Net:
    """Nodes and weights, as they come."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.nodes: list[Any] = []
        self.weights: list[Any] = []

    def constant(self, array: Any) -> str:
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def random(self, *shape: int) -> str:
        fan = int(np.prod(shape[1:])) or 1
        scale = 1 / np.sqrt(fan)
        drawn = self.rng.standard_normal(shape) * scale
        return self.constant(drawn.astype(np.float32))

    def op(self, operator: str, *inputs: str, **attributes: Any) -> str:
        name = f"y{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [name], **attributes))
        return name

    def shaped(self, x: str, *shape: int) -> str:
        return self.op("Reshape", x, self.constant(np.array(shape, np.int64)))

    def conv(self, x: str, into: int, out: int, size: int = 3, stride: int = 1) -> str:
        weight, bias = self.random(out, into, size, size), self.random(out)
        pads = [size // 2] * 4
        return self.op("Conv", x, weight, bias, pads=pads, strides=[stride] * 2)

    def linear(self, x: str, into: int, out: int) -> str:
        return self.op("Gemm", x, self.random(into, out), self.random(out))

    def silu(self, x: str) -> str:
        return self.op("Mul", x, self.op("Sigmoid", x))

    def norm(self, x: str, channels: int, side: int, groups: int = 2) -> str:
        """As PyTorch exports GroupNorm."""
        flat = self.shaped(x, 1, groups, -1)
        ones, zeros = (
            self.constant(f(groups, np.float32)) for f in (np.ones, np.zeros)
        )
        flat = self.op("InstanceNormalization", flat, ones, zeros, epsilon=1e-5)
        y = self.shaped(flat, 1, channels, side, side)
        y = self.op("Mul", y, self.random(channels, 1, 1))
        return self.op("Add", y, self.random(channels, 1, 1))

    def block(self, x: str, time: str, into: int, out: int, side: int) -> str:
        """A residual block that is told the time."""
        h = self.conv(self.silu(self.norm(x, into, side)), into, out)
        told = self.shaped(self.linear(self.silu(time), 16, out), 1, out, 1, 1)
        h = self.op("Add", h, told)
        h = self.conv(self.silu(self.norm(h, out, side)), out, out)
        kept = x if into == out else self.conv(x, into, out, 1)
        return self.op("Add", kept, h)

    def attention(self, x: str, channels: int, side: int) -> str:
        flat = self.shaped(self.norm(x, channels, side), channels, side * side)
        rows = self.op("Transpose", flat, perm=[1, 0])
        q, k, v = (
            self.op("MatMul", rows, self.random(channels, channels)) for _ in "qkv"
        )
        scores = self.op("MatMul", q, self.op("Transpose", k, perm=[1, 0]))
        scale = self.constant(np.float32(channels**-0.5))
        shares = self.op("Softmax", self.op("Mul", scores, scale), axis=-1)
        mixed = self.op("Transpose", self.op("MatMul", shares, v), perm=[1, 0])
        return self.op("Add", x, self.shaped(mixed, 1, channels, side, side))

    def time(self, classes: int, dtype: int) -> str:
        """Sines and cosines of the timestep, and the class."""
        t = "timestep"
        if dtype != TensorProto.FLOAT:
            t = self.op("Cast", t, to=TensorProto.FLOAT)
        rates = np.exp(-np.log(10000) * np.arange(4) / 4).astype(np.float32)
        angles = self.op(
            "Mul", self.shaped(t, 1, 1), self.constant(rates.reshape(1, 4))
        )
        sides = [self.op(name, angles) for name in ("Sin", "Cos")]
        told = self.linear(self.op("Concat", *sides, axis=1), 8, 16)
        if classes:
            named = self.op("Gather", self.random(classes, 16), "class_labels", axis=0)
            told = self.op("Add", told, named)
        return self.linear(self.silu(told), 16, 16)


def save_unet(
    path: Path,
    *,
    channels: int = 1,
    side: int = 8,
    classes: int = 10,
    timestep: int = TensorProto.INT64,
    seed: int = 1,
    extra: str = "",
) -> Path:
    """Writes a UNet of 8 and 12 channels; `extra` is one more input."""
    net, half = _Net(seed), side // 2
    time = net.time(classes, timestep)
    first = net.conv("sample", channels, 8)
    a = net.block(first, time, 8, 8, side)
    b = net.conv(a, 8, 12, stride=2)
    b = net.attention(net.block(b, time, 12, 12, half), 12, half)
    sizes = net.constant(np.array([1, 1, 2, 2], np.float32))
    up = net.op(
        "Resize",
        b,
        "",
        sizes,
        mode="nearest",
        coordinate_transformation_mode="asymmetric",
        nearest_mode="floor",
    )
    joined = net.op("Concat", up, a, axis=1)
    y = net.block(joined, time, 20, 8, side)
    y = net.conv(net.silu(net.norm(y, 8, side)), 8, channels)
    shape = [1, channels, side, side]
    given = [("sample", TensorProto.FLOAT, shape), ("timestep", timestep, [1])]
    if classes:
        given.append(("class_labels", TensorProto.INT64, [1]))
    if extra:
        given.append((extra, TensorProto.FLOAT, [1, 4]))
        y = net.op("Add", y, net.op("ReduceSum", extra, keepdims=0))
    net.nodes.append(helper.make_node("Identity", [y], ["noise"]))
    graph = helper.make_graph(
        net.nodes,
        "unet",
        [helper.make_tensor_value_info(*port) for port in given],
        [helper.make_tensor_value_info("noise", TensorProto.FLOAT, shape)],
        net.weights,
    )
    imports = [helper.make_opsetid("", OPSET)]
    onnx.save_model(helper.make_model(graph, opset_imports=imports, ir_version=8), path)
    return path
