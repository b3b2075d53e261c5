"""LLVM IR of forests' scores: eight trees are walked at once, without branches.

`trees.{sum, min, max}`: words are y, x, columns, nodes, trees, targets, weights, room
for the keys; rows, features, columns, trees, targets. operators/trees.py says what the
tables hold. A leaf is its own child, so trees of one group wait for the longest walk.

`trees.heights`: words are nodes, heights (words, zeros at first), count. The steps of
the longest walk from each node, the last node first.
"""

from collections.abc import Callable
from typing import Final

from llvmlite import ir  # type: ignore[import-untyped]

from .writing import (
    FLOAT,
    FLOAT_BYTES,
    I32,
    I64,
    WORD_BYTES,
    Values,
    Writer,
    constant,
    word,
)

TOGETHER: Final = 8
"""Walks of a group: each waits for memory twice a step."""

INFINITY: Final = 0x7F80_0000
MINUS_INFINITY: Final = 0xFF80_0000
MAGNITUDE: Final = 0x7FFF_FFFF
GREATEST: Final = 0x7FFF_FFFF
LEAST: Final = -(1 << 31)

NODE_BYTES: Final = 16
TREE_BYTES: Final = 8
CHILDREN: Final = (2, 3)
"""Words of a node that lead on."""

Fold = Callable[[Writer, ir.Value, ir.Value], ir.Value]


def _beyond(order: str) -> Fold:
    def fold(write: Writer, best: ir.Value, value: ir.Value) -> ir.Value:
        beyond = write.build.fcmp_ordered(order, value, best)
        return write.build.select(beyond, value, best)

    return fold


FOLDS: Final[dict[str, tuple[Fold, int]]] = {
    "sum": (lambda write, total, value: write.build.fadd(total, value), 0),
    "min": (_beyond("olt"), INFINITY),
    "max": (_beyond("ogt"), MINUS_INFINITY),
}
"""How the next weight is taken in, and the bits of the start."""


def module_ir() -> str:
    """The module with all of them."""
    module = ir.Module("trees")
    for name in FOLDS:
        _trees(module, name)
    _heights(module)
    return str(module)


def _trees(module: ir.Module, name: str) -> None:
    write = Writer(module, f"trees.{name}", 13)
    build = write.build
    y, x, columns, nodes, trees, targets, weights, keys = map(write.pointer, range(8))
    rows, features, n_columns, n_trees, n_targets = write.words[8:]
    fold, start = FOLDS[name]

    def row(index: ir.Value, _: Values) -> Values:
        source = write.element(x, build.mul(index, features))
        scores = write.element(y, build.mul(index, n_targets))
        _list_keys(write, keys, source, columns, n_columns)
        write.each(
            n_targets,
            lambda t: write.store(constant(FLOAT, start), write.element(scores, t)),
        )

        def weigh(tree: ir.Value, leaf: ir.Value) -> None:
            first = _whole(write, write.at(leaf, word(FLOAT_BYTES)))
            width = _whole(write, write.at(tree, word(FLOAT_BYTES)))

            def part(i: ir.Value) -> None:
                place = build.add(first, i)
                at = write.element(scores, _whole(write, write.element(targets, place)))
                weight = write.load(FLOAT, write.element(weights, place))
                write.store(fold(write, write.load(FLOAT, at), weight), at)

            write.each(width, part)

        def group(size: int) -> Callable[[ir.Value, Values], Values]:
            def body(number: ir.Value, _: Values) -> Values:
                first = write.at(trees, build.mul(number, word(TREE_BYTES)))
                held = [write.at(first, word(TREE_BYTES * i)) for i in range(size)]
                roots = [write.at(nodes, _whole(write, tree)) for tree in held]
                for tree, leaf in zip(held, _walked(write, keys, roots), strict=True):
                    weigh(tree, leaf)
                return []

            return body

        whole = build.and_(n_trees, word(-TOGETHER))
        write.loop(word(0), whole, group(TOGETHER), step=TOGETHER)
        write.loop(whole, n_trees, group(1))

        def canonical(t: ir.Value) -> None:
            at = write.element(scores, t)
            write.store(write.canonical(write.load(FLOAT, at)), at)

        write.each(n_targets, canonical)
        return []

    write.loop(word(0), rows, row)
    write.finish()


def _heights(module: ir.Module) -> None:
    write = Writer(module, "trees.heights", 3)
    build = write.build
    nodes, heights, count = write.pointer(0), write.pointer(1), write.words[2]
    last = build.sub(count, word(1))

    def each(index: ir.Value) -> None:
        place = build.sub(last, index)
        node = write.at(nodes, build.mul(place, word(NODE_BYTES)))
        own = write.at(heights, build.mul(place, word(WORD_BYTES)))
        steps = [_whole(write, write.at(node, word(FLOAT_BYTES * i))) for i in CHILDREN]
        first, second = (
            write.load(
                I64, write.at(own, build.udiv(step, word(NODE_BYTES // WORD_BYTES)))
            )
            for step in steps
        )
        higher = build.select(build.icmp_signed(">", first, second), first, second)
        leaf = build.icmp_signed("==", steps[0], word(0))
        height = build.select(leaf, word(0), build.add(higher, word(1)))
        build.store(height, own, align=WORD_BYTES)

    write.each(count, each)
    write.finish()


def _whole(write: Writer, at: ir.Value) -> ir.Value:
    """A word of a table, which is not negative."""
    return write.build.zext(write.load(I32, at), I64)


def _list_keys(
    write: Writer,
    keys: ir.Value,
    row: ir.Value,
    columns: ir.Value,
    count: ir.Value,
) -> None:
    build = write.build

    def bits(number: int) -> ir.Constant:
        return ir.Constant(I32, number)

    def column(index: ir.Value) -> None:
        name = write.load(I32, write.element(columns, index))
        feature = build.zext(build.lshr(name, bits(1)), I64)
        x = write.load(I32, write.element(row, feature))
        size = build.and_(x, bits(MAGNITUDE))
        below = build.icmp_signed("<", x, bits(0))
        key = build.select(below, build.sub(bits(0), size), size)
        low = build.icmp_signed("!=", build.and_(name, bits(1)), bits(0))
        missing = build.select(low, bits(LEAST), bits(GREATEST))
        is_nan = build.icmp_unsigned(">", size, bits(INFINITY))
        chosen = build.select(is_nan, missing, key)
        write.store(chosen, write.element(keys, index))

    write.each(count, column)


def _walked(write: Writer, keys: ir.Value, roots: Values) -> Values:
    """The leaves that the walks from the roots end at."""
    build, before = write.build, write.build.block
    inside = write.function.append_basic_block("walk")
    after = write.function.append_basic_block("leaves")
    build.branch(inside)
    build.position_at_end(inside)
    nodes = [build.phi(root.type) for root in roots]
    steps = [_step(write, keys, node) for node in nodes]
    ends = [write.at(node, step) for node, step in zip(nodes, steps, strict=True)]
    moved = steps[0]
    for step in steps[1:]:
        moved = build.or_(moved, step)
    for node, root, end in zip(nodes, roots, ends, strict=True):
        node.add_incoming(root, before)
        node.add_incoming(end, build.block)
    build.cbranch(build.icmp_signed("!=", moved, word(0)), inside, after)
    build.position_at_end(after)
    return ends


def _step(write: Writer, keys: ir.Value, node: ir.Value) -> ir.Value:
    """Bytes from a node to the child that its key chooses; 0 from a leaf."""
    build = write.build
    key = write.load(I32, write.at(keys, _whole(write, node)))
    threshold = write.load(I32, write.at(node, word(FLOAT_BYTES)))
    second = build.zext(build.icmp_signed(">", key, threshold), I64)
    place = build.add(word(2 * FLOAT_BYTES), build.shl(second, word(2)))
    return _whole(write, write.at(node, place))
