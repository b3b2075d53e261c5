"""Element types and tensor descriptions, as an image's tables hold them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

DTYPE_CODES: Final[Mapping[str, int]] = {
    "uint8": 1,
    "int32": 2,
    "float32": 3,
    "int8": 4,
    "bool": 5,
}
"""A bool is a byte; operators store 0 or 1, and take any other byte for true."""

DTYPE_NAMES: Final[Mapping[int, str]] = {v: k for k, v in DTYPE_CODES.items()}

STORED_AS: Final[Mapping[str, str]] = {"bool": "uint8"}
"""Types whose memory numpy is shown as another: it takes only 0 and 1 for bools."""

MAX_RANK: Final = 8


@cache
def little_endian(dtype: str) -> np.dtype[Any]:
    """The numpy type whose memory is the guest's memory."""
    return np.dtype(STORED_AS.get(dtype, dtype)).newbyteorder("<")


def item_bytes(dtype: str) -> int:
    """Bytes of one element; also its alignment."""
    return little_endian(dtype).itemsize


@dataclass(frozen=True)
class TensorType:
    """Element type and static shape; elements lie in row-major order."""

    dtype: str
    shape: tuple[int, ...]

    @cached_property
    def count(self) -> int:
        """Elements; 1 for a scalar."""
        return math.prod(self.shape)

    @cached_property
    def size(self) -> int:
        """Bytes."""
        return self.count * item_bytes(self.dtype)

    def __str__(self) -> str:
        return f"{self.dtype}[{', '.join(map(str, self.shape))}]"


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
    """A model's input or output and where it lies in guest memory."""

    spec: TensorSpec
    address: int
