"""LLVM IR of pooling: taps in the padding are left out.

`pool.max`, `pool.average`: words are target, source; planes, height and width of the
source; of the result first row, rows, first column, columns, elements from one plane to
the next and from one row; window rows and columns, strides, dilations, pads at the top
and the left; rows and columns that an average counts, or 0.

`pool.max1` and `pool.max2` are the same, eight columns at a time, for strides of 1 and
2; so is `average`. The result has eight columns or more, and no window reaches beyond a
row's ends. These averages count what lies in the picture.
"""

from collections.abc import Callable
from typing import Final

from llvmlite import ir  # type: ignore[import-untyped]

from .writing import FLOAT, LANES, VECTOR, Values, Writer, word
from .writing import constant as floats

MINUS_INFINITY: Final = 0xFF80_0000
"""The largest of no taps."""

Span = tuple[ir.Value, ir.Value]


def module_ir() -> str:
    """The module with all of them."""
    module = ir.Module("pool")
    for stride in (0, 1, 2):
        for average in (False, True):
            _Pool(module, stride, average).write_all()
    return str(module)


class _Pool:
    """One kernel; stride 0 is any."""

    def __init__(self, module: ir.Module, stride: int, average: bool) -> None:
        name = f"pool.{'average' if average else 'max'}{stride or ''}"
        self.stride, self.average = stride, average
        self.write = write = Writer(module, name, 21)
        self.planes, self.height, self.width = write.words[2:5]
        self.row, self.rows, self.column, self.columns = write.words[5:9]
        self.to_plane, self.to_row = write.words[9:11]
        self.window, self.strides, self.dilations, self.pads, self.counted = (
            write.words[11 + 2 * i :][:2] for i in range(5)
        )
        self.lengths = [self.height, self.width]

    def write_all(self) -> None:
        """Every plane, every row, every column."""
        write, build = self.write, self.write.build
        target, source = write.pointer(0), write.pointer(1)
        size = build.mul(self.height, self.width)

        def plane(p: ir.Value, _: Values) -> Values:
            x = write.element(source, build.mul(p, size))
            y = write.element(target, build.mul(p, self.to_plane))

            def row(r: ir.Value, _: Values) -> Values:
                line = write.element(y, build.mul(r, self.to_row))
                self._line(x, line, build.add(r, self.row))
                return []

            write.loop(word(0), self.rows, row)
            return []

        write.loop(word(0), self.planes, plane)
        write.finish()

    def _line(self, x: ir.Value, line: ir.Value, row: ir.Value) -> None:
        write, build = self.write, self.write.build
        down = self._inside(row, 0)

        def pixels(kind: ir.Type, c: ir.Value) -> None:
            column = build.add(c, self.column)
            if self.stride:
                across = word(0), self.window[1]
            else:
                across = self._inside(column, 1)
            result = self._taps(kind, x, down, across, (row, column))
            if self.average:
                count = build.sitofp(self._count(row, column, down, across), FLOAT)
                result = build.fdiv(result, write.both(count)[kind])
            write.store(write.canonical(result), write.element(line, c))

        if self.stride:
            _eights(write, self.columns, lambda c: pixels(VECTOR, c))
        else:
            write.each(self.columns, lambda c: pixels(FLOAT, c))

    def _start(self, index: ir.Value, axis: int) -> ir.Value:
        """Where tap 0 lies."""
        build = self.write.build
        return build.sub(build.mul(index, self.strides[axis]), self.pads[axis])

    def _inside(self, index: ir.Value, axis: int) -> Span:
        """Taps [first, end) that lie in the picture."""
        return self._span(self._start(index, axis), axis, self.lengths[axis])

    def _span(self, start: ir.Value, axis: int, length: ir.Value) -> Span:
        """Taps from `start` on that lie in [0, length); none if it ends too early."""
        build, by = self.write.build, self.dilations[axis]
        window = self.window[axis]
        rounding = build.sub(by, word(1))
        low = self._most(build.sdiv(build.sub(rounding, start), by), word(0))
        room = build.sdiv(build.add(build.sub(length, start), rounding), by)
        return low, self._most(self._least(room, window), low)

    def _least(self, a: ir.Value, b: ir.Value) -> ir.Value:
        build = self.write.build
        return build.select(build.icmp_signed("<", a, b), a, b)

    def _most(self, a: ir.Value, b: ir.Value) -> ir.Value:
        build = self.write.build
        return build.select(build.icmp_signed(">", a, b), a, b)

    def _count(
        self, row: ir.Value, column: ir.Value, down: Span, across: Span
    ) -> ir.Value:
        """Taps that an average is over: those inside, and those that are counted."""
        build = self.write.build
        inside = build.mul(build.sub(*down[::-1]), build.sub(*across[::-1]))
        if not self.stride:
            both, counted = word(1), word(1)
            for axis, (index, taps) in enumerate(((row, down), (column, across))):
                start = build.mul(index, self.strides[axis])
                low, high = self._span(start, axis, self.counted[axis])
                counted = build.mul(counted, build.sub(high, low))
                low, high = self._most(low, taps[0]), self._least(high, taps[1])
                both = build.mul(both, self._most(build.sub(high, low), word(0)))
            inside = build.add(inside, build.sub(counted, both))
        return self._most(inside, word(1))

    def _taps(
        self,
        kind: ir.Type,
        x: ir.Value,
        rows: Span,
        columns: Span,
        pixel: tuple[ir.Value, ir.Value],
    ) -> ir.Value:
        write, build = self.write, self.write.build
        top, left = self._start(pixel[0], 0), self._start(pixel[1], 1)

        def down(a: ir.Value, held: Values) -> Values:
            at = build.add(top, build.mul(a, self.dilations[0]))
            line = write.element(x, build.mul(at, self.width))

            def across(b: ir.Value, held: Values) -> Values:
                place = build.add(left, build.mul(b, self.dilations[1]))
                value = self._load(kind, write.element(line, place))
                if self.average:
                    return [build.fadd(held[0], value)]
                above = build.fcmp_ordered("ogt", value, held[0])
                nan = build.fcmp_unordered("uno", value, value)
                return [build.select(build.or_(above, nan), value, held[0])]

            return write.loop(columns[0], columns[1], across, held)

        start = floats(kind, 0 if self.average else MINUS_INFINITY)
        return write.loop(rows[0], rows[1], down, [start])[0]

    def _load(self, kind: ir.Type, at: ir.Value) -> ir.Value:
        """A tap of one pixel, or of eight."""
        if self.stride == 2:
            return self.write.every_second(kind, at)
        return self.write.load(kind, at)


def _eights(write: Writer, count: ir.Value, body: Callable[[ir.Value], None]) -> None:
    """body(index) for every eight; the last eight overlap with those before."""
    last = write.build.sub(count, word(LANES))

    def step(index: ir.Value, _: Values) -> Values:
        body(index)
        return []

    write.loop(word(0), last, step, step=LANES)
    body(last)
