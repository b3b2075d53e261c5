"""The precompile's price against time: the dearest nanoseconds that a unit of gas buys.

A net of one operator each, large enough that the work counts and not the call. A block
of 36 million gas may take a second or so: some 30 ns a unit is what clients live with.
"""

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np

import tinynn
from oracle.bench.figure import least_seconds
from oracle.bench.nets.byte_nets import lenet, mlp
from oracle.chain.local.inference import BASE_GAS, IMAGE_WORD_GAS, WORD_BYTES, work_gas
from tinynn import GraphBuilder, Model, models
from tinynn.builder.graph import Value
from tinynn.memory.tensor import Array

Build = Callable[[GraphBuilder, Value], Value]
COUNT: Final = 96 * 256
"""Floats of the input, 96 KiB: the most that a request carries."""

UNARY: Final = (
    "Abs Ceil Celu Cos Elu Erf Exp Floor GeluErf GeluTanh HardSwish LeakyRelu Log Mish "
    "Neg Reciprocal Relu Round Selu Sigmoid Sign Silu Sin Softplus Softsign Sqrt Tanh"
).split()
BINARY: Final = "Add Sub Mul Div Min Max Pow".split()
REDUCED: Final = "ReduceSum ReduceMean ReduceMax ReduceProd ReduceL2".split()


def one(build: Build, shape: tuple[int, ...] = (96, 256)) -> Model:
    """One operator on floats."""
    graph = GraphBuilder("one")
    graph.output(build(graph, graph.input("x", "float32", shape)), "y")
    return tinynn.load(graph.build())


def drawn(rng: np.random.Generator, *shape: int) -> Array:
    return rng.standard_normal(shape).astype(np.float32)


def cases() -> Iterator[tuple[str, Model]]:
    """Models by name."""
    rng = np.random.default_rng(1)
    for name in UNARY:
        yield name, one(lambda g, x, name=name: g.op(name, x))  # type: ignore[misc]
    for name in BINARY:
        yield name, one(lambda g, x, name=name: g.op(name, x, x))  # type: ignore[misc]
    for name in REDUCED:
        yield name, one(lambda g, x, name=name: g.op(name, x, axes=(1,)))  # type: ignore[misc]
    yield "Softmax", one(lambda g, x: g.op("Softmax", x))
    yield "CumSum", one(lambda g, x: g.op("CumSum", x, axis=1))
    yield "TopK", one(lambda g, x: g.ops("TopK", x, k=200)[0])
    yield "ArgMax", one(lambda g, x: g.op("ArgMax", x, axis=1, keepdims=1))
    yield "Transpose", one(lambda g, x: g.op("Transpose", x))
    yield "Cast", one(lambda g, x: g.op("Cast", x, to="int32"))
    yield "MatMul", one(lambda g, x: g.op("MatMul", x, drawn(rng, 256, 256)))
    yield (
        "matvec",
        one(lambda g, x: g.op("MatMul", x, drawn(rng, 24576, 32)), (1, COUNT)),
    )
    yield (
        "Conv",
        one(lambda g, x: g.op("Conv", x, drawn(rng, 24, 24, 3, 3)), (1, 24, 32, 32)),
    )
    yield (
        "depthwise",
        one(
            lambda g, x: g.op("Conv", x, drawn(rng, 24, 1, 3, 3), group=24),
            (1, 24, 32, 32),
        ),
    )
    for name in ("MaxPool", "AveragePool"):
        yield (
            name,
            one(
                lambda g, x, name=name: g.op(name, x, kernel_shape=(3, 3)),  # type: ignore[misc]
                (1, 24, 32, 32),
            ),
        )
    yield "mlp of bytes", mlp(784, 128, 10)
    yield "LeNet of bytes", lenet()
    yield "mnist", tinynn.load(models.path("mnist"))


def nanoseconds_a_gas() -> dict[str, float]:
    """By name; the price without accounts, which are paid for themselves."""
    found = {}
    for name, model in cases():
        rng = np.random.default_rng(2)
        data = rng.standard_normal(model.tables.input_bytes // 4 + 1)
        given = data.astype(np.float32).tobytes()[: model.tables.input_bytes]
        (seconds,) = least_seconds(lambda: model.answer(given), seconds=0.1)  # noqa: B023
        words = len(model.image) // WORD_BYTES
        gas = BASE_GAS + IMAGE_WORD_GAS * words + 3 * len(given) + work_gas(model)
        found[name] = 1e9 * seconds / gas
    return found
