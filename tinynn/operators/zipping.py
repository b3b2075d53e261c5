"""Calls of functions of several elements, for any part of the target."""

from collections.abc import Hashable, Sequence
from math import prod

from ..kernels import Call, boxes, joined, move, offset, row_major
from ..kernels.sizes import AXES
from ..memory.tensor import Array
from .family import Operator, Space

Steps = tuple[int, ...]


def steps_in(shape: Steps, target: Steps) -> Steps:
    """Elements from one neighbour to the next, for each axis of the target."""
    missing = len(target) - len(shape)
    steps = zip(shape, row_major(shape), strict=True)
    return (0,) * missing + tuple(0 if n == 1 else step for n, step in steps)


def steps_along(count: int, axis: int, rank: int) -> Steps:
    """Of a source with one element for all, or one for each place along an axis."""
    return tuple(int(count > 1 and index == axis) for index in range(rank))


def zip_calls(
    kernel: str,
    operator: Operator,
    first: int,
    count: int,
    space: Space,
    steps: Sequence[Steps] = (),
) -> list[Call]:
    """Elements [first, first + count); steps of the sources, or they broadcast."""
    shape, sources = operator.target.shape, operator.sources
    steps = steps or [steps_in(source.shape, shape) for source in sources]
    y, planned = operator.tile(space, first, count), []
    for starts, extents in boxes(shape, first, count):
        at = offset(starts, row_major(shape)) - first
        held = [
            operator.flat(space, index)[offset(starts, strides) :]
            for index, strides in enumerate(steps)
        ]
        grid = joined(extents, *steps)
        if len(grid[0]) > AXES:
            planned += _spread(held, extents, steps, (first, at), space)
            grid = [(prod(extents),), *((1,) for _ in steps)]
        planned.append(_call(kernel, y[at:], held, grid))
    return planned


def _call(kernel: str, y: Array, held: Sequence[Array], grid: Sequence[Steps]) -> Call:
    missing = AXES - len(grid[0])
    extents = (1,) * missing + grid[0]
    how = "".join("v" if steps[-1] else "s" for steps in grid[1:])
    strides: list[int] = []
    for x, steps in zip(held, grid[1:], strict=True):
        strides += (0,) * missing
        strides += [x.itemsize * step for step in steps[:-1]]
    return Call(f"{kernel}.{how}", (y, *held, *extents, *strides))


def _spread(
    held: list[Array],
    extents: Steps,
    steps: Sequence[Steps],
    key: Hashable,
    space: Space,
) -> list[Call]:
    """Copies what does not lie as the target does; `held` is what lies so."""
    planned, dense = [], row_major(extents)
    for index, (x, strides) in enumerate(zip(held, steps, strict=True)):
        if strides != dense:
            room = space.room((key, index), prod(extents)).view(x.dtype)
            planned.append(move(room, x, *joined(extents, dense, strides)))
            held[index] = room
    return planned
