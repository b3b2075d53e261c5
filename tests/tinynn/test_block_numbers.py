"""The guest's block products where its assembly turns: ties, carries, cancelled sums,
totals far from a product, floats that it leaves to C. Guest, native and numpy agree."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray
from support.images.blocks import any_parts, matvec, packed, product, same_bits

from tinynn.blocks import BlockKind
from tinynn.blocks.tensor import Parts

ROWS, BLOCKS = 40, 12
Words = NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class Numbers:
    """Halves with exponents in a range, and only the upper bits of a fraction; the
    vector's scales likewise; how large its bytes are."""

    exponents: tuple[int, int] = (9, 14)
    bits: int = 10
    scale_exponents: tuple[int, int] = (117, 124)
    scale_bits: int = 23
    byte: int = 127
    special: float = 0
    scale_special: float = 0

    def halves(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Words:
        fraction = rng.integers(0, 1 << self.bits, shape) << 10 - self.bits
        words = rng.integers(*self.exponents, shape) << 10 | fraction
        some = rng.random(shape) < self.special
        words[some] = rng.choice([0, 1, 0x3FF, 0x7C00, 0x7C01, 0x7E00], some.sum())
        return (words | rng.integers(0, 2, shape) << 15).astype(np.uint16)

    def scales(self, rng: np.random.Generator) -> NDArray[np.float32]:
        fraction = rng.integers(0, 1 << self.scale_bits, BLOCKS)
        words = rng.integers(*self.scale_exponents, BLOCKS) << 23
        words |= fraction << 23 - self.scale_bits
        some = rng.random(BLOCKS) < self.scale_special
        special = [0, 1 << 31, 1, 0x7F80_0000, 0x7F80_0001, 0x7F7F_FFFF]
        words[some] = rng.choice(special, some.sum())
        return words.astype(np.uint32).view(np.float32)


NUMBERS = {
    "ordinary": Numbers(),
    "few bits": Numbers(bits=2, scale_bits=2, scale_exponents=(120, 123), byte=2),
    "one number": Numbers((12, 13), 0, (120, 121), 0, byte=1),
    "ties": Numbers(bits=10, scale_bits=13, scale_exponents=(120, 123), byte=3),
    "far apart": Numbers((1, 31), scale_exponents=(90, 140)),
    "small": Numbers((1, 4), scale_exponents=(64, 70)),
    "large": Numbers((27, 31), scale_exponents=(153, 160)),
    "beyond": Numbers((27, 31), scale_exponents=(220, 255)),
    "below": Numbers((1, 5), scale_exponents=(0, 30)),
    "special weights": Numbers(special=0.1),
    "special scales": Numbers(scale_special=0.2),
    "special both": Numbers(bits=3, scale_bits=3, special=0.1, scale_special=0.2),
}

KINDS = (BlockKind.FOUR, BlockKind.EIGHT_MIN, BlockKind.LONG_EIGHT)


def drawn(kind: BlockKind, name: str) -> tuple[Parts, NDArray[np.int8], Numbers]:
    rng = np.random.default_rng([kind, *name.encode()])
    numbers, columns = NUMBERS[name], BLOCKS * kind.block
    parts = any_parts(rng, kind, ROWS, columns, wild=False)
    for halves in (parts.scales, parts.minima):
        if halves is not None:
            halves[:] = numbers.halves(rng, halves.shape).view(np.float16)
    # Weights that are mostly zeros have small sums; equal rows cancel their neighbours.
    parts.quants[:] = np.where(rng.random(parts.quants.shape) < 0.5, 0, parts.quants)
    parts.quants[ROWS // 2 :, kind.block :: 2] = 0
    q = rng.integers(-numbers.byte, numbers.byte + 1, columns).astype(np.int8)
    q[kind.block : 2 * kind.block] = -q[: kind.block]
    parts.quants[:, kind.block : 2 * kind.block] = parts.quants[:, : kind.block]
    parts.scales[::3, 1] = parts.scales[::3, 0]
    if kind.is_long and parts.group_scales is not None:
        groups = kind.block // kind.group
        parts.group_scales[:, groups : 2 * groups] = parts.group_scales[:, :groups]
    return parts, q, numbers


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_sums_of_unusual_numbers_are_their_definition(
    kind: BlockKind, name: str
) -> None:
    parts, q, numbers = drawn(kind, name)
    d = numbers.scales(np.random.default_rng(len(name)))
    d[1] = d[0]
    y = matvec(kind, packed(kind, parts).data, q, d, ROWS)
    same_bits(y, product(kind, parts, q, d))
    if not kind.is_long:
        rests = np.roll(q, 5) // 2
        rests[kind.block : 2 * kind.block] = -rests[: kind.block]
        with np.errstate(over="ignore"):
            d = d * np.float32(128)
        y = matvec(kind, packed(kind, parts).data, q, d, ROWS, rests)
        same_bits(y, product(kind, parts, q, d, rests))


def single_terms(
    kind: BlockKind, terms: list[tuple[float, np.float32, int]]
) -> tuple[Parts, NDArray[np.int8], NDArray[np.float32]]:
    """A row of blocks with one product each: scale, the vector's scale, quant. Minima
    are the scales, or 0 where that is a one; bytes add up to one."""
    blocks = len(terms)
    parts = any_parts(np.random.default_rng(1), kind, 1, blocks * kind.block, False)
    parts.quants[:] = 0
    q = np.zeros(blocks * kind.block, np.int8)
    q[:: kind.block] = 1
    for block, (scale, _, quant) in enumerate(terms):
        parts.scales[0, block] = scale
        if parts.minima is not None:
            parts.minima[0, block] = scale if quant > 1 else 0
        parts.quants[0, block * kind.block] = quant
    return parts, q, np.array([d for _, d, _ in terms], np.float32)


def nearly_two(factors: Iterable[float]) -> tuple[float, np.float32]:
    """One of the factors, and a float with which its product is rounded up to 2."""
    for factor in factors:
        x = np.float32(2 / factor)
        if factor * float(x) < 2 and np.float32(factor * float(x)) == 2:
            return factor, x
    raise AssertionError("expected one")


ONE = np.float32(1)
QUANT, PARTNER = nearly_two(range(3, 128, 2))
UP = {
    "a scale": [(*nearly_two(1 + n / (1 << 10) for n in range(1, 1 << 10)), 3)],
    "a product": [(1.0, PARTNER, int(QUANT)), (-1.0, PARTNER, int(QUANT))],
    "a sum": [(1.0, ONE, 1), (-(2.0**-13), np.float32(2.0**-13), 1)],
    "to nothing": [(1.0, ONE, 1), (-1.0, ONE, 1), (1.0, ONE, -1), (0.5, ONE, 2)],
}


@pytest.mark.parametrize("name", UP)
@pytest.mark.parametrize(
    "kind", [BlockKind.EIGHT, BlockKind.EIGHT_MIN], ids=lambda kind: kind.name
)
def test_what_is_rounded_up_to_a_power_of_two_is_it(kind: BlockKind, name: str) -> None:
    parts, q, d = single_terms(kind, UP[name])
    y = matvec(kind, packed(kind, parts).data, q, d, 1)
    same_bits(y, product(kind, parts, q, d))


@pytest.mark.parametrize(
    ("sums", "rounded"),
    [
        ([(127, 127 * 127 * 16), (127, 6144), (1, 15)], 2**25),
        ([(127, 127 * 127 * 16), (127, 6144), (1, 18)], 2**25),
        ([(127, 127 * 127 * 16), (127, 6144), (1, 19)], 2**25 + 4),
        ([(127, 127 * 127 * 16), (127, 6144), (1, 17)], 2**25),
        ([(-127, 127 * 127 * 16), (127, -6144), (-1, 19)], -(2**25) - 4),
        ([(64, 16384)], 2**20),
    ],
)
def test_sums_of_more_than_24_bits_are_rounded_once(
    sums: list[tuple[int, int]], rounded: int
) -> None:
    """To even in a tie; up to the next power of two."""
    kind = BlockKind.LONG_EIGHT
    parts = any_parts(np.random.default_rng(1), kind, 1, kind.block, False)
    assert parts.group_scales is not None
    parts.quants[:], parts.scales[:] = 0, 1
    q = np.zeros(kind.block, np.int8)
    for group, (small, total) in enumerate(sums):
        parts.group_scales[0, group] = small
        rest = total
        for i in range(group * kind.group, (group + 1) * kind.group):
            most = min(abs(rest), 127 * 127)
            quant, byte = (127, most // 127) if most > 127 else (1, most)
            parts.quants[0, i], q[i] = quant * np.sign(rest), byte
            rest -= int(np.sign(rest)) * quant * byte
        assert rest == 0
    y = matvec(kind, packed(kind, parts).data, q, np.ones(1, np.float32), 1)
    same_bits(y, product(kind, parts, q, np.ones(1, np.float32)))
    assert y.tolist() == [rounded]
