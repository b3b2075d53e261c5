"""The committed digit readers on all of t10k, run natively."""

import gzip
from pathlib import Path

import numpy as np
import pytest

import tinynn
from tinynn import models


def read_idx(path: Path, header: int) -> np.ndarray:
    with gzip.open(path) as file:
        return np.frombuffer(file.read(), np.uint8, offset=header)


@pytest.mark.parametrize(("name", "told"), [("mnist", 0.9804), ("mnist-int8", 0.9805)])
def test_mnist_accuracy_on_t10k_is_as_told(
    shared_data: Path, name: str, told: float
) -> None:
    folder = shared_data / "mnist"
    images = read_idx(folder / "t10k-images-idx3-ubyte.gz", 16).reshape(-1, 784)
    labels = read_idx(folder / "t10k-labels-idx1-ubyte.gz", 8)
    model = tinynn.load(models.path(name))
    digits = np.concatenate([model.run(image)[1] for image in images])
    assert len(digits) == 10_000
    assert (digits == labels).mean() == told
