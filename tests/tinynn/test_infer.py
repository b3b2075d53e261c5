"""Whatever an image says reaches `infer`: it gives a type, or Misfit, never else."""

import random

import pytest

from tinynn.errors import Misfit
from tinynn.memory.tensor import DTYPE_CODES, TensorType
from tinynn.operators import FAMILIES, Operand, Operator

TRIES = 3000
WORDS = (0, 1, 2, 3, 5, 8, 1 << 16, (1 << 16) + 1, 0xFFFF_FFFF)


def any_type(draw: random.Random, dtype: str) -> TensorType:
    kind = draw.choice([dtype, dtype, draw.choice(list(DTYPE_CODES))])
    extents = draw.choice([(1, 2, 3), (1, 2, 4, 8, 1 << 16, 1 << 30)])
    rank = draw.choice([0, 1, 2, 3, 4, 4, 4, 5, 8])
    return TensorType(kind, tuple(draw.choice(extents) for _ in range(rank)))


@pytest.mark.parametrize("opcode", FAMILIES)
def test_infer_is_total(opcode: int) -> None:
    draw, family = random.Random(opcode), FAMILIES[opcode]
    for _ in range(TRIES):
        dtype = draw.choice(["float32", "float32", "uint8", "int32"])
        types = [any_type(draw, dtype) for _ in range(draw.randint(1, 5))]
        if draw.random() < 0.5:
            types = [draw.choice(types)] * len(types)
        words = [draw.choice(WORDS) for _ in range(draw.choice([0, 1, 2, 3, 12, 12]))]
        if draw.random() < 0.5:
            words = [min(word, 2) for word in words]
        try:
            kind = family.infer(types, words)
        except Misfit:
            continue
        sources = tuple(Operand(source, 0) for source in types)
        operator = Operator(opcode, sources, Operand(kind, 0), tuple(words))
        assert kind.count > 0
        assert family.grain(operator) > 0 and family.usual(operator) > 0
        assert family.instructions(operator, kind.count) > 0
