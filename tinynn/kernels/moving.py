"""LLVM IR of copies from one even grid to another: padding, slicing, packing.

`move.4` and `move.1` copy elements of four bytes and of one. Words: target, source;
four extents; four strides of the target, then of the source, in bytes. A stride of 0 in
the source repeats an element. `deep.4` and `deep.1` are the same with eight axes.
"""

from typing import Final

from llvmlite import ir  # type: ignore[import-untyped]

from . import sizes
from .writing import FLOAT_BYTES, I8, I32, WORDS, Values, Writer, word

AXES: Final = sizes.AXES
DEEP_AXES: Final = sizes.DEEP_AXES


def move_ir() -> str:
    """The module of grids of four axes."""
    return _module_ir("move", AXES)


def deep_ir() -> str:
    """The module of grids of eight axes."""
    return _module_ir("deep", DEEP_AXES)


def _module_ir(name: str, axes: int) -> str:
    module = ir.Module(name)
    for size in (4, 1):
        _move(module, f"{name}.{size}", size, axes)
    return str(module)


def _move(module: ir.Module, name: str, size: int, axes: int) -> None:
    write = Writer(module, name, 2 + 3 * axes)
    build = write.build
    extents, to, of = (write.words[2 + axes * i :][:axes] for i in range(3))
    dense = build.and_(
        build.icmp_signed("==", to[-1], word(size)),
        build.icmp_signed("==", of[-1], word(size)),
    )

    second = build.and_(
        build.icmp_signed("==", to[-1], word(size)),
        build.icmp_signed("==", of[-1], word(2 * size)),
    )

    def axis(number: int, target: ir.Value, source: ir.Value) -> None:
        """All that lies along this axis and those after it."""
        if number < axes - 1:
            each(number, target, source)
            return
        with build.if_else(dense) as (together, apart):
            with together:
                copy_row(write, size, target, source, extents[-1])
            with apart:
                if size == FLOAT_BYTES:
                    with build.if_else(second) as (every_second, other):
                        with every_second:
                            _every_second(write, target, source, extents[-1])
                        with other:
                            each(number, target, source)
                else:
                    each(number, target, source)

    def each(number: int, target: ir.Value, source: ir.Value) -> None:
        def body(_: ir.Value, held: Values) -> Values:
            if number == axes - 1:
                kind = I32 if size == 4 else I8
                build.store(build.load(held[1], typ=kind, align=1), held[0], align=1)
            else:
                axis(number + 1, *held)
            return [write.at(held[0], to[number]), write.at(held[1], of[number])]

        write.loop(word(0), extents[number], body, [target, source])

    axis(0, write.pointer(0), write.pointer(1))
    write.finish()


def _every_second(
    write: Writer, target: ir.Value, source: ir.Value, count: ir.Value
) -> None:
    """Neighbours from every second place, eight at once: a stride's phase."""

    def copy(kind: ir.Type, index: ir.Value) -> None:
        at = write.element(source, write.build.mul(index, word(2)))
        write.store(write.every_second(kind, at), write.element(target, index))

    write.vectors(count, copy)


def copy_row(
    write: Writer, size: int, target: ir.Value, source: ir.Value, count: ir.Value
) -> None:
    """Neighbours to neighbours, by vectors of 32 bytes, then one by one."""
    build = write.build
    kind = I32 if size == 4 else I8
    wide = WORDS.count * 4 // size
    whole = build.and_(count, word(-wide))

    def copy(kind: ir.Type, index: ir.Value) -> None:
        offset = build.mul(index, word(size))
        value = build.load(write.at(source, offset), typ=kind, align=1)
        build.store(value, write.at(target, offset), align=1)

    def vector(index: ir.Value, _: Values) -> Values:
        copy(WORDS, index)
        return []

    def single(index: ir.Value, _: Values) -> Values:
        copy(kind, index)
        return []

    write.loop(word(0), whole, vector, step=wide)
    write.loop(whole, count, single)
