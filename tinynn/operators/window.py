"""Windows that slide over the last two axes of `(n, c, h, w)`: convolution and pooling.

Attributes of both are made here from ONNX's: one number an axis, pads at both ends.
Tensors `(n, c, l)` are taken as `(n, c, 1, l)`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from .shape import demand

MOST: Final = 1 << 16
"""Of a stride, a dilation, a pad: more would be no window."""

Pair = tuple[int, int]
Numbers = Sequence[int]


def pair(what: str, values: Numbers | None, axes: int, default: int) -> Pair:
    """One number an axis, at least the default, which the axis of none gets."""
    given = [default] * axes if values is None else list(values)
    demand(what, f"{axes} numbers", given, len(given) == axes and axes in (1, 2))
    check_numbers(what, given, default)
    padded = [default] * (2 - axes) + [int(value) for value in given]
    return padded[0], padded[1]


def extent(kernel: int, dilation: int) -> int:
    """Elements from a window's first tap to its last, both included."""
    return dilation * (kernel - 1) + 1


@dataclass(frozen=True, slots=True)
class Sliding:
    """Where a window stands over pictures; each pair is of rows and columns. `axes`: of
    the tensor as it was given, `lengths` its pictures' size, `extents` the window's."""

    axes: int
    lengths: Pair
    kernel: Pair
    stride: Pair
    dilation: Pair

    @property
    def extents(self) -> Pair:
        first, second = map(extent, self.kernel, self.dilation)
        return first, second

    def pads(self, given: Numbers | None, auto: str) -> tuple[Pair, Pair]:
        """Before and after, as `pads_of` has them."""
        return pads_of(given, auto, self.lengths, self.extents, self.stride)


def window_over(
    shape: Numbers,
    kernel: Numbers,
    strides: Numbers | None,
    dilations: Numbers | None,
) -> Sliding:
    """Over a tensor of that shape, `(n, c, l)` or `(n, c, h, w)`."""
    demand("rank", "3 or 4", len(shape), len(shape) in (3, 4))
    axes = len(shape) - 2
    return Sliding(
        axes=axes,
        lengths=(shape[2] if axes == 2 else 1, shape[-1]),
        kernel=pair("kernel_shape", kernel, axes, 1),
        stride=pair("strides", strides, axes, 1),
        dilation=pair("dilations", dilations, axes, 1),
    )


def pads_of(
    given: Numbers | None,
    auto: str,
    lengths: Numbers,
    extents: Numbers,
    strides: Numbers,
) -> tuple[Pair, Pair]:
    """Pads before and after, `(top, left)` and `(bottom, right)`."""
    axes = 2 if given is None or len(given) == 4 else 1
    if auto == "NOTSET":
        values = [0] * (2 * axes) if given is None else list(given)
        demand("pads", "2 or 4 numbers", values, len(values) in (2, 4))
        return pair("pads", values[:axes], axes, 0), pair(
            "pads", values[axes:], axes, 0
        )
    demand("auto_pad", "NOTSET, VALID or SAME_*", auto, auto in AUTO_PADS)
    before, after = [0, 0], [0, 0]
    if auto != "VALID":
        for i in range(2):
            windows = -(-lengths[i] // strides[i])
            total = max(0, (windows - 1) * strides[i] + extents[i] - lengths[i])
            less, more = total // 2, total - total // 2
            upper = auto == "SAME_UPPER"
            before[i], after[i] = (less, more) if upper else (more, less)
    return (before[0], before[1]), (after[0], after[1])


AUTO_PADS: Final = ("NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER")


def check_numbers(what: str, values: Numbers, least: int) -> None:
    """Each attribute lies in [least, MOST]."""
    good = all(least <= value <= MOST for value in values)
    demand(what, f"{least} to {MOST}", list(values), good)
