"""Models that others trained, converted, on data that they have not seen.

Each is as good as published. Files come from the shared data folder; a framework that
is needed to read one may be absent: both are reasons to skip.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.sources.real_models import REAL

import converters
import tinynn
from tinynn import Model

# name -> samples to take, share of them that is told right
PUBLISHED = {
    "mnist-8": (10_000, 0.99),
    "lenet": (2000, 0.97),
    "resnet-8": (500, 0.75),
    "resnet-20": (500, 0.798),
}


def share_right(model: Model, inputs: np.ndarray, labels: np.ndarray) -> float:
    """Top-1 accuracy; `inputs` as float32, each in the model's shape."""
    shape = model.inputs[0].shape
    tops = [model.run(x.reshape(shape))[0].argmax() for x in inputs.astype(np.float32)]
    return float((np.array(tops) == labels).mean())


@pytest.mark.slow
@pytest.mark.parametrize("name", PUBLISHED)
def test_real_model_is_as_good_as_published(name: str, shared_data: Path) -> None:
    count, published = PUBLISHED[name]
    model = tinynn.load(REAL[name].image(shared_data))
    inputs, labels = (array[:count] for array in REAL[name].data(shared_data))
    assert share_right(model, inputs, labels) == pytest.approx(published, abs=0.005)


@pytest.mark.slow
def test_dcgan_keras_makes_a_picture(shared_data: Path) -> None:
    model = tinynn.load(REAL["dcgan"].image(shared_data))
    ((noise,), _) = REAL["dcgan"].data(shared_data)
    (picture,) = model.run(noise.astype(np.float32))
    assert picture.size == 28 * 28
    # Clothes in the middle, nothing around them.
    pixels = picture.reshape(28, 28)
    assert -1 <= pixels.min() < -0.9 and 0.3 < pixels.max() <= 1
    assert pixels[8:20, 8:20].mean() > pixels[[0, -1]].mean() + 0.2


@pytest.mark.slow
def test_kws_saved_model_hears_classes(shared_data: Path) -> None:
    model = tinynn.load(REAL["kws"].image(shared_data))
    ((sound,), _) = REAL["kws"].data(shared_data)
    (scores,) = model.run(sound.astype(np.float32))
    assert scores.shape == (12,)
    assert scores.sum() == pytest.approx(1, abs=1e-5)


def same_answers(name: str, net: Any, example: Any, folder: Path) -> None:
    """What PyTorch exports of the module answers as the network written down here."""
    exported = tinynn.load(converters.convert_module(net, [example], name=name))
    written = tinynn.load(REAL[name].image(folder))
    inputs, _ = REAL[name].data(folder)
    shape = written.inputs[0].shape
    for x in inputs[:5].astype(np.float32):
        np.testing.assert_allclose(
            exported.run(x.reshape(shape))[0],
            written.run(x.reshape(shape))[0],
            rtol=1e-4,
            atol=1e-4,
        )


@pytest.mark.slow
def test_lenet_torch_answers_the_same(shared_data: Path) -> None:
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
    same_answers("lenet", net, torch.zeros(1, 1, 32, 32), shared_data)


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
def test_resnet_20_torch_answers_the_same(shared_data: Path) -> None:
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
    same_answers("resnet-20", net, torch.zeros(1, 3, 32, 32), shared_data)
