"""LLVM IR of sums of products in a strict order, a tile at a time in registers.

Every element of the result is one chain `total = total + a[k] * b[k]`, k ascending: a
product, then a sum, no flags, so that nothing is fused or reassociated. Then its bias
is added and a NaN made canonical. Rows and columns are where the speed comes from: six
rows by two halves of eight columns stay in registers.

`slide.{rows}`: b is a picture, and nothing is packed. A half is eight neighbours in it:
term k of half h lies `places[h] + offsets[k]` bytes after x, and the result
`targets[h]` bytes after y. `multiply.{rows}`: b is panels, each [k][16].

For `slide`, a is blocks of so many rows, each [k][row]; for `multiply` it is rows.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

from llvmlite import ir  # type: ignore[import-untyped]

from . import sizes
from .writing import (
    FLOAT,
    FLOAT_BYTES,
    I64,
    LANES,
    VECTOR,
    VECTOR_BYTES,
    WORD_BYTES,
    Body,
    Values,
    Writer,
    word,
)

ROWS, COLUMNS, HALVES = sizes.ROWS, sizes.COLUMNS, sizes.HALVES

TERMS: Final = 4
"""Of one round over packed panels; the processor can barely decode one in time."""


def slide_ir(name: str, *, patched: bool, rectified: bool, further: bool) -> str:
    """The module with slide.1 to slide.6, or one of the same kind.

    Words: a, x, y, bias, places, targets, offsets, halves, blocks, terms, row_bytes.

    `slides.` has blocks of six rows and then one of its number, whose a is a further
    word: a picture is gone over once. `patch.` and `patches.` have a room in a last
    word: the taps of some halves are copied there, side by side, before blocks of rows
    read them. In pictures of a power of two all channels fall into one line of the
    cache. `slide_relu.` and the like store what a ReLU makes of the sums.
    """
    module = ir.Module(name)
    for rows in range(1, ROWS + 1 - further):
        blocks = (ROWS, rows) if further else (rows, 0)
        _Slide(module, f"{name}.{rows}", blocks, patched, rectified).write_all()
    return str(module)


MODULES: Final[Mapping[str, Callable[[], str]]] = {
    f"{name}{suffix}": partial(
        slide_ir,
        f"{name}{suffix}",
        patched=name.startswith("patch"),
        rectified=bool(suffix),
        further=name.endswith("s"),
    )
    for name in ("slide", "slides", "patch", "patches")
    for suffix in ("", "_relu")
}


class _Slide:
    """One kernel: rows of its blocks, and of one more that comes last, or 0."""

    def __init__(
        self,
        module: ir.Module,
        name: str,
        rows: tuple[int, int],
        patched: bool,
        rectified: bool,
    ) -> None:
        self.rows, self.last = rows
        self.patched, self.rectified = patched, rectified
        self.write = Writer(module, name, 11 + (self.last > 0) + patched)

    def write_all(self) -> None:
        """Halves in groups, then one by one."""
        write, width = self.write, HALVES[self.rows]
        halves = write.words[7]
        whole = write.build.mul(write.build.udiv(halves, word(width)), word(width))

        def wide(half: ir.Value, _: Values) -> Values:
            self._blocks(half, width)
            return []

        def narrow(half: ir.Value, _: Values) -> Values:
            self._blocks(half, 1)
            return []

        write.loop(word(0), whole, wide, step=width)
        write.loop(whole, halves, narrow)
        write.finish()

    def _blocks(self, half: ir.Value, width: int) -> None:
        """Some halves of all blocks of rows: their patches stay in the cache."""
        write, build = self.write, self.write.build
        a, x, y, _, places, targets, offsets = map(write.pointer, range(7))
        blocks, terms = write.words[8:10]
        bases, stores = [], []
        for i in range(width):
            at = build.mul(build.add(half, word(i)), word(WORD_BYTES))
            bases.append(write.at(x, write.load(I64, write.at(places, at))))
            stores.append(write.at(y, write.load(I64, write.at(targets, at))))

        def lying(k: ir.Value) -> Values:
            """Where the halves' taps lie in the picture."""
            at = build.mul(k, word(WORD_BYTES))
            offset = write.load(I64, write.at(offsets, at))
            return [write.at(base, offset) for base in bases]

        def copied(k: ir.Value) -> Values:
            """Where they are copied to."""
            at = build.mul(k, word(VECTOR_BYTES * width))
            room = write.at(write.pointer(len(write.words) - 1), at)
            return [write.at(room, word(VECTOR_BYTES * i)) for i in range(width)]

        def copy(k: ir.Value) -> None:
            for source, target in zip(lying(k), copied(k), strict=True):
                write.store(write.load(VECTOR, source), target)

        if self.patched:
            write.each(terms, copy)
        columns = copied if self.patched else lying
        block_bytes = build.mul(terms, word(FLOAT_BYTES * self.rows))

        def block(index: ir.Value, _: Values) -> Values:
            at_a = write.at(a, build.mul(index, block_bytes))
            first = build.mul(index, word(self.rows))
            self._block(self.rows, at_a, first, columns, stores)
            return []

        write.loop(word(0), blocks, block)
        if self.last:
            first = build.mul(blocks, word(self.rows))
            self._block(self.last, write.pointer(11), first, columns, stores)

    def _block(
        self,
        rows: int,
        at_a: ir.Value,
        first: ir.Value,
        columns: Callable[[ir.Value], Values],
        stores: Values,
    ) -> None:
        write, build, width = self.write, self.write.build, len(stores)
        bias, (terms, row_bytes) = write.pointer(3), write.words[9:11]

        def term(k: ir.Value, sums: Values) -> Values:
            halves = columns(k)
            at = write.at(at_a, build.mul(k, word(FLOAT_BYTES * rows)))
            singles = [write.at(at, word(FLOAT_BYTES * row)) for row in range(rows)]
            return _add_term(write, singles, halves, sums)

        def two(k: ir.Value, sums: Values) -> Values:
            return term(build.add(k, word(1)), term(k, sums))

        zero = ir.Constant(VECTOR, [0.0] * LANES)
        even = build.and_(terms, word(-2))
        sums = write.loop(word(0), even, two, [zero] * (rows * width), step=2)
        sums = write.loop(even, terms, term, sums)
        for row in range(rows):
            number = build.add(first, word(row))
            added = write.spread(write.load(FLOAT, write.element(bias, number)))
            below = build.mul(number, row_bytes)
            for i, store in enumerate(stores):
                total = build.fadd(sums[row * width + i], added)
                if self.rectified:
                    total = self._relu(total)
                write.store(write.canonical(total), write.at(store, below))

    def _relu(self, total: ir.Value) -> ir.Value:
        """Of a sum from +0 on, which is never -0: so one instruction does."""
        build, zero = self.write.build, ir.Constant(VECTOR, [0.0] * LANES)
        return build.select(build.fcmp_ordered("ogt", zero, total), zero, total)


def _add_term(
    write: Writer, singles: Values, columns: Sequence[ir.Value], sums: Values
) -> Values:
    """Each sum plus its product for one k."""
    build = write.build
    halves = [write.load(VECTOR, column) for column in columns]
    added = []
    for row, at in enumerate(singles):
        spread = write.spread(write.load(FLOAT, at))
        for i, half in enumerate(halves):
            product = build.fmul(spread, half)
            added.append(build.fadd(sums[row * len(halves) + i], product))
    return added


def multiply_ir() -> str:
    """The module with multiply.1 to multiply.6.

    Words: a, b, c, bias, blocks, panels, terms, row_bytes of a, row_bytes of c, begin,
    end. Sums begin at +0 if `begin` is not 0, else at c. If `end` is not 0 the bias,
    one a column, is added and NaNs are made canonical.
    """
    module = ir.Module("multiply")
    for rows in range(1, ROWS + 1):
        _multiply(module, rows)
    return str(module)


def _multiply(module: ir.Module, rows: int) -> None:
    """For each panel all blocks of rows: the panel stays in the nearest cache."""
    write = Writer(module, f"multiply.{rows}", 11)
    build = write.build
    blocks, panels, terms = write.words[4:7]
    a, b, c, bias = map(write.pointer, range(4))
    panel_bytes = build.mul(terms, word(FLOAT_BYTES * COLUMNS))
    block_bytes, tile_bytes = (
        build.mul(row_bytes, word(rows)) for row_bytes in write.words[7:9]
    )

    def panel(index: ir.Value, _: Values) -> Values:
        left = build.mul(index, word(FLOAT_BYTES * COLUMNS))
        at_b = write.at(b, build.mul(index, panel_bytes))
        at_bias, at_c = write.at(bias, left), write.at(c, left)

        def block(number: ir.Value, _: Values) -> Values:
            at_a = write.at(a, build.mul(number, block_bytes))
            tile = write.at(at_c, build.mul(number, tile_bytes))
            _packed_tile(write, rows, at_a, at_b, tile, at_bias)
            return []

        write.loop(word(0), blocks, block)
        return []

    write.loop(word(0), panels, panel)
    write.finish()


def _packed_tile(
    write: Writer,
    rows: int,
    a: ir.Value,
    b: ir.Value,
    c: ir.Value,
    bias: ir.Value,
) -> None:
    build = write.build
    terms, a_row_bytes, row_bytes, begin, end = write.words[6:]
    lines = [write.at(a, build.mul(a_row_bytes, word(row))) for row in range(rows)]
    places = [
        write.at(c, build.add(build.mul(row_bytes, word(row)), word(half)))
        for row in range(rows)
        for half in (0, VECTOR_BYTES)
    ]
    starts = _starts(write, begin, places)

    def round_of(number: int) -> Body:
        def terms(k: ir.Value, sums: Values) -> Values:
            at_b = write.at(b, build.mul(k, word(FLOAT_BYTES * COLUMNS)))
            for i in range(number):
                panel = FLOAT_BYTES * COLUMNS * i
                columns = [
                    write.at(at_b, word(panel + half)) for half in (0, VECTOR_BYTES)
                ]
                at = build.mul(build.add(k, word(i)), word(FLOAT_BYTES))
                singles = [write.at(line, at) for line in lines]
                sums = _add_term(write, singles, columns, sums)
            return sums

        return terms

    whole = build.and_(terms, word(-TERMS))
    sums = write.loop(word(0), whole, round_of(TERMS), starts, step=TERMS)
    sums = write.loop(whole, terms, round_of(1), sums)
    with build.if_else(build.icmp_signed("!=", end, word(0))) as (last, more):
        with last:
            biases = [
                write.load(VECTOR, write.at(bias, word(half)))
                for half in (0, VECTOR_BYTES)
            ]
            for i, (place, total) in enumerate(zip(places, sums, strict=True)):
                total = build.fadd(total, biases[i % 2])
                write.store(write.canonical(total), place)
        with more:
            for place, total in zip(places, sums, strict=True):
                write.store(total, place)


def _starts(write: Writer, begin: ir.Value, places: Values) -> Values:
    """+0, or what lies at the places."""
    build = write.build
    zero = ir.Constant(VECTOR, [0.0] * LANES)
    before = build.block
    with build.if_then(build.icmp_signed("==", begin, word(0))):
        held = [write.load(VECTOR, place) for place in places]
        loaded = build.block
    starts = []
    for value in held:
        start = build.phi(VECTOR)
        start.add_incoming(zero, before)
        start.add_incoming(value, loaded)
        starts.append(start)
    return starts
