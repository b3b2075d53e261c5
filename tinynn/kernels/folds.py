"""LLVM IR of what goes through a row in order: softmax, normalisation, extremes, sums.

`fold.softmax`: words are y, x, rows, n. Every row by itself, as operators/softmax.py
says. `fold.normalize`: y, x, rows, n, whether the mean is subtracted, epsilon's bits.

`fold.most`, `fold.least`: y, x, rows, n, inner, columns. Rows are (n, inner); the index
of the largest or smallest along n, for as many of the inner columns.

`fold.{sum, mean, l2, prod, max, min}`: the same words; y is floats.
`fold.whole_{sum, prod, max, min}`: of int32.

`fold.log_softmax`: as softmax. `fold.running.{float32, int32}`: words are y, x, blocks,
n, inner, exclusive, reverse; running sums along n.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

from llvmlite import ir  # type: ignore[import-untyped]

from . import formulas
from .extremes import extreme
from .lanes import Real, Whole, choose
from .writing import (
    FLOAT,
    I32,
    I64,
    LANES,
    VECTOR,
    Body,
    Values,
    Writer,
    constant,
    kinds,
    same,
    word,
)

ONE: Final = formulas.ONE

Fold = Callable[[Writer, ir.Value, ir.Value], ir.Value]


def module_ir() -> str:
    """The module with all of them."""
    module = ir.Module("fold")
    _softmax(Rows(module, "fold.softmax", 4), logarithm=False)
    _normalize(module)
    extreme(module, "fold.most", "ogt")
    extreme(module, "fold.least", "olt")
    for name, (fold, start) in FOLDS.items():
        _reduction(module, name, FLOAT, fold, start)
    for name, (fold, start) in WHOLE_FOLDS.items():
        _reduction(module, f"whole_{name}", I32, fold, start)
    _softmax(Rows(module, "fold.log_softmax", 4), logarithm=True)
    _running(module, FLOAT)
    _running(module, I32)
    return str(module)


def _add(write: Writer, total: ir.Value, value: ir.Value) -> ir.Value:
    return write.build.fadd(total, value)


def add_square(write: Writer, total: ir.Value, value: ir.Value) -> ir.Value:
    return write.build.fadd(total, write.build.fmul(value, value))


CHAINS: Final = 8
"""Rows that are added up at once: one alone waits for each of its additions."""


class Rows:
    """A kernel that goes over rows of x and y several times, CHAINS at once.

    Its words begin with y, x, rows, n. Rows lie end to end, or `step` names the word
    that says how many elements apart they begin.
    """

    def __init__(
        self, module: ir.Module, name: str, words: int, step: int | None = None
    ) -> None:
        self.write = write = Writer(module, name, words)
        self.build = write.build
        self.y, self.x = write.pointer(0), write.pointer(1)
        self.rows, self.n = write.words[2:4]
        self.step = self.n if step is None else write.words[step]
        self.room = self.build.alloca(FLOAT, size=ir.Constant(I32, CHAINS))

    def line(self, base: ir.Value, row: ir.Value) -> ir.Value:
        """Where a row begins."""
        return self.write.element(base, self.build.mul(row, self.step))

    def write_all(self, body: Callable[[ir.Value, int], None]) -> None:
        """body(first row, rows): for groups of CHAINS, then one by one."""

        def group(rows: int) -> Body:
            def some(first: ir.Value, _: Values) -> Values:
                body(first, rows)
                return []

            return some

        whole = self.build.and_(self.rows, word(-CHAINS))
        self.write.loop(word(0), whole, group(CHAINS), step=CHAINS)
        self.write.loop(whole, self.rows, group(1))
        self.write.finish()

    def each(
        self, first: ir.Value, rows: int, body: Callable[[ir.Value, ir.Value], None]
    ) -> None:
        """body(row, place): of each row, and of its number in the room."""

        def one(index: ir.Value) -> None:
            place = self.write.element(self.room, index)
            body(self.build.add(first, index), place)

        self.write.each(word(rows), one)

    def total(self, base: ir.Value, first: ir.Value, rows: int, add: Fold) -> None:
        """To the room: each row's elements taken in by `add`, in order, from +0."""
        write = self.write
        lines = [self.line(base, self.build.add(first, word(i))) for i in range(rows)]

        def further(i: ir.Value, held: Values) -> Values:
            values = [write.load(FLOAT, write.element(line, i)) for line in lines]
            return [add(write, *pair) for pair in zip(held, values, strict=True)]

        totals = write.loop(word(0), self.n, further, [constant(FLOAT, 0)] * rows)
        for i, value in enumerate(totals):
            write.store(value, write.element(self.room, word(i)))


def _largest(write: Writer, source: ir.Value, n: ir.Value) -> ir.Value:
    """What is above all others; NaNs are passed over unless the first is one.

    Each lane has its own, from the first on; which of two equal ones it is matters to
    nobody, since zeros of either sign are alike to who asks.
    """
    build, first = write.build, write.load(FLOAT, source)

    def larger(kind: ir.Type, i: ir.Value, held: Values) -> Values:
        value = Real(write, write.load(kind, write.element(source, i)))
        best = Real(write, held[0])
        return [choose(value > best, value, best).value]

    whole = build.and_(n, word(-LANES))
    (lanes,) = write.loop(
        word(0), whole, partial(larger, VECTOR), [write.spread(first)], step=LANES
    )
    best = Real(write, first)
    for lane in range(LANES):
        single = build.extract_element(lanes, ir.Constant(I32, lane))
        best = choose(Real(write, single) > best, Real(write, single), best)
    (most,) = write.loop(whole, n, partial(larger, FLOAT), [best.value])
    return most


def softmax_of_lines(module: ir.Module, name: str) -> None:
    """Adds a softmax whose words are y, x, rows, n, elements from row to row."""
    _softmax(Rows(module, name, 5, step=4), logarithm=False)


def _softmax(rows: Rows, *, logarithm: bool) -> None:
    write = rows.write
    mosts = write.build.alloca(FLOAT, size=ir.Constant(I32, CHAINS))

    def group(first: ir.Value, count: int) -> None:
        def number(place: ir.Value) -> ir.Value:
            """In the memory of the largest, where `place` is in the room."""
            bytes_apart = write.build.sub(
                write.build.ptrtoint(place, I64), write.build.ptrtoint(rows.room, I64)
            )
            return write.at(mosts, bytes_apart)

        def powers(row: ir.Value, place: ir.Value) -> None:
            source, target = rows.line(rows.x, row), rows.line(rows.y, row)
            most = _largest(write, source, rows.n)
            write.store(most, number(place))
            both = write.both(most)

            def power(kind: ir.Type, i: ir.Value) -> None:
                value = Real(write, write.load(kind, write.element(source, i)))
                z = value - Real(write, both[kind])
                write.store(formulas.exp(z).value, write.element(target, i))

            write.vectors(rows.n, power)

        def finish(row: ir.Value, place: ir.Value) -> None:
            source, target = rows.line(rows.x, row), rows.line(rows.y, row)
            total = Real(write, write.load(FLOAT, place))
            by = write.both((formulas.log(total) if logarithm else total).value)
            most = write.both(write.load(FLOAT, number(place)))

            def element(kind: ir.Type, i: ir.Value) -> None:
                at, last = write.element(target, i), Real(write, by[kind])
                if logarithm:
                    value = Real(write, write.load(kind, write.element(source, i)))
                    result = (value - Real(write, most[kind])) - last
                else:
                    result = Real(write, write.load(kind, at)) / last
                write.store(write.canonical(result.value), at)

            write.vectors(rows.n, element)

        rows.each(first, count, powers)
        rows.total(rows.y, first, count, _add)
        rows.each(first, count, finish)

    rows.write_all(group)


def _normalize(module: ir.Module) -> None:
    rows = Rows(module, "fold.normalize", 6)
    write, build = rows.write, rows.build
    size = build.sitofp(rows.n, FLOAT)
    added = build.bitcast(build.trunc(write.words[5], I32), FLOAT)
    centred = build.icmp_signed("!=", write.words[4], word(0))

    def group(first: ir.Value, count: int) -> None:
        def centre(row: ir.Value, place: ir.Value) -> None:
            source, target = rows.line(rows.x, row), rows.line(rows.y, row)
            means = write.both(build.fdiv(write.load(FLOAT, place), size))

            def element(kind: ir.Type, i: ir.Value) -> None:
                value = write.load(kind, write.element(source, i))
                apart = build.fsub(value, means[kind])
                chosen = build.select(centred, apart, value)
                write.store(chosen, write.element(target, i))

            write.vectors(rows.n, element)

        def scale(row: ir.Value, place: ir.Value) -> None:
            target = rows.line(rows.y, row)
            variance = build.fdiv(write.load(FLOAT, place), size)
            root = write.root(build.fadd(variance, added))
            scales = write.both(build.fdiv(constant(FLOAT, ONE), root))

            def element(kind: ir.Type, i: ir.Value) -> None:
                at = write.element(target, i)
                scaled = build.fmul(write.load(kind, at), scales[kind])
                write.store(write.canonical(scaled), at)

            write.vectors(rows.n, element)

        rows.total(rows.x, first, count, _add)
        rows.each(first, count, centre)
        rows.total(rows.y, first, count, add_square)
        rows.each(first, count, scale)

    rows.write_all(group)


def _beyond(order: str) -> Fold:
    def fold(write: Writer, best: ir.Value, value: ir.Value) -> ir.Value:
        build = write.build
        nan = build.fcmp_unordered("uno", value, value)
        beyond = build.or_(build.fcmp_ordered(order, value, best), nan)
        return build.select(beyond, value, best)

    return fold


FOLDS: Final[dict[str, tuple[Fold, int | None]]] = {
    "sum": (_add, 0),
    "mean": (_add, 0),
    "l2": (add_square, 0),
    "prod": (lambda write, a, b: write.build.fmul(a, b), ONE),
    "max": (_beyond("ogt"), None),
    "min": (_beyond("olt"), None),
}
"""How the next element is taken in, and the bits of the start; else the first one."""


WHOLE_FOLDS: Final[dict[str, tuple[Fold, int | None]]] = {
    "sum": (lambda write, a, b: write.build.add(a, b), 0),
    "prod": (lambda write, a, b: write.build.mul(a, b), 1),
    "max": (
        lambda write, a, b: (
            choose(
                Whole(write, b) > Whole(write, a), Whole(write, b), Whole(write, a)
            ).value
        ),
        None,
    ),
    "min": (
        lambda write, a, b: (
            choose(
                Whole(write, b) < Whole(write, a), Whole(write, b), Whole(write, a)
            ).value
        ),
        None,
    ),
}
"""Of integers, whose start is a number."""


def _reduction(
    module: ir.Module, name: str, element: ir.Type, fold: Fold, start: int | None
) -> None:
    write = Writer(module, f"fold.{name}", 6)
    build = write.build
    y, x = write.pointer(0), write.pointer(1)
    rows, n, inner, columns = write.words[2:]
    row_size = build.mul(n, inner)
    sizes = write.both(build.sitofp(n, FLOAT))

    def totals(kind: ir.Type, places: Values) -> Values:
        """Of what begins at each place."""

        def load(at: ir.Value) -> ir.Value:
            return write.load(kinds(element, kind), at)

        def further(i: ir.Value, held: Values) -> Values:
            skipped = build.mul(i, inner)
            values = [load(write.element(place, skipped)) for place in places]
            return [fold(write, *pair) for pair in zip(held, values, strict=True)]

        begin = [load(place) for place in places]
        if start is not None:
            begin = [same(value.type, element, start) for value in begin]
        return write.loop(word(int(start is None)), n, further, begin)

    def finish(kind: ir.Type, total: ir.Value, at: ir.Value) -> None:
        if name == "mean":
            total = build.fdiv(total, sizes[kind])
        if name == "l2":
            total = write.root(total)
        if element == FLOAT:
            total = write.canonical(total)
        write.store(total, at)

    def together(index: ir.Value, _: Values) -> Values:
        numbers = [build.add(index, word(i)) for i in range(CHAINS)]
        places = [write.element(x, build.mul(row, row_size)) for row in numbers]
        for row, total in zip(numbers, totals(FLOAT, places), strict=True):
            finish(FLOAT, total, write.element(y, row))
        return []

    def row(index: ir.Value, _: Values) -> Values:
        source = write.element(x, build.mul(index, row_size))
        target = write.element(y, build.mul(index, columns))

        def column(kind: ir.Type, c: ir.Value) -> None:
            (total,) = totals(kind, [write.element(source, c)])
            finish(kind, total, write.element(target, c))

        write.vectors(columns, column)
        return []

    single = build.icmp_signed("==", columns, word(1))
    whole = build.select(single, build.and_(rows, word(-CHAINS)), word(0))
    write.loop(word(0), whole, together, step=CHAINS)
    write.loop(whole, rows, row)
    write.finish()


def _running(module: ir.Module, element: ir.Type) -> None:
    """A total goes along n, from either end; it is stored before or after it grows."""
    name = "float32" if element == FLOAT else "int32"
    write = Writer(module, f"fold.running.{name}", 7)
    build = write.build
    y, x = write.pointer(0), write.pointer(1)
    blocks, n, inner, exclusive, reverse = write.words[2:]
    before = build.icmp_signed("!=", exclusive, word(0))
    turned = build.icmp_signed("!=", reverse, word(0))
    size = build.mul(n, inner)

    def block(index: ir.Value, _: Values) -> Values:
        start = build.mul(index, size)
        source, target = write.element(x, start), write.element(y, start)

        def column(kind: ir.Type, c: ir.Value) -> None:
            def further(i: ir.Value, held: Values) -> Values:
                last = build.sub(build.sub(n, word(1)), i)
                place = build.mul(build.select(turned, last, i), inner)
                place = build.add(place, c)
                value = write.load(held[0].type, write.element(source, place))
                add = build.fadd if element == FLOAT else build.add
                total = add(held[0], value)
                stored = build.select(before, held[0], total)
                if element == FLOAT:
                    stored = write.canonical(stored)
                write.store(stored, write.element(target, place))
                return [total]

            begin = same(kinds(element, kind), element, 0)
            write.loop(word(0), n, further, [begin])

        write.vectors(inner, column)
        return []

    write.loop(word(0), blocks, block)
    write.finish()
