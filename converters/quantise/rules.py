"""Operators that move bytes, cut them off, or add them."""

import numpy as np

from converters.quantise.forms import Forms, Rewriter
from converters.quantise.products import MOST_BIAS, MOST_BYTE, summed
from converters.quantise.ranges import Grid
from converters.quantise.registry import quantises
from converters.values import Array
from tinynn.builder.graph import Value as Handle
from tinynn.operators import FAMILIES
from tinynn.operators.graph import Result

FINE = 64
"""A factor rounded to a whole number this large is off by less than a hundredth."""

COMMON_UNITS = 1 << 12


# Operators that change no number, or cut numbers off.


@quantises("scale_u8")
def scale_u8(work: Rewriter, index: int) -> Forms | None:
    """The bytes are there; the factor is their scale."""
    factor = np.array(work.operators[index].attributes, np.uint32).view(np.float32)[0]
    home = work.homes.sources[index][0]
    if home is None or not (np.isfinite(factor) and factor > 0):
        return None
    x = work.builder.view(work.others[home], work.operators[index].target.shape)
    return Forms(work.ranges[Result(index)], bytes=x, grid=Grid(factor, 0))


@quantises("relu", "map_clip")
def cut_off(work: Rewriter, index: int) -> Forms | None:
    """Bytes that are made for the result's range do it by saturating."""
    forms = work.source(index)
    if forms is None or forms.sums is None or forms.cut is not None:
        return None
    return Forms(work.ranges[Result(index)], sums=forms.sums, cut=index)


@quantises("max_pool")
def max_pool(work: Rewriter, index: int) -> Forms | None:
    """Of bytes: there are fewer of them afterwards."""
    forms = work.source(index)
    if forms is None or not forms.exact:
        return None
    y, grid = work.moved(index), forms.bytes_grid
    return Forms(work.ranges[Result(index)], bytes=y, grid=grid)


@quantises("strided", "gather")
def moved(work: Rewriter, index: int) -> Forms | None:
    """Of bytes if they are there, else of what is asked for."""
    forms = work.source(index)
    if forms is None or not forms.exact:
        return None
    made = Forms(work.ranges[Result(index)], grid=forms.bytes_grid, later=index)
    if forms.bytes is not None:
        work.as_bytes(made)
    return made


@quantises("pad")
def pad(work: Rewriter, index: int) -> Forms | None:
    """With zeros."""
    forms, number = work.source(index), work.constant(index, 1)
    if forms is None or not forms.exact or number is None or number.any():
        return None
    operator = work.operators[index]
    x, grid = work.as_bytes(forms)
    zero = work.builder.constant(np.array([grid.zero], np.uint8))
    sources = [work.builder.view(x, operator.sources[0].shape), zero]
    y = work.builder.emit(FAMILIES[operator.opcode], sources, operator.attributes)
    return Forms(work.ranges[Result(index)], bytes=y, grid=grid)


@quantises("concat")
def concat(work: Rewriter, index: int) -> Forms | None:
    """Of bytes that lie on one grid."""
    operator = work.operators[index]
    parts = [work.source(index, i) for i in range(len(operator.sources))]
    known = [part for part in parts if part is not None and part.exact]
    grids = {part.bytes_grid for part in known}
    if len(known) < len(parts) or len(grids) != 1:
        return None
    sources = [
        work.builder.view(work.as_bytes(part)[0], source.shape)
        for part, source in zip(known, operator.sources, strict=True)
    ]
    y = work.builder.emit(FAMILIES[operator.opcode], sources, operator.attributes)
    return Forms(work.ranges[Result(index)], bytes=y, grid=grids.pop())


# Sums of two tensors: in int32, in units that both are whole multiples of, or nearly.


@quantises("zip_add")
def add(work: Rewriter, index: int) -> Forms | None:
    operator = work.operators[index]
    left, right = work.source(index, 0), work.source(index, 1)
    shape = operator.target.shape
    alike = all(source.shape == shape for source in operator.sources)
    if left is None or right is None or not alike:
        return None
    if not (left.exact and right.exact):
        return None
    for sums, other in ((left, right), (right, left)):
        made = added_to_sums(work, index, sums, other)
        if made is not None:
            return made
    return bytes_added(work, index, left, right)


def added_to_sums(
    work: Rewriter, index: int, forms: Forms, other: Forms
) -> Forms | None:
    """`other`, in whole units of the sums, on top of them."""
    if forms.sums is None or forms.cut is not None:
        return None
    sums, shape = forms.sums, work.operators[index].target.shape
    if sums.handle.shape != shape:
        return None
    grid = other.bytes_grid
    units = np.rint(grid.scale / sums.scales)
    if units.min() < FINE or units.max() > MOST_BIAS / MOST_BYTE:
        return None
    along = [1] * len(shape)
    along[sums.axis] = len(units)
    y = scaled(work, other, units.astype(np.int32).reshape(along), shape)
    total = work.builder.op("Add", sums.handle, y)
    return summed(work, index, total, sums.scales, sums.axis)


def bytes_added(work: Rewriter, index: int, left: Forms, right: Forms) -> Forms:
    """Both in units of a part of the coarser one's step."""
    shape = work.operators[index].target.shape
    steps = [float(forms.bytes_grid.scale) for forms in (left, right)]
    unit = np.float32(max(steps) / COMMON_UNITS)
    parts = [
        scaled(work, forms, np.array([np.rint(step / unit)], np.int32), shape)
        for forms, step in zip((left, right), steps, strict=True)
    ]
    return summed(work, index, work.builder.op("Add", *parts), np.array([unit]), 0)


def scaled(
    work: Rewriter, forms: Forms, units: Array, shape: tuple[int, ...]
) -> Handle:
    """Its bytes' differences from zero, times whole numbers."""
    x, grid = work.as_bytes(forms)
    whole = work.builder.op("Cast", work.builder.view(x, shape), to="int32")
    if grid.zero:
        whole = work.builder.op("Sub", whole, np.array([grid.zero], np.int32))
    return work.builder.op("Mul", whole, units)
