"""Einsum by Transpose, Reshape, Slice and MatMul, two tensors at a time."""

from collections.abc import Mapping, Sequence
from math import prod

from converters.registry import Graph, Refused, lowers
from converters.values import Value, whole_numbers

DOTS = "..."
UNNAMED = "01234567"
"""What axes under dots are called here: the last axis has the last name."""


@lowers("Einsum")
def einsum(graph: Graph, *parts: Value, equation: str) -> Value:
    names, target = named(equation, [len(part.shape) for part in parts])
    lengths = lengths_of(names, parts)
    terms = [
        broadcast(graph, *diagonal(graph, name, part), lengths)
        for name, part in zip(names, parts, strict=True)
    ]
    name, value = terms[0]
    for index in range(1, len(terms)):
        kept = set(target).union(*(other for other, _ in terms[index + 1 :]))
        name, value = contracted(graph, (name, value), terms[index], kept)
    gone = [axis for axis, letter in enumerate(name) if letter not in target]
    if gone:
        value = graph.apply("ReduceSum", value, whole_numbers(gone), keepdims=0)
        name = "".join(letter for letter in name if letter in target)
    return graph.apply("Transpose", value, perm=[name.index(c) for c in target])


def named(equation: str, ranks: Sequence[int]) -> tuple[list[str], str]:
    """A letter for each axis of each tensor, and those of the result.

    Without an arrow the result has what is under dots, then the letters that occur
    once, by alphabet.
    """
    left, arrow, right = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) != len(ranks):
        raise Refused(f"equation: expected {len(ranks)} terms, got {equation}")
    names = [
        spelt(equation, term, rank) for term, rank in zip(terms, ranks, strict=True)
    ]
    dots = max(("".join(c for c in name if c.isdigit()) for name in names), key=len)
    if not arrow:
        once = [c for c in sorted(set(left)) if c.isalpha() and left.count(c) == 1]
        return names, dots + "".join(once)
    target = spelt(equation, right, len(right.replace(DOTS, "")) + len(dots))
    if len(set(target)) != len(target) or not set(target) <= set("".join(names)):
        raise Refused(f"equation: expected a result of its letters, got {equation}")
    return names, target


def spelt(equation: str, term: str, rank: int) -> str:
    """The term with names for the axes under dots."""
    letters = term.replace(DOTS, "", 1)
    under = rank - len(letters)
    fits = 0 <= under <= len(UNNAMED) if DOTS in term else not under
    if not fits or not all(c.isascii() and c.isalpha() for c in letters):
        raise Refused(f"equation: expected {rank} axes, got {term!r} in {equation}")
    return term.replace(DOTS, UNNAMED[len(UNNAMED) - under :])


def lengths_of(names: Sequence[str], parts: Sequence[Value]) -> dict[str, int]:
    """How long the axis of each letter is; one of 1 fits all."""
    lengths: dict[str, int] = {}
    for name, part in zip(names, parts, strict=True):
        for letter, length in zip(name, part.shape, strict=True):
            known = lengths.get(letter, 1)
            if 1 != known != length != 1:
                raise Refused(
                    f"axis {letter}: expected a length of {known}, got {length}"
                )
            lengths[letter] = max(known, length)
    return lengths


def diagonal(graph: Graph, name: str, value: Value) -> tuple[str, Value]:
    """The elements at which all axes of one letter have the same index."""
    for letter in set(name):
        while name.count(letter) > 1:
            first, second = name.index(letter), name.rindex(letter)
            length = value.shape[first]
            if value.shape[second] != length:
                raise Refused(f"diagonal: expected equal lengths, got {value.shape}")
            rest = [axis for axis in range(len(name)) if axis not in (first, second)]
            value = graph.apply("Transpose", value, perm=[*rest, first, second])
            value = graph.reshape(value, (*value.shape[:-2], length * length))
            numbers = ([0], [length * length], [len(rest)], [length + 1])
            value = graph.apply("Slice", value, *map(whole_numbers, numbers))
            name = "".join(name[axis] for axis in rest) + letter
    return name, value


def broadcast(
    graph: Graph, name: str, value: Value, lengths: Mapping[str, int]
) -> tuple[str, Value]:
    """Without the axes of 1 that are longer elsewhere: every index takes the same."""
    kept = [axis for axis, c in enumerate(name) if value.shape[axis] == lengths[c]]
    if len(kept) == len(name):
        return name, value
    shape = tuple(value.shape[axis] for axis in kept)
    return "".join(name[axis] for axis in kept), graph.reshape(value, shape)


def contracted(
    graph: Graph, a: tuple[str, Value], b: tuple[str, Value], kept: set[str]
) -> tuple[str, Value]:
    """Two tensors as one, over the letters that both have and nobody needs."""
    (left, x), (right, y) = a, b
    lengths = lengths_of((left, right), (x, y))
    shared = [c for c in left if c in right]
    batch = "".join(c for c in shared if c in kept)
    summed = "".join(c for c in shared if c not in kept)
    rows = "".join(c for c in left if c not in right)
    columns = "".join(c for c in right if c not in left)

    def arranged(name: str, value: Value, groups: tuple[str, str, str]) -> Value:
        order = [name.index(c) for c in "".join(groups)]
        moved = graph.apply("Transpose", value, perm=order) if order else value
        sizes = tuple(prod(lengths[c] for c in group) for group in groups)
        return graph.reshape(moved, sizes)

    product = graph.apply(
        "MatMul",
        arranged(left, x, (batch, rows, summed)),
        arranged(right, y, (batch, summed, columns)),
    )
    name = batch + rows + columns
    return name, graph.reshape(product, tuple(lengths[c] for c in name))
