"""LLVM IR of what goes with block weights: bytes of activations, and rows looked up.

`block.scale`: words are y, x, count, group: y[i] is the greatest magnitude of a group
of x, NaNs passed over, divided by 127. `block.quantize`: y, x, d, count, group: int8 of
as many groups of floats, by their scales. `block.sums`: y, q, count, group: int32 sums
of groups of int8. `block.pairs`: y, q, count: int8 as numbers of 16 bits, of every four
the first, the third, the second and the last. `block.rest`: y, x, d, q, count, group:
int8 of what is left of each float, in 128ths of a byte's unit. `block.join`: y, q, r,
count: int32 of sums of both, 128 q + r.
"""

from typing import Final

from llvmlite import ir  # type: ignore[import-untyped]

from ..byte_products import QUAD, intrinsic
from ..casting import clamped
from ..formulas import INFINITY, MAGNITUDE
from ..lanes import Real, Whole, choose
from ..quantising import nearest
from ..writing import (
    FLOAT,
    FLOAT_BYTES,
    I8,
    I32,
    LANES,
    VECTOR,
    WORDS,
    Values,
    Writer,
    word,
)

LEVELS: Final = 0x42FE_0000
"""127."""

ENDS: Final = -127, 127
HALF: Final = ir.IntType(16)

FINENESS: Final = 128
"""Of a byte's unit, a unit of what is left of it."""

FINENESS_BITS: Final = 0x4300_0000


def module_ir() -> str:
    """The module of activations."""
    module = ir.Module("block")
    _scale(module)
    _quantize(module)
    _sums(module)
    _pairs(module)
    _rest(module)
    _join(module)
    return str(module)


def folded(write: Writer, how: str, lanes: ir.Value) -> ir.Value:
    """One int32 of all lanes: their sum, or the largest."""
    kind = ir.FunctionType(I32, [WORDS])
    function = intrinsic(write, f"llvm.vector.reduce.{how}.v8i32", kind)
    return write.build.call(function, [lanes])


def _scale(module: ir.Module) -> None:
    write = Writer(module, "block.scale", 4)
    build, y, x = write.build, write.pointer(0), write.pointer(1)
    count, group = write.words[2:]

    def one(index: ir.Value) -> None:
        """Magnitudes are in the order of their bits; those of NaNs count as 0."""
        base = write.element(x, build.mul(index, group))

        def further(at: ir.Value, held: Values) -> Values:
            best = Whole(write, held[0])
            value = Real(write, write.load(VECTOR, write.element(base, at)))
            size = value.bits & MAGNITUDE
            size = choose(size > INFINITY, size.like(0), size)
            return [choose(size > best, size, best).value]

        nothing = [ir.Constant(WORDS, [0] * LANES)]
        (lanes,) = write.loop(word(0), group, further, nothing, step=LANES)
        best = Whole(write, folded(write, "smax", lanes)).real
        write.store((best / LEVELS).value, write.element(y, index))

    write.each(count, one)
    write.finish()


def _quantize(module: ir.Module) -> None:
    write = Writer(module, "block.quantize", 5)
    build = write.build
    y, x, scales = (write.pointer(i) for i in range(3))
    count, group = write.words[3:]
    bytes_ = ir.VectorType(I8, LANES)

    def one(index: ir.Value) -> None:
        d = Real(write, write.spread(write.load(FLOAT, write.element(scales, index))))
        start = build.mul(index, group)

        def eight(at: ir.Value, _: Values) -> Values:
            place = build.add(start, at)
            value = Real(write, write.load(VECTOR, write.element(x, place)))
            n = clamped(nearest(value / d), ENDS)
            n = choose(d.equals(0), n.like(0), n)
            build.store(build.trunc(n.value, bytes_), write.at(y, place), align=1)
            return []

        write.loop(word(0), group, eight, step=LANES)

    write.each(count, one)
    write.finish()


def _sums(module: ir.Module) -> None:
    write = Writer(module, "block.sums", 4)
    build, y, q = write.build, write.pointer(0), write.pointer(1)
    count, group = write.words[2:]
    bytes_ = ir.VectorType(I8, LANES)

    def one(index: ir.Value) -> None:
        start = build.mul(index, group)

        def eight(at: ir.Value, held: Values) -> Values:
            place = write.at(q, build.add(start, at))
            some = build.sext(build.load(place, typ=bytes_, align=1), WORDS)
            return [build.add(held[0], some)]

        nothing = [ir.Constant(WORDS, [0] * LANES)]
        (lanes,) = write.loop(word(0), group, eight, nothing, step=LANES)
        total = folded(write, "add", lanes)
        build.store(total, write.element(y, index), align=FLOAT_BYTES)

    write.each(count, one)
    write.finish()


def _pairs(module: ir.Module) -> None:
    write = Writer(module, "block.pairs", 3)
    build, y, q = write.build, write.pointer(0), write.pointer(1)
    wide = ir.VectorType(HALF, QUAD)
    order = ir.Constant(ir.VectorType(I32, QUAD), [0, 2, 1, 3])

    def four(index: ir.Value, _: Values) -> Values:
        at = write.at(q, index)
        some = build.load(at, typ=ir.VectorType(I8, QUAD), align=1)
        some = build.sext(some, wide)
        turned = build.shuffle_vector(some, some, order)
        build.store(turned, write.at(y, build.mul(index, word(2))), align=1)
        return []

    write.loop(word(0), write.words[2], four, step=QUAD)
    write.finish()


def _rest(module: ir.Module) -> None:
    write = Writer(module, "block.rest", 6)
    build = write.build
    y, x, scales, q = (write.pointer(i) for i in range(4))
    count, group = write.words[4:]
    bytes_ = ir.VectorType(I8, LANES)

    def one(index: ir.Value) -> None:
        d = Real(write, write.spread(write.load(FLOAT, write.element(scales, index))))
        start = build.mul(index, group)

        def eight(at: ir.Value, _: Values) -> Values:
            place = build.add(start, at)
            value = Real(write, write.load(VECTOR, write.element(x, place)))
            taken = build.load(write.at(q, place), typ=bytes_, align=1)
            taken = Whole(write, build.sext(taken, WORDS)).rounded
            n = clamped(nearest((value / d - taken) * FINENESS_BITS), ENDS)
            n = choose(d.equals(0), n.like(0), n)
            build.store(build.trunc(n.value, bytes_), write.at(y, place), align=1)
            return []

        write.loop(word(0), group, eight, step=LANES)

    write.each(count, one)
    write.finish()


def _join(module: ir.Module) -> None:
    write = Writer(module, "block.join", 4)
    build = write.build
    y, q, rest = (write.pointer(i) for i in range(3))

    def one(index: ir.Value) -> None:
        taken, left = (
            build.load(write.element(base, index), typ=I32, align=FLOAT_BYTES)
            for base in (q, rest)
        )
        total = build.add(build.mul(taken, ir.Constant(I32, FINENESS)), left)
        build.store(total, write.element(y, index), align=FLOAT_BYTES)

    write.each(write.words[3], one)
    write.finish()
