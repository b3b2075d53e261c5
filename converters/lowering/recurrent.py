"""LSTM, GRU and RNN, unrolled: one copy of the cell for each step of the sequence.

The products with the input are one matrix product for all steps. `layout` 1 (batch
first) is ONNX's newer form; inside, the sequence is the first axis.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from converters.lowering.movement import along, integers
from converters.lowering.reduction import rows_of
from converters.registry import Graph, Refused, lowers
from converters.values import Array, Constant, Value, number

Activation = Callable[[Value], Value]
DIRECTIONS = {
    "forward": (False,),
    "reverse": (True,),
    "bidirectional": (False, True),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One direction: weights (in, gates * h), recurrence (h, gates * h), biases."""

    graph: Graph
    hidden: int
    weight: Constant
    recurrence: Constant
    input_bias: Constant
    state_bias: Constant
    activations: tuple[Activation, ...]
    peepholes: Array | None = None

    def gates(self, x: Value, count: int) -> list[Value]:
        """x (batch, count * hidden) cut into its gates."""
        size = self.hidden
        return [
            along(self.graph, x, 1, index * size, (index + 1) * size)
            for index in range(count)
        ]

    def add(self, a: Value, b: Value) -> Value:
        return self.graph.apply("Add", a, b)

    def mul(self, a: Value, b: Value) -> Value:
        return self.graph.apply("Mul", a, b)

    def product(self, x: Value, weight: Constant, bias: Constant) -> Value:
        return self.add(self.graph.apply("MatMul", x, weight), bias)

    def peeped(self, gate: Value, number: int, memory: Value) -> Value:
        """The gate, with its share of the memory if it looks at it."""
        if self.peepholes is None:
            return gate
        start = number * self.hidden
        weights = Constant(self.peepholes[start : start + self.hidden])
        return self.add(gate, self.mul(weights, memory))


# A step: the cell, this step's products with the input, the states; the new states.
Step = Callable[[Cell, Value, list[Value]], list[Value]]


def lstm_step(cell: Cell, x: Value, states: list[Value]) -> list[Value]:
    """Gates in ONNX's order: input, output, forget, cell; so are peepholes."""
    f, g, h = cell.activations
    hidden, memory = states[0], states[1]
    mixed = cell.add(x, cell.product(hidden, cell.recurrence, cell.state_bias))
    i, o, forget, c = cell.gates(mixed, 4)
    i, forget = cell.peeped(i, 0, memory), cell.peeped(forget, 2, memory)
    memory = cell.add(cell.mul(f(forget), memory), cell.mul(f(i), g(c)))
    return [cell.mul(f(cell.peeped(o, 1, memory)), h(memory)), memory]


def rnn_step(cell: Cell, x: Value, states: list[Value]) -> list[Value]:
    (f,) = cell.activations
    product = cell.product(states[0], cell.recurrence, cell.state_bias)
    return [f(cell.add(x, product))]


def gru_step(cell: Cell, x: Value, states: list[Value]) -> list[Value]:
    """Gates in ONNX's order: update, reset, hidden; the bias is reset, too."""
    f, g = cell.activations
    hidden = states[0]
    product = cell.product(hidden, cell.recurrence, cell.state_bias)
    xz, xr, xh = cell.gates(x, 3)
    hz, hr, hh = cell.gates(product, 3)
    z, r = f(cell.add(xz, hz)), f(cell.add(xr, hr))
    return gru_mixed(cell, z, g(cell.add(xh, cell.mul(r, hh))), hidden)


def gru_step_reset_first(cell: Cell, x: Value, states: list[Value]) -> list[Value]:
    """Where `linear_before_reset` is 0 the state is reset before the product."""
    f, g = cell.activations
    hidden, size = states[0], cell.hidden
    weight, bias = cell.recurrence.array, cell.state_bias.array
    early = cell.product(
        hidden, Constant(weight[:, : 2 * size].copy()), Constant(bias[: 2 * size])
    )
    xz, xr, xh = cell.gates(x, 3)
    hz, hr = cell.gates(early, 2)
    z, r = f(cell.add(xz, hz)), f(cell.add(xr, hr))
    late = cell.product(
        cell.mul(r, hidden),
        Constant(weight[:, 2 * size :].copy()),
        Constant(bias[2 * size :]),
    )
    return gru_mixed(cell, z, g(cell.add(xh, late)), hidden)


def gru_mixed(cell: Cell, z: Value, proposed: Value, hidden: Value) -> list[Value]:
    """(1 - z) of what is proposed, z of what was."""
    rest = cell.graph.apply("Sub", number(1), z)
    return [cell.add(cell.mul(rest, proposed), cell.mul(z, hidden))]


@dataclass(frozen=True, slots=True)
class Layer:
    """What the three operators have in common."""

    gates: int
    states: int
    step: Step
    defaults: tuple[str, ...]


def run_layer(
    graph: Graph,
    layer: Layer,
    x: Value,
    weights: tuple[Value, Value, Value | None],
    lengths: Value | None,
    initial: Sequence[Value | None],
    *,
    hidden: int,
    direction: str,
    activations: Sequence[str] | None,
    alphas: Sequence[float] | None,
    layout: int,
    peepholes: Value | None = None,
) -> tuple[Value, ...]:
    """All states of all steps (seq, directions, batch, h), then the last of each."""
    if layout:
        x = graph.apply("Transpose", x, perm=[1, 0, 2])
    steps, batch, _ = x.shape
    check_lengths(lengths, steps)
    reversals = DIRECTIONS[direction]
    every: list[Value] = []
    last: list[list[Value]] = [[] for _ in range(layer.states)]
    for index, backwards in enumerate(reversals):
        cell = cell_of(graph, layer, weights, hidden, index, activations, alphas)
        if peepholes is not None:
            cell = replace(cell, peepholes=direction_of(peepholes, index))
        states = [
            starting(graph, value, index, batch, hidden, layout)
            for value in (*initial, *[None] * layer.states)[: layer.states]
        ]
        flat = graph.reshape(x, (steps * batch, x.shape[2]))
        products = cell.product(flat, cell.weight, cell.input_bias)
        rows = rows_of(graph, graph.reshape(products, (steps, batch, -1)))
        seen = []
        for row in reversed(rows) if backwards else rows:
            states = layer.step(cell, row, states)
            seen.append(graph.reshape(states[0], (1, 1, batch, hidden)))
        every.append(joined(graph, seen[::-1] if backwards else seen, axis=0))
        for kept, state in zip(last, states, strict=True):
            kept.append(graph.reshape(state, (1, batch, hidden)))
    whole = joined(graph, every, axis=1)
    ends = [joined(graph, kept, axis=0) for kept in last]
    if layout:
        whole = graph.apply("Transpose", whole, perm=[2, 0, 1, 3])
        ends = [graph.apply("Transpose", end, perm=[1, 0, 2]) for end in ends]
    return whole, *ends


def joined(graph: Graph, parts: Sequence[Value], axis: int) -> Value:
    return graph.apply("Concat", *parts, axis=axis) if len(parts) > 1 else parts[0]


def check_lengths(lengths: Value | None, steps: int) -> None:
    if lengths is not None and any(
        length != steps for length in integers(lengths, "sequence_lens")
    ):
        raise Refused(f"sequence_lens: expected {steps} throughout", "pad outside")


def starting(
    graph: Graph, value: Value | None, index: int, batch: int, hidden: int, layout: int
) -> Value:
    """The state before the first step, (batch, h)."""
    if value is None:
        return Constant(np.zeros((batch, hidden), np.float32))
    if layout:
        value = graph.apply("Transpose", value, perm=[1, 0, 2])
    row = along(graph, value, 0, index, index + 1)
    return graph.reshape(row, (batch, hidden))


def cell_of(
    graph: Graph,
    layer: Layer,
    weights: tuple[Value, Value, Value | None],
    hidden: int,
    index: int,
    names: Sequence[str] | None,
    alphas: Sequence[float] | None,
) -> Cell:
    """The cell of one direction."""
    if alphas:
        raise Refused("activation_alpha has no meaning here")
    width = layer.gates * hidden
    zeros = Constant(np.zeros((index + 1, 2 * width), np.float32))
    arrays = [
        direction_of(value, index) for value in (*weights[:2], weights[2] or zeros)
    ]
    weight, recurrence, bias = arrays
    count = len(layer.defaults)
    chosen = [name for name in names or ()] or list(layer.defaults) * 2
    return Cell(
        graph,
        hidden,
        Constant(weight.T.copy()),
        Constant(recurrence.T.copy()),
        Constant(bias[:width]),
        Constant(bias[width:]),
        tuple(
            activation(graph, name)
            for name in chosen[index * count : (index + 1) * count]
        ),
    )


def direction_of(value: Value, index: int) -> Array:
    if not isinstance(value, Constant):
        raise Refused("weights: expected constants, got a computed tensor")
    return value.array[index]  # type: ignore[no-any-return]


def activation(graph: Graph, name: str) -> Activation:
    return lambda x: graph.apply(name, x)


@lowers("LSTM")
def lstm(
    graph: Graph,
    x: Value,
    w: Value,
    r: Value,
    b: Value | None = None,
    sequence_lens: Value | None = None,
    initial_h: Value | None = None,
    initial_c: Value | None = None,
    p: Value | None = None,
    *,
    hidden_size: int,
    direction: str = "forward",
    activations: Sequence[str] | None = None,
    activation_alpha: Sequence[float] | None = None,
    layout: int = 0,
    input_forget: int = 0,
) -> tuple[Value, ...]:
    if input_forget:
        raise Refused("input_forget: expected 0, got 1")
    layer = Layer(4, 2, lstm_step, ("Sigmoid", "Tanh", "Tanh"))
    return run_layer(
        graph,
        layer,
        x,
        (w, r, b),
        sequence_lens,
        (initial_h, initial_c),
        hidden=hidden_size,
        direction=direction,
        activations=activations,
        alphas=activation_alpha,
        layout=layout,
        peepholes=p,
    )


@lowers("GRU")
def gru(
    graph: Graph,
    x: Value,
    w: Value,
    r: Value,
    b: Value | None = None,
    sequence_lens: Value | None = None,
    initial_h: Value | None = None,
    *,
    hidden_size: int,
    direction: str = "forward",
    activations: Sequence[str] | None = None,
    activation_alpha: Sequence[float] | None = None,
    layout: int = 0,
    linear_before_reset: int = 0,
) -> tuple[Value, ...]:
    step = gru_step if linear_before_reset else gru_step_reset_first
    return run_layer(
        graph,
        Layer(3, 1, step, ("Sigmoid", "Tanh")),
        x,
        (w, r, b),
        sequence_lens,
        (initial_h,),
        hidden=hidden_size,
        direction=direction,
        activations=activations,
        alphas=activation_alpha,
        layout=layout,
    )


@lowers("RNN")
def rnn(
    graph: Graph,
    x: Value,
    w: Value,
    r: Value,
    b: Value | None = None,
    sequence_lens: Value | None = None,
    initial_h: Value | None = None,
    *,
    hidden_size: int,
    direction: str = "forward",
    activations: Sequence[str] | None = None,
    activation_alpha: Sequence[float] | None = None,
    layout: int = 0,
) -> tuple[Value, ...]:
    return run_layer(
        graph,
        Layer(1, 1, rnn_step, ("Tanh",)),
        x,
        (w, r, b),
        sequence_lens,
        (initial_h,),
        hidden=hidden_size,
        direction=direction,
        activations=activations,
        alphas=activation_alpha,
        layout=layout,
    )
