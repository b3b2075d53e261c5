"""LLVM IR of copies that turn a grid over: the source's rows are the target's columns.

`turn.4`: words as `move.4`; the source's neighbours lie along the third axis, the
target's along the fourth. Eight by eight elements of four bytes go through registers.
"""

from typing import Final

from llvmlite import ir  # type: ignore[import-untyped]

from .moving import AXES
from .writing import FLOAT_BYTES, I32, LANES, WORDS, Values, Writer, word

LOW: Final = (0, 8, 1, 9, 4, 12, 5, 13)
HIGH: Final = (2, 10, 3, 11, 6, 14, 7, 15)
LOW_PAIRS: Final = (0, 1, 8, 9, 4, 5, 12, 13)
HIGH_PAIRS: Final = (2, 3, 10, 11, 6, 7, 14, 15)
LOW_HALVES: Final = (0, 1, 2, 3, 8, 9, 10, 11)
HIGH_HALVES: Final = (4, 5, 6, 7, 12, 13, 14, 15)
"""Of two vectors' lanes: how processors interleave them."""


def module_ir() -> str:
    """The module with `turn.4`."""
    module = ir.Module("turn")
    write = Writer(module, "turn.4", 2 + 3 * AXES)
    build = write.build
    extents, to, of = (write.words[2 + AXES * i :][:AXES] for i in range(3))
    rows, columns = extents[2:]
    whole_rows, whole_columns = (build.and_(n, word(-LANES)) for n in extents[2:])

    def places(r: ir.Value, c: ir.Value, target: ir.Value, source: ir.Value) -> Values:
        """Where an element goes to, and where it lies."""
        down, across = build.mul(r, to[2]), build.mul(c, word(FLOAT_BYTES))
        at = write.at(target, build.add(down, across))
        down, across = build.mul(r, word(FLOAT_BYTES)), build.mul(c, of[3])
        return [at, write.at(source, build.add(down, across))]

    def plane(target: ir.Value, source: ir.Value) -> None:
        def single(r: ir.Value, first: ir.Value) -> None:
            def one(c: ir.Value, _: Values) -> Values:
                at, place = places(r, c, target, source)
                value = build.load(place, typ=I32, align=FLOAT_BYTES)
                build.store(value, at, align=FLOAT_BYTES)
                return []

            write.loop(first, columns, one)

        def block(r: ir.Value, _: Values) -> Values:
            def eight(c: ir.Value, _: Values) -> Values:
                at, place = places(r, c, target, source)
                apart = [build.mul(of[3], word(i)) for i in range(LANES)]
                held = [write.load(WORDS, write.at(place, step)) for step in apart]
                for i, value in enumerate(_turned(write, held)):
                    write.store(value, write.at(at, build.mul(to[2], word(i))))
                return []

            write.loop(word(0), whole_columns, eight, step=LANES)
            for i in range(LANES):
                single(build.add(r, word(i)), whole_columns)
            return []

        def rest(r: ir.Value, _: Values) -> Values:
            single(r, word(0))
            return []

        write.loop(word(0), whole_rows, block, step=LANES)
        write.loop(whole_rows, rows, rest)

    def outer(axis: int, target: ir.Value, source: ir.Value) -> None:
        def body(index: ir.Value, _: Values) -> Values:
            at = write.at(target, build.mul(index, to[axis]))
            place = write.at(source, build.mul(index, of[axis]))
            if axis == 0:
                outer(1, at, place)
            else:
                plane(at, place)
            return []

        write.loop(word(0), extents[axis], body)

    outer(0, write.pointer(0), write.pointer(1))
    write.finish()
    return str(module)


def _turned(write: Writer, rows: Values) -> Values:
    """Eight vectors with lanes for rows and rows for lanes."""

    def mixed(a: ir.Value, b: ir.Value, lanes: tuple[int, ...]) -> ir.Value:
        mask = ir.Constant(ir.VectorType(I32, LANES), list(lanes))
        return write.build.shuffle_vector(a, b, mask)

    singles = [
        mixed(rows[i], rows[i + 1], lanes)
        for i in range(0, LANES, 2)
        for lanes in (LOW, HIGH)
    ]
    pairs = [
        mixed(singles[i], singles[i + 2], lanes)
        for i in (0, 1, 4, 5)
        for lanes in (LOW_PAIRS, HIGH_PAIRS)
    ]
    return [
        mixed(pairs[i], pairs[i + 4], lanes)
        for lanes in (LOW_HALVES, HIGH_HALVES)
        for i in range(4)
    ]
