"""LLVM IR as these kernels need it: loops that carry values, vectors of eight floats.

Every kernel is `void name(ptr words)`: its arguments are 64-bit words in memory, so
that a list of (kernel, words) is a program. No passes run over the IR: what is written
in a loop is done in the loop.
"""

import struct
from collections.abc import Callable, Sequence
from typing import Final

from llvmlite import ir  # type: ignore[import-untyped]

from . import sizes

LANES: Final = sizes.LANES
FLOAT_BYTES: Final = sizes.FLOAT_BYTES
WORD_BYTES: Final = 8
VECTOR_BYTES: Final = LANES * FLOAT_BYTES

I1: Final = ir.IntType(1)
I8: Final = ir.IntType(8)
I32: Final = ir.IntType(32)
I64: Final = ir.IntType(64)
PTR: Final = ir.PointerType()
FLOAT: Final = ir.FloatType()
VECTOR: Final = ir.VectorType(FLOAT, LANES)
WORDS: Final = ir.VectorType(I32, LANES)
SPREAD: Final = ir.Constant(WORDS, [0] * LANES)

EVERY_SECOND: Final = (0, 2, 4, 6, 9, 11, 13, 15)
"""Of eight neighbours and eight that begin seven further: nothing is read in vain."""

CANONICAL_NAN: Final = 0x7FC0_0000

Values = list[ir.Value]
Body = Callable[[ir.Value, Values], Sequence[ir.Value]]


def kinds(element: ir.Type, kind: ir.Type) -> ir.Type:
    """The element, or a vector of them, as `kind` is one float or eight."""
    return ir.VectorType(element, LANES) if kind == VECTOR else element


def word(number: int) -> ir.Constant:
    """A constant of 64 bits."""
    return ir.Constant(I64, number)


def constant(kind: ir.Type, bits: int) -> ir.Value:
    """Floats of the given bits."""
    (number,) = struct.unpack("<f", struct.pack("<I", bits))
    return ir.Constant(kind, number if kind == FLOAT else [number] * LANES)


def same(kind: ir.Type, element: ir.Type, number: int) -> ir.Value:
    """A constant: bits of floats, or integers, in every lane of `kind`."""
    if element == FLOAT:
        return constant(kind, number)
    return ir.Constant(kind, number if kind == element else [number] * LANES)


class Writer:
    """Writes one kernel; `words` are its arguments, loaded once."""

    def __init__(self, module: ir.Module, name: str, words: int) -> None:
        kind = ir.FunctionType(ir.VoidType(), [PTR])
        self.function = ir.Function(module, kind, name)
        self.build = ir.IRBuilder(self.function.append_basic_block("entry"))
        (record,) = self.function.args
        self.words: Values = [
            self.load(I64, self.at(record, word(WORD_BYTES * i))) for i in range(words)
        ]

    def finish(self) -> None:
        """The end of the function."""
        self.build.ret_void()

    def pointer(self, index: int) -> ir.Value:
        """An argument as an address."""
        return self.build.inttoptr(self.words[index], PTR)

    def at(self, base: ir.Value, offset: ir.Value) -> ir.Value:
        """So many bytes after the base."""
        return self.build.gep(base, [offset], source_etype=I8)

    def element(self, base: ir.Value, index: ir.Value) -> ir.Value:
        """The address of a float."""
        return self.build.gep(base, [index], source_etype=FLOAT)

    def load(self, kind: ir.Type, at: ir.Value) -> ir.Value:
        """A word or floats, from any address."""
        align = WORD_BYTES if kind == I64 else FLOAT_BYTES
        return self.build.load(at, typ=kind, align=align)

    def every_second(self, kind: ir.Type, at: ir.Value) -> ir.Value:
        """A float, or the first eight of every second; nothing further is read."""
        low = self.load(kind, at)
        if kind == FLOAT:
            return low
        high = self.load(kind, self.at(at, word(FLOAT_BYTES * (LANES - 1))))
        lanes = ir.Constant(ir.VectorType(I32, LANES), list(EVERY_SECOND))
        return self.build.shuffle_vector(low, high, lanes)

    def store(self, value: ir.Value, at: ir.Value) -> None:
        """Floats, to any address."""
        self.build.store(value, at, align=FLOAT_BYTES)

    def spread(self, single: ir.Value) -> ir.Value:
        """One element in every lane."""
        undefined = ir.Constant(ir.VectorType(single.type, LANES), ir.Undefined)
        first = self.build.insert_element(undefined, single, ir.Constant(I32, 0))
        return self.build.shuffle_vector(first, undefined, SPREAD)

    def both(self, single: ir.Value) -> dict[ir.Type, ir.Value]:
        """One element, alone and in every lane, by what floats of as many are."""
        return {FLOAT: single, VECTOR: self.spread(single)}

    def root(self, value: ir.Value) -> ir.Value:
        """The square root, correctly rounded."""
        name = "llvm.sqrt.f32" if value.type == FLOAT else "llvm.sqrt.v8f32"
        known = self.function.module.globals
        if name not in known:
            ir.Function(
                self.function.module, ir.FunctionType(value.type, [value.type]), name
            )
        return self.build.call(known[name], [value])

    def canonical(self, value: ir.Value) -> ir.Value:
        """Floats with 0x7fc00000 for every NaN, chosen as integers."""
        kind = I32 if value.type == FLOAT else WORDS
        nan = ir.Constant(kind, CANONICAL_NAN if kind == I32 else [CANONICAL_NAN] * 8)
        bits = self.build.bitcast(value, kind)
        is_nan = self.build.fcmp_unordered("uno", value, value)
        return self.build.bitcast(self.build.select(is_nan, nan, bits), value.type)

    def loop(
        self,
        start: ir.Value,
        end: ir.Value,
        body: Body,
        carried: Sequence[ir.Value] = (),
        step: int = 1,
    ) -> Values:
        """For each index from start while below end; what the last round left."""
        build, before = self.build, self.build.block
        head = self.function.append_basic_block("head")
        inside = self.function.append_basic_block("inside")
        after = self.function.append_basic_block("after")
        build.branch(head)
        build.position_at_end(head)
        index = build.phi(I64)
        phis = [build.phi(value.type) for value in carried]
        build.cbranch(build.icmp_signed("<", index, end), inside, after)
        build.position_at_end(inside)
        left = body(index, phis)
        ends = [build.add(index, word(step)), *left]
        starts = [start, *carried]
        for phi, first, last in zip([index, *phis], starts, ends, strict=True):
            phi.add_incoming(first, before)
            phi.add_incoming(last, build.block)
        build.branch(head)
        build.position_at_end(after)
        return phis

    def down_while(
        self,
        start: ir.Value,
        holds: Callable[[ir.Value], ir.Value],
        step: Callable[[ir.Value], ir.Value],
    ) -> ir.Value:
        """From start down to 0: step(index) gives the next while holds(index)."""
        build, before = self.build, self.build.block
        head, look, inside, after = (
            self.function.append_basic_block(name)
            for name in ("head", "look", "inside", "after")
        )
        build.branch(head)
        build.position_at_end(head)
        index = build.phi(I64)
        index.add_incoming(start, before)
        build.cbranch(build.icmp_signed(">", index, word(0)), look, after)
        build.position_at_end(look)
        build.cbranch(holds(index), inside, after)
        build.position_at_end(inside)
        following = step(index)
        index.add_incoming(following, build.block)
        build.branch(head)
        build.position_at_end(after)
        return index

    def each(self, count: ir.Value, body: Callable[[ir.Value], None]) -> None:
        """body(index) for every index below count."""

        def step(index: ir.Value, _: Values) -> Values:
            body(index)
            return []

        self.loop(word(0), count, step)

    def vectors(
        self, count: ir.Value, body: Callable[[ir.Type, ir.Value], None]
    ) -> None:
        """body(type, index) for every eight elements, then for each of the rest."""
        build = self.build
        whole = build.and_(count, word(-LANES))

        def vector(index: ir.Value, _: Values) -> Values:
            body(VECTOR, index)
            return []

        def single(index: ir.Value, _: Values) -> Values:
            body(FLOAT, index)
            return []

        self.loop(word(0), whole, vector, step=LANES)
        self.loop(whole, count, single)
