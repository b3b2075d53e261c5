"""How GGUF files hold numbers: floats, or blocks of few bits with scales.

Every block is taken apart exactly: `Blocks` has the file's own scales and integers, of
which `floats` are what `ggml` and the package `gguf` compute, bit for bit. Integers of
5 and 6 bits are held in bytes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tinynn.memory.tensor import Array

Bytes = NDArray[np.uint8]
Halves = NDArray[np.float16]

GROUP: Final = 32
"""Terms that share a scale in blocks of one level."""

SUPER: Final = 256
"""Terms of a block with two levels: scales that are integers, and a scale of these."""


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """Rows of a matrix: w = scale * q, or scale * q + minimum; of two levels
    (scale * factor) * q, or that - (minimum * part).

    `quants` are int8 (rows, columns), of `bits` bits or fewer. Scales and minima are
    f16, one for each group of terms; factors and parts are integers, one for each
    smaller group, or None where there is one level.
    """

    bits: int
    quants: Array
    scales: Halves
    minima: Halves | None = None
    factors: Array | None = None
    parts: Array | None = None

    def floats(self) -> NDArray[np.float32]:
        """The weights, each operation rounded to float32."""
        rows, columns = self.quants.shape
        scale = self.scales.astype(np.float32)
        minimum = None if self.minima is None else self.minima.astype(np.float32)
        if self.factors is not None:
            scale = _each(scale, self.factors)
            if minimum is not None and self.parts is not None:
                minimum = -_each(minimum, self.parts)
        with np.errstate(over="ignore", invalid="ignore"):
            w = scale[:, :, None] * self.quants.reshape(*scale.shape, -1).astype(
                np.float32
            )
            if minimum is not None:
                w = w + minimum[:, :, None]
        return w.reshape(rows, columns)


def _each(scale: NDArray[np.float32], factors: Array) -> NDArray[np.float32]:
    """The scale of each smaller group."""
    rows, count = scale.shape
    small = factors.reshape(rows, count, -1).astype(np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        return (scale[:, :, None] * small).reshape(rows, -1)


Taken = Callable[[Bytes], Blocks]
"""Blocks of bytes (rows, blocks, bytes), taken apart."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """A type of GGUF's: terms and bytes of a block. Floats are blocks of one."""

    name: str
    terms: int
    size: int
    take: Taken | None = None

    def row_bytes(self, columns: int) -> int:
        """Of whole blocks."""
        return columns // self.terms * self.size

    def floats(self, raw: Bytes) -> NDArray[np.float32]:
        """The exact values of rows of bytes."""
        if self.take is not None:
            return self.blocks(raw).floats()
        if self.name == "BF16":
            wide = raw.view("<u2").astype(np.uint32) << 16
            return wide.view(np.float32)
        return raw.view("<f2" if self.name == "F16" else "<f4").astype(np.float32)

    def blocks(self, raw: Bytes) -> Blocks:
        """Rows of bytes, taken apart."""
        assert self.take is not None, "floats have no blocks"
        return self.take(raw.reshape(len(raw), -1, self.size))


def _halves(raw: Bytes) -> Halves:
    """The first f16 of each block."""
    return np.ascontiguousarray(raw[..., :2]).view("<f2")[..., 0]


def _nibbles(raw: Bytes) -> Array:
    """Low ones of all bytes, then high ones."""
    return np.concatenate([raw & 15, raw >> 4], axis=-1)


def _rows(quants: Array) -> Array:
    return np.ascontiguousarray(quants.reshape(len(quants), -1).astype(np.int8))


def _fifth(raw: Bytes) -> Array:
    """A bit a term of 32, for the place above a nibble."""
    return np.unpackbits(raw, axis=-1, bitorder="little") << 4


def _q4_0(raw: Bytes) -> Blocks:
    return Blocks(4, _rows(_nibbles(raw[..., 2:]).astype(np.int8) - 8), _halves(raw))


def _q4_1(raw: Bytes) -> Blocks:
    quants = _rows(_nibbles(raw[..., 4:]))
    return Blocks(4, quants, _halves(raw), _halves(raw[..., 2:]))


def _q5_0(raw: Bytes) -> Blocks:
    quants = _nibbles(raw[..., 6:]) | _fifth(raw[..., 2:6])
    return Blocks(8, _rows(quants.astype(np.int8) - 16), _halves(raw))


def _q5_1(raw: Bytes) -> Blocks:
    quants = _nibbles(raw[..., 8:]) | _fifth(raw[..., 4:8])
    return Blocks(8, _rows(quants), _halves(raw), _halves(raw[..., 2:]))


def _q8_0(raw: Bytes) -> Blocks:
    return Blocks(8, _rows(raw[..., 2:].view(np.int8)), _halves(raw))


def _factors(raw: Bytes) -> tuple[Array, Array]:
    """Eight factors and eight parts, of 6 bits each, from 12 bytes."""
    low, middle, high = raw[..., :4], raw[..., 4:8], raw[..., 8:12]
    factors = [low & 63, (high & 15) | (low >> 2 & 48)]
    parts = [middle & 63, (high >> 4) | (middle >> 2 & 48)]
    return (
        np.concatenate(factors, axis=-1).reshape(len(raw), -1),
        np.concatenate(parts, axis=-1).reshape(len(raw), -1),
    )


def _k_nibbles(raw: Bytes) -> Array:
    """Of each 32 bytes the low ones, then the high ones: (rows, blocks, 8, 32)."""
    held = raw.reshape(*raw.shape[:2], 4, 1, 32)
    return np.concatenate([held & 15, held >> 4], axis=-2).reshape(
        *raw.shape[:2], 8, 32
    )


def _q4_k(raw: Bytes) -> Blocks:
    quants = _rows(_k_nibbles(raw[..., 16:]))
    minima = _halves(raw[..., 2:])
    return Blocks(4, quants, _halves(raw), minima, *_factors(raw[..., 4:16]))


def _q5_k(raw: Bytes) -> Blocks:
    places = np.arange(8, dtype=np.uint8)[:, None]
    fifth = (raw[..., None, 16:48] >> places & 1) << 4
    quants = _rows(_k_nibbles(raw[..., 48:]) | fifth)
    minima = _halves(raw[..., 2:])
    return Blocks(8, quants, _halves(raw), minima, *_factors(raw[..., 4:16]))


def _q6_k(raw: Bytes) -> Blocks:
    low: Array = raw[..., :128].reshape(*raw.shape[:2], 2, 1, 64)
    low = np.concatenate([low & 15, low >> 4], axis=-2).reshape(*raw.shape[:2], -1)
    high: Array = raw[..., 128:192].reshape(*raw.shape[:2], 2, 1, 32)
    twos = np.arange(0, 8, 2, dtype=np.uint8)[:, None]
    high = (high >> twos & 3).reshape(*raw.shape[:2], -1)
    quants = _rows((low | high << 4).astype(np.int8) - 32)
    factors = np.ascontiguousarray(raw[..., 192:208]).view(np.int8)
    scales = _halves(raw[..., 208:])
    return Blocks(8, quants, scales, factors=factors.reshape(len(raw), -1))


F32: Final = Encoding("F32", 1, 4)
F16: Final = Encoding("F16", 1, 2)
BF16: Final = Encoding("BF16", 1, 2)

ENCODINGS: Final = {
    0: F32,
    1: F16,
    2: Encoding("Q4_0", GROUP, 18, _q4_0),
    3: Encoding("Q4_1", GROUP, 20, _q4_1),
    6: Encoding("Q5_0", GROUP, 22, _q5_0),
    7: Encoding("Q5_1", GROUP, 24, _q5_1),
    8: Encoding("Q8_0", GROUP, 34, _q8_0),
    12: Encoding("Q4_K", SUPER, 144, _q4_k),
    13: Encoding("Q5_K", SUPER, 176, _q5_k),
    14: Encoding("Q6_K", SUPER, 210, _q6_k),
    30: BF16,
}
"""By GGUF's numbers."""

OTHERS: Final = {
    4: "Q4_2", 5: "Q4_3", 9: "Q8_1", 10: "Q2_K", 11: "Q3_K", 15: "Q8_K",
    16: "IQ2_XXS", 17: "IQ2_XS", 18: "IQ3_XXS", 19: "IQ1_S", 20: "IQ4_NL", 21: "IQ3_S",
    22: "IQ2_S", 23: "IQ4_XS", 24: "I8", 25: "I16", 26: "I32", 27: "I64", 28: "F64",
    29: "IQ1_M", 34: "TQ1_0", 35: "TQ2_0", 39: "MXFP4", 40: "NVFP4", 41: "Q1_0",
}  # fmt: skip
"""Names of those that are refused."""
