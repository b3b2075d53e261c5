"""A zoo of small networks, of each kind that is converted, with random weights.

What they cost depends on shapes and operators alone. Each is as small as its kind
goes, since that is where a step that is no arithmetic shows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from oracle.bench.nets.nets import Net, mnist_8, resnet_20

Builder = Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class Animal:
    """A network of the zoo, and its kind."""

    name: str
    kind: str
    build: Builder


def silu(net: Net, x: str) -> str:
    """As PyTorch exports it."""
    return net.add("Mul", x, net.add("Sigmoid", x))


def gelu(net: Net, x: str) -> str:
    """As PyTorch exports it."""
    half, one, root = (
        net.constant(np.array(value, np.float32)) for value in (0.5, 1, 2**0.5)
    )
    turned = net.add("Add", net.add("Erf", net.add("Div", x, root)), one)
    return net.add("Mul", net.add("Mul", x, turned), half)


def mlp(activation: str) -> Builder:
    """64-64-64-10, an activation after each hidden layer."""

    def build(path: Path) -> None:
        net = Net(f"mlp of {activation}", 1, 64)
        last = "x"
        for _ in range(2):
            last = net.add(activation, net.dense(last, 64, 64))
        net.save(path, last, 64)

    return build


def elu_convnet(path: Path) -> None:
    """Three convolutions, each with an Elu."""
    net = Net("Elu convnet", 1, 3, 32, 32)
    last, width = "x", 3
    for outputs in (16, 32, 32):
        last = net.add("Elu", net.conv(last, width, outputs, 3))
        last, width = (
            net.add("MaxPool", last, kernel_shape=[2, 2], strides=[2, 2]),
            outputs,
        )
    net.save(path, last, width * 16)


def depthwise_convnet(path: Path) -> None:
    """MobileNet's blocks: a window a channel, then all channels of a pixel."""
    net = Net("depthwise convnet", 1, 3, 64, 64)
    last, width = net.add("Relu", net.conv("x", 3, 16, 3, 2)), 16
    for outputs, stride in ((32, 1), (64, 2), (64, 1), (128, 2)):
        weights, bias = net.weights(width, 1, 3, 3), net.weights(width)
        shape = {"group": width, "pads": [1] * 4, "strides": [stride] * 2}
        last = net.add("Relu", net.add("Conv", last, weights, bias, **shape))
        last, width = net.add("Relu", net.conv(last, width, outputs, 1)), outputs
    net.save(path, net.add("GlobalAveragePool", last), width)


def u_net(path: Path) -> None:
    """Down twice, up twice by repetition of pixels, joined with what was before."""
    net = Net("U-Net", 1, 1, 64, 64)
    last, width, kept = "x", 1, []
    for outputs in (8, 16, 32):
        for _ in range(2):
            last, width = net.add("Relu", net.conv(last, width, outputs, 3)), outputs
        if outputs < 32:
            kept.append((last, width))
            last = net.add("MaxPool", last, kernel_shape=[2, 2], strides=[2, 2])
    scales = net.constant(np.array([1, 1, 2, 2], np.float32))
    for beside, outputs in reversed(kept):
        last = net.add("Resize", last, "", scales, mode="nearest")
        last = net.add("Concat", last, beside, axis=1)
        last = net.add("Relu", net.conv(last, width + outputs, outputs, 3))
        width = outputs
    mask = net.add("Sigmoid", net.conv(last, width, 1, 1))
    net.finish(path, mask, 1, 1, 64, 64)


def yolo_head(path: Path) -> None:
    """SiLU convolutions at two scales, boxes as expectations of distributions."""
    net, bins, classes = Net("YOLO head", 1, 32, 20, 20), 16, 20
    last = silu(net, net.conv("x", 32, 32, 3))
    coarse = silu(net, net.conv(last, 32, 32, 3, 2))
    scales = net.constant(np.array([1, 1, 2, 2], np.float32))
    fine = net.add("Concat", net.add("Resize", coarse, "", scales), last, axis=1)
    fine = silu(net, net.conv(fine, 64, 32, 1))
    both = []
    for level, cells in ((fine, 400), (coarse, 100)):
        seen = silu(net, net.conv(level, 32, 32, 3))
        seen = net.conv(seen, 32, 4 * bins + classes, 1)
        shape = net.constant(np.array([1, 4 * bins + classes, cells], np.int64))
        both.append(net.add("Reshape", seen, shape))
    seen = net.add("Concat", *both, axis=2)
    sizes = net.constant(np.array([4 * bins, classes], np.int64))
    boxes, scores = net.split(seen, sizes, 1)
    shape = net.constant(np.array([1, 4, bins, 500], np.int64))
    boxes = net.add("Transpose", net.add("Reshape", boxes, shape), perm=[0, 2, 1, 3])
    boxes = net.add("Softmax", boxes, axis=1)
    distances = net.constant(np.arange(bins, dtype=np.float32).reshape(1, bins, 1, 1))
    boxes = net.add("Conv", boxes, distances)
    shape = net.constant(np.array([1, 4, 500], np.int64))
    boxes = net.add("Reshape", boxes, shape)
    joined = net.add("Concat", boxes, net.add("Sigmoid", scores), axis=1)
    net.finish(path, joined, 1, 4 + classes, 500)


def transformer(path: Path) -> None:
    """Two encoder layers: 32 words of 64 numbers, four heads, as PyTorch exports it."""
    words, width, heads = 32, 64, 4
    net = Net("transformer", 1, words, width)
    split = net.constant(np.array([1, words, heads, width // heads], np.int64))
    whole = net.constant(np.array([1, words, width], np.int64))
    root = net.constant(np.array((width // heads) ** 0.5, np.float32))
    last = "x"
    for _ in range(2):
        parts = []
        for perm in ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3]):
            part = net.add("Reshape", net.matmul(last, width, width), split)
            parts.append(net.add("Transpose", part, perm=perm))
        scores = net.add("Div", net.add("MatMul", *parts[:2]), root)
        seen = net.add("MatMul", net.add("Softmax", scores, axis=-1), parts[2])
        seen = net.add("Transpose", seen, perm=[0, 2, 1, 3])
        seen = net.matmul(net.add("Reshape", seen, whole), width, width)
        last = net.layer_norm(net.add("Add", last, seen), width)
        seen = gelu(net, net.matmul(last, width, 4 * width))
        seen = net.matmul(seen, 4 * width, width)
        last = net.layer_norm(net.add("Add", last, seen), width)
    net.save(path, last, words * width)


def recurrent(kind: str, gates: int, steps: int, hidden: int) -> Builder:
    """One layer over `steps` of eight numbers."""

    def build(path: Path) -> None:
        net = Net(kind, steps, 1, 8)
        weights = (
            net.weights(1, gates * hidden, 8),
            net.weights(1, gates * hidden, hidden),
        )
        bias = net.weights(1, 2 * gates * hidden)
        last = net.add(kind, "x", *weights, bias, hidden_size=hidden)
        net.finish(path, last, steps, 1, 1, hidden)

    return build


ZOO: Final = (
    Animal("mlp_tanh", "function", mlp("Tanh")),
    Animal("mlp_softplus", "function", mlp("Softplus")),
    Animal("mlp_exp", "function", mlp("Exp")),
    Animal("mlp_relu", "dense", mlp("Relu")),
    Animal("mnist_8", "convolution", mnist_8),
    Animal("resnet_20", "convolution", resnet_20),
    Animal("depthwise_convnet", "convolution", depthwise_convnet),
    Animal("elu_convnet", "picture", elu_convnet),
    Animal("u_net", "picture", u_net),
    Animal("yolo_head", "picture", yolo_head),
    Animal("transformer", "transformer", transformer),
    Animal("lstm_20x32", "recurrent", recurrent("LSTM", 4, 20, 32)),
    Animal("lstm_100x64", "recurrent", recurrent("LSTM", 4, 100, 64)),
    Animal("gru_20x32", "recurrent", recurrent("GRU", 3, 20, 32)),
)
