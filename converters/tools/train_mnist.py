"""The digit reader: a 784-128-10 network, trained, exported and converted.

    python -m converters.tools.train_mnist --data cazala_train10k.npz --out mnist.plumb

Needs the `train` extra (PyTorch). `--data` is a numpy archive of `x`, uint8 digits
(n, 28, 28), white on black, and `y`, their labels. The network takes raw bytes and
scales them itself, so that a request carries 784 bytes and nothing has to be agreed
about preprocessing. `--test FOLDER` measures accuracy on t10k's IDX files.
"""

import argparse
import math
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import torch  # type: ignore[import-not-found, unused-ignore]
from torch import nn  # type: ignore[import-not-found, unused-ignore]
from torch.nn import functional  # type: ignore[import-not-found, unused-ignore]

from converters.files import write_atomically
from converters.hub import convert
from converters.tools.idx import digits

SIDE = 28
PIXELS = SIDE * SIDE
HIDDEN = 128
DIGITS = 10

SEED = 7
EPOCHS = 120
BATCH = 100
PEAK_LEARNING_RATE = 4e-3

# How far a person's digit may stray from the training set's: radians, ratios, and
# a shift in pixels.
ROTATION = math.radians(12)
SCALING = 0.12
SHEAR = 0.2
SHIFT = 2.5


class DigitReader(nn.Module):  # type: ignore[misc, unused-ignore]
    """uint8 pixels (1, 784) to probabilities f32 (1, 10) and the digit i32 (1,)."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(PIXELS, HIDDEN)
        self.logits = nn.Linear(HIDDEN, DIGITS)

    def read(self, ink: torch.Tensor) -> torch.Tensor:
        """Logits (n, 10) of `ink` (n, 784), each in [0, 1]."""
        return self.logits(functional.relu(self.hidden(ink)))

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        ink = image.to(torch.float32) * (1 / 255)
        probabilities = functional.softmax(self.read(ink), dim=1)
        return probabilities, probabilities.argmax(dim=1).to(torch.int32)


def warp(images: torch.Tensor, strength: float = 1.0) -> torch.Tensor:
    """Each of `images` (n, 28, 28) turned, scaled, sheared and shifted at random."""
    count = len(images)

    def around_zero(reach: float) -> torch.Tensor:
        return (torch.rand(count) * 2 - 1) * reach * strength

    angle, scale, shear = (
        around_zero(ROTATION),
        1 + around_zero(SCALING),
        around_zero(SHEAR),
    )
    cos, sin = torch.cos(angle) * scale, torch.sin(angle) * scale
    unit = SHIFT / (SIDE / 2)  # grid_sample's axes run from -1 to 1
    rows = (
        torch.stack([cos, shear - sin, around_zero(unit)], dim=1),
        torch.stack([sin, cos, around_zero(unit)], dim=1),
    )
    grid = functional.affine_grid(
        torch.stack(rows, dim=1), [count, 1, SIDE, SIDE], align_corners=False
    )
    return functional.grid_sample(images[:, None], grid, align_corners=False)[:, 0]


def train(digits: npt.NDArray[np.uint8], labels: npt.NDArray[np.uint8]) -> DigitReader:
    """A reader of `digits` uint8 (n, 28, 28); the same one for the same seed."""
    torch.manual_seed(SEED)
    torch.set_num_threads(1)  # so small a network gains nothing from more
    torch.use_deterministic_algorithms(True)
    images = torch.from_numpy(digits.astype(np.float32) / 255)
    targets = torch.from_numpy(labels.astype(np.int64))
    reader = DigitReader()
    optimiser = torch.optim.Adam(reader.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser,
        max_lr=PEAK_LEARNING_RATE,
        epochs=EPOCHS,
        steps_per_epoch=math.ceil(len(images) / BATCH),
    )
    for epoch in range(EPOCHS):
        total = 0.0
        for batch in torch.randperm(len(images)).split(BATCH):
            ink = warp(images[batch]).flatten(1)
            loss = functional.cross_entropy(reader.read(ink), targets[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.item() * len(batch)
        if (epoch + 1) % 10 == 0:
            print(f"epoch {epoch + 1:3} of {EPOCHS}: loss {total / len(images):.4f}")
    reader.eval()
    return reader


def export(reader: DigitReader, path: Path) -> None:
    """Write `reader` to `path` as ONNX, weights inside.

    PyTorch notes beside each node where in which file it was called: that is about this
    machine, not about the model, and is left out.
    """
    torch.onnx.export(
        reader,
        (torch.zeros(1, PIXELS, dtype=torch.uint8),),
        path,
        input_names=["image"],
        output_names=["probabilities", "digit"],
        external_data=False,
        verbose=False,
    )
    model = onnx.load_model(path)
    for part in (model.graph, *model.graph.node):
        del part.metadata_props[:]
    onnx.save_model(model, path)


def accuracy(reader: DigitReader, folder: Path) -> float:
    """The share of t10k's digits that `reader` names rightly."""
    images, labels = digits(folder)
    with torch.no_grad():
        _, found = reader(torch.from_numpy(images.reshape(-1, PIXELS)))
    return float((found.numpy() == labels).mean())


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m converters.tools.train_mnist")
    parser.add_argument("--data", type=Path, required=True, help=".npz of x and y")
    parser.add_argument("--out", type=Path, required=True, help="the model image")
    parser.add_argument("--onnx", type=Path, help="where the ONNX file is kept")
    parser.add_argument("--test", type=Path, help="folder of t10k's IDX files")
    arguments = parser.parse_args()
    with np.load(arguments.data) as archive:
        reader = train(archive["x"], archive["y"])
    onnx_path: Path = arguments.onnx or arguments.out.with_suffix(".onnx")
    export(reader, onnx_path)
    image = convert(onnx_path, name="mnist")
    write_atomically(arguments.out, image)
    print(f"{arguments.out}: {len(image):,} bytes, from {onnx_path}")
    if arguments.test:
        print(f"PyTorch's accuracy on t10k: {accuracy(reader, arguments.test):.2%}")


if __name__ == "__main__":
    main()
