"""The guest's dot products, plain C and generated assembly, bit for bit.

Numbers are chosen where the fast path turns: few bits, so that ties are common; all
bits, so that sums carry; exponents at the ends of what it takes; sums that cancel.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import softfloatpy as berkeley
from numpy.typing import NDArray

from mips_vm import Machine, Status
from tinynn.memory.floatmode import exact_floats
from tinynn.operators.numbers import canonicalise

ELF = Path(__file__).parent / "programs" / "dot_ops.elf"
COLUMNS = 4
INPUT_WORDS = 24_000

Words = NDArray[np.uint32]

SPECIAL = np.array(
    [0, 1, 0x40_0000, 0x7F_FFFF, 0x7F80_0000, 0x7F80_0001, 0x7FC0_0000, 0x7FFF_FFFF],
    np.uint32,
)
"""Zero, subnormals, infinity, NaNs."""

EXTREMES = np.array([0, 1, 2, 0x3F_FFFF, 0x40_0000, 0x7F_FFFE, 0x7F_FFFF], np.uint32)
"""Fractions next to where a significand's length changes."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Numbers with an exponent in a range, and only the upper bits of a fraction."""

    exponents: tuple[int, int]
    bits: int = 23
    extreme: float = 0
    special: float = 0

    def draw(self, rng: np.random.Generator, *shape: int) -> Words:
        fraction = rng.integers(0, 1 << self.bits, shape, np.uint32) << 23 - self.bits
        some = rng.random(shape) < self.extreme
        fraction[some] = rng.choice(EXTREMES, some.sum())
        first, end = self.exponents
        words = rng.integers(first, end, shape, np.uint32) << 23 | fraction
        some = rng.random(shape) < self.special
        words[some] = rng.choice(SPECIAL, some.sum())
        return words | rng.integers(0, 2, shape, np.uint32) << 31


KINDS = {
    "ordinary": (Kind((120, 131)), Kind((112, 131))),
    "any bits": (Kind((0, 256)), Kind((0, 256))),
    "ties of products": (Kind((125, 129), 12), Kind((122, 130), 11)),
    "ties of sums": (Kind((118, 128), 8), Kind((118, 128), 8)),
    "small integers": (Kind((126, 129), 1), Kind((126, 129), 1)),
    "extremes": (Kind((126, 129), extreme=0.7), Kind((122, 131), extreme=0.7)),
    "distances about 32": (Kind((125, 130)), Kind((88, 135), extreme=0.3)),
    "small weights": (Kind((125, 130)), Kind((0, 130), special=0.2)),
    "inputs at the ends": (Kind((104, 151)), Kind((100, 154))),
    "sums about 2^-74": (Kind((107, 110), extreme=0.2), Kind((64, 82), extreme=0.2)),
    "sums about 2^77": (Kind((145, 148), extreme=0.2), Kind((172, 188), extreme=0.2)),
    "overflow": (Kind((140, 148)), Kind((200, 255))),
    "special inputs": (Kind((120, 131), special=0.05), Kind((112, 131))),
    "special weights": (Kind((120, 131)), Kind((112, 131), special=0.02)),
    "special both": (Kind((120, 131), 9, 0, 0.1), Kind((112, 131), 9, 0, 0.02)),
}


def on_guest(x: Words, w: Words, skip_zeros: bool) -> Words:
    """Sums by (way, case, column); x is (case, term), w (case, term, column)."""
    cases, terms = x.shape
    head = np.array([terms, skip_zeros], "<u4")
    body = np.concatenate([x, w.reshape(cases, -1)], axis=1).astype("<u4")
    machine = Machine.from_elf(ELF)
    machine.load_input(head.tobytes() + body.tobytes())
    machine.run()
    assert machine.status is Status.HALTED
    sums = np.frombuffer(machine.output(), "<u4").reshape(cases, 3, COLUMNS)
    return np.moveaxis(sums, 1, 0)


def on_hardware(x: Words, w: Words) -> Words:
    """The sequential sums of every case: (case, column)."""
    a, b = x.view(np.float32), w.view(np.float32)
    total = np.zeros((len(x), COLUMNS), np.float32)
    with exact_floats(), np.errstate(all="ignore"):
        for k in range(x.shape[1]):
            total = total + a[:, k, None] * b[:, k]
    canonicalise(total.reshape(-1))
    return total.view(np.uint32)


def assert_same(x: Words, w: Words, skip_zeros: bool = False) -> None:
    """By dot; by dots, of neighbours; by dots, of columns apart."""
    expected = on_hardware(x, w)
    for way, actual in enumerate(on_guest(x, w, skip_zeros)):
        wrong = np.argwhere(expected != actual)
        first = [
            (way, [f"{a:08x}" for a in x[i]], [f"{a:08x}" for a in w[i, :, c]])
            for i, c in wrong[:1]
        ]
        assert not first, (len(wrong), first)


def draw(kind: str, terms: int, seed: int = 1) -> tuple[Words, Words]:
    rng = np.random.default_rng([seed, terms])
    cases = INPUT_WORDS // (terms * (1 + COLUMNS))
    inputs, weights = KINDS[kind]
    return inputs.draw(rng, cases, terms), weights.draw(rng, cases, terms, COLUMNS)


@pytest.mark.parametrize("terms", [2, 7, 40])
@pytest.mark.parametrize("kind", KINDS)
def test_dots_are_the_sequential_sums(kind: str, terms: int) -> None:
    assert_same(*draw(kind, terms))


@pytest.mark.parametrize("kind", KINDS)
def test_dots_that_cancel_are_the_sequential_sums(kind: str) -> None:
    """Terms are taken back, in order or against it: to zero, or what rounding left."""
    x, w = draw(kind, 12)
    back = w ^ np.uint32(1 << 31)
    order = np.arange(12) if len(kind) % 2 else np.arange(12)[::-1]
    assert_same(
        np.concatenate([x, x[:, order]], axis=1)[: len(x) // 2],
        np.concatenate([w, back[:, order]], axis=1)[: len(x) // 2],
    )


def test_dots_without_zero_inputs_are_the_same_sums() -> None:
    """Zeros of both signs, singly and in runs."""
    rng = np.random.default_rng(2)
    x, w = draw("ordinary", 40)
    x[rng.random(x.shape) < 0.6] &= np.uint32(1 << 31)
    assert_same(x, w, skip_zeros=True)


def test_dots_equal_berkeley() -> None:
    """One operation after the other, by an implementation that is not hardware."""

    def number(word: int) -> berkeley.Float32:
        return berkeley.Float32.from_bytes(int(word).to_bytes(4, "big"))

    x, w = draw("ties of sums", 40)
    x, w = x[:40], w[:40]
    sums = on_guest(x, w, False)
    for i, c in np.ndindex(len(x), COLUMNS):
        total = number(0)
        for k in range(x.shape[1]):
            product = berkeley.f32_mul(number(x[i, k]), number(w[i, k, c]))
            total = berkeley.f32_add(total, product)
        expected = int.from_bytes(total.to_bytes(), "big")
        assert {int(way[i, c]) for way in sums} == {expected}
