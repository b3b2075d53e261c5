"""What a name in a foreign graph stands for while the graph is lowered.

Some operators of other frameworks are halves of one of ours: a cast and a
multiplication are one `ScaleU8`; a matrix product or a convolution, the addition of a
bias and a batch normalisation are one product with a bias. The first half therefore
lowers to a value that is not emitted yet, `Pixels` or `Affine`; the next one completes
it, and whoever needs a tensor in memory has it emitted.

A half whose tensor is a constant is a constant, too: computed when it is complete, as
at run time.

Every value carries the shape that the foreign graph gives it, batch axis included. Its
`dtype` is how tinynn stores it: an int64 is an int32 there, or two (`Wide`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from tinynn.builder.graph import Value as Handle

Shape = tuple[int, ...]
Span = tuple[int, int]
"""The least and the greatest that a whole number can be."""

Floats = npt.NDArray[np.float32]
Array = npt.NDArray[Any]

STORED_AS: Mapping[str, str] = {
    "int64": "int32",
    "float64": "float32",
    "float16": "float32",
    "bfloat16": "float32",
}
OTHER_FLOATS = ("float64", "float16", "bfloat16")
"""What is computed in float32 all the same, which whoever converts is told."""

TYPE_WAYS: Mapping[str, str] = {
    "bfloat16": "export the model in float32",
    "float16": "export the model in float32",
    "float64": "export the model in float32",
    "string": "do without text: tokenise outside of the model",
}
"""For an element type that tinynn has not, what usually does in its stead."""


def type_name(dtype: np.dtype[Any]) -> str:
    """numpy's name; ONNX's text is an object there."""
    return "string" if dtype == np.dtype(object) else dtype.name


def stored_as(dtype: str) -> str:
    """tinynn's element type for numpy's; most have none."""
    return STORED_AS.get(dtype, dtype)


@dataclass(frozen=True, slots=True)
class Constant:
    """A number array known now: a weight, a bias, a shape."""

    array: Array

    @property
    def shape(self) -> Shape:
        return self.array.shape

    @property
    def dtype(self) -> str:
        return stored_as(str(self.array.dtype))

    @property
    def span(self) -> Span | None:
        """Of whole numbers; none of another type, or of nothing."""
        if self.array.dtype.kind not in "iu" or not self.array.size:
            return None
        return int(self.array.min()), int(self.array.max())


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor of the graph under construction.

    One that stands for an int64 has a span, which 32 bits hold.
    """

    handle: Handle
    span: Span | None = None

    @property
    def shape(self) -> Shape:
        return self.handle.shape

    @property
    def dtype(self) -> str:
        return self.handle.dtype


Held = Constant | Tensor
"""What is in memory, in the image's or in the arena."""


@dataclass(frozen=True, slots=True)
class Pixels:
    """uint8 elements of `tensor`, each to be multiplied by `factor` as a float32."""

    tensor: Held
    factor: np.float32
    shape: Shape
    dtype: str = "float32"


@dataclass(frozen=True, slots=True)
class Affine:
    """A product with a constant `weight`, plus `bias`, one for each output channel.

    `operator` is "Dense" (weight (out, in), channels on the last axis), "Conv" (weight
    (out, in / groups, ...), channels on axis 1) or "ConvTranspose" (weight
    (in, out / groups, ...), the same).
    """

    operator: str
    tensor: Held
    weight: Floats
    bias: Floats
    shape: Shape
    attributes: Mapping[str, Any] = field(default_factory=dict)
    dtype: str = "float32"

    @property
    def channel_axis(self) -> int:
        return len(self.shape) - 1 if self.operator == "Dense" else 1


@dataclass(frozen=True, slots=True)
class Wide:
    """An int64 that 32 bits may not hold: its low word, and its high one."""

    low: Held
    high: Held
    span: Span

    @property
    def shape(self) -> Shape:
        return self.low.shape

    @property
    def dtype(self) -> str:
        return self.low.dtype


@dataclass(frozen=True, slots=True)
class Truncated:
    """An int64, the whole part of floats; not computed before it is known what for."""

    tensor: Held

    @property
    def shape(self) -> Shape:
        return self.tensor.shape

    @property
    def dtype(self) -> str:
        return "int32"


@dataclass(frozen=True, slots=True)
class Labels:
    """Text that is one of `names`: in memory, its place among them."""

    index: Held
    names: tuple[str, ...]
    dtype: str = "string"

    @property
    def shape(self) -> Shape:
        return self.index.shape


LEFT_OUT = Constant(np.zeros(0))
"""A result that nobody may ask for."""


def number(value: float) -> Constant:
    """A float32 scalar."""
    return Constant(np.array(value, np.float32))


def whole_numbers(values: Iterable[int]) -> Constant:
    """A row of int64: axes, lengths, indices."""
    return Constant(np.array(list(values), np.int64))


Integers = Wide | Truncated
"""int64 that is not simply in memory."""

Value = Constant | Tensor | Pixels | Affine | Integers | Labels


def is_known(value: Value) -> bool:
    """Whether it depends on no input."""
    whole = value.tensor if isinstance(value, Pixels | Affine | Truncated) else value
    whole = whole.index if isinstance(whole, Labels) else whole
    return isinstance(whole, Constant)


def is_int64(value: Value) -> bool:
    """Whether the source has it in 64 bits."""
    if isinstance(value, Constant):
        return bool(value.array.dtype == np.int64)
    if isinstance(value, Tensor):
        return value.span is not None
    return isinstance(value, Integers)


def source_type(value: Value) -> str:
    """The element type that the source has, by numpy's name; floats are float32."""
    return "int64" if is_int64(value) else value.dtype
