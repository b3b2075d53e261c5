"""If, Loop and Scan: branches decided or both computed, loops written out.

An image has no jumps. A condition that is known takes its branch; of one that depends
on data both branches are computed, and one of two results of equal shapes is selected,
element by element. A loop is written out, body after body, as often as its count and
its condition say: both must be known.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from converters.local_functions import MAX_NODES
from converters.nodes import all_nodes
from converters.registry import WAYS_OUT, Graph, Refused
from converters.values import Constant, Value, whole_numbers

if TYPE_CHECKING:
    from onnx import GraphProto, NodeProto

CONTROL: Final = ("If", "Loop", "Scan")
FIRST_SCAN: Final = 9
"""The opset before had a batch in it."""


class Scope(Graph, Protocol):
    """A graph under construction whose names have values."""

    values: dict[str, Value]

    def node(self, node: "NodeProto") -> None:
        """The node's outputs among the values."""

    def result(self, name: str) -> Value:
        """The value of this name; Refused without one."""


def controlled(
    scope: Scope,
    operator: str,
    inputs: Sequence[Value | None],
    attributes: Mapping[str, Any],
) -> list[Value]:
    """The results of one of CONTROL."""
    if operator == "If":
        (condition,) = inputs
        assert condition is not None, "required"
        return branched(scope, condition, **attributes)
    if operator == "Loop":
        return looped(scope, inputs, attributes["body"])
    return scanned(scope, inputs, **attributes)


def computed(
    scope: Scope, body: "GraphProto", given: Sequence[Value] = ()
) -> list[Value]:
    """What the body makes of its inputs, and of the names around it."""
    from onnx import numpy_helper

    for tensor in body.initializer:
        scope.values[tensor.name] = scope.known(numpy_helper.to_array(tensor))
    for port, value in zip(body.input, given, strict=True):
        scope.values[port.name] = value
    for part in body.node:
        scope.node(part)
    return [scope.result(value.name) for value in body.output]


def branched(
    scope: Scope,
    condition: Value,
    *,
    then_branch: "GraphProto",
    else_branch: "GraphProto",
) -> list[Value]:
    if isinstance(condition, Constant):
        return computed(scope, then_branch if condition.array.all() else else_branch)
    chosen = scope.reshape(condition, ())
    pairs = zip(computed(scope, then_branch), computed(scope, else_branch), strict=True)
    return [selected(scope, chosen, *pair) for pair in pairs]


def selected(scope: Scope, condition: Value, left: Value, right: Value) -> Value:
    kinds = [(value.dtype, value.shape) for value in (left, right)]
    if kinds[0] != kinds[1]:
        first, second = (f"{dtype} {shape}" for dtype, shape in kinds)
        reason = f"branches: expected equal shapes, got {first} and {second}"
        raise Refused(reason, WAYS_OUT["If"])
    return scope.apply("Where", condition, left, right)


def looped(
    scope: Scope, inputs: Sequence[Value | None], body: "GraphProto"
) -> list[Value]:
    """What is carried, then what each turn gives, one on top of the other."""
    count, condition, *given = inputs
    carried = [value for value in given if value is not None]
    going = condition is None or known(condition).all()
    turns: list[list[Value]] = []
    last = None if count is None else int(known(count).item())
    while going and (last is None or len(turns) < last):
        check_length(len(turns) + 1, body, "Loop")
        number = Constant(np.array(len(turns), np.int64))
        after, *results = computed(scope, body, [number, Constant(TRUE), *carried])
        carried, made = results[: len(carried)], results[len(carried) :]
        turns.append(made)
        going = known(after).all()
    columns = len(body.output) - 1 - len(carried)
    return [*carried, *stacked(scope, turns, [0] * columns)]


TRUE: Final = np.array(True)


def known(value: Value) -> "np.ndarray[Any, np.dtype[Any]]":
    """The numbers of a count or condition; Refused if they depend on data."""
    if not isinstance(value, Constant):
        reason = "turns: expected a number that is known, got one that depends on data"
        raise Refused(reason, WAYS_OUT["Loop"])
    return value.array


def scanned(
    scope: Scope,
    inputs: Sequence[Value | None],
    *,
    body: "GraphProto",
    num_scan_inputs: int,
    scan_input_axes: Sequence[int] | None = None,
    scan_input_directions: Sequence[int] | None = None,
    scan_output_axes: Sequence[int] | None = None,
    scan_output_directions: Sequence[int] | None = None,
) -> list[Value]:
    """A turn for each slice of the last inputs."""
    if scope.opset < FIRST_SCAN:
        raise Refused("Scan: expected no batch", f"export with opset {FIRST_SCAN}")
    given = [value for value in inputs if value is not None]
    carried, rows = given[:-num_scan_inputs], given[-num_scan_inputs:]
    axes = scan_input_axes or [0] * len(rows)
    back = scan_input_directions or [0] * len(rows)
    length = rows[0].shape[axes[0]]
    check_length(length, body, "Scan")
    turns: list[list[Value]] = []
    for turn in range(length):
        slices = [
            slice_of(scope, x, axis, length - 1 - turn if reverse else turn)
            for x, axis, reverse in zip(rows, axes, back, strict=True)
        ]
        results = computed(scope, body, [*carried, *slices])
        carried, made = results[: len(carried)], results[len(carried) :]
        turns.append(made)
    columns = len(body.output) - len(carried)
    places = scan_output_axes or [0] * columns
    return [*carried, *stacked(scope, turns, places, scan_output_directions)]


def slice_of(scope: Scope, x: Value, axis: int, index: int) -> Value:
    return scope.apply("Gather", x, Constant(np.array(index, np.int64)), axis=axis)


def check_length(turns: int, body: "GraphProto", operator: str) -> None:
    """Before the memory is asked for."""
    nodes = turns * sum(1 for _ in all_nodes(body))
    if nodes > MAX_NODES:
        reason = f"turns: expected at most {MAX_NODES} nodes in all, got {nodes}"
        raise Refused(reason, WAYS_OUT[operator])


def stacked(
    scope: Scope,
    turns: Sequence[Sequence[Value]],
    axes: Sequence[int],
    reverse: Sequence[int] | None = None,
) -> Iterator[Value]:
    """What all turns give, each output along a new axis."""
    for column, axis in enumerate(axes):
        parts = [turn[column] for turn in turns]
        if not parts:
            raise Refused("turns: expected at least one, got none")
        if reverse and reverse[column]:
            parts.reverse()
        lines = [scope.apply("Unsqueeze", x, whole_numbers([axis])) for x in parts]
        yield scope.apply("Concat", *lines, axis=axis) if len(lines) > 1 else lines[0]
