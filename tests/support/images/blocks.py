"""Block weights of random parts, and their definitions, written once more in numpy."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from support.images.operations import apply

from tinynn.blocks import BlockKind, BlockTensor
from tinynn.blocks.tensor import Parts

Array = NDArray[Any]
Floats = NDArray[np.float32]

CANONICAL = np.uint32(0x7FC0_0000)


def halves(rng: np.random.Generator, *shape: int, wild: bool = False) -> Array:
    """Half floats; if wild, of any bits."""
    if wild:
        return rng.integers(0, 1 << 16, shape, dtype=np.uint16).view(np.float16)
    return (rng.standard_normal(shape) / 16).astype(np.float16)


def any_parts(
    rng: np.random.Generator, kind: BlockKind, rows: int, columns: int, wild: bool
) -> Parts:
    per_block = rows, columns // kind.block
    per_group = rows, columns // kind.group

    def small() -> Array:
        return rng.integers(-128, 128, per_group).astype(np.int8)

    return Parts(
        halves(rng, *per_block, wild=wild),
        rng.integers(kind.least, kind.most + 1, (rows, columns)),
        halves(rng, *per_block, wild=wild) if kind.has_minimum else None,
        small() if kind.is_long else None,
        small() if kind.is_long and kind.has_minimum else None,
    )


def packed(kind: BlockKind, parts: Parts) -> BlockTensor:
    return BlockTensor.pack(kind, *parts.quants.shape, **vars_of(parts))


def vars_of(parts: Parts) -> dict[str, Any]:
    return {name: getattr(parts, name) for name in Parts.__slots__}


def canonical(y: Floats) -> Floats:
    y = y.copy()
    y[np.isnan(y)] = CANONICAL.view(np.float32)
    return y


def same_bits(actual: Array, expected: Array) -> None:
    assert actual.shape == expected.shape
    assert actual.tobytes() == expected.tobytes()


# The definitions, a scalar at a time.


def scales_of(x: Floats, group: int) -> Floats:
    sizes = np.abs(x.reshape(-1, group))
    most = np.where(np.isnan(sizes), np.float32(0), sizes).max(axis=1)
    with np.errstate(all="ignore"):
        return (most / np.float32(127)).reshape(*x.shape[:-1], -1)


def bytes_of(x: Floats, scales: Floats, group: int) -> Array:
    d = np.repeat(scales, group, axis=-1)
    with np.errstate(all="ignore"):
        quotient = np.clip(np.rint(x / d), -127, 127)
    return np.where(np.isnan(quotient) | (d == 0), 0, quotient).astype(np.int8)


def rests_of(x: Floats, scales: Floats, q: Array, group: int) -> Array:
    d = np.repeat(scales, group, axis=-1)
    with np.errstate(all="ignore"):
        rest = (x / d - q.astype(np.float32)) * np.float32(128)
        rest = np.clip(np.rint(rest), -127, 127)
    return np.where(np.isnan(rest) | (d == 0), 0, rest).astype(np.int8)


def product(
    kind: BlockKind, parts: Parts, q: Array, d: Floats, rests: Array | None = None
) -> Floats:
    """Row by row, block by block, of one vector."""
    rows, columns = parts.quants.shape
    y = np.zeros(rows, np.float32)
    wide, x = parts.quants.astype(np.int64), q.astype(np.int64)
    if rests is not None:
        x = 128 * x + rests
        with np.errstate(all="ignore"):
            d = d * np.float32(2**-7)
    with np.errstate(all="ignore"):
        for b in range(columns // kind.block):
            span = slice(b * kind.block, (b + 1) * kind.block)
            scale = parts.scales[:, b].astype(np.float32)
            low = None if parts.minima is None else parts.minima[:, b]
            sums = wide[:, span] * x[span]
            grouped = sums.reshape(rows, -1, kind.group).sum(axis=2)
            total = x[span].reshape(-1, kind.group).sum(axis=1)
            if kind.is_long:
                groups = slice(b * len(total), (b + 1) * len(total))
                assert parts.group_scales is not None
                inner = (parts.group_scales[:, groups] * grouped).sum(axis=1)
                y = y + (scale * d[b]) * inner.astype(np.int32).astype(np.float32)
                if low is not None:
                    assert parts.group_minima is not None
                    inner = (parts.group_minima[:, groups] * total).sum(axis=1)
                    factor = low.astype(np.float32) * d[b]
                    y = y - factor * inner.astype(np.int32).astype(np.float32)
                continue
            y = y + (scale * d[b]) * grouped[:, 0].astype(np.float32)
            if low is not None:
                y = y + low.astype(np.float32) * (d[b] * total[0].astype(np.float32))
    return canonical(y)


def dequantised(kind: BlockKind, parts: Parts) -> Floats:
    y = np.zeros(parts.quants.shape, np.float32)
    with np.errstate(all="ignore"):
        for i, j in np.ndindex(*y.shape):
            block, group = (i, j // kind.block), (i, j // kind.group)
            scale = np.float32(parts.scales[block])
            low = None if parts.minima is None else np.float32(parts.minima[block])
            if kind.is_long:
                assert parts.group_scales is not None
                scale = scale * np.float32(parts.group_scales[group])
            y[i, j] = scale * np.float32(parts.quants[i, j])
            if low is not None and kind.is_long:
                assert parts.group_minima is not None
                y[i, j] = y[i, j] - low * np.float32(parts.group_minima[group])
            elif low is not None:
                y[i, j] = y[i, j] + low
    return canonical(y)


def matvec(
    kind: BlockKind,
    data: Array,
    q: Array,
    d: Floats,
    rows: int,
    rests: Array | None = None,
) -> Floats:
    words = {"kind": int(kind), "rows": rows, "columns": q.shape[-1]}
    more = [] if rests is None else [rests]
    (y,) = apply("BlockMatVec", q, d, data, *more, constant=(2,), **words)
    return y
