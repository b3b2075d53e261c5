"""The table of TFLite's operators on bytes: one rule for each, in whole numbers.

A rule takes the sketch and the node and gives the node's outputs. It raises NotExact
where TFLite's own arithmetic can't be had.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from converters.tflite.fixed import half_away
from converters.tflite.reading import Node, Tensor
from converters.tflite.sketch import INT32, Sketch
from converters.values import Array

Rule = Callable[[Sketch, Node], None]
RULES: dict[str, Rule] = {}

ACTIVATIONS: Final = {0: None, 1: (0.0, None), 2: (-1.0, 1.0), 3: (0.0, 6.0)}
"""By TFLite's numbers: none, RELU, RELU_N1_TO_1, RELU6."""


@dataclass(frozen=True, slots=True)
class NotExact(Exception):
    """What is no matter of bytes, or of a form that no rule knows."""

    reason: str


def rule(*kinds: str) -> Callable[[Rule], Rule]:
    """Enter the decorated rule in the table under operators' names."""

    def enter(function: Rule) -> Rule:
        RULES.update(dict.fromkeys(kinds, function))
        return function

    return enter


def demand(condition: bool, reason: str) -> None:
    if not condition:
        raise NotExact(reason)


def demand_bytes(sketch: Sketch, *numbers: int) -> None:
    """All quantised, to bytes, by one scale."""
    for number in numbers:
        tensor = sketch.tensor(number)
        demand(tensor.quantised and len(tensor.scales) == 1, f"{tensor.name}: no bytes")


def level(number: float, tensor: Tensor) -> int:
    """The byte for a number, or what would be, beyond the ends."""
    quotient = np.float32(number) / tensor.scale
    return int(half_away(quotient)) + tensor.zero


def activated(sketch: Sketch, name: str, tensor: Tensor, activation: int) -> str:
    """Bytes cut off as the activation says that is part of an operator."""
    demand(activation in ACTIVATIONS, f"activation {activation}")
    ends = ACTIVATIONS[activation]
    if ends is None:
        return name
    limits = np.iinfo(tensor.dtype)
    low, high = (None if end is None else level(end, tensor) for end in ends)
    if low is not None and low > limits.min:
        name = sketch.op("Max", name, np.array(low, tensor.dtype))
    if high is not None and high < limits.max:
        name = sketch.op("Min", name, np.array(high, tensor.dtype))
    return name


def chosen(sketch: Sketch, name: str, table: Array) -> str:
    """For each byte what the table has for it; 256 entries, by the byte's bits."""
    return sketch.op("Gather", table, sketch.op("Cast", name, to=INT32), axis=0)


def by_bits(dtype: str) -> Array:
    """All bytes in the order of such a table."""
    return np.arange(256, dtype=np.uint8).view(dtype).astype(np.int64)
