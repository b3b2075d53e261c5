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

from ..kernels import Call
from ..memory.tensor import DTYPE_CODES, DTYPE_NAMES, TensorType
from .family import Family, Operator, Space, Types, Words
from .graph import Graph, Value
from .shape import check_arity, demand


def infer(types: Types, attributes: Words) -> TensorType:
    """Any type to any."""
    check_arity(types, attributes, 1, 1)
    code = attributes[0]
    demand("Cast: type", [*DTYPE_NAMES], code, code in DTYPE_NAMES)
    return TensorType(DTYPE_NAMES[code], types[0].shape)


def calls(operator: Operator, first: int, count: int, space: Space) -> list[Call]:
    x, y = operator.part(space, first, count), operator.tile(space, first, count)
    source, target = operator.sources[0].dtype, operator.target.dtype
    return [Call(f"cast.{source}.{target}", (y, x, count))]


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
    instructions=lambda operator, count: 400 + 120 * count,
    usual=lambda operator: 30,
    calls=calls,
)
FAMILIES = (FAMILY,)
OPERATIONS = {"Cast": cast}
