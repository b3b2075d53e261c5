"""LLVM IR of what is done beside sums of products of bytes (byte_products.py).

`byte.weave`: words are target, source, flip; groups, rows, columns; the target's steps
along these, then the source's along rows and columns and from one channel to the next,
all in bytes; channels. Four channels become one word; missing ones are 0, the others
have the bits of `flip` turned.

`byte.flip`: target, source, count, flip. `byte.sums`: target, source, rows, terms,
signed: sums of bytes. `byte.points`: target, source, count, step, flip, signed: zero
points as int32. `byte.pattern`: target, source: the byte of a zero point four times.
`byte.start`: target, sums, bias, v's zero point, u's, count, terms. `byte.correct`: y,
f, g, rows, columns: y[i, j] -= f[i] g[j].
"""

from functools import partial

from llvmlite import ir  # type: ignore[import-untyped]

from .byte_products import QUAD
from .writing import (
    FLOAT,
    I8,
    I32,
    LANES,
    VECTOR,
    WORDS,
    Values,
    Writer,
    kinds,
    same,
    word,
)


def module_ir() -> str:
    """The module with all of them."""
    module = ir.Module("byte")
    for write_one in (_weave, _flip, _sums, _points, _pattern, _start, _correct):
        write_one(module)
    return str(module)


def _weave(module: ir.Module) -> None:
    write = Writer(module, "byte.weave", 13)
    build = write.build
    target, source = write.pointer(0), write.pointer(1)
    flip = build.trunc(write.words[2], I32)
    groups, rows, columns = write.words[3:6]
    to, of = write.words[6:9], write.words[9:11]
    step, channels = write.words[11:]
    together = build.and_(
        build.icmp_signed("==", to[2], word(QUAD)),
        build.icmp_signed("==", of[1], word(1)),
    )

    def group(g: ir.Value, _: Values) -> Values:
        places, held = [], []
        for i in range(QUAD):
            channel = build.add(build.mul(g, word(QUAD)), word(i))
            held.append(build.icmp_signed("<", channel, channels))
            kept = build.select(held[-1], channel, word(0))
            places.append(write.at(source, build.mul(kept, step)))
        target_of = write.at(target, build.mul(g, to[0]))

        def row(r: ir.Value, _: Values) -> Values:
            line = write.at(target_of, build.mul(r, to[1]))
            from_ = [write.at(place, build.mul(r, of[0])) for place in places]

            def pixels(kind: ir.Type, c: ir.Value) -> None:
                at, whole = build.mul(c, of[1]), kinds(I32, kind)
                total = None
                for i, place in enumerate(from_):
                    value = build.load(
                        write.at(place, at), typ=kinds(I8, kind), align=1
                    )
                    value = build.xor(
                        build.zext(value, whole), _lanes(write, flip, kind)
                    )
                    value = build.select(held[i], value, same(whole, I32, 0))
                    by = ir.Constant(I32, 8 * i)
                    moved = build.shl(value, _lanes(write, by, kind))
                    total = moved if total is None else build.or_(total, moved)
                build.store(total, write.at(line, build.mul(c, to[2])), align=1)

            with build.if_else(together) as (dense, apart):
                with dense:
                    write.vectors(columns, pixels)
                with apart:
                    write.each(columns, partial(pixels, FLOAT))
            return []

        write.loop(word(0), rows, row)
        return []

    write.loop(word(0), groups, group)
    write.finish()


def _lanes(write: Writer, single: ir.Value, kind: ir.Type) -> ir.Value:
    return write.spread(single) if kind == VECTOR else single


def _flip(module: ir.Module) -> None:
    write = Writer(module, "byte.flip", 4)
    build = write.build
    target, source, (count, flip) = write.pointer(0), write.pointer(1), write.words[2:]
    single = write.both(build.trunc(flip, I8))

    def body(kind: ir.Type, index: ir.Value) -> None:
        value = build.load(write.at(source, index), typ=kinds(I8, kind), align=1)
        build.store(build.xor(value, single[kind]), write.at(target, index), align=1)

    write.vectors(count, body)
    write.finish()


def _extended(write: Writer, value: ir.Value, signed: ir.Value) -> ir.Value:
    """Bytes as 32 bits, either way."""
    build = write.build
    wide = isinstance(value.type, ir.VectorType)
    kind = WORDS if wide else I32
    return build.select(signed, build.sext(value, kind), build.zext(value, kind))


def _sums(module: ir.Module) -> None:
    write = Writer(module, "byte.sums", 5)
    build = write.build
    target, source, (rows, terms) = write.pointer(0), write.pointer(1), write.words[2:4]
    signed = build.icmp_signed("!=", write.words[4], word(0))

    def row(index: ir.Value, _: Values) -> Values:
        line = write.at(source, build.mul(index, terms))

        def add(kind: ir.Type, k: ir.Value, held: Values) -> Values:
            value = build.load(write.at(line, k), typ=kinds(I8, kind), align=1)
            return [build.add(held[0], _extended(write, value, signed))]

        whole = build.and_(terms, word(-LANES))
        zeros = ir.Constant(WORDS, [0] * LANES)
        (lanes,) = write.loop(word(0), whole, partial(add, VECTOR), [zeros], step=LANES)
        total = build.extract_element(lanes, ir.Constant(I32, 0))
        for lane in range(1, LANES):
            other = build.extract_element(lanes, ir.Constant(I32, lane))
            total = build.add(total, other)
        (total,) = write.loop(whole, terms, partial(add, FLOAT), [total])
        build.store(total, write.element(target, index), align=4)
        return []

    write.loop(word(0), rows, row)
    write.finish()


def _points(module: ir.Module) -> None:
    write = Writer(module, "byte.points", 6)
    build = write.build
    target, source = write.pointer(0), write.pointer(1)
    count, step, flip, signed = write.words[2:]
    signed = build.icmp_signed("!=", signed, word(0))

    def one(index: ir.Value) -> None:
        at = write.at(source, build.mul(index, step))
        value = build.xor(build.load(at, typ=I8, align=1), build.trunc(flip, I8))
        stored = _extended(write, value, signed)
        build.store(stored, write.element(target, index), align=4)

    write.each(count, one)
    write.finish()


def _pattern(module: ir.Module) -> None:
    write = Writer(module, "byte.pattern", 2)
    point = write.build.load(write.pointer(1), typ=I32, align=4)
    four = write.build.mul(point, ir.Constant(I32, 0x0101_0101))
    write.build.store(four, write.pointer(0), align=4)
    write.finish()


def _start(module: ir.Module) -> None:
    write = Writer(module, "byte.start", 7)
    build = write.build
    target, sums, bias, v_zero, u_zero = map(write.pointer, range(5))
    zero = write.both(build.load(v_zero, typ=I32, align=4))
    terms = write.both(build.trunc(write.words[6], I32))

    def body(kind: ir.Type, index: ir.Value) -> None:
        held = [
            write.load(kinds(I32, kind), write.element(at, index))
            for at in (sums, bias, u_zero)
        ]
        less = build.sub(held[0], build.mul(terms[kind], held[2]))
        y = build.sub(held[1], build.mul(zero[kind], less))
        write.store(y, write.element(target, index))

    write.vectors(write.words[5], body)
    write.finish()


def _correct(module: ir.Module) -> None:
    write = Writer(module, "byte.correct", 5)
    build = write.build
    y, f, g = map(write.pointer, range(3))
    rows, columns = write.words[3:]

    def row(index: ir.Value, _: Values) -> Values:
        single = write.both(build.load(write.element(f, index), typ=I32, align=4))
        line = write.element(y, build.mul(index, columns))

        def column(kind: ir.Type, j: ir.Value) -> None:
            at, whole = write.element(line, j), kinds(I32, kind)
            by = build.mul(single[kind], write.load(whole, write.element(g, j)))
            write.store(build.sub(write.load(whole, at), by), at)

        write.vectors(columns, column)
        return []

    write.loop(word(0), rows, row)
    write.finish()
