"""Models that others trained, as images, and data for them; from the shared folder.

A file that can't be read without its framework skips the test where that is absent. The
weights of PyTorch's checkpoints are put into networks that are written down here, since
such a file has none; tests/converters also takes them through PyTorch.
"""

import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
import pytest
from support.sources.checkpoints import read_checkpoint
from support.sources.onnx_nets import FLOAT, Array, node, save_net

import converters

CIFAR_MEAN = np.float32([0.485, 0.456, 0.406])
CIFAR_DEVIATION = np.float32([0.229, 0.224, 0.225])


# Data.


def read_idx(path: Path, header: int) -> Array:
    with gzip.open(path) as file:
        return np.frombuffer(file.read(), np.uint8, offset=header)


def t10k(folder: Path) -> tuple[Array, Array]:
    """10,000 digits (n, 28, 28) and what they are."""
    images = read_idx(folder / "mnist" / "t10k-images-idx3-ubyte.gz", 16)
    labels = read_idx(folder / "mnist" / "t10k-labels-idx1-ubyte.gz", 8)
    return images.reshape(-1, 28, 28), labels


def padded_digits(folder: Path) -> tuple[Array, Array]:
    """The digits in [0, 1], with a margin: (n, 32, 32)."""
    images, labels = t10k(folder)
    return np.pad(images, ((0, 0), (2, 2), (2, 2))) / np.float32(255), labels


def cifar(folder: Path) -> tuple[Array, Array]:
    """500 pictures (n, 32, 32, 3) and what they show."""
    with np.load(folder / "cifar10" / "test500.npz") as archive:
        return archive["images"], archive["labels"]


def scaled_pictures(folder: Path) -> tuple[Array, Array]:
    """The pictures as PyTorch's models take them: (n, 3, 32, 32)."""
    images, labels = cifar(folder)
    scaled = (images / np.float32(255) - CIFAR_MEAN) / CIFAR_DEVIATION
    return scaled.transpose(0, 3, 1, 2), labels


def noise(folder: Path, shape: tuple[int, ...]) -> tuple[Array, Array]:
    """One sample, of no class."""
    return np.random.default_rng(3).normal(size=(1, *shape)), np.zeros(1)


# Networks: files that can be converted, as they are or written into a folder.


def mnist_8(folder: Path, into: Path) -> Path:
    return folder / "onnx" / "mnist-8.onnx"


def resnet_8(folder: Path, into: Path) -> Path:
    need_tensorflow()
    return folder / "keras" / "resnet8_cifar10.h5"


def dcgan(folder: Path, into: Path) -> Path:
    """From 100 numbers a picture of 28 by 28; Keras 2 wrote the file."""
    need_tensorflow()
    return folder / "keras" / "basicdcgan_generator.h5"


def kws(folder: Path, into: Path) -> Path:
    need_tensorflow()
    return folder / "tensorflow" / "kws_saved_model"


def need_tensorflow() -> None:
    for name in ("tensorflow", "tf2onnx"):
        pytest.importorskip(name, reason=f"{name} is not installed")


def lenet(folder: Path, into: Path) -> Path:
    held = read_checkpoint(folder / "torch" / "khushbu_mnist_cnn.pt")
    names = [f"{kind}{i}" for i in range(5) for kind in "wb"]
    weights = dict(zip(names, held.values(), strict=True))
    nodes, last = [], "x"
    for i in range(3):
        nodes += [
            node("Conv", f"{last} w{i} b{i}", f"c{i}"),
            node("Relu", f"c{i}", f"r{i}"),
        ]
        last = f"r{i}"
        if i < 2:
            pool = {"kernel_shape": (2, 2), "strides": (2, 2)}
            nodes.append(node("MaxPool", last, f"p{i}", **pool))
            last = f"p{i}"
    nodes += [
        node("Flatten", last, "f"),
        node("Gemm", "f w3 b3", "g", transB=1),
        node("Relu", "g", "h"),
        node("Gemm", "h w4 b4", "y", transB=1),
    ]
    return scorer(into / "lenet.onnx", nodes, weights, (1, 1, 32, 32))


def resnet_20(folder: Path, into: Path) -> Path:
    """For CIFAR-10, option A: shortcuts are slices padded with zeros."""
    saved = read_checkpoint(folder / "torch" / "resnet20-12fca82f.th")["state_dict"]
    held = {name.removeprefix("module."): array for name, array in saved.items()}
    held["from"], held["to"] = np.int64([0, 0]), np.int64([1 << 30] * 2)
    held["axes"], held["steps"] = np.int64([2, 3]), np.int64([2, 2])
    nodes = [*normalised("x", "", 1, 1, "stem"), node("Relu", "stem", "r")]
    last = "r"
    for layer, width in enumerate((16, 32, 64), 1):
        for number in range(3):
            at = f"layer{layer}.{number}."
            halves = layer > 1 and number == 0
            nodes += [
                *normalised(last, at, 1, 1 + halves, f"{at}a"),
                node("Relu", f"{at}a", f"{at}b"),
                *normalised(f"{at}b", at, 2, 1, f"{at}c"),
            ]
            if halves:
                beside = width // 4
                held[f"{at}pads"] = np.int64([0, beside, 0, 0] * 2)
                nodes += [
                    node("Slice", f"{last} from to axes steps", f"{at}s"),
                    node("Pad", f"{at}s {at}pads", f"{at}x"),
                ]
                last = f"{at}x"
            nodes += [
                node("Add", f"{last} {at}c", f"{at}d"),
                node("Relu", f"{at}d", f"{at}y"),
            ]
            last = f"{at}y"
    nodes += [
        node("ReduceMean", f"{last} axes", "m", keepdims=0),
        node("Gemm", "m linear.weight linear.bias", "y", transB=1),
    ]
    return scorer(into / "resnet20.onnx", nodes, held, (1, 3, 32, 32))


def normalised(
    x: str, at: str, number: int, stride: int, y: str
) -> list[onnx.NodeProto]:
    """A 3 by 3 convolution and its normalisation."""
    bn = f"{at}bn{number}"
    statistics = f"{bn}.weight {bn}.bias {bn}.running_mean {bn}.running_var"
    how = {"pads": (1, 1, 1, 1), "strides": (stride, stride)}
    return [
        node("Conv", f"{x} {at}conv{number}.weight", f"{y}.raw", **how),
        node("BatchNormalization", f"{y}.raw {statistics}", y),
    ]


def scorer(
    path: Path,
    nodes: list[onnx.NodeProto],
    weights: Mapping[str, Array],
    shape: tuple[int, ...],
) -> Path:
    """A network from x of that shape to ten scores."""
    shapes = {"x": (FLOAT, shape), "y": (FLOAT, (1, 10))}
    return save_net(path, nodes, weights=weights, **shapes)


@dataclass(frozen=True, slots=True)
class RealModel:
    """How to get the network, and inputs with what they are."""

    source: Callable[[Path, Path], Path]
    data: Callable[[Path], tuple[Array, Array]]
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def image(self, folder: Path) -> bytes:
        with TemporaryDirectory() as into:
            path = self.source(folder, Path(into))
            return converters.convert(path, input_shapes=self.shapes)


REAL: Mapping[str, RealModel] = {
    "mnist-8": RealModel(mnist_8, t10k),
    "lenet": RealModel(lenet, padded_digits),
    "resnet-8": RealModel(resnet_8, cifar),
    "resnet-20": RealModel(resnet_20, scaled_pictures),
    "kws": RealModel(kws, partial(noise, shape=(49, 10, 1))),
    "dcgan": RealModel(dcgan, partial(noise, shape=(100,))),
}
