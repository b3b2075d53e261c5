"""LLVM IR of a vector times a matrix: rows of the matrix are added up, in order.

`row.list`: words are target, source, count, room. Writes the numbers of the elements
that are not zero, ascending, as words; then, to `room`, how many they are.

`row.all` writes them all.

`row.sum`: words are y, x, w, bias, list, room, columns, row_bytes. From +0 on, adds
x[k] times row k of w for every k of the list; then the bias; NaNs are made canonical.
"""

from typing import Final

from llvmlite import ir  # type: ignore[import-untyped]

from .writing import (
    FLOAT,
    I1,
    I64,
    LANES,
    VECTOR,
    WORD_BYTES,
    Body,
    Values,
    Writer,
    word,
)

TERMS: Final = 8
"""Of one pass over y."""


def module_ir() -> str:
    """The module with all three."""
    module = ir.Module("row")
    _list(module, "row.list", always=0)
    _list(module, "row.all", always=1)
    _sum(module)
    return str(module)


def _list(module: ir.Module, name: str, always: int) -> None:
    write = Writer(module, name, 4)
    build = write.build
    target, source, count, room = (
        write.pointer(0),
        write.pointer(1),
        write.words[2],
        write.pointer(3),
    )
    zero = ir.Constant(FLOAT, 0.0)

    def body(index: ir.Value, held: Values) -> Values:
        """Without branches: what is not wanted is written over."""
        at = write.at(target, build.mul(held[0], word(WORD_BYTES)))
        build.store(index, at, align=WORD_BYTES)
        value = write.load(FLOAT, write.element(source, index))
        kept = build.fcmp_unordered("une", value, zero)
        kept = build.zext(build.or_(kept, ir.Constant(I1, always)), I64)
        return [build.add(held[0], kept)]

    (listed,) = write.loop(word(0), count, body, [word(0)])
    build.store(listed, room, align=WORD_BYTES)
    write.finish()


def _sum(module: ir.Module) -> None:
    write = Writer(module, "row.sum", 8)
    build = write.build
    y, x, w, bias, listed, room = map(write.pointer, range(6))
    columns, row_bytes = write.words[6:]
    count = write.load(I64, room)

    def term(index: ir.Value) -> tuple[ir.Value, ir.Value, ir.Value]:
        """x[k] once and in all lanes, and row k."""
        k = write.load(I64, write.at(listed, build.mul(index, word(WORD_BYTES))))
        single = write.load(FLOAT, write.element(x, k))
        return single, write.spread(single), write.at(w, build.mul(k, row_bytes))

    def clear(kind: ir.Type, j: ir.Value) -> None:
        zero = ir.Constant(kind, 0.0 if kind == FLOAT else [0.0] * LANES)
        write.store(zero, write.element(y, j))

    def terms(number: int) -> Body:
        def body(index: ir.Value, _: Values) -> Values:
            held = [term(build.add(index, word(i))) for i in range(number)]

            def column(kind: ir.Type, j: ir.Value) -> None:
                at = write.element(y, j)
                total = write.load(kind, at)
                for single, spread, row in held:
                    factor = spread if kind == VECTOR else single
                    weight = write.load(kind, write.element(row, j))
                    total = build.fadd(total, build.fmul(factor, weight))
                write.store(total, at)

            write.vectors(columns, column)
            return []

        return body

    def finish(kind: ir.Type, j: ir.Value) -> None:
        at = write.element(y, j)
        total = build.fadd(
            write.load(kind, at), write.load(kind, write.element(bias, j))
        )
        write.store(write.canonical(total), at)

    write.vectors(columns, clear)
    whole = build.and_(count, word(-TERMS))
    write.loop(word(0), whole, terms(TERMS), step=TERMS)
    write.loop(whole, count, terms(1))
    write.vectors(columns, finish)
    write.finish()
