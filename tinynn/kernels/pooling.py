"""LLVM IR of max pooling: taps in the padding are left out.

`pool.max`: words are target, source, planes, height, width, first row and rows of the
result in a plane, columns of the result; window rows and columns, strides, dilations,
pads at the top and the left. Every plane of the result begins where the last ends.

`pool.max1` and `pool.max2` are the same, eight columns at a time, for strides of 1 and
2. The result has eight columns or more, and no window reaches beyond a row's ends.
"""

from collections.abc import Callable
from typing import Final

from llvmlite import ir  # type: ignore[import-untyped]

from .writing import FLOAT, FLOAT_BYTES, I32, LANES, VECTOR, Values, Writer, word
from .writing import constant as floats

MINUS_INFINITY: Final = 0xFF80_0000
"""The largest of no taps."""

EVERY_SECOND: Final = (0, 2, 4, 6, 9, 11, 13, 15)
"""Of eight neighbours and eight that begin seven further: nothing is read in vain."""


def module_ir() -> str:
    """The module with all three."""
    module = ir.Module("pool")
    for stride in (0, 1, 2):
        _largest(module, stride)
    return str(module)


def _largest(module: ir.Module, stride: int) -> None:
    """Stride 0 is any."""
    write = Writer(module, f"pool.max{stride or ''}", 16)
    build = write.build
    planes, height, width, first, rows, columns = write.words[2:8]
    window, strides, dilations, pads = (write.words[8 + 2 * i :][:2] for i in range(4))
    target, source = write.pointer(0), write.pointer(1)
    plane_size = build.mul(height, width)

    def plane(p: ir.Value, _: Values) -> Values:
        x = write.element(source, build.mul(p, plane_size))
        y = write.element(target, build.mul(p, build.mul(rows, columns)))

        def row(r: ir.Value, _: Values) -> Values:
            down = span(build.add(r, first), 0, height)
            line = write.element(y, build.mul(r, columns))

            def pixels(kind: ir.Type, c: ir.Value) -> None:
                if stride:
                    across = word(0), window[1], build.mul(c, word(stride))
                else:
                    across = span(c, 1, width)
                best = taps(kind, x, down, across)
                write.store(write.canonical(best), write.element(line, c))

            if stride:
                _eights(write, columns, lambda c: pixels(VECTOR, c))
            else:
                write.each(columns, lambda c: pixels(FLOAT, c))
            return []

        write.loop(word(0), rows, row)
        return []

    def span(index: ir.Value, axis: int, length: ir.Value) -> tuple[ir.Value, ...]:
        """Taps [first, end) that lie in the picture, and where tap 0 would lie."""
        start = build.sub(build.mul(index, strides[axis]), pads[axis])
        by = dilations[axis]
        behind = build.sub(build.add(by, word(-1)), start)
        low = build.sdiv(behind, by)
        low = build.select(build.icmp_signed(">", low, word(0)), low, word(0))
        room = build.sub(length, start)
        end = build.sdiv(build.add(room, build.add(by, word(-1))), by)
        inside = build.icmp_signed("<", end, window[axis])
        return low, build.select(inside, end, window[axis]), start

    def taps(
        kind: ir.Type,
        x: ir.Value,
        rows: tuple[ir.Value, ...],
        columns: tuple[ir.Value, ...],
    ) -> ir.Value:
        def down(a: ir.Value, held: Values) -> Values:
            at = build.add(rows[2], build.mul(a, dilations[0]))
            line = write.element(x, build.mul(at, width))

            def across(b: ir.Value, held: Values) -> Values:
                place = build.add(columns[2], build.mul(b, dilations[1]))
                value = _load(write, kind, write.element(line, place), stride)
                above = build.fcmp_ordered("ogt", value, held[0])
                nan = build.fcmp_unordered("uno", value, value)
                return [build.select(build.or_(above, nan), value, held[0])]

            return write.loop(columns[0], columns[1], across, held)

        nothing = floats(kind, MINUS_INFINITY)
        return write.loop(rows[0], rows[1], down, [nothing])[0]

    write.loop(word(0), planes, plane)
    write.finish()


def _eights(write: Writer, count: ir.Value, body: Callable[[ir.Value], None]) -> None:
    """body(index) for every eight; the last eight overlap with those before."""
    last = write.build.sub(count, word(LANES))

    def step(index: ir.Value, _: Values) -> Values:
        body(index)
        return []

    write.loop(word(0), last, step, step=LANES)
    body(last)


def _load(write: Writer, kind: ir.Type, at: ir.Value, stride: int) -> ir.Value:
    """A tap of one pixel, or of eight."""
    low = write.load(kind, at)
    if kind == FLOAT or stride == 1:
        return low
    high = write.load(kind, write.at(at, word(FLOAT_BYTES * (LANES - 1))))
    lanes = ir.Constant(ir.VectorType(I32, LANES), list(EVERY_SECOND))
    return write.build.shuffle_vector(low, high, lanes)
