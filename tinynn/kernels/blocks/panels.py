"""LLVM IR of a matrix of block weights times a vector of bytes, by panels of rows.

`panel.{kind}`: words are y, q, pairs, d, sums, panels, rows, blocks. y[i], for i below
rows, from the panels on; q are int8, or `pairs` of them where `uses_pairs` says so, d a
float a block of them, `sums` an int32 a group of them (`block.sums`). Eight rows are
the lanes of a vector, so each row's groups are taken in order. Weights are multiplied
as unsigned bytes, and what that adds is taken off.

`fine.{kind}`, of kinds without a second level, has two words more: r, what is left of
q, and its pairs. `sums` are of 128 q + r, and d is a byte's, as ever.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from llvmlite import ir  # type: ignore[import-untyped]

from ...blocks.kinds import HALF_BYTES, PANEL_ROWS, BlockKind
from ..lanes import Real, Whole
from ..writing import (
    FLOAT,
    FLOAT_BYTES,
    I8,
    I32,
    VECTOR,
    VECTOR_BYTES,
    WORDS,
    Values,
    Writer,
    constant,
    same,
    word,
)
from .activations import FINENESS
from .halves import Widen, best_widen
from .products import Vector, Way, best_way

HALVES: Final = ir.VectorType(ir.IntType(16), PANEL_ROWS)
SMALL: Final = ir.VectorType(I8, PANEL_ROWS)


PAIR_BYTES: Final = 2
"""Of each byte of a vector that is widened."""


FINE_UNIT: Final = 0x3C00_0000
"""2^-7: of what is left of a byte."""


def panel_ir(
    kind: BlockKind,
    way: Way | None = None,
    widen: Widen | None = None,
    *,
    fine: bool = False,
) -> str:
    """The module of a kind."""
    module = ir.Module("panel")
    _Panels(module, kind, way or best_way(), widen or best_widen(), fine).write_all()
    return str(module)


def uses_pairs(kind: BlockKind) -> bool:
    """Whether this processor's kernel reads them."""
    return best_way().reads_pairs(kind)


MODULES: Final[Mapping[str, Callable[[], str]]] = {
    f"panel.{kind.name.lower()}": partial(panel_ir, kind) for kind in BlockKind
} | {
    f"fine.{kind.name.lower()}": partial(panel_ir, kind, fine=True)
    for kind in BlockKind
    if not kind.is_long
}


class _Panels:
    """Writes the kernel of one kind."""

    def __init__(
        self, module: ir.Module, kind: BlockKind, way: Way, widen: Widen, fine: bool
    ) -> None:
        name = f"{'fine' if fine else 'panel'}.{kind.name.lower()}"
        self.write = write = Writer(module, name, 8 + 2 * fine)
        self.build, self.fine = write.build, fine
        self.kind, self.way, self.widen = kind, way, widen
        self.y, self.q, self.pairs, self.d = map(write.pointer, range(4))
        self.sums, self.panels = map(write.pointer, range(4, 6))
        self.rows, self.blocks = write.words[6:8]
        self.planes = [(self.q, self.pairs)]
        if fine:
            self.planes.append((write.pointer(8), write.pointer(9)))

    def write_all(self) -> None:
        """All whole panels, then what is left of one."""
        build, write = self.build, self.write
        whole = build.and_(self.rows, word(-PANEL_ROWS))
        panel_bytes = build.mul(self.blocks, word(self.kind.block_bytes))

        def row_of(row: ir.Value) -> ir.Value:
            panel = build.udiv(row, word(PANEL_ROWS))
            return self.panel(write.at(self.panels, build.mul(panel, panel_bytes)))

        def stored(row: ir.Value, _: Values) -> Values:
            write.store(row_of(row), write.element(self.y, row))
            return []

        write.loop(word(0), whole, stored, step=PANEL_ROWS)
        left = build.sub(self.rows, whole)
        with build.if_then(build.icmp_signed(">", left, word(0))):
            room = build.alloca(VECTOR)
            build.store(row_of(whole), room, align=VECTOR_BYTES)
            target = write.element(self.y, whole)

            def one(index: ir.Value) -> None:
                found = write.load(FLOAT, write.element(room, index))
                write.store(found, write.element(target, index))

            write.each(left, one)
        write.finish()

    def panel(self, at: ir.Value) -> ir.Value:
        """The sums of a panel's rows."""

        def block(index: ir.Value, held: Values) -> Values:
            start = self.write.at(
                at, self.build.mul(index, word(self.kind.block_bytes))
            )
            d = Real(self.write, self._spread(FLOAT, self.d, index))
            take = self.long_block if self.kind.is_long else self.short_block
            return [take(start, index, d, Real(self.write, held[0])).value]

        (total,) = self.write.loop(word(0), self.blocks, block, [constant(VECTOR, 0)])
        return self.write.canonical(total)

    def short_block(self, at: ir.Value, index: ir.Value, d: Real, total: Real) -> Real:
        """A group with floats of its own: acc + (w.d x.d) s + w.m (x.d sum)."""
        kind = self.kind
        sum_ = self._sum_of(index)
        if self.fine:
            d = d * FINE_UNIT
        products = self.products(self._later(at, kind.head_bytes), index, sum_)
        total = total + (self._floats(at, 0) * d) * products.rounded
        if kind.has_minimum:
            total = total + self._floats(at, 1) * (d * sum_.rounded)
        return total

    def long_block(self, at: ir.Value, index: ir.Value, d: Real, total: Real) -> Real:
        """Groups with small integers: acc + (w.d x.d) S - (w.dmin x.d) M."""
        kind, groups = self.kind, self.kind.block // self.kind.group
        nothing = same(WORDS, I32, 0)
        first = self.build.mul(index, word(groups))

        def group(number: ir.Value, held: Values) -> Values:
            offset = self.build.mul(number, word(kind.group_bytes))
            start = self.write.at(self._later(at, kind.head_bytes), offset)
            place = self.build.add(first, number)
            sum_ = self._sum_of(place)
            inner = self._later(start, kind.group_head_bytes)
            products, lows = (Whole(self.write, value) for value in held)
            products += self.products(inner, place, sum_) * self._small(start, 0)
            if kind.has_minimum:
                lows += sum_ * self._small(start, 1)
            return [products.value, lows.value]

        held = self.write.loop(word(0), word(groups), group, [nothing, nothing])
        products, lows = (Whole(self.write, value) for value in held)
        total = total + (self._floats(at, 0) * d) * products.rounded
        if kind.has_minimum:
            total = total - (self._floats(at, 1) * d) * lows.rounded
        return total

    def products(self, at: ir.Value, group: ir.Value, sum_: Whole) -> Whole:
        """The sum of q x over a group, exact. Every plane of x after the first is in
        units of which the one before has FINENESS."""
        kind, write, build = self.kind, self.write, self.build
        place = build.mul(group, word(kind.group))
        double = build.mul(place, word(PAIR_BYTES))
        starts = [same(WORDS, I32, 0)] * (len(self.planes) - 1)
        starts.append((sum_ * kind.least).value)
        products, total = self.way.products(kind), sum_.like(0)
        for (bytes_, pairs), start in zip(self.planes, starts, strict=True):
            vector = Vector(write.at(bytes_, place), write.at(pairs, double))
            found = Whole(write, products(write, kind, start, at, vector))
            total = total * FINENESS + found if self.fine else found
        return total

    def _later(self, at: ir.Value, offset: int) -> ir.Value:
        return self.write.at(at, word(offset))

    def _spread(self, element: ir.Type, base: ir.Value, index: ir.Value) -> ir.Value:
        at = self.write.at(base, self.build.mul(index, word(FLOAT_BYTES)))
        return self.write.spread(self.write.load(element, at))

    def _sum_of(self, group: ir.Value) -> Whole:
        """Of x's bytes."""
        return Whole(self.write, self._spread(I32, self.sums, group))

    def _floats(self, at: ir.Value, which: int) -> Real:
        """A block's scales, or its minima."""
        place = self._later(at, HALF_BYTES * PANEL_ROWS * which)
        halves = self.build.load(place, typ=HALVES, align=1)
        return Real(self.write, self.widen(self.write, halves))

    def _small(self, at: ir.Value, which: int) -> Whole:
        """A group's scales, or its minima."""
        small = self.build.load(self._later(at, PANEL_ROWS * which), typ=SMALL, align=1)
        return Whole(self.write, self.build.sext(small, WORDS))
