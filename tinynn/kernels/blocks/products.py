"""LLVM IR of a group of a panel's weights times as many bytes, the exact sums of rows.

Several ways to the same sums, by what a processor has. Each begins at given sums and
adds products of unsigned weights and signed bytes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from llvmlite import ir  # type: ignore[import-untyped]

from mips_vm.compiled import native

from ...blocks.kinds import BlockKind
from ..byte_products import PAIRS, QUAD, Dot, dot_plain, dot_vnni, intrinsic
from ..lanes import Whole
from ..writing import I8, I32, LANES, VECTOR_BYTES, WORDS, Values, Writer, word

LOW: Final = 0x0F0F_0F0F
ODD: Final = ~0x7FFF_7FFF
"""Top bits of a word's bytes at odd places, as a signed number: they are as stored."""

HALF_WORDS: Final = ir.VectorType(ir.IntType(16), 2 * LANES)
BYTES: Final = ir.VectorType(I8, VECTOR_BYTES)
SATURATING: Final = "llvm.x86.avx2.pmadd.ub.sw"


@dataclass(frozen=True, slots=True)
class Vector:
    """Where a group's bytes are: as such, and as numbers of 16 bits, those of a quad at
    places 0, 2, 1, 3 (`block.pairs`)."""

    bytes: ir.Value
    pairs: ir.Value


Products = Callable[[Writer, BlockKind, ir.Value, ir.Value, Vector], ir.Value]
"""`products(write, kind, sums, weights, vector)`, of one group."""


@dataclass(frozen=True, slots=True)
class Way:
    """For 4-bit and for 8-bit weights; whether the latter read pairs."""

    name: str
    four: Products
    eight: Products
    pairs: bool = False

    def products(self, kind: BlockKind) -> Products:
        return self.four if kind.bits == 4 else self.eight

    def reads_pairs(self, kind: BlockKind) -> bool:
        return self.pairs and kind.bits == 8


def _words(write: Writer, kind: BlockKind, at: ir.Value) -> list[Whole]:
    """A panel's words of the group."""
    count = kind.group * kind.bits // 8 // QUAD
    places = [write.at(at, word(VECTOR_BYTES * k)) for k in range(count)]
    return [
        Whole(write, write.build.load(place, typ=WORDS, align=1)) for place in places
    ]


def _spread(write: Writer, at: ir.Value, offset: int) -> ir.Value:
    """A word of the vector in every lane."""
    place = write.at(at, word(offset))
    return write.spread(write.build.load(place, typ=I32, align=1))


def _unsigned(kind: BlockKind, words: list[Whole]) -> list[tuple[int, Whole]]:
    """Weights less the least, with the places of their first terms."""
    if kind.bits == 8:
        return [(QUAD * k, w ^ ODD) for k, w in enumerate(words)]
    half, found = kind.group // 2, []
    for k, w in enumerate(words):
        found.append((QUAD * k, w & LOW))
        found.append((QUAD * k + half, w.unsigned_shift(4) & LOW))
    return found


def by(dot: Dot) -> Products:
    """Four products at a time."""

    def products(
        write: Writer, kind: BlockKind, sums: ir.Value, at: ir.Value, vector: Vector
    ) -> ir.Value:
        for place, u in _unsigned(kind, _words(write, kind, at)):
            single = _spread(write, vector.bytes, place)
            sums = dot(write, sums, u.value, single)
        return sums

    return products


def small(
    write: Writer, kind: BlockKind, sums: ir.Value, at: ir.Value, vector: Vector
) -> ir.Value:
    """Of weights to 15: sums of 16 products fit 16 bits, and nothing saturates."""
    build, total = write.build, None
    multiply = intrinsic(write, SATURATING, ir.FunctionType(HALF_WORDS, [BYTES, BYTES]))
    for place, u in _unsigned(kind, _words(write, kind, at)):
        pair = [u.value, _spread(write, vector.bytes, place)]
        found = build.call(multiply, [build.bitcast(each, BYTES) for each in pair])
        total = found if total is None else build.add(total, found)
    ones = ir.Constant(HALF_WORDS, [1] * 2 * LANES)
    add = intrinsic(write, PAIRS, ir.FunctionType(WORDS, [HALF_WORDS, HALF_WORDS]))
    return build.add(sums, build.call(add, [total, ones]))


def pairs(
    write: Writer, kind: BlockKind, sums: ir.Value, at: ir.Value, vector: Vector
) -> ir.Value:
    """Two products of 16 bits at a time."""
    build = write.build
    multiply = intrinsic(write, PAIRS, ir.FunctionType(WORDS, [HALF_WORDS, HALF_WORDS]))
    for place, u in _unsigned(kind, _words(write, kind, at)):
        both = build.bitcast(u.value, HALF_WORDS)
        low = build.and_(both, ir.Constant(HALF_WORDS, [255] * 2 * LANES))
        high = build.lshr(both, ir.Constant(HALF_WORDS, [8] * 2 * LANES))
        for offset, part in ((0, low), (QUAD, high)):
            single = _spread(write, vector.pairs, 2 * place + offset)
            pair: Values = [part, build.bitcast(single, HALF_WORDS)]
            sums = build.add(sums, build.call(multiply, pair))
    return sums


VNNI: Final = Way("vnni", by(dot_vnni), by(dot_vnni))
AVX2: Final = Way("avx2", small, pairs, pairs=True)
PLAIN: Final = Way("plain", by(dot_plain), by(dot_plain))

NEEDS: Final = {
    VNNI.name: ("avx512vnni", "avx512vl"),
    AVX2.name: ("avx2",),
    PLAIN.name: (),
}
"""Features of a processor, by LLVM's names."""


def best_way() -> Way:
    """The quickest that this processor has."""
    found = (way for way in (VNNI, AVX2) if native.has_feature(*NEEDS[way.name]))
    return next(found, PLAIN)
