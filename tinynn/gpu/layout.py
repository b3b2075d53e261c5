"""What a launch of a kernel is: its words by name, the same in every language.

The shaders' names of words and functions are made from these enumerations.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum, StrEnum, auto
from math import prod
from typing import Final

WORDS: Final = 32
"""Of a launch."""

CONSTANT: Final = 1 << 31
"""In a place: it is among the constants, not in an inference's memory."""

MOST_RANK: Final = 6

_OWN: Final = 10
"""From there on words are a kernel's own."""


class Common(IntEnum):
    """Of all kernels. A to E are the places of sources, in words; of bytes, in bytes.

    ZERO is 0, but no compiler knows; STRIDE are the words of one inference's memory.
    """

    ZERO = 0
    STRIDE = auto()
    COUNT = auto()
    TARGET = auto()
    A = auto()
    B = auto()
    C = auto()
    D = auto()
    E = auto()
    HAS_BIAS = auto()


class Product(IntEnum):
    """Of a product of matrices; steps in elements."""

    ROWS = _OWN
    COLUMNS = auto()
    TERMS = auto()
    A_BATCH = auto()
    A_ROW = auto()
    A_STEP = auto()
    B_BATCH = auto()
    B_STEP = auto()
    B_COLUMN = auto()
    IN_WORDS = auto()
    BATCHES = auto()


class Window(IntEnum):
    """Of a convolution; GROUP_OUTPUTS are the output channels of a group."""

    OUT_HEIGHT = _OWN
    OUT_WIDTH = auto()
    OUTPUTS = auto()
    GROUP_OUTPUTS = auto()
    CHANNELS = auto()
    DEPTH = auto()
    HEIGHT = auto()
    WIDTH = auto()
    TAP_ROWS = auto()
    TAP_COLUMNS = auto()
    SPREAD_ROWS = auto()
    SPREAD_COLUMNS = auto()
    STRIDE_ROWS = auto()
    STRIDE_COLUMNS = auto()
    DILATION_ROWS = auto()
    DILATION_COLUMNS = auto()
    TOP = auto()
    LEFT = auto()


class Bytes(IntEnum):
    """Of products of bytes; B_ZEROS is 1 if each column has a zero point."""

    A_SIGNED = WORDS - 3
    B_SIGNED = auto()
    B_ZEROS = auto()


class Walk(IntEnum):
    """Of functions of each element; three rows of MOST_RANK words from SHAPE on."""

    FUNCTION = _OWN
    RANK = auto()
    SHAPE = _OWN + 2
    A_STEPS = _OWN + 2 + MOST_RANK
    B_STEPS = _OWN + 2 + 2 * MOST_RANK
    FACTOR = _OWN + 2 + 3 * MOST_RANK


class Function(IntEnum):
    """Of floats and of int32; those up to MAX take two elements."""

    ADD = 0
    SUB = auto()
    MUL = auto()
    DIV = auto()
    MIN = auto()
    MAX = auto()
    RELU = auto()
    ABS = auto()
    NEG = auto()
    SQRT = auto()
    RECIPROCAL = auto()
    SCALE = auto()
    AND = auto()
    OR = auto()
    XOR = auto()


class Arithmetic(StrEnum):
    """Who adds and multiplies floats; bytes and int32 need nobody."""

    STRICT = "strict"
    SOFT = "soft"
    WHOLE = "whole"


class Kernel(Enum):
    """A kernel, with the names of its words."""

    SUMS = "sums", (Product,)
    WINDOW = "window", (Window,)
    ZIP = "zip", (Walk, Function)
    PRODUCTS = "products", (Product, Bytes)
    TILES = "tiles", (Product, Bytes)
    BYTE_WINDOW = "byte_window", (Window, Bytes)
    WHOLE = "whole", (Walk, Function)

    @property
    def stem(self) -> str:
        """Its file."""
        stem: str = self.value[0]
        return stem

    @property
    def names(self) -> Iterable[IntEnum]:
        """All that its source may name."""
        for enumeration in (Common, *self.value[1]):
            yield from enumeration

    @property
    def of_floats(self) -> bool:
        """Whether it adds or multiplies floats."""
        return self in FLOATS


FLOATS: Final = (Kernel.SUMS, Kernel.WINDOW, Kernel.ZIP)
TILE: Final = 4
"""Rows and columns that a thread of TILES makes."""


@dataclass(frozen=True, slots=True)
class Launch:
    """A kernel on so many elements of a target. The device adds the stride."""

    kernel: Kernel
    words: tuple[int, ...]

    @classmethod
    def of(cls, kernel: Kernel, words: Mapping[int, int]) -> "Launch":
        """Words that are not named are 0."""
        held = [0] * WORDS
        for name, value in words.items():
            held[name] = value
        return cls(kernel, tuple(held))

    @property
    def count(self) -> int:
        """Elements of the target."""
        return self.words[Common.COUNT]

    @property
    def threads(self) -> int:
        """One an element, or one a tile."""
        if self.kernel is not Kernel.TILES:
            return self.count
        sizes = self.words[Product.ROWS], self.words[Product.COLUMNS]
        return self.words[Product.BATCHES] * prod(-(-size // TILE) for size in sizes)
