"""MNIST's test digits, t10k, as its two IDX files hold them."""

import gzip
from pathlib import Path

import numpy as np
import numpy.typing as npt

IMAGE_HEADER, LABEL_HEADER = 16, 8
SIDE = 28


def digits(folder: Path) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """10,000 pictures (n, 28, 28) and what they show."""
    images = read_idx(folder / "t10k-images-idx3-ubyte.gz", IMAGE_HEADER)
    labels = read_idx(folder / "t10k-labels-idx1-ubyte.gz", LABEL_HEADER)
    return images.reshape(-1, SIDE, SIDE), labels


def read_idx(path: Path, header: int) -> npt.NDArray[np.uint8]:
    """The bytes of an IDX file after its `header`."""
    with gzip.open(path) as file:
        return np.frombuffer(bytearray(file.read()), np.uint8, offset=header)
