"""LLVM IR of where a row has its largest or smallest: `fold.most` and `fold.least`.

Their words are in folds.py.
"""

from llvmlite import ir  # type: ignore[import-untyped]

from .lanes import Real, Truth, Whole, choose
from .writing import FLOAT, I32, LANES, VECTOR, WORDS, Values, Writer, word


def _better(order: str, value: Real, best: Real) -> Truth:
    """Beyond it; the first NaN is beyond anything, of equals the first."""
    beyond = value > best if order == "ogt" else value < best
    return beyond | (value.is_nan & ~best.is_nan)


def extreme(module: ir.Module, name: str, order: str) -> None:
    write = Writer(module, name, 6)
    build = write.build
    y, x = write.pointer(0), write.pointer(1)
    rows, n, inner, columns = write.words[2:]
    row_size = build.mul(n, inner)
    numbers = ir.Constant(WORDS, list(range(LANES)))

    def numbered(kind: ir.Type, i: ir.Value) -> ir.Value:
        single = build.trunc(i, I32)
        return single if kind == FLOAT else write.spread(single)

    def taken(value: ir.Value, number: ir.Value, held: Values) -> Values:
        new, best = Real(write, value), Real(write, held[0])
        better = _better(order, new, best)
        place = choose(better, Whole(write, number), Whole(write, held[1]))
        return [choose(better, new, best).value, place.value]

    def beside(source: ir.Value) -> ir.Value:
        """Of neighbours, eight lanes or more: each lane its own, then the lanes'."""

        def eight(i: ir.Value, held: Values) -> Values:
            value = write.load(VECTOR, write.element(source, i))
            return taken(value, build.add(numbered(VECTOR, i), numbers), held)

        whole = build.and_(n, word(-LANES))
        start = [write.load(VECTOR, source), numbers]
        lanes = write.loop(word(LANES), whole, eight, start, step=LANES)
        held = [build.extract_element(part, ir.Constant(I32, 0)) for part in lanes]
        for lane in range(1, LANES):
            at = ir.Constant(I32, lane)
            value, number = (build.extract_element(part, at) for part in lanes)
            new, best = Real(write, value), Real(write, held[0])
            equal = ~_better(order, new, best) & ~_better(order, best, new)
            sooner = equal & (Whole(write, number) < Whole(write, held[1]))
            better = _better(order, new, best) | sooner
            place = choose(better, Whole(write, number), Whole(write, held[1]))
            held = [choose(better, new, best).value, place.value]

        def one(i: ir.Value, held: Values) -> Values:
            value = write.load(FLOAT, write.element(source, i))
            return taken(value, numbered(FLOAT, i), held)

        return write.loop(whole, n, one, held)[1]

    def row(index: ir.Value, _: Values) -> Values:
        source = write.element(x, build.mul(index, row_size))
        target = write.element(y, build.mul(index, columns))

        def column(kind: ir.Type, c: ir.Value) -> None:
            first = write.element(source, c)

            def further(i: ir.Value, held: Values) -> Values:
                value = write.load(kind, write.element(first, build.mul(i, inner)))
                return taken(value, numbered(kind, i), held)

            start = [write.load(kind, first), numbered(kind, word(0))]
            _, place = write.loop(word(1), n, further, start)
            write.store(place, write.element(target, c))

        wide = build.icmp_signed(">=", n, word(LANES))
        neighbours = build.icmp_signed("==", inner, word(1))
        with build.if_else(build.and_(wide, neighbours)) as (many, few):
            with many:
                write.store(beside(source), target)
            with few:
                write.vectors(columns, column)
        return []

    write.loop(word(0), rows, row)
    write.finish()
