"""pick: the next token of a text, the likeliest or one drawn from the likely.

Sources: logits (vocabulary), the tokens of the text (rows), the pass, the seed, the
request's options. The code is C, which the guest is built with (tinynn/sampling/);
docs/float.md says in words what it does.
"""

from typing import Final

import numpy as np

from ...kernels import Call
from ...memory.tensor import TensorType
from ..family import Family, Operator, Space, Types, Words
from ..graph import Graph, Value
from ..shape import check_arity, check_dtype, check_shape, demand
from .passing import check_pass, check_rows

MAX_VOCABULARY: Final = 1 << 20
SEED_BYTES: Final = 28
OPTIONS: Final = 8
"""max_tokens, temperature, top_k, top_p, penalty, and three that are not used; floats
by their bits."""

MARKED: Final = 24
"""Instructions for a row of the text: its token is marked, and unmarked."""

SEEN: Final = 900
"""For a logit: it is penalised and finds its place among 256."""

DRAWN: Final = 1_400_000
"""For the shares of 256, and a hash."""


def infer(types: Types, attributes: Words) -> TensorType:
    """float32 (vocabulary), int32 (rows) or (rows, 1), int32 [1], uint8 [28],
    int32 [8], to int32 [1]."""
    check_arity(types, attributes, 5, 0)
    logits, tokens, number, seed, options = types
    check_dtype("pick: logits", logits, "float32")
    most = f"at most {MAX_VOCABULARY}"
    demand("pick: logits", most, logits.count, logits.count <= MAX_VOCABULARY)
    check_dtype("pick: tokens", tokens, "int32")
    check_rows("pick", tokens.count)
    check_pass("pick", number)
    check_dtype("pick: seed", seed, "uint8")
    check_shape("pick: seed", (SEED_BYTES,), seed)
    check_dtype("pick: options", options, "int32")
    check_shape("pick: options", (OPTIONS,), options)
    return TensorType("int32", (1,))


def calls(operator: Operator, first: int, count: int, space: Space) -> list[Call]:
    logits, tokens, number, seed, options = (operator.flat(space, i) for i in range(5))
    marks = space.room("pick", -(-logits.size // 4)).view(np.uint8)
    held = (logits, logits.size, tokens, tokens.size, number, seed, options, marks)
    return [Call("pick.token", (operator.tile(space, first, count), *held))]


def instructions(operator: Operator, count: int) -> int:
    logits, tokens = operator.sources[:2]
    return 2000 + MARKED * tokens.count + SEEN * logits.count + DRAWN


def pick(
    graph: Graph,
    logits: Value,
    tokens: Value,
    number: Value,
    seed: Value,
    options: Value,
) -> Value:
    """The token that follows those of the passes done and this one."""
    return graph.emit(FAMILY, [logits, tokens, number, seed, options])


FAMILY: Final = Family(
    name="pick",
    opcode=167,
    infer=infer,
    instructions=instructions,
    usual=lambda operator: 12 * operator.sources[0].count + 100_000,
    calls=calls,
)
FAMILIES = (FAMILY,)
OPERATIONS = {"Pick": pick}
