"""Calls that copy from one grid of elements to another; how grids are made simpler."""

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any, Final

from numpy.typing import NDArray

from . import sizes
from .program import Call
from .sizes import FLOAT_BYTES, LANES

Array = NDArray[Any]
Numbers = Sequence[int]

AXES: Final = sizes.AXES


def move(
    target: Array,
    source: Array,
    extents: Numbers,
    to: Numbers,
    of: Numbers,
) -> Call:
    """Copies elements from grid to grid, of at most eight axes; steps in elements."""
    size, deep = target.itemsize, len(extents) > sizes.AXES
    kernel = f"{'deep' if deep else 'move'}.{size}"
    order = _turned(extents, to, of) if size == FLOAT_BYTES and not deep else None
    if order is not None:
        kernel = f"turn.{size}"
        extents, to, of = ([axes[i] for i in order] for axes in (extents, to, of))
    missing = (sizes.DEEP_AXES if deep else sizes.AXES) - len(extents)
    grid = [(1,) * missing + tuple(extents)]
    grid += [
        (0,) * missing + tuple(size * step for step in steps) for steps in (to, of)
    ]
    return Call(kernel, (target, source, *grid[0], *grid[1], *grid[2]))


def _turned(extents: Numbers, to: Numbers, of: Numbers) -> list[int] | None:
    """The axes in another order if the copy turns the grid over; None if it does not.

    The last but one is that along which the source has its neighbours, the last that of
    the target's.
    """
    long = [axis for axis, extent in enumerate(extents) if extent >= LANES]
    rows = next((axis for axis in long if of[axis] == 1 != to[axis]), None)
    columns = next((axis for axis in long if to[axis] == 1 != of[axis]), None)
    if rows is None or columns is None:
        return None
    others = [axis for axis in range(len(extents)) if axis not in (rows, columns)]
    return [*others, rows, columns]


def joined(shape: Numbers, *strides: Numbers) -> list[tuple[int, ...]]:
    """The extents and strides of a grid with as few axes as say the same.

    Axes of 1 go; two become one where in every stride the outer one is as many of the
    inner one as there are.
    """
    axes: list[list[int]] = []
    for axis in zip(shape, *strides, strict=True):
        extent, steps = axis[0], axis[1:]
        if extent == 1:
            continue
        if axes and all(
            a == b * extent for a, b in zip(axes[-1][1:], steps, strict=True)
        ):
            axes[-1] = [axes[-1][0] * extent, *steps]
        else:
            axes.append([*axis])
    if not axes:
        axes = [[1, *(1 for _ in strides)]]
    return list(zip(*axes, strict=True))


def row_major(shape: Numbers) -> tuple[int, ...]:
    """Elements from one neighbour to the next, by axis."""
    return tuple(prod(shape[axis + 1 :]) for axis in range(len(shape)))


def boxes(
    shape: Numbers, first: int, count: int
) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """(starts, extents) of boxes that make up elements [first, first + count).

    In row-major order; at most two an axis, less one.
    """
    if not shape:
        yield (), ()
        return
    inner, deeper = prod(shape[1:]), shape[1:]
    row, inside = divmod(first, inner)
    if inside:
        part = min(count, inner - inside)
        for starts, extents in boxes(deeper, inside, part):
            yield (row, *starts), (1, *extents)
        row, count = row + 1, count - part
    rows, rest = divmod(count, inner)
    if rows:
        yield (row, *(0 for _ in deeper)), (rows, *deeper)
    if rest:
        for starts, extents in boxes(deeper, 0, rest):
            yield (row + rows, *starts), (1, *extents)


def offset(starts: Numbers, strides: Numbers) -> int:
    """Elements from the beginning to the first of a box."""
    return sum(start * step for start, step in zip(starts, strides, strict=True))
