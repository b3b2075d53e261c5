"""LLVM IR of what goes through a row in order: softmax, normalisation, extremes, sums.

`fold.softmax`: words are y, x, rows, n. Every row by itself, as operators/softmax.py
says. `fold.normalize`: y, x, rows, n, whether the mean is subtracted, epsilon's bits.

`fold.most`, `fold.least`: y, x, rows, n, inner, columns. Rows are (n, inner); the index
of the largest or smallest along n, for as many of the inner columns.

`fold.{sum, mean, l2, prod, max, min}`: the same words; y is floats.
"""

from collections.abc import Callable
from typing import Final

from llvmlite import ir  # type: ignore[import-untyped]

from .writing import (
    FLOAT,
    FLOAT_BYTES,
    I32,
    LANES,
    WORDS,
    Values,
    Writer,
    constant,
    word,
)

LOG2_E: Final = 0x3FB8AA3B
ROUNDER: Final = 0x4B400000
LN2_HIGH: Final = 0x3F318000
LN2_LOW: Final = 0xB95E8083
POLYNOMIAL: Final = (
    0x3950C611,
    0x3AB6CE1B,
    0x3C08884F,
    0x3D2AAA3D,
    0x3E2AAAAB,
    0x3F000000,
)
"""From the highest power on."""

OVERFLOW: Final = 0x42B20000
UNDERFLOW: Final = 0xC2D00000
INFINITY: Final = 0x7F800000
ONE: Final = 0x3F800000

Fold = Callable[[Writer, ir.Value, ir.Value], ir.Value]


def module_ir() -> str:
    """The module with all of them."""
    module = ir.Module("fold")
    _softmax(module)
    _normalize(module)
    _extreme(module, "fold.most", "ogt")
    _extreme(module, "fold.least", "olt")
    for name in FOLDS:
        _reduction(module, name)
    return str(module)


def exponential(write: Writer, z: ir.Value) -> ir.Value:
    """e^z, in the order of docs/float.md, without branches."""
    build, kind = write.build, z.type

    def number(bits: int) -> ir.Value:
        return constant(kind, bits)

    shifted = build.fadd(build.fmul(z, number(LOG2_E)), number(ROUNDER))
    k = build.fsub(shifted, number(ROUNDER))
    r = build.fsub(z, build.fmul(k, number(LN2_HIGH)))
    r = build.fsub(r, build.fmul(k, number(LN2_LOW)))
    p = number(POLYNOMIAL[0])
    for bits in POLYNOMIAL[1:]:
        p = build.fadd(build.fmul(p, r), number(bits))
    e = build.fadd(build.fmul(build.fmul(r, r), p), r)
    e = build.fadd(e, number(ONE))
    whole = I32 if kind == FLOAT else WORDS

    def integer(value: int) -> ir.Value:
        return ir.Constant(whole, value if kind == FLOAT else [value] * LANES)

    exponent = build.sub(build.bitcast(shifted, whole), integer(ROUNDER))
    half = build.ashr(exponent, integer(1))
    for part in (half, build.sub(exponent, half)):
        bits = build.shl(build.add(part, integer(127)), integer(23))
        e = build.fmul(e, build.bitcast(bits, kind))
    e = build.select(
        build.fcmp_ordered("ogt", z, number(OVERFLOW)), number(INFINITY), e
    )
    e = build.select(build.fcmp_ordered("olt", z, number(UNDERFLOW)), number(0), e)
    return build.select(build.fcmp_unordered("uno", z, z), z, e)


def _softmax(module: ir.Module) -> None:
    write = Writer(module, "fold.softmax", 4)
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

        def power(kind: ir.Type, i: ir.Value) -> None:
            z = build.fsub(write.load(kind, write.element(source, i)), mosts[kind])
            write.store(exponential(write, z), write.element(target, i))

        write.vectors(n, power)

        def add(i: ir.Value, held: Values) -> Values:
            return [build.fadd(held[0], write.load(FLOAT, write.element(target, i)))]

        (total,) = write.loop(word(0), n, add, [constant(FLOAT, 0)])
        totals = write.both(total)

        def divide(kind: ir.Type, i: ir.Value) -> None:
            at = write.element(target, i)
            quotient = build.fdiv(write.load(kind, at), totals[kind])
            write.store(write.canonical(quotient), at)

        write.vectors(n, divide)
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


def _reduction(module: ir.Module, name: str) -> None:
    write = Writer(module, f"fold.{name}", 6)
    build = write.build
    fold, start = FOLDS[name]
    y, x = write.pointer(0), write.pointer(1)
    rows, n, inner, columns = write.words[2:]
    row_size = build.mul(n, inner)
    sizes = write.both(build.sitofp(n, FLOAT))

    def row(index: ir.Value, _: Values) -> Values:
        source = write.element(x, build.mul(index, row_size))
        target = write.element(y, build.mul(index, columns))

        def column(kind: ir.Type, c: ir.Value) -> None:
            first = write.element(source, c)

            def further(i: ir.Value, held: Values) -> Values:
                at = write.element(first, build.mul(i, inner))
                return [fold(write, held[0], write.load(kind, at))]

            begin = write.load(kind, first) if start is None else constant(kind, start)
            (total,) = write.loop(word(int(start is None)), n, further, [begin])
            if name == "mean":
                total = build.fdiv(total, sizes[kind])
            if name == "l2":
                total = write.root(total)
            write.store(write.canonical(total), write.element(target, c))

        write.vectors(columns, column)
        return []

    write.loop(word(0), rows, row)
    write.finish()
