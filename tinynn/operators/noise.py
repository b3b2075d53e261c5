"""uniform: random numbers of a seed, between 0 and 1; of these, noise is made.

Sources: the seed (32 bytes) and the pass. A number is known by its stream, the pass and
its place, so that segments draw theirs without those before. The code is C, which the
guest is built with (tinynn/sampling/); docs/float.md says in words what it does.
"""

from math import pi
from typing import Final

import numpy as np

from ..kernels import Call
from ..memory.tensor import TensorType
from . import binary, movement, unary
from .family import Family, Operator, Space, Types, Words
from .graph import Graph, Operation, Value
from .language.passing import check_pass
from .shape import check_arity, check_dtype, check_shape, demand

SEED_BYTES: Final = 32
BLOCK: Final = 34
"""Numbers of one permutation: SHAKE-256 gives so many words of it."""

MAX_COUNT: Final = 1 << 28
HASHED: Final = 50_000
"""Instructions of a permutation, at most."""

MADE: Final = 200
"""For a word to become a float."""


def infer(types: Types, attributes: Words) -> TensorType:
    """uint8 [32] and int32 [1] to float32 [n]; attributes are n, and the stream."""
    check_arity(types, attributes, 2, 2)
    seed, number = types
    check_dtype("uniform: seed", seed, "uint8")
    check_shape("uniform: seed", (SEED_BYTES,), seed)
    check_pass("uniform", number)
    count, _ = attributes
    demand("uniform: numbers", f"1 to {MAX_COUNT}", count, 1 <= count <= MAX_COUNT)
    return TensorType("float32", (count,))


def calls(operator: Operator, first: int, count: int, space: Space) -> list[Call]:
    """The pass is read when the call is made."""
    seed, number = operator.flat(space), operator.flat(space, 1)
    tile = operator.tile(space, first, count)
    stream = operator.attributes[1]
    return [Call("pick.uniform", (tile, seed, number, stream, first, count))]


def instructions(operator: Operator, count: int) -> int:
    return 500 + HASHED * -(-count // BLOCK) + MADE * count


def uniform(
    graph: Graph, seed: Value, number: Value, *, count: int, stream: int = 0
) -> Value:
    """`count` numbers of a pass, each 2^-24 times an odd number below 2^24."""
    return graph.emit(FAMILY, [seed, number], [count, stream])


def noise(
    graph: Graph, seed: Value, number: Value, *, count: int, stream: int = 0
) -> Value:
    """`count` numbers of mean 0 and variance 1, by Box and Muller: the first half by
    cosines, the second by sines. Takes streams 2 `stream` and the next."""
    half = -(-count // 2)
    lengths = uniform(graph, seed, number, count=half, stream=2 * stream)
    turns = uniform(graph, seed, number, count=half, stream=2 * stream + 1)
    logs = _one(unary.OPERATIONS["Log"](graph, lengths))
    radius = _one(unary.OPERATIONS["Sqrt"](graph, _scaled(graph, logs, -2)))
    angle = _scaled(graph, turns, 2 * pi)
    sides = [
        _product(graph, radius, _one(unary.OPERATIONS[name](graph, angle)))
        for name in ("Cos", "Sin")
    ]
    found = movement.concat(graph, *sides, axis=0)
    if count == 2 * half:
        return found
    return movement.slice_(graph, found, starts=[0], lengths=[count])


def _scaled(graph: Graph, x: Value, factor: float) -> Value:
    return _product(graph, x, graph.constant(np.array(factor, np.float32)))


def _product(graph: Graph, a: Value, b: Value) -> Value:
    return _one(binary.OPERATIONS["Mul"](graph, a, b))


def _one(result: Value | tuple[Value, ...]) -> Value:
    assert isinstance(result, Value), "the operation has one result"
    return result


FAMILY: Final = Family(
    name="uniform",
    opcode=168,
    infer=infer,
    instructions=instructions,
    usual=lambda operator: 1_300,
    calls=calls,
    grain=lambda operator: BLOCK,
)
FAMILIES = (FAMILY,)
OPERATIONS: dict[str, Operation] = {"Uniform": uniform, "Noise": noise}
