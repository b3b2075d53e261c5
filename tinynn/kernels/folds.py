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
from typing import Final

from llvmlite import ir  # type: ignore[import-untyped]

from . import formulas
from .lanes import Real, Whole, choose
from .writing import (
    FLOAT,
    FLOAT_BYTES,
    I32,
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
    _softmax(module, logarithm=False)
    _normalize(module)
    _extreme(module, "fold.most", "ogt")
    _extreme(module, "fold.least", "olt")
    for name, (fold, start) in FOLDS.items():
        _reduction(module, name, FLOAT, fold, start)
    for name, (fold, start) in WHOLE_FOLDS.items():
        _reduction(module, f"whole_{name}", I32, fold, start)
    _softmax(module, logarithm=True)
    _running(module, FLOAT)
    _running(module, I32)
    return str(module)


def _softmax(module: ir.Module, *, logarithm: bool) -> None:
    write = Writer(module, f"fold.{'log_' if logarithm else ''}softmax", 4)
    build = write.build
    y, x, (rows, n) = write.pointer(0), write.pointer(1), write.words[2:]

    def row(index: ir.Value, _: Values) -> Values:
        start = build.mul(index, n)
        source, target = write.element(x, start), write.element(y, start)

        def larger(i: ir.Value, held: Values) -> Values:
            value = write.load(FLOAT, write.element(source, i))
            above = build.fcmp_ordered("ogt", value, held[0])
            return [build.select(above, value, held[0])]

        (most,) = write.loop(word(1), n, larger, [write.load(FLOAT, source)])
        mosts = write.both(most)

        def apart(kind: ir.Type, i: ir.Value) -> Real:
            value = write.load(kind, write.element(source, i))
            return Real(write, build.fsub(value, mosts[kind]))

        def power(kind: ir.Type, i: ir.Value) -> None:
            write.store(formulas.exp(apart(kind, i)).value, write.element(target, i))

        write.vectors(n, power)

        def add(i: ir.Value, held: Values) -> Values:
            return [build.fadd(held[0], write.load(FLOAT, write.element(target, i)))]

        (total,) = write.loop(word(0), n, add, [constant(FLOAT, 0)])
        if logarithm:
            total = formulas.log(Real(write, total)).value
        totals = write.both(total)

        def finish(kind: ir.Type, i: ir.Value) -> None:
            at, by = write.element(target, i), Real(write, totals[kind])
            if logarithm:
                result = apart(kind, i) - by
            else:
                result = Real(write, write.load(kind, at)) / by
            write.store(write.canonical(result.value), at)

        write.vectors(n, finish)
        return []

    write.loop(word(0), rows, row)
    write.finish()


def _normalize(module: ir.Module) -> None:
    write = Writer(module, "fold.normalize", 6)
    build = write.build
    y, x = write.pointer(0), write.pointer(1)
    rows, n, centred, epsilon = write.words[2:]
    size = build.sitofp(n, FLOAT)
    added = build.bitcast(build.trunc(epsilon, I32), FLOAT)
    centred = build.icmp_signed("!=", centred, word(0))

    def row(index: ir.Value, _: Values) -> Values:
        start = build.mul(index, n)
        source, target = write.element(x, start), write.element(y, start)

        def add(i: ir.Value, held: Values) -> Values:
            return [build.fadd(held[0], write.load(FLOAT, write.element(source, i)))]

        (total,) = write.loop(word(0), n, add, [constant(FLOAT, 0)])
        means = write.both(build.fdiv(total, size))

        def centre(kind: ir.Type, i: ir.Value) -> None:
            value = write.load(kind, write.element(source, i))
            apart = build.fsub(value, means[kind])
            chosen = build.select(centred, apart, value)
            write.store(chosen, write.element(target, i))

        write.vectors(n, centre)

        def square(i: ir.Value, held: Values) -> Values:
            value = write.load(FLOAT, write.element(target, i))
            return [build.fadd(held[0], build.fmul(value, value))]

        (total,) = write.loop(word(0), n, square, [constant(FLOAT, 0)])
        variance = build.fadd(build.fdiv(total, size), added)
        scales = write.both(build.fdiv(constant(FLOAT, ONE), write.root(variance)))

        def scale(kind: ir.Type, i: ir.Value) -> None:
            at = write.element(target, i)
            scaled = build.fmul(write.load(kind, at), scales[kind])
            write.store(write.canonical(scaled), at)

        write.vectors(n, scale)
        return []

    write.loop(word(0), rows, row)
    write.finish()


def _extreme(module: ir.Module, name: str, order: str) -> None:
    """The first NaN is beyond anything; of equals the first."""
    write = Writer(module, name, 6)
    build = write.build
    y, x = write.pointer(0), write.pointer(1)
    rows, n, inner, columns = write.words[2:]
    row_size = build.mul(n, inner)

    def row(index: ir.Value, _: Values) -> Values:
        source = write.element(x, build.mul(index, row_size))
        target = write.element(y, build.mul(index, columns))

        def column(c: ir.Value, _: Values) -> Values:
            first = write.element(source, c)

            def further(i: ir.Value, held: Values) -> Values:
                best, place = held
                value = write.load(FLOAT, write.element(first, build.mul(i, inner)))
                nan = build.fcmp_unordered("uno", value, value)
                known = build.fcmp_ordered("ord", best, best)
                beyond = build.fcmp_ordered(order, value, best)
                better = build.or_(beyond, build.and_(nan, known))
                return [
                    build.select(better, value, best),
                    build.select(better, i, place),
                ]

            start = [write.load(FLOAT, first), word(0)]
            _, place = write.loop(word(1), n, further, start)
            at = write.element(target, c)
            build.store(build.trunc(place, I32), at, align=FLOAT_BYTES)
            return []

        write.loop(word(0), columns, column)
        return []

    write.loop(word(0), rows, row)
    write.finish()


def _beyond(order: str) -> Fold:
    def fold(write: Writer, best: ir.Value, value: ir.Value) -> ir.Value:
        build = write.build
        nan = build.fcmp_unordered("uno", value, value)
        beyond = build.or_(build.fcmp_ordered(order, value, best), nan)
        return build.select(beyond, value, best)

    return fold


def _add_square(write: Writer, total: ir.Value, value: ir.Value) -> ir.Value:
    return write.build.fadd(total, write.build.fmul(value, value))


FOLDS: Final[dict[str, tuple[Fold, int | None]]] = {
    "sum": (lambda write, a, b: write.build.fadd(a, b), 0),
    "mean": (lambda write, a, b: write.build.fadd(a, b), 0),
    "l2": (_add_square, 0),
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


CHAINS: Final = 8
"""Rows that are added up at once: one alone waits for each of its additions."""


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
