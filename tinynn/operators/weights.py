"""The flag that allows zeros to be skipped; dense.py says why it is exact."""

import numpy as np

from mips_vm.constants import MODEL

from .dense import FINITE_WEIGHTS, MAX_INPUTS
from .family import Operator, Space
from .graph import Graph, Value
from .shape import demand

__all__ = ["FINITE_WEIGHTS", "MAX_INPUTS", "check_finite", "finite_flag"]


def finite_flag(graph: Graph, weights: Value) -> int:
    """FINITE_WEIGHTS for constants that are finite throughout, else 0."""
    held = graph.array_of(weights)
    return FINITE_WEIGHTS if held is not None and np.isfinite(held).all() else 0


def check_finite(operator: Operator, space: Space) -> None:
    """FINITE_WEIGHTS is set exactly when the second source is constant and finite."""
    constant = operator.sources[1].address >= MODEL.base
    finite = constant and bool(np.isfinite(operator.flat(space, 1)).all())
    expected = FINITE_WEIGHTS if finite else 0
    actual = operator.attributes[0] & FINITE_WEIGHTS
    demand("flags (finite weights)", expected, actual, expected == actual)
