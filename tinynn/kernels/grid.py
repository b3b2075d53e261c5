"""Calls that copy from one grid of elements to another, and grids made simpler."""

from collections.abc import Sequence
from math import prod
from typing import Any, Final

from numpy.typing import NDArray

from . import moving
from .program import Call

Array = NDArray[Any]
Numbers = Sequence[int]

AXES: Final = moving.AXES


def move(
    target: Array,
    source: Array,
    extents: Numbers,
    to: Numbers,
    of: Numbers,
) -> Call:
    """Copies elements from grid to grid, of at most four axes; steps in elements."""
    size = target.itemsize
    missing = moving.AXES - len(extents)
    grid = [(1,) * missing + tuple(extents)]
    grid += [
        (0,) * missing + tuple(size * step for step in steps) for steps in (to, of)
    ]
    return Call(f"move.{size}", (target, source, *grid[0], *grid[1], *grid[2]))


def joined(shape: Numbers, *strides: Numbers) -> list[tuple[int, ...]] | None:
    """The extents and strides of a grid with as few axes as say the same, at most four.

    None if more are needed. Axes of 1 go; two become one where in every stride the
    outer one is as many of the inner one as there are.
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
    return None if len(axes) > AXES else list(zip(*axes, strict=True))


def row_major(shape: Numbers) -> tuple[int, ...]:
    """Elements from one neighbour to the next, by axis."""
    return tuple(prod(shape[axis + 1 :]) for axis in range(len(shape)))
