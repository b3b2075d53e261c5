"""Integer products whose zero points may be left out: then they are 0."""

from typing import Any

import numpy as np

from converters.registry import Graph, lowers
from converters.values import Constant, Value


def zero_of(x: Value, zero: Value | None) -> Value:
    return Constant(np.zeros((), np.dtype(x.dtype))) if zero is None else zero


def enter_product(operator: str) -> None:
    @lowers(operator)
    def product(
        graph: Graph,
        x: Value,
        w: Value,
        x_zero: Value | None = None,
        w_zero: Value | None = None,
        **attributes: Any,
    ) -> Value:
        zeros = zero_of(x, x_zero), zero_of(w, w_zero)
        return graph.op(operator, x, w, *zeros, **attributes)


for name in ("ConvInteger", "MatMulInteger"):
    enter_product(name)
