"""LLVM IR of elements that are found by number: gather, scatter, the first k.

A negative number counts from the end; one that is still outside is moved to the nearest
end. `SIZE` is 4 or 1, bytes of an element.

`gather.SIZE`: words are y, data, numbers; extents of y (outer, k, inner); elements of y
from one outer to the next, and from one k; of the data the length along the axis, and
elements from one place on it to the next. Numbers are one for each k.

`gather_each.SIZE`: the same, with a number for each element, which lies as y does.

`scatter.none.SIZE`, `scatter.{add, mul, max, min}.{float32, int32}`: words are y,
first, end, numbers, updates, how many these are, rows, width. y holds elements
[first, end) of (rows, width); rows of updates replace those whose numbers they have, or
are combined.

`top.{float32, int32}`: words are y, x, keys, places, rows, n, inner, k, and whether the
smallest are sought. x is (rows, n, inner), y (rows, k, inner): where the first k are.
Keys and places are memory for k words and k integers.
"""

from collections.abc import Callable, Mapping
from typing import Final

from llvmlite import ir  # type: ignore[import-untyped]

from .formulas import INFINITY, MAGNITUDE, greater_or_nan, less_or_nan
from .lanes import Real, Whole, choose
from .moving import copy_row
from .writing import (
    FLOAT,
    FLOAT_BYTES,
    I8,
    I32,
    I64,
    WORD_BYTES,
    Values,
    Writer,
    kinds,
    word,
)

COMBINED: Final[Mapping[str, Callable[..., Real]]] = {
    "add": lambda a, b: a + b,
    "mul": lambda a, b: a * b,
    "max": lambda a, b: choose(greater_or_nan(b, a), b, a),
    "min": lambda a, b: choose(less_or_nan(b, a), b, a),
}
COMBINED_WHOLE: Final[Mapping[str, Callable[..., Whole]]] = {
    "add": lambda a, b: a + b,
    "mul": lambda a, b: a * b,
    "max": lambda a, b: choose(b > a, b, a),
    "min": lambda a, b: choose(b < a, b, a),
}


def gather_ir() -> str:
    """The module with one number for many elements."""
    module = ir.Module("gather")
    for size in (4, 1):
        _gather(module, size)
    return str(module)


def gather_each_ir() -> str:
    """The module with a number for each."""
    module = ir.Module("gather_each")
    for size in (4, 1):
        _gather_each(module, size)
    return str(module)


def scatter_ir() -> str:
    """The module of scatter."""
    module = ir.Module("scatter")
    for element in (I32, I8):
        name = f"scatter.none.{element.width // 8}"
        _scatter(module, name, element, lambda _, update: update)
    for name, real in COMBINED.items():
        _scatter(module, f"scatter.{name}.float32", FLOAT, real)
    for name, whole in COMBINED_WHOLE.items():
        _scatter(module, f"scatter.{name}.int32", I32, whole)
    return str(module)


def top_ir() -> str:
    """The module of the first k."""
    module = ir.Module("top")
    _top(module, "float32")
    _top(module, "int32")
    return str(module)


def _place(write: Writer, numbers: ir.Value, index: ir.Value, n: ir.Value) -> ir.Value:
    """A number of the list as a place on an axis of n."""
    at = write.at(numbers, write.build.mul(index, word(FLOAT_BYTES)))
    number = Whole(write, write.build.load(at, typ=I32, align=FLOAT_BYTES)).wide
    number = choose(number < 0, number + Whole(write, n), number)
    number = choose(number < 0, number.like(0), number)
    last = Whole(write, n) - 1
    return choose(number > last, last, number).value


def _copy_one(write: Writer, size: int, target: ir.Value, source: ir.Value) -> None:
    kind = I32 if size == 4 else I8
    write.build.store(write.build.load(source, typ=kind, align=1), target, align=1)


def _gather(module: ir.Module, size: int) -> None:
    write = Writer(module, f"gather.{size}", 10)
    build = write.build
    y, data, numbers = map(write.pointer, range(3))
    outer, along, inner, to_outer, to_along, n, step = write.words[3:]
    scale = word(size)

    def rows(copy: Callable[[ir.Value, ir.Value], None]) -> None:
        def each_outer(o: ir.Value, _: Values) -> Values:
            target = write.at(y, build.mul(build.mul(o, to_outer), scale))
            source = write.at(data, build.mul(build.mul(o, build.mul(n, step)), scale))

            def each(k: ir.Value) -> None:
                place = build.mul(_place(write, numbers, k, n), step)
                to = write.at(target, build.mul(build.mul(k, to_along), scale))
                copy(to, write.at(source, build.mul(place, scale)))

            write.each(along, each)
            return []

        write.loop(word(0), outer, each_outer)

    with build.if_else(build.icmp_signed("==", inner, word(1))) as (single, many):
        with single:
            rows(lambda to, source: _copy_one(write, size, to, source))
        with many:
            rows(lambda to, source: copy_row(write, size, to, source, inner))
    write.finish()


def _gather_each(module: ir.Module, size: int) -> None:
    write = Writer(module, f"gather_each.{size}", 10)
    build = write.build
    y, data, numbers = map(write.pointer, range(3))
    outer, along, inner, to_outer, to_along, n, step = write.words[3:]
    scale = word(size)

    def each_outer(o: ir.Value, _: Values) -> Values:
        source = write.at(data, build.mul(build.mul(o, build.mul(n, step)), scale))

        def each_along(k: ir.Value, _: Values) -> Values:
            row = build.add(build.mul(o, to_outer), build.mul(k, to_along))

            def each(j: ir.Value) -> None:
                index = build.add(row, j)
                place = build.mul(_place(write, numbers, index, n), step)
                at = write.at(source, build.mul(build.add(place, j), scale))
                _copy_one(write, size, write.at(y, build.mul(index, scale)), at)

            write.each(inner, each)
            return []

        write.loop(word(0), along, each_along)
        return []

    write.loop(word(0), outer, each_outer)
    write.finish()


def _scatter(
    module: ir.Module, name: str, element: ir.Type, combine: Callable[..., Real | Whole]
) -> None:
    write = Writer(module, name, 8)
    build = write.build
    y, numbers, updates = write.pointer(0), write.pointer(3), write.pointer(4)
    first, end, count, rows, width = (write.words[i] for i in (1, 2, 5, 6, 7))
    scale = word(1 if element == I8 else FLOAT_BYTES)

    def number(value: ir.Value) -> Real | Whole:
        return Real(write, value) if element == FLOAT else Whole(write, value)

    def one(k: ir.Value) -> None:
        start = build.mul(_place(write, numbers, k, rows), width)
        low, high = Whole(write, start), Whole(write, build.add(start, width))
        low = choose(low < Whole(write, first), Whole(write, first), low)
        high = choose(high > Whole(write, end), Whole(write, end), high)
        span = choose(high < low, low.like(0), high - low).value
        target = write.at(y, build.mul(build.sub(low.value, first), scale))
        skipped = build.sub(low.value, start)
        place = build.add(build.mul(k, width), skipped)
        source = write.at(updates, build.mul(place, scale))

        def column(kind: ir.Type, i: ir.Value) -> None:
            wide = kinds(element, kind)
            at = write.at(target, build.mul(i, scale))
            update = build.load(
                write.at(source, build.mul(i, scale)), typ=wide, align=1
            )
            held = build.load(at, typ=wide, align=1)
            result = combine(number(held), number(update))
            build.store(result.value, at, align=1)

        write.vectors(span, column)

    write.each(count, one)
    write.finish()


def _key(write: Writer, dtype: str, at: ir.Value, least: ir.Value) -> ir.Value:
    """An integer that is smaller the further in front the element belongs."""
    x = Whole(write, write.build.load(at, typ=I32, align=FLOAT_BYTES))
    if dtype == "float32":
        size = x & MAGNITUDE
        x = choose(x < 0, size.like(0) - size, size)
        x = choose(size > INFINITY, size.like(MAGNITUDE), x)
    wide = x.wide
    negated = wide.like(0) - wide
    return write.build.select(least, wide.value, negated.value)


def _top(module: ir.Module, dtype: str) -> None:
    write = Writer(module, f"top.{dtype}", 9)
    build = write.build
    y, x, keys, places = map(write.pointer, range(4))
    rows, n, inner, k, least = write.words[4:]
    smallest = build.icmp_signed("!=", least, word(0))

    def key_at(index: ir.Value) -> ir.Value:
        return write.at(keys, build.mul(index, word(WORD_BYTES)))

    def place_at(index: ir.Value) -> ir.Value:
        return write.at(places, build.mul(index, word(FLOAT_BYTES)))

    def insert(key: ir.Value, number: ir.Value, held: ir.Value) -> None:
        """Behind all whose keys are not larger; those move by one, the last falls."""
        full = build.icmp_signed("==", held, k)
        start = build.select(full, build.sub(held, word(1)), held)

        def ahead(j: ir.Value) -> ir.Value:
            """Whether what is before place j moves to it."""
            before = build.load(key_at(build.sub(j, word(1))), typ=I64, align=8)
            return build.icmp_signed(">", before, key)

        def shift(j: ir.Value) -> ir.Value:
            lower = build.sub(j, word(1))
            moved = build.load(key_at(lower), typ=I64, align=8)
            build.store(moved, key_at(j), align=8)
            moved = build.load(place_at(lower), typ=I32, align=4)
            build.store(moved, place_at(j), align=4)
            return lower

        place = write.down_while(start, ahead, shift)
        build.store(key, key_at(place), align=8)
        build.store(build.trunc(number, I32), place_at(place), align=4)

    def row(r: ir.Value, _: Values) -> Values:
        source = write.element(x, build.mul(r, build.mul(n, inner)))
        target = write.element(y, build.mul(r, build.mul(k, inner)))

        def column(c: ir.Value, _: Values) -> Values:
            def element(i: ir.Value, held: Values) -> Values:
                at = write.element(source, build.add(build.mul(i, inner), c))
                key = _key(write, dtype, at, smallest)
                more = build.icmp_signed("<", held[0], k)
                last = build.load(key_at(build.sub(k, word(1))), typ=I64, align=8)
                better = build.icmp_signed("<", key, last)
                with build.if_then(build.or_(more, better)):
                    insert(key, i, held[0])
                return [build.select(more, build.add(held[0], word(1)), held[0])]

            write.loop(word(0), n, element, [word(0)])

            def give(j: ir.Value) -> None:
                number = build.load(place_at(j), typ=I32, align=4)
                to = write.element(target, build.add(build.mul(j, inner), c))
                build.store(number, to, align=4)

            write.each(k, give)
            return []

        write.loop(word(0), inner, column)
        return []

    write.loop(word(0), rows, row)
    write.finish()
