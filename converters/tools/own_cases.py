"""Cases beside ONNX's own, where its tests are in types that tinynn does not have.

Einsum is only tested on float64, many operators on float16 besides, and Cast between
types that are mostly not tinynn's. So every such test is written in float32, too, and
Cast is tried between all types that an image can hold. What ONNX's reference
implementation computes of a case is what it must give.
"""

import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from converters.nodes import all_nodes
from converters.values import Array

if TYPE_CHECKING:
    from onnx import ModelProto, TensorProto
    from onnx.backend.test.case.test_case import TestCase

FLOAT, FLOAT16, DOUBLE, BFLOAT16 = 1, 10, 11, 16
OTHER_FLOATS = (FLOAT16, DOUBLE, BFLOAT16)
NAMING_TYPES = ("dtype", "output_dtype", "stash_type", "to")
"""Attributes that hold the number of a type."""

ABOUT_TYPES = ("BitCast", "Cast", "CastLike")
"""Operators of which nothing is left when there is one type only."""

CAST_TYPES = ("float32", "int32", "int64", "uint8", "int8", "bool")
NUMBERS = (
    -128,
    -127,
    -3,
    -1,
    0,
    1,
    2,
    100,
    127,
    128,
    255,
    -(2**31),
    2**24,
    2**31 - 128,
)
FRACTIONS = (0.5, -0.5, 0.99, 1.5, -1.5, 2.5, -7.9, 99.9)


def own_cases(cases: Iterable["TestCase"]) -> Iterator[tuple["TestCase", "TestCase"]]:
    """Pairs of a case, and the one of ONNX's that it stands beside, or itself."""
    for case in cases:
        other = in_float32(case)
        if other is not None:
            yield other, case
    for source, target in product(CAST_TYPES, repeat=2):
        made = cast_case(source, target)
        yield made, made


def in_float32(case: "TestCase") -> "TestCase | None":
    """The same in float32; None if it has no other float, or no answer then."""
    assert case.model is not None, "node tests bring their models"
    if case.model.graph.node[-1].op_type in ABOUT_TYPES:
        return None
    model = type(case.model)()
    model.CopyFrom(case.model)
    if not retype(model):
        return None
    ((inputs, _),) = case.data_sets or ()
    given = [as_float32(array) for array in inputs]
    outputs = answers(model, given)
    if outputs is None:
        return None
    name = f"{case.name}_in_float32"
    return replace(case, name=name, model=model, data_sets=[(given, outputs)])


def retype(model: "ModelProto") -> bool:
    """Make all other floats of the model float32; whether there are any."""
    graph, before = model.graph, model.SerializeToString(deterministic=True)
    for value in (*graph.input, *graph.output, *graph.value_info):
        if value.type.tensor_type.elem_type in OTHER_FLOATS:
            value.type.tensor_type.elem_type = FLOAT
    for tensor in graph.initializer:
        retype_tensor(tensor)
    for node in all_nodes(graph):
        for attribute in node.attribute:
            retype_tensor(attribute.t)
            if attribute.name in NAMING_TYPES and attribute.i in OTHER_FLOATS:
                attribute.i = FLOAT
    return bool(before != model.SerializeToString(deterministic=True))


def retype_tensor(tensor: "TensorProto") -> None:
    from onnx import numpy_helper

    if tensor.data_type in OTHER_FLOATS:
        array = as_float32(numpy_helper.to_array(tensor))
        tensor.CopyFrom(numpy_helper.from_array(array, tensor.name))


def as_float32(array: Any) -> Any:
    """A float of another width as float32; anything else as it is."""
    held = isinstance(array, np.ndarray | np.generic)
    other = held and str(array.dtype) in ("float64", "float16", "bfloat16")
    return np.asarray(array).astype(np.float32) if other else array


def answers(model: "ModelProto", inputs: Sequence[Any]) -> list[Any] | None:
    """What ONNX's reference implementation computes, or None if it can't."""
    from onnx.reference import ReferenceEvaluator

    names = [value.name for value in model.graph.input]
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            feeds = dict(zip(names, inputs, strict=True))
            return list(ReferenceEvaluator(model).run(None, feeds))
        except Exception:  # of operators that it has not, or not in this type
            return None


def cast_case(source: str, target: str) -> "TestCase":
    """Cast of numbers that both types have; of floats to integers also of others."""
    from onnx import helper
    from onnx.backend.test.case.test_case import TestCase

    array = castable(source, target)
    kinds = [
        helper.np_dtype_to_tensor_dtype(np.dtype(name)) for name in (source, target)
    ]
    ports = [
        helper.make_tensor_value_info(name, kind, array.shape)
        for name, kind in zip("xy", kinds, strict=True)
    ]
    node = helper.make_node("Cast", ["x"], ["y"], to=kinds[1])
    graph = helper.make_graph([node], "cast", ports[:1], ports[1:])
    opset = helper.make_opsetid("", 21)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=10)
    outputs = answers(model, [array]) or []
    name = f"cast_{source}_to_{target}"
    return TestCase(
        name, name, None, None, model, [([array], outputs)], "node", rtol=0, atol=0
    )


def castable(source: str, target: str) -> Array:
    """(1, n) numbers of type `source` whose whole part is one of `target`, too."""
    numbers: list[float] = [number for number in NUMBERS if holds(source, number)]
    if source == "float32":
        numbers += FRACTIONS
    kept = [x for x in numbers if target == "bool" or holds(target, int(x))]
    return np.array([kept]).astype(source)


def holds(dtype: str, number: int) -> bool:
    """Whether the type has this whole number."""
    if dtype == "bool":
        return number in (0, 1)
    if dtype == "float32":
        return int(np.float32(number)) == number
    limits = np.iinfo(dtype)
    return int(limits.min) <= number <= int(limits.max)
