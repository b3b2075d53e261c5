"""The guest's soft-float on the machine, against Berkeley SoftFloat and hardware."""

import itertools
from collections.abc import Callable
from enum import IntEnum
from pathlib import Path

import numpy as np
import pytest
import softfloatpy as berkeley
from numpy.typing import NDArray

from mips_vm import Machine, Status
from tinynn.memory.floatmode import exact_floats
from tinynn.operators.numbers import canonicalise

ELF = Path(__file__).parent / "programs" / "softfloat_ops.elf"
SEED = 20_261

Words = NDArray[np.uint32]

EDGES = np.array(
    [
        0x0000_0000,  # zero
        0x0000_0001,  # the smallest subnormal
        0x0000_0002,
        0x0040_0000,
        0x007F_FFFF,  # the largest subnormal
        0x0080_0000,  # the smallest normal
        0x0080_0001,
        0x00FF_FFFF,
        0x0100_0000,
        0x2000_0000,
        0x3300_0000,  # half a unit in the last place of 1
        0x3300_0001,
        0x3380_0000,
        0x3EFF_FFFF,
        0x3F00_0000,
        0x3F7F_FFFF,
        0x3F80_0000,  # one
        0x3F80_0001,
        0x3FC0_0000,
        0x3FFF_FFFF,
        0x4000_0000,
        0x4040_0000,
        0x4B00_0000,  # 2^23
        0x4B00_0001,
        0x4B80_0000,  # 2^24
        0x4EFF_FFFF,
        0x4F00_0000,  # 2^31
        0x4F00_0001,
        0x5F7F_FFFF,
        0x7F00_0000,
        0x7F7F_FFFF,  # the largest finite
        0x7F80_0000,  # infinity
        0x7F80_0001,  # a signalling NaN
        0x7FC0_0000,  # the canonical NaN
        0x7FFF_FFFF,
    ],
    np.uint32,
)
SIGNED_EDGES = np.concatenate([EDGES, EDGES | np.uint32(0x8000_0000)])


class Op(IntEnum):
    """Numbers that programs/softfloat_ops.c gives to the operations."""

    ADD = 0
    SUB = 1
    MUL = 2
    DIV = 3
    SQRT = 4
    FROM_U32 = 5
    FROM_I32 = 6
    TO_I32 = 7
    EQUAL = 8
    LESS = 9
    LESS_EQUAL = 10


def on_guest(op: Op, a: Words, b: Words) -> Words:
    triples = np.stack([np.full_like(a, op), a, b], axis=1).astype("<u4")
    machine = Machine.from_elf(ELF)
    machine.load_input(triples.tobytes())
    machine.run()
    assert machine.status is Status.HALTED
    return np.frombuffer(machine.output(), "<u4")


def edge_pairs() -> tuple[Words, Words]:
    pairs = np.array(list(itertools.product(SIGNED_EDGES, repeat=2)), np.uint32)
    return pairs[:, 0], pairs[:, 1]


def random_pairs(count: int) -> tuple[Words, Words]:
    """Any bits; neighbours in exponent; few bits set, so that ties are common."""
    rng = np.random.default_rng(SEED)
    a = rng.integers(0, 1 << 32, 3 * count, np.uint32)
    b = rng.integers(0, 1 << 32, 3 * count, np.uint32)
    near = rng.integers(-30, 30, count) << 23
    b[:count] = (a[:count].astype(np.int64) + near & 0xFFFF_FFFF).astype(np.uint32)
    b[:count] ^= rng.integers(0, 1 << 24, count, np.uint32)
    keep = np.uint32(0xFFFF_F800)
    a[count : 2 * count] &= keep
    b[count : 2 * count] &= keep
    return a, b


def single(word: int) -> berkeley.Float32:
    return berkeley.Float32.from_bytes(int(word).to_bytes(4, "big"))


def bits(number: berkeley.Float32) -> int:
    word = int.from_bytes(number.to_bytes(), "big")
    return 0x7FC0_0000 if word & 0x7FFF_FFFF > 0x7F80_0000 else word


def to_i32(word: int) -> int:
    """Berkeley's conversion; what is invalid there saturates here, and a NaN is 0."""
    if word & 0x7FFF_FFFF > 0x7F80_0000:
        return 0
    if word & 0x7FFF_FFFF >= 0x4F00_0000:
        return 0x8000_0000 if word >> 31 else 0x7FFF_FFFF
    mode = berkeley.RoundingMode.MIN_MAG
    return int(berkeley.f32_to_i32(single(word), mode).to_int()) & 0xFFFF_FFFF


def from_i32(word: int) -> int:
    signed = word - (word >> 31 << 32)
    return bits(berkeley.i32_to_f32(berkeley.Int32.from_int(signed)))


BERKELEY: dict[Op, Callable[[int, int], int]] = {
    Op.ADD: lambda a, b: bits(berkeley.f32_add(single(a), single(b))),
    Op.SUB: lambda a, b: bits(berkeley.f32_sub(single(a), single(b))),
    Op.MUL: lambda a, b: bits(berkeley.f32_mul(single(a), single(b))),
    Op.DIV: lambda a, b: bits(berkeley.f32_div(single(a), single(b))),
    Op.SQRT: lambda a, b: bits(berkeley.f32_sqrt(single(a))),
    Op.FROM_U32: lambda a, b: bits(berkeley.ui32_to_f32(berkeley.UInt32.from_int(a))),
    Op.FROM_I32: lambda a, b: from_i32(a),
    Op.TO_I32: lambda a, b: to_i32(a),
    Op.EQUAL: lambda a, b: int(berkeley.f32_eq(single(a), single(b))),
    Op.LESS: lambda a, b: int(berkeley.f32_lt_quiet(single(a), single(b))),
    Op.LESS_EQUAL: lambda a, b: int(berkeley.f32_le_quiet(single(a), single(b))),
}


def of_floats(result: NDArray[np.float32]) -> Words:
    canonicalise(result)
    return result.view(np.uint32)


def floats(a: Words) -> NDArray[np.float32]:
    return a.view(np.float32)


HARDWARE: dict[Op, Callable[[Words, Words], Words]] = {
    Op.ADD: lambda a, b: of_floats(floats(a) + floats(b)),
    Op.SUB: lambda a, b: of_floats(floats(a) - floats(b)),
    Op.MUL: lambda a, b: of_floats(floats(a) * floats(b)),
    Op.DIV: lambda a, b: of_floats(floats(a) / floats(b)),
    Op.SQRT: lambda a, b: of_floats(np.sqrt(floats(a))),
    Op.FROM_U32: lambda a, b: of_floats(a.astype(np.float32)),
    Op.FROM_I32: lambda a, b: of_floats(a.view(np.int32).astype(np.float32)),
    Op.EQUAL: lambda a, b: (floats(a) == floats(b)).astype(np.uint32),
    Op.LESS: lambda a, b: (floats(a) < floats(b)).astype(np.uint32),
    Op.LESS_EQUAL: lambda a, b: (floats(a) <= floats(b)).astype(np.uint32),
}


def assert_same(op: Op, a: Words, b: Words, expected: Words, actual: Words) -> None:
    wrong = np.flatnonzero(expected != actual)
    first = [
        (op.name, *(f"{int(x[i]):08x}" for x in (a, b, expected, actual)))
        for i in wrong[:5]
    ]
    assert not first, first


@pytest.mark.parametrize("op", Op, ids=lambda op: op.name.lower())
@pytest.mark.parametrize("pairs", [edge_pairs, lambda: random_pairs(2000)])
def test_softfloat_equals_berkeley(
    op: Op, pairs: Callable[[], tuple[Words, Words]]
) -> None:
    a, b = pairs()
    expected = [BERKELEY[op](int(x), int(y)) for x, y in zip(a, b, strict=True)]
    assert_same(op, a, b, np.array(expected, np.uint32), on_guest(op, a, b))


@pytest.mark.parametrize("op", HARDWARE, ids=lambda op: op.name.lower())
def test_softfloat_equals_hardware(op: Op) -> None:
    a, b = random_pairs(100_000)
    with exact_floats(), np.errstate(all="ignore"):
        expected = HARDWARE[op](a, b)
    assert_same(op, a, b, expected, on_guest(op, a, b))


def test_softfloat_division_keeps_subnormal_quotients() -> None:
    """What compiler-rt's division gets wrong."""
    rng = np.random.default_rng(SEED)
    a = rng.integers(0x0080_0000, 0x2000_0000, 20_000, np.uint32)
    b = a + rng.integers(126 << 23, 150 << 23, 20_000, np.uint32)
    with exact_floats(), np.errstate(all="ignore"):
        expected = HARDWARE[Op.DIV](a, b)
    subnormal = (expected & 0x7F80_0000 == 0) & (expected != 0)
    assert subnormal.sum() > 10_000
    assert_same(Op.DIV, a, b, expected, on_guest(Op.DIV, a, b))
