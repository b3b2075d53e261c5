"""LLVM IR of rows of block weights, looked up.

`block_row.{kind}`: words are y, ids, weights, ids' count, rows, blocks. Each id's row
of the weights as floats.
"""

from llvmlite import ir  # type: ignore[import-untyped]

from ...blocks.kinds import HALF_BYTES, PANEL_ROWS, BlockKind
from ..byte_products import QUAD
from ..formulas import negative
from ..lanes import Real, Whole, choose
from ..writing import I8, I32, I64, Writer, word
from .halves import HALF, best_widen


def module_ir() -> str:
    """The module of rows of all kinds."""
    module = ir.Module("block_row")
    for kind in BlockKind:
        _Rows(module, kind).write_all()
    return str(module)


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
