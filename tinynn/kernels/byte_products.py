"""LLVM IR of sums of products of bytes, four at a time, in int32.

One factor's bytes are taken as unsigned, the other's as signed: what is stored the
other way has its top bit turned and 128 added to its zero point. Then with v, u the
factors and a, b their zero points the sum of (v - a)(u - b) is the sum of v u, less a
times the sum of u, less b times the sum of v, plus a b for each term, modulo 2^32.

`dot.ROWS`: words are v, panels, y, start, blocks, number of panels, quads, row bytes of
v and of y. y[i, j] = start[j] + the sum over k of v[i, k] u[j, k]. A panel is sixteen
columns, [quad][column][4]; v's rows are whole quads.

`sweep.ROWS`: as `slide` of tiles.py, with int32 for floats, and four channels of a
pixel in each word of the picture; sums begin at start[row].
"""

from collections.abc import Callable, Mapping
from typing import Final

from llvmlite import ir  # type: ignore[import-untyped]

from mips_vm.compiled import native

from . import sizes
from .tiles import COLUMNS, HALVES, ROWS
from .writing import (
    FLOAT_BYTES,
    I8,
    I32,
    I64,
    LANES,
    VECTOR_BYTES,
    WORD_BYTES,
    WORDS,
    Body,
    Values,
    Writer,
    word,
)

QUAD, PANEL_BYTES = sizes.QUAD, sizes.PANEL_BYTES
QUADS: Final = 2
"""Of one round over a panel."""

Dot = Callable[[Writer, ir.Value, ir.Value, ir.Value], ir.Value]
"""`dot(write, sums, unsigned, signed)`: each sum plus four products of bytes."""

VNNI: Final = "llvm.x86.avx512.vpdpbusd.256"
PAIRS: Final = "llvm.x86.avx2.pmadd.wd"


def intrinsic(write: Writer, name: str, kind: ir.FunctionType) -> ir.Function:
    """The declaration of one, once a module."""
    known = write.function.module.globals
    return (
        known[name] if name in known else ir.Function(write.function.module, kind, name)
    )


def dot_vnni(
    write: Writer, sums: ir.Value, unsigned: ir.Value, signed: ir.Value
) -> ir.Value:
    """In one instruction."""
    bytes_ = ir.VectorType(I8, VECTOR_BYTES)
    kind = ir.FunctionType(WORDS, [WORDS, bytes_, bytes_])
    given = [write.build.bitcast(value, bytes_) for value in (unsigned, signed)]
    return write.build.call(intrinsic(write, VNNI, kind), [sums, *given])


def _halves(write: Writer, value: ir.Value, *, signed: bool) -> Values:
    """Bytes 0 and 2 of each word, then 1 and 3, as numbers of 16 bits."""
    build, kind = write.build, ir.VectorType(ir.IntType(16), 2 * LANES)
    pairs, eight = build.bitcast(value, kind), ir.Constant(kind, [8] * 2 * LANES)
    if signed:
        return [build.ashr(build.shl(pairs, eight), eight), build.ashr(pairs, eight)]
    low = build.and_(pairs, ir.Constant(kind, [255] * 2 * LANES))
    return [low, build.lshr(pairs, eight)]


def dot_pairs(
    write: Writer, sums: ir.Value, unsigned: ir.Value, signed: ir.Value
) -> ir.Value:
    """Products of pairs of 16 bits, whose sums fit 32."""
    pairs = ir.VectorType(ir.IntType(16), 2 * LANES)
    function = intrinsic(write, PAIRS, ir.FunctionType(WORDS, [pairs, pairs]))
    left = _halves(write, unsigned, signed=False)
    right = _halves(write, signed, signed=True)
    for pair in zip(left, right, strict=True):
        sums = write.build.add(sums, write.build.call(function, list(pair)))
    return sums


def dot_plain(
    write: Writer, sums: ir.Value, unsigned: ir.Value, signed: ir.Value
) -> ir.Value:
    """Byte by byte, for any processor."""
    build = write.build
    for place in range(QUAD):
        up = ir.Constant(WORDS, [24 - 8 * place] * LANES)
        down = ir.Constant(WORDS, [24] * LANES)
        v = build.lshr(build.shl(unsigned, up), down)
        u = build.ashr(build.shl(signed, up), down)
        sums = build.add(sums, build.mul(v, u))
    return sums


def best_dot() -> Dot:
    """The quickest that this processor has."""
    if native.has_feature("avx512vnni", "avx512vl"):
        return dot_vnni
    return dot_pairs if native.has_feature("avx2") else dot_plain


def dot_ir(dot: Dot | None = None) -> str:
    """The module with dot.1 to dot.6."""
    module = ir.Module("dot")
    for rows in range(1, ROWS + 1):
        _product(module, rows, dot or best_dot())
    return str(module)


def sweep_ir(dot: Dot | None = None) -> str:
    """The module with sweep.1 to sweep.6."""
    module = ir.Module("sweep")
    for rows in range(1, ROWS + 1):
        _sweep(module, rows, dot or best_dot())
    return str(module)


MODULES: Final[Mapping[str, Callable[[], str]]] = {
    "dot": dot_ir,
    "sweep": sweep_ir,
}


def _splat(write: Writer, at: ir.Value) -> ir.Value:
    """Four bytes in every word."""
    return write.spread(write.build.load(at, typ=I32, align=1))


def _words(write: Writer, at: ir.Value) -> ir.Value:
    return write.build.load(at, typ=WORDS, align=1)


# Products of matrices.


def _product(module: ir.Module, rows: int, dot: Dot) -> None:
    """For each panel all blocks of rows: the panel stays in the nearest cache."""
    write = Writer(module, f"dot.{rows}", 9)
    build = write.build
    v, panels, y, start = map(write.pointer, range(4))
    blocks, count, quads, v_bytes, y_bytes = write.words[4:]
    panel_bytes = build.mul(quads, word(PANEL_BYTES))
    block_bytes, tile_bytes = (build.mul(n, word(rows)) for n in (v_bytes, y_bytes))

    def panel(index: ir.Value, _: Values) -> Values:
        left = build.mul(index, word(FLOAT_BYTES * COLUMNS))
        u = write.at(panels, build.mul(index, panel_bytes))
        at_start, at_y = write.at(start, left), write.at(y, left)

        def block(number: ir.Value, _: Values) -> Values:
            at_v = write.at(v, build.mul(number, block_bytes))
            tile = write.at(at_y, build.mul(number, tile_bytes))
            lines = [write.at(at_v, build.mul(v_bytes, word(i))) for i in range(rows)]
            sums = _tile(write, dot, lines, u, at_start, quads)
            for i, total in enumerate(sums):
                place = build.mul(y_bytes, word(i // 2))
                at = write.at(tile, build.add(place, word(VECTOR_BYTES * (i % 2))))
                build.store(total, at, align=1)
            return []

        write.loop(word(0), blocks, block)
        return []

    write.loop(word(0), count, panel)
    write.finish()


def _tile(
    write: Writer,
    dot: Dot,
    lines: Values,
    u: ir.Value,
    start: ir.Value,
    quads: ir.Value,
) -> Values:
    """Rows by sixteen columns; odd quads have sums of their own if rows are few."""
    build, rows = write.build, len(lines)
    apart = 2 if rows <= ROWS // 2 else 1
    starts = [_words(write, write.at(start, word(VECTOR_BYTES * i))) for i in range(2)]
    sums = starts * rows + [ir.Constant(WORDS, [0] * LANES)] * (2 * rows * (apart - 1))

    def round_of(number: int) -> Body:
        def body(k: ir.Value, held: Values) -> Values:
            held = list(held)
            for i in range(number):
                quad = build.add(k, word(i))
                at = write.at(u, build.mul(quad, word(PANEL_BYTES)))
                columns = [
                    _words(write, write.at(at, word(VECTOR_BYTES * half)))
                    for half in range(2)
                ]
                first = 2 * rows * (i % apart)
                for row, line in enumerate(lines):
                    single = _splat(write, write.at(line, build.mul(quad, word(QUAD))))
                    for half, column in enumerate(columns):
                        place = first + 2 * row + half
                        held[place] = dot(write, held[place], single, column)
            return held

        return body

    whole = build.and_(quads, word(-QUADS))
    sums = write.loop(word(0), whole, round_of(QUADS), sums, step=QUADS)
    sums = write.loop(whole, quads, round_of(1), sums)
    if apart == 1:
        return sums
    return [
        build.add(a, b) for a, b in zip(sums[: 2 * rows], sums[2 * rows :], strict=True)
    ]


# Convolutions.


def _sweep(module: ir.Module, rows: int, dot: Dot) -> None:
    write = Writer(module, f"sweep.{rows}", 11)
    halves, width = write.words[7], HALVES[rows]
    whole = write.build.mul(write.build.udiv(halves, word(width)), word(width))

    def wide(half: ir.Value, _: Values) -> Values:
        _sweep_blocks(write, dot, rows, half, width)
        return []

    def narrow(half: ir.Value, _: Values) -> Values:
        _sweep_blocks(write, dot, rows, half, 1)
        return []

    write.loop(word(0), whole, wide, step=width)
    write.loop(whole, halves, narrow)
    write.finish()


def _sweep_blocks(
    write: Writer, dot: Dot, rows: int, half: ir.Value, width: int
) -> None:
    """Some halves of all blocks of rows: their patches stay in the nearest cache."""
    build = write.build
    u, x, y, start, places, targets, offsets = map(write.pointer, range(7))
    blocks, terms, row_bytes = write.words[8:]
    bases, stores = [], []
    for i in range(width):
        at = build.mul(build.add(half, word(i)), word(WORD_BYTES))
        bases.append(write.at(x, write.load(I64, write.at(places, at))))
        stores.append(write.at(y, write.load(I64, write.at(targets, at))))
    block_bytes = build.mul(terms, word(QUAD * rows))

    def block(index: ir.Value, _: Values) -> Values:
        at_u = write.at(u, build.mul(index, block_bytes))
        first = build.mul(index, word(rows))
        starts = []
        for row in range(rows):
            at = write.element(start, build.add(first, word(row)))
            starts += [_splat(write, at)] * width

        def term(k: ir.Value, sums: Values) -> Values:
            offset = write.load(I64, write.at(offsets, build.mul(k, word(WORD_BYTES))))
            columns = [_words(write, write.at(base, offset)) for base in bases]
            at = write.at(at_u, build.mul(k, word(QUAD * rows)))
            added = []
            for row in range(rows):
                single = _splat(write, write.at(at, word(QUAD * row)))
                for i, column in enumerate(columns):
                    added.append(dot(write, sums[row * width + i], column, single))
            return added

        sums = write.loop(word(0), terms, term, starts)
        for row in range(rows):
            below = build.mul(build.add(first, word(row)), row_bytes)
            for i, store in enumerate(stores):
                at = write.at(store, below)
                build.store(sums[row * width + i], at, align=1)
        return []

    write.loop(word(0), blocks, block)
