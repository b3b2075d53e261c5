"""LLVM IR of attention over the rows that count in a pass, which is read at each call.

`attention.scores`: words are y, queries, keys, pass, first head, heads, heads of
queries for one of keys, width, elements of a row of keys, rows, window, the scale's
bits. y and queries begin with the first head.

`attention.softmax`: y, x, pass, heads, rows, window.

`attention.mix`: y, shares, values, pass, first head, heads, heads for one of values,
width, elements of a row of values, rows, window.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from llvmlite import ir  # type: ignore[import-untyped]

from ..folds import softmax_of_lines
from ..writing import (
    FLOAT,
    I32,
    I64,
    LANES,
    PTR,
    VECTOR,
    WORD_BYTES,
    Body,
    Values,
    Writer,
    constant,
    word,
)

PANELS: Final = (8, 4, 1)
"""Of keys at once: one alone would wait for each of its additions."""

VECTORS: Final = 8
"""Of a row of values at once; as many sums as do not wait for one another."""

ROWS: Final = 64
"""Of values at once, for all heads."""

ROWS_KERNEL: Final = "attention.lines"


def module_ir() -> str:
    """The module with all of them."""
    module = ir.Module("attention")
    softmax_of_lines(module, ROWS_KERNEL)
    _scores(module)
    _softmax(module)
    _mix(module)
    return str(module)


@dataclass(frozen=True, slots=True)
class _Reach:
    """The rows [start, end) of `rows` that count."""

    write: Writer
    start: ir.Value
    end: ir.Value
    rows: ir.Value

    @classmethod
    def of(
        cls, write: Writer, number: ir.Value, rows: ir.Value, window: ir.Value
    ) -> "_Reach":
        build = write.build
        passes = build.zext(build.load(number, typ=I32, align=4), I64)
        inside = build.icmp_unsigned("<", passes, rows)
        end = build.select(inside, build.add(passes, word(1)), rows)
        limited = build.and_(
            build.icmp_unsigned("!=", window, word(0)),
            build.icmp_unsigned("<", window, end),
        )
        start = build.select(limited, build.sub(end, window), word(0))
        return cls(write, start, end, rows)

    def clear_around(self, line: ir.Value) -> None:
        """Stores +0 in a row, but for what counts."""
        write, build = self.write, self.write.build
        for first, end in ((word(0), self.start), (self.end, self.rows)):
            place = write.element(line, first)

            def clear(kind: ir.Type, i: ir.Value, place: ir.Value = place) -> None:
                write.store(constant(kind, 0), write.element(place, i))

            write.vectors(build.sub(end, first), clear)


def _scores(module: ir.Module) -> None:
    write = Writer(module, "attention.scores", 12)
    build = write.build
    y, queries, keys, number = (write.pointer(i) for i in range(4))
    first, heads, group, width, elements, rows, window, scale = write.words[4:]
    room = build.alloca(VECTOR)
    scales = write.spread(build.bitcast(build.trunc(scale, I32), FLOAT))
    reach = _Reach.of(write, number, rows, window)
    lanes = word(LANES)
    panel = build.mul(elements, lanes)

    def up(row: ir.Value) -> ir.Value:
        """To the panel that begins there, or behind it."""
        return build.udiv(build.add(row, word(LANES - 1)), lanes)

    def line_of(index: ir.Value) -> ir.Value:
        return write.element(y, build.mul(index, rows))

    def each_head(body: Callable[[ir.Value, ir.Value, ir.Value], None]) -> None:
        """body(scores, query, keys): those of a group follow one another, so that the
        keys that they share are still in the first cache."""

        def head(index: ir.Value) -> None:
            query = write.element(queries, build.mul(index, width))
            shared = build.udiv(build.add(first, index), group)
            base = write.element(keys, build.mul(build.mul(shared, width), lanes))
            body(line_of(index), query, base)

        write.each(heads, head)

    def products(query: ir.Value, base: ir.Value, at: ir.Value, count: int) -> Values:
        """Scores of the eight rows of each of so many panels."""
        places = [
            write.element(base, build.mul(build.add(at, word(i)), panel))
            for i in range(count)
        ]

        def term(k: ir.Value, held: Values) -> Values:
            single = write.spread(write.load(FLOAT, write.element(query, k)))
            beside = build.mul(k, lanes)
            keys = [write.load(VECTOR, write.element(p, beside)) for p in places]
            return [
                build.fadd(total, build.fmul(single, key))
                for total, key in zip(held, keys, strict=True)
            ]

        totals = write.loop(word(0), width, term, [constant(VECTOR, 0)] * count)
        return [write.canonical(build.fmul(total, scales)) for total in totals]

    def whole(count: int) -> Body:
        def panels(at: ir.Value, _: Values) -> Values:
            def head(line: ir.Value, query: ir.Value, base: ir.Value) -> None:
                for i, values in enumerate(products(query, base, at, count)):
                    row = build.mul(build.add(at, word(i)), lanes)
                    write.store(values, write.element(line, row))

            each_head(head)
            return []

        return panels

    def partly(at: ir.Value, _: Values) -> Values:
        """Of a panel only what counts."""
        begin = build.mul(at, lanes)
        low = _larger(write, reach.start, begin)
        high = _smaller(write, reach.end, build.add(begin, lanes))

        def head(line: ir.Value, query: ir.Value, base: ir.Value) -> None:
            (values,) = products(query, base, at, 1)
            write.store(values, room)

            def one(row: ir.Value, _: Values) -> Values:
                value = write.load(FLOAT, write.element(room, build.sub(row, begin)))
                write.store(value, write.element(line, row))
                return []

            write.loop(low, high, one)

        each_head(head)
        return []

    write.each(heads, lambda index: reach.clear_around(line_of(index)))
    begun, ended = up(reach.start), build.udiv(reach.end, lanes)
    write.loop(build.udiv(reach.start, lanes), begun, partly)
    at = begun
    for count in PANELS:
        left = build.sub(_larger(write, at, ended), at)
        end = build.add(at, build.and_(left, word(-count)))
        write.loop(at, end, whole(count), step=count)
        at = end
    write.loop(_larger(write, ended, begun), up(reach.end), partly)
    write.finish()


def _larger(write: Writer, a: ir.Value, b: ir.Value) -> ir.Value:
    return write.build.select(write.build.icmp_signed(">", a, b), a, b)


def _smaller(write: Writer, a: ir.Value, b: ir.Value) -> ir.Value:
    return write.build.select(write.build.icmp_signed("<", a, b), a, b)


def _softmax(module: ir.Module) -> None:
    write = Writer(module, "attention.softmax", 6)
    build = write.build
    y, x, number = (write.pointer(i) for i in range(3))
    heads, rows, window = write.words[3:]
    reach = _Reach.of(write, number, rows, window)

    def head(index: ir.Value) -> None:
        reach.clear_around(write.element(y, build.mul(index, rows)))

    write.each(heads, head)
    begun = [build.ptrtoint(write.element(at, reach.start), I64) for at in (y, x)]
    words = [*begun, heads, build.sub(reach.end, reach.start), rows]
    record = build.alloca(I64, size=ir.Constant(I32, len(words)))
    for i, value in enumerate(words):
        build.store(value, write.at(record, word(WORD_BYTES * i)), align=WORD_BYTES)
    build.call(module.globals[ROWS_KERNEL], [build.bitcast(record, PTR)])
    write.finish()


def _mix(module: ir.Module) -> None:
    write = Writer(module, "attention.mix", 11)
    build = write.build
    y, shares, values, number = (write.pointer(i) for i in range(4))
    first, heads, group, width, elements, rows, window = write.words[4:]
    reach = _Reach.of(write, number, rows, window)

    def sums(
        begin: ir.Value,
        end: ir.Value,
        index: ir.Value,
        heads: int,
        kinds: Sequence[ir.Type],
    ) -> Body:
        """Rows [begin, end) are added to so many heads from `index` on: to neighbours,
        vectors or one number."""
        numbers = [build.add(index, word(i)) for i in range(heads)]
        lines = [write.element(shares, build.mul(each, rows)) for each in numbers]
        targets = [write.element(y, build.mul(each, width)) for each in numbers]
        groups = [build.udiv(build.add(first, each), group) for each in numbers]
        bases = [write.element(values, build.mul(each, width)) for each in groups]

        def columns(at: ir.Value, _: Values) -> Values:
            places = [build.add(at, word(LANES * i)) for i in range(len(kinds))]

            def term(row: ir.Value, held: Values) -> Values:
                down, totals = build.mul(row, elements), iter(held)
                return [
                    total
                    for line, base in zip(lines, bases, strict=True)
                    for total in added(
                        write.load(FLOAT, write.element(line, row)),
                        write.element(base, down),
                        [next(totals) for _ in kinds],
                    )
                ]

            def added(share: ir.Value, line: ir.Value, held: Values) -> Values:
                by = write.both(share)
                return [
                    build.fadd(
                        total,
                        build.fmul(
                            by[kind], write.load(kind, write.element(line, place))
                        ),
                    )
                    for total, kind, place in zip(held, kinds, places, strict=True)
                ]

            stored = [
                (kind, write.element(target, place))
                for target in targets
                for kind, place in zip(kinds, places, strict=True)
            ]
            start = [write.load(kind, at) for kind, at in stored]
            totals = write.loop(begin, end, term, start)
            for total, (_, at) in zip(totals, stored, strict=True):
                write.store(write.canonical(total), at)
            return []

        return columns

    def block(begin: ir.Value, _: Values) -> Values:
        """So many rows, for all heads: their values are in the first cache then."""
        end = _smaller(write, build.add(begin, word(ROWS)), reach.end)

        def some(together: int, shapes: Sequence[Sequence[ir.Type]]) -> Body:
            """All columns of so many heads, the widest shapes first."""

            def body(index: ir.Value, _: Values) -> Values:
                at = word(0)
                for kinds in shapes:
                    step = len(kinds) * (LANES if kinds[0] == VECTOR else 1)
                    left = build.and_(build.sub(width, at), word(-step))
                    stop = build.add(at, left)
                    adding = sums(begin, end, index, together, kinds)
                    write.loop(at, stop, adding, step=step)
                    at = stop
                return []

            return body

        at, several = word(0), build.select(wide, word(0), heads)
        shapes: list[list[ir.Type]] = [[VECTOR], [FLOAT]]
        for together in (4, 2):
            shapes = [[VECTOR] * (VECTORS // together), *shapes]
            left = build.and_(build.sub(several, at), word(-together))
            stop = build.select(wide, word(0), build.add(at, left))
            write.loop(at, stop, some(together, shapes), step=together)
            at = stop
        write.loop(at, heads, some(1, [[VECTOR] * VECTORS, *shapes]))
        return []

    def clear(kind: ir.Type, i: ir.Value) -> None:
        write.store(constant(kind, 0), write.element(y, i))

    wide = build.icmp_signed(">=", width, word(LANES * VECTORS))
    write.vectors(build.mul(heads, width), clear)
    write.loop(reach.start, reach.end, block, step=ROWS)
    write.finish()
