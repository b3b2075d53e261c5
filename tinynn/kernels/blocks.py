"""LLVM IR of what goes with block weights: bytes of activations, and rows looked up.

`block.scale`: words are y, x, count, group: y[i] is the greatest magnitude of a group
of x, NaNs passed over, divided by 127. `block.quantize`: y, x, d, count, group: int8 of
as many groups of floats, by their scales. `block.sums`: y, q, count, group: int32 sums
of groups of int8. `block.pairs`: y, q, count: int8 as numbers of 16 bits, of every four
the first, the third, the second and the last.

`block_row.{kind}`: words are y, ids, weights, ids' count, rows, blocks. Each id's row
of the weights as floats.
"""

from typing import Final

from llvmlite import ir  # type: ignore[import-untyped]

from ..blocks.kinds import HALF_BYTES, PANEL_ROWS, BlockKind
from .byte_products import QUAD
from .casting import clamped
from .formulas import MAGNITUDE, negative
from .halves import best_widen
from .lanes import Real, Whole, choose
from .quantising import nearest
from .writing import (
    FLOAT,
    FLOAT_BYTES,
    I8,
    I32,
    I64,
    LANES,
    VECTOR,
    WORDS,
    Values,
    Writer,
    constant,
    word,
)

LEVELS: Final = 0x42FE_0000
"""127."""

ENDS: Final = -127, 127
HALF: Final = ir.IntType(16)


def module_ir() -> str:
    """The module of activations."""
    module = ir.Module("block")
    _scale(module)
    _quantize(module)
    _sums(module)
    _pairs(module)
    return str(module)


def rows_ir() -> str:
    """The module of rows of all kinds."""
    module = ir.Module("block_row")
    for kind in BlockKind:
        _Rows(module, kind).write_all()
    return str(module)


def _lane(write: Writer, vector: ir.Value, index: int) -> ir.Value:
    return write.build.extract_element(vector, ir.Constant(I32, index))


def _scale(module: ir.Module) -> None:
    write = Writer(module, "block.scale", 4)
    build, y, x = write.build, write.pointer(0), write.pointer(1)
    count, group = write.words[2:]

    def one(index: ir.Value) -> None:
        base = write.element(x, build.mul(index, group))

        def further(at: ir.Value, held: Values) -> Values:
            best = Real(write, held[0])
            value = Real(write, write.load(VECTOR, write.element(base, at)))
            size = (value.bits & MAGNITUDE).real
            return [choose(size > best, size, best).value]

        start = [constant(VECTOR, 0)]
        (lanes,) = write.loop(word(0), group, further, start, step=LANES)
        best = Real(write, _lane(write, lanes, 0))
        for lane in range(1, LANES):
            other = Real(write, _lane(write, lanes, lane))
            best = choose(other > best, other, best)
        write.store((best / LEVELS).value, write.element(y, index))

    write.each(count, one)
    write.finish()


def _quantize(module: ir.Module) -> None:
    write = Writer(module, "block.quantize", 5)
    build = write.build
    y, x, scales = (write.pointer(i) for i in range(3))
    count, group = write.words[3:]
    bytes_ = ir.VectorType(I8, LANES)

    def one(index: ir.Value) -> None:
        d = Real(write, write.spread(write.load(FLOAT, write.element(scales, index))))
        start = build.mul(index, group)

        def eight(at: ir.Value, _: Values) -> Values:
            place = build.add(start, at)
            value = Real(write, write.load(VECTOR, write.element(x, place)))
            n = clamped(nearest(value / d), ENDS)
            n = choose(d.equals(0), n.like(0), n)
            build.store(build.trunc(n.value, bytes_), write.at(y, place), align=1)
            return []

        write.loop(word(0), group, eight, step=LANES)

    write.each(count, one)
    write.finish()


def _sums(module: ir.Module) -> None:
    write = Writer(module, "block.sums", 4)
    build, y, q = write.build, write.pointer(0), write.pointer(1)
    count, group = write.words[2:]
    bytes_ = ir.VectorType(I8, LANES)

    def one(index: ir.Value) -> None:
        start = build.mul(index, group)

        def eight(at: ir.Value, held: Values) -> Values:
            place = write.at(q, build.add(start, at))
            some = build.sext(build.load(place, typ=bytes_, align=1), WORDS)
            return [build.add(held[0], some)]

        nothing = [ir.Constant(WORDS, [0] * LANES)]
        (lanes,) = write.loop(word(0), group, eight, nothing, step=LANES)
        total = _lane(write, lanes, 0)
        for lane in range(1, LANES):
            total = build.add(total, _lane(write, lanes, lane))
        build.store(total, write.element(y, index), align=FLOAT_BYTES)

    write.each(count, one)
    write.finish()


def _pairs(module: ir.Module) -> None:
    write = Writer(module, "block.pairs", 3)
    build, y, q = write.build, write.pointer(0), write.pointer(1)
    wide = ir.VectorType(HALF, QUAD)
    order = ir.Constant(ir.VectorType(I32, QUAD), [0, 2, 1, 3])

    def four(index: ir.Value, _: Values) -> Values:
        at = write.at(q, index)
        some = build.load(at, typ=ir.VectorType(I8, QUAD), align=1)
        some = build.sext(some, wide)
        turned = build.shuffle_vector(some, some, order)
        build.store(turned, write.at(y, build.mul(index, word(2))), align=1)
        return []

    write.loop(word(0), write.words[2], four, step=QUAD)
    write.finish()


class _Rows:
    """Writes the kernel that looks up rows of one kind."""

    def __init__(self, module: ir.Module, kind: BlockKind) -> None:
        self.kind, self.widen = kind, best_widen()
        self.write = write = Writer(module, f"block_row.{kind.name.lower()}", 6)
        self.build = write.build
        self.y, self.ids, self.table = (write.pointer(i) for i in range(3))
        self.count, self.rows, self.blocks = write.words[3:]

    def write_all(self) -> None:
        """Each id."""
        build, write, kind = self.build, self.write, self.kind
        columns = build.mul(self.blocks, word(kind.block))
        panel_bytes = build.mul(self.blocks, word(kind.block_bytes))

        def row(index: ir.Value) -> None:
            held = build.load(write.element(self.ids, index), typ=I32, align=4)
            number = Whole(write, build.sext(held, I64))
            last = Whole(write, build.sub(self.rows, word(1)))
            number = choose(number < 0, number.like(0), number)
            number = choose(number > last, last, number)
            panel = build.udiv(number.value, word(PANEL_ROWS))
            lane = build.urem(number.value, word(PANEL_ROWS))
            at = write.at(self.table, build.mul(panel, panel_bytes))
            target = write.element(self.y, build.mul(index, columns))
            write.each(self.blocks, lambda block: self.block(at, lane, target, block))

        write.each(self.count, row)
        write.finish()

    def block(
        self, panel: ir.Value, lane: ir.Value, row: ir.Value, index: ir.Value
    ) -> None:
        """A block of a row, from its panel."""
        build, write, kind = self.build, self.write, self.kind
        at = write.at(panel, build.mul(index, word(kind.block_bytes)))
        target = write.element(row, build.mul(index, word(kind.block)))
        scale = self._half(at, lane, 0)
        low = self._half(at, lane, 1) if kind.has_minimum else None
        groups = write.at(at, word(kind.head_bytes))

        def group(number: ir.Value) -> None:
            start = write.at(groups, build.mul(number, word(kind.group_bytes)))
            to = write.element(target, build.mul(number, word(kind.group)))
            factor, less = scale, low
            if kind.is_long:
                factor = scale * self._small(start, lane, 0)
            if kind.is_long and low is not None:
                less = negative(low * self._small(start, lane, 1))
            self._group(start, lane, to, factor, less)

        write.each(word(kind.block // kind.group), group)

    def _group(
        self, at: ir.Value, lane: ir.Value, to: ir.Value, factor: Real, low: Real | None
    ) -> None:
        build, write, kind = self.build, self.write, self.kind
        words = write.at(at, word(kind.group_head_bytes))
        words = write.at(words, build.mul(lane, word(QUAD)))

        def quad(k: ir.Value) -> None:
            place = build.mul(k, word(QUAD * PANEL_ROWS))
            w = Whole(write, build.load(write.at(words, place), typ=I32, align=1))
            first = build.mul(k, word(QUAD))
            for further, q in self._quants(w):
                value = q.rounded * factor
                value = value if low is None else value + low
                place = write.element(to, build.add(first, word(further)))
                write.store(write.canonical(value.value), place)

        write.each(word(kind.group * kind.bits // 8 // QUAD), quad)

    def _quants(self, w: Whole) -> list[tuple[int, Whole]]:
        """A word's weights, and their places from its first on."""
        kind, found = self.kind, []
        for j in range(QUAD):
            byte = w.unsigned_shift(8 * j) & 255
            if kind.bits == 8:
                turned = byte if j % 2 == 0 else byte ^ 128
                found.append((j, turned - 128))
            else:
                found.append((j, (byte & 15) + kind.least))
                found.append((j + kind.group // 2, (byte >> 4) + kind.least))
        return found

    def _half(self, at: ir.Value, lane: ir.Value, which: int) -> Real:
        place = self.build.add(lane, word(PANEL_ROWS * which))
        place = self.write.at(at, self.build.mul(place, word(HALF_BYTES)))
        bits = self.build.load(place, typ=HALF, align=1)
        return Real(self.write, self.widen(self.write, bits))

    def _small(self, at: ir.Value, lane: ir.Value, which: int) -> Real:
        place = self.build.add(lane, word(PANEL_ROWS * which))
        small = self.build.load(self.write.at(at, place), typ=I8, align=1)
        return Whole(self.write, self.build.sext(small, I32)).rounded
