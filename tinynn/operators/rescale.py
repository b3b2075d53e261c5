"""rescale: int32 times a fixed-point factor, in whole numbers only.

`y = clamp(div(high(x 2^left, multiplier), right) + zero)`: `high(a, b)` is `a b / 2^31`
to nearest, ties up; `div(a, n)` is `a / 2^n` to nearest, ties away from zero. `shift`
is left where it is positive and -right where it is negative, at most 31 either way. To
bytes the result is clamped, to int32 it wraps, as x 2^left does. This is TFLite's
arithmetic of quantised numbers (MultiplyByQuantizedMultiplier), so that its networks
have their own bits. Where it rounds once, so does `once`: `x 2^left multiplier /
2^(31 + right)` to nearest, ties away from zero. Multipliers and shifts are one for all,
or one for each place along an axis.
"""

from typing import Final

from ..kernels import Call, row_major
from ..memory.tensor import TensorType
from .family import Family, Operator, Space, Types, Words
from .graph import Graph, Value
from .integer import BYTES
from .shape import check_axis, check_dtype, demand, normal_axis
from .zipping import steps_along, zip_calls


def infer(types: Types, attributes: Words) -> TensorType:
    """x, multiplier and shift int32, zero point of the target's type; the axis, and
    whether to round once."""
    demand("sources", 4, len(types), len(types) == 4)
    demand("attributes", 2, len(attributes), len(attributes) == 2)
    x, multiplier, shift, zero = types
    for tensor in (x, multiplier, shift):
        check_dtype("rescale", tensor, "int32")
    check_dtype("rescale zero point", zero, *BYTES, "int32")
    shape, (axis, once) = x.shape or (1,), attributes
    check_axis(axis, shape)
    demand("rescale: once", "0 or 1", once, once in (0, 1))
    counts = {1, shape[axis]}
    good = multiplier.count in counts
    demand("rescale: multipliers", sorted(counts), multiplier.count, good)
    alike = shift.count == multiplier.count
    demand("rescale: shifts", multiplier.count, shift.count, alike)
    demand("rescale: zero points", 1, zero.count, zero.count == 1)
    return TensorType(zero.dtype, x.shape)


def calls(operator: Operator, first: int, count: int, space: Space) -> list[Call]:
    shape, (axis, once) = operator.target.shape, operator.attributes
    along = steps_along(operator.sources[1].count, axis, len(shape))
    steps = [row_major(shape), along, along, (0,) * len(shape)]
    kernel = f"rescale.{operator.target.dtype}" + "_once" * once
    return zip_calls(kernel, operator, first, count, space, steps)


def rescale(
    graph: Graph,
    x: Value,
    multiplier: Value,
    shift: Value,
    zero: Value,
    *,
    axis: int = 0,
    once: int = 0,
) -> Value:
    """The numbers times `multiplier 2^(shift - 31)`, rounded, and `zero`."""
    words = [at(x, multiplier, axis), once]
    return graph.emit(RESCALE, [x, multiplier, shift, zero], words)


def at(x: Value, multiplier: Value, axis: int) -> int:
    return 0 if multiplier.count == 1 else normal_axis(axis, len(x.shape))


RESCALE: Final = Family(
    name="rescale",
    opcode=117,
    infer=infer,
    instructions=lambda operator, count: 400 + 300 * count,
    usual=lambda operator: 40,
    calls=calls,
)
FAMILIES = (RESCALE,)
OPERATIONS = {"Rescale": rescale}
