"""Element types and tensor descriptions, as an image's tables hold them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

DTYPE_CODES: Final[Mapping[str, int]] = {"uint8": 1, "int32": 2, "float32": 3}
DTYPE_NAMES: Final[Mapping[int, str]] = {v: k for k, v in DTYPE_CODES.items()}

MAX_RANK: Final = 4


def item_bytes(dtype: str) -> int:
    """Bytes of one element; also its alignment."""
    return little_endian(dtype).itemsize


def little_endian(dtype: str) -> np.dtype[Any]:
    """The numpy type whose memory is the guest's memory."""
    return np.dtype(dtype).newbyteorder("<")


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """Name, element type and static shape of a model's input or output."""

    name: str
    dtype: str
    shape: tuple[int, ...]

    @property
    def count(self) -> int:
        """Elements; 1 for a scalar."""
        return math.prod(self.shape)

    @property
    def size(self) -> int:
        """Bytes."""
        return self.count * item_bytes(self.dtype)


@dataclass(frozen=True, slots=True)
class PlacedTensor:
    """A tensor and where it lies in guest memory."""

    spec: TensorSpec
    address: int
