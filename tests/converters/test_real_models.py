"""Models that others trained, converted, on data that they have not seen.

Each is as good as published. Files come from the shared data folder; a framework that
is needed to read one may be absent: both are reasons to skip.
"""

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import converters
import tinynn
from tinynn import Model


def read_idx(path: Path, header: int) -> np.ndarray:
    with gzip.open(path) as file:
        return np.frombuffer(file.read(), np.uint8, offset=header)


def t10k(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """10,000 digits (n, 28, 28) and what they are."""
    images = read_idx(folder / "mnist" / "t10k-images-idx3-ubyte.gz", 16)
    labels = read_idx(folder / "mnist" / "t10k-labels-idx1-ubyte.gz", 8)
    return images.reshape(-1, 28, 28), labels


def cifar(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """500 pictures (n, 32, 32, 3) and what they show."""
    with np.load(folder / "cifar10" / "test500.npz") as archive:
        return archive["images"], archive["labels"]


def share_right(model: Model, inputs: np.ndarray, labels: np.ndarray) -> float:
    """Top-1 accuracy; `inputs` as float32, each in the model's shape."""
    shape = model.inputs[0].shape
    tops = [model.run(x.reshape(shape))[0].argmax() for x in inputs.astype(np.float32)]
    return float((np.array(tops) == labels).mean())


@pytest.mark.slow
def test_mnist_8_reads_digits_as_published(shared_data: Path) -> None:
    model = tinynn.load(converters.convert(shared_data / "onnx" / "mnist-8.onnx"))
    images, labels = t10k(shared_data)
    assert share_right(model, images, labels) >= 0.985


@pytest.mark.slow
def test_resnet_8_keras_is_as_good_as_published(shared_data: Path) -> None:
    pytest.importorskip("tensorflow", reason="tensorflow is not installed")
    file = shared_data / "keras" / "resnet8_cifar10.h5"
    model = tinynn.load(converters.convert(file))
    images, labels = cifar(shared_data)
    assert share_right(model, images, labels) == pytest.approx(0.75, abs=0.01)


@pytest.mark.slow
def test_dcgan_keras_makes_a_picture(shared_data: Path) -> None:
    pytest.importorskip("tensorflow", reason="tensorflow is not installed")
    file = shared_data / "keras" / "basicdcgan_generator.h5"
    shapes = {"input": (1, 1, 100)}  # the file leaves the middle axis open
    model = tinynn.load(converters.convert(file, input_shapes=shapes))
    noise = np.random.default_rng(3).normal(size=model.inputs[0].shape)
    (picture,) = model.run(noise.astype(np.float32))
    assert picture.size == 28 * 28
    # Clothes in the middle, nothing around them.
    pixels = picture.reshape(28, 28)
    assert -1 <= pixels.min() < -0.9 and 0.3 < pixels.max() <= 1
    assert pixels[8:20, 8:20].mean() > pixels[[0, -1]].mean() + 0.2


@pytest.mark.slow
def test_kws_saved_model_hears_classes(shared_data: Path) -> None:
    pytest.importorskip("tensorflow", reason="tensorflow is not installed")
    folder = shared_data / "tensorflow" / "kws_saved_model"
    model = tinynn.load(converters.convert(folder))
    x = np.random.default_rng(1).normal(size=model.inputs[0].shape).astype(np.float32)
    (scores,) = model.run(x)
    assert scores.shape == (12,)
    assert scores.sum() == pytest.approx(1, abs=1e-5)


@pytest.mark.slow
def test_lenet_torch_reads_digits(shared_data: Path) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    pytest.importorskip("onnxscript", reason="onnxscript is not installed")
    nn = torch.nn
    weights = torch.load(
        shared_data / "torch" / "khushbu_mnist_cnn.pt",
        map_location="cpu",
        weights_only=True,
    )
    net = nn.Sequential(
        *(nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(16, 120, 5), nn.ReLU(), nn.Flatten()),
        *(nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)),
    )
    net.load_state_dict(dict(zip(net.state_dict(), weights.values(), strict=True)))
    image = converters.convert_module(net, [torch.zeros(1, 1, 32, 32)], name="lenet")
    images, labels = t10k(shared_data)
    padded = np.pad(images[:2000], ((0, 0), (2, 2), (2, 2))) / np.float32(255)
    assert share_right(tinynn.load(image), padded, labels[:2000]) > 0.95


def residual_net(torch: Any) -> Any:
    """ResNet-20 for CIFAR-10, option A: shortcuts are slices padded with zeros."""
    nn = torch.nn

    class Block(nn.Module):  # type: ignore[name-defined, misc]
        def __init__(self, inputs: int, outputs: int, stride: int) -> None:
            super().__init__()
            self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
            self.bn1 = nn.BatchNorm2d(outputs)
            self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
            self.bn2 = nn.BatchNorm2d(outputs)
            self.more = outputs - inputs

        def forward(self, x: Any) -> Any:
            y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
            if self.more:
                half = self.more // 2
                x = nn.functional.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, half, half))
            return torch.relu(x + y)

    class Net(nn.Module):  # type: ignore[name-defined, misc]
        def __init__(self) -> None:
            super().__init__()
            self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
            self.bn1 = nn.BatchNorm2d(16)
            widths = ((16, 16, 1), (16, 32, 2), (32, 64, 2))
            for number, (inputs, outputs, stride) in enumerate(widths, 1):
                blocks = [Block(inputs, outputs, stride)]
                blocks += [Block(outputs, outputs, 1) for _ in range(2)]
                setattr(self, f"layer{number}", nn.Sequential(*blocks))
            self.linear = nn.Linear(64, 10)

        def forward(self, x: Any) -> Any:
            x = torch.relu(self.bn1(self.conv1(x)))
            x = self.layer3(self.layer2(self.layer1(x)))
            return self.linear(x.mean((2, 3)))

    return Net()


@pytest.mark.slow
def test_resnet_20_torch_is_as_good_as_published(shared_data: Path) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    pytest.importorskip("onnxscript", reason="onnxscript is not installed")
    held = torch.load(
        shared_data / "torch" / "resnet20-12fca82f.th",
        map_location="cpu",
        weights_only=True,
    )
    net = residual_net(torch)
    names = {name.removeprefix("module."): w for name, w in held["state_dict"].items()}
    net.load_state_dict(names)
    image = converters.convert_module(net, [torch.zeros(1, 3, 32, 32)], name="resnet20")
    images, labels = cifar(shared_data)
    mean, deviation = (
        np.float32([0.485, 0.456, 0.406]),
        np.float32([0.229, 0.224, 0.225]),
    )
    scaled = ((images / np.float32(255) - mean) / deviation).transpose(0, 3, 1, 2)
    model = tinynn.load(image)
    assert share_right(model, scaled, labels) == pytest.approx(0.798, abs=0.01)
