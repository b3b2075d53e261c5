"""Features made ready: Scaler, Normalizer, Imputer, Binarizer."""

from collections.abc import Sequence

import numpy as np

from converters.ml.scores import above, features
from converters.registry import Graph, Refused, lowers
from converters.values import Constant, Value, number, whole_numbers

LOWEST = float(np.finfo(np.float32).min)


def along(values: Sequence[float], x: Value, dtype: type = np.float32) -> Constant:
    """One number for all features, or one for each."""
    count = x.shape[-1] if x.shape else 0
    if len(values) not in (1, count):
        raise Refused(f"expected 1 number or {count}, got {len(values)}")
    return Constant(np.array(values, dtype))


def as_floats(graph: Graph, x: Value) -> Value:
    return x if x.dtype == "float32" else graph.apply("Cast", x, to=1)


@lowers("ai.onnx.ml.Scaler")
def scaler(
    graph: Graph, x: Value, *, offset: Sequence[float] = (), scale: Sequence[float] = ()
) -> Value:
    """(x - offset) scale."""
    x = as_floats(graph, x)
    moved = graph.apply("Sub", x, along(offset, x))
    return graph.apply("Mul", moved, along(scale, x))


@lowers("ai.onnx.ml.Binarizer")
def binarizer(graph: Graph, x: Value, *, threshold: float = 0.0) -> Value:
    """1 where x is greater."""
    wanted = x.dtype
    one = above(graph, as_floats(graph, x), threshold)
    to = {"float32": 1, "int32": 6}[wanted]
    return graph.apply("Cast", one, to=to)


@lowers("ai.onnx.ml.Imputer")
def imputer(
    graph: Graph,
    x: Value,
    *,
    imputed_value_floats: Sequence[float] = (),
    imputed_value_int64s: Sequence[int] = (),
    replaced_value_float: float = 0.0,
    replaced_value_int64: int = 0,
) -> Value:
    """Other numbers where x is the one that stands for a missing one."""
    if x.dtype == "float32":
        given, missing = along(imputed_value_floats, x), number(replaced_value_float)
        if replaced_value_float != replaced_value_float:
            return graph.apply("Where", graph.apply("IsNaN", x), given, x)
    else:
        given = along(imputed_value_int64s, x, np.int64)
        missing = Constant(np.array(replaced_value_int64, np.int64))
    return graph.apply("Where", graph.apply("Equal", x, missing), given, x)


@lowers("ai.onnx.ml.Normalizer")
def normalizer(graph: Graph, x: Value, *, norm: str = "MAX") -> Value:
    """x divided by a row's greatest, by the sum of magnitudes, or by the length.

    A NaN is not the greatest. Of length: the root of each square's share, with x's
    sign, as onnxruntime has it.
    """
    shape = x.shape
    x, last = features(graph, x), whole_numbers([1])
    if norm == "MAX":
        known = graph.apply("Where", graph.apply("IsNaN", x), number(LOWEST), x)
        size = graph.apply("ReduceMax", known, last)
        size = graph.apply("Max", size, number(LOWEST))
        y = graph.apply("Div", x, size)
    elif norm == "L1":
        size = graph.apply("ReduceSum", graph.apply("Abs", x), last)
        y = graph.apply("Div", x, size)
    elif norm == "L2":
        squares = graph.apply("Mul", x, x)
        size = graph.apply("ReduceSum", squares, last)
        root = graph.apply("Sqrt", graph.apply("Div", squares, size))
        below = graph.apply("Less", x, number(0))
        y = graph.apply("Where", below, graph.apply("Neg", root), root)
    else:
        raise Refused(f"norm: expected MAX or L1 or L2, got {norm}")
    empty = graph.apply("Equal", size, number(0))
    return graph.reshape(graph.apply("Where", empty, x, y), shape)
