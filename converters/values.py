"""What a name in a foreign graph stands for while the graph is lowered.

Some operators of other frameworks are halves of one of ours: a cast and a
multiplication are one `scale_u8`, a matrix product and an addition one `dense`. The
first half therefore lowers to a value that is not emitted yet, `Pixels` or `Affine`;
the second half completes it, and whoever needs a tensor in memory has it emitted.

Every value carries the shape that the foreign graph gives it, batch axis included. In
tinynn a tensor is its elements in row-major order, so a reshape is free: the same
tensor under another shape.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tinynn.graph import Value as Handle

Shape = tuple[int, ...]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Constant:
    """A number array known now: a weight, a bias, a shape."""

    array: npt.NDArray[np.generic]

    @property
    def shape(self) -> Shape:
        return self.array.shape


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor of the graph under construction."""

    handle: Handle
    dtype: str
    shape: Shape


@dataclass(frozen=True, slots=True)
class Pixels:
    """uint8 elements of `tensor`, each to be multiplied by `factor` as a float32."""

    tensor: Tensor
    factor: np.float32
    shape: Shape


@dataclass(frozen=True, slots=True)
class Affine:
    """`weight` (out, in) times the float32 vector `tensor`, plus `bias` (out,)."""

    tensor: Tensor
    weight: Floats
    bias: Floats
    shape: Shape


Value = Constant | Tensor | Pixels | Affine
