"""cast: elements as another type.

| from | to | |
|---|---|---|
| float32 | integers | towards zero, at most the type's ends; NaN is 0 |
| integers | integers | the low bits |
| integers | float32 | rounded to nearest |
| any | bool | whether it is not zero; a NaN is not |
| bool | any | 0 or 1 |

The attribute is the target's type, as tensor.py numbers it.
"""

from typing import Final

import numpy as np

from ..tensor import DTYPE_CODES, DTYPE_NAMES, Array, TensorType
from .family import Family, Operator, Space, Types, Words
from .graph import Graph, Value
from .numbers import canonicalise
from .shape import check_arity, demand

ENDS: Final = {"int32": (-(2**31), 2**31), "uint8": (0, 255), "int8": (-128, 127)}
"""Of the types that float32 is cast to; 2^31 itself is one too many for int32."""


def infer(types: Types, attributes: Words) -> TensorType:
    """Any type to any."""
    check_arity(types, attributes, 1, 1)
    code = attributes[0]
    demand("Cast: type", [*DTYPE_NAMES], code, code in DTYPE_NAMES)
    return TensorType(DTYPE_NAMES[code], types[0].shape)


def truncated(x: Array, dtype: str) -> Array:
    """float32 to integers; all that is between is exact."""
    low, high = ENDS[dtype]
    wide = np.where(x != x, np.float32(0), x).astype(np.float64)
    whole = np.trunc(np.clip(wide, low, high)).astype(np.int64)
    return np.minimum(whole, np.iinfo(dtype).max)


def run(operator: Operator, first: int, count: int, space: Space) -> None:
    x, y = operator.part(space, first, count), operator.tile(space, first, count)
    source, target = operator.sources[0].dtype, operator.target.dtype
    if "bool" in (source, target):
        x = x != 0
    if source == "float32" and target in ENDS:
        y[:] = truncated(x, target)
    else:
        y[:] = x.astype(y.dtype)
    if target == "float32":
        canonicalise(y)


def cast(graph: Graph, x: Value, *, to: str) -> Value:
    """Elements as another type, named as numpy names it; nothing to do if it is x's."""
    demand("Cast: type", [*DTYPE_CODES], to, to in DTYPE_CODES)
    if to == x.dtype:
        return x
    return graph.emit(FAMILY, [x], [DTYPE_CODES[to]])


FAMILY = Family(
    name="cast",
    opcode=78,
    infer=infer,
    run=run,
    instructions=lambda operator, count: 400 + 120 * count,
    usual=lambda operator: 30,
)
FAMILIES = (FAMILY,)
OPERATIONS = {"Cast": cast}
