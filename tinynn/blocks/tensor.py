"""A tensor of block weights, made of scales and quants, or an image's bytes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import Misfit
from .kinds import PANEL_ROWS, BlockKind, panels_of, tensor_bytes
from .panels import Bytes, Quants, Small, packed_words, unpacked_words

Halves = NDArray[np.float16]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """What a tensor is made of, by rows; groups and blocks of each are neighbours.

    `scales` and `minima` are float16 (rows, columns / block), `quants` whole numbers
    (rows, columns). Of two levels, `group_scales` and `group_minima` are int8 (rows,
    columns / group). What a kind has not is None.
    """

    scales: Halves
    quants: NDArray[Any]
    minima: Halves | None = None
    group_scales: Small | None = None
    group_minima: Small | None = None


@dataclass(frozen=True, slots=True, eq=False)
class BlockTensor:
    """(rows, columns) weights. `data` is their bytes as an image has them: panels of
    PANEL_ROWS rows, each panel's blocks one after another; docs/model-image.md."""

    kind: BlockKind
    rows: int
    columns: int
    data: Bytes

    def __post_init__(self) -> None:
        check_shape(self.kind, self.rows, self.columns)
        expected = tensor_bytes(self.kind, self.rows, self.columns)
        _check("bytes", expected, self.data.size, self.data.size == expected)
        _check("element type", "uint8", self.data.dtype, self.data.dtype == np.uint8)

    @classmethod
    def pack(
        cls,
        kind: BlockKind,
        rows: int,
        columns: int,
        scales: NDArray[Any],
        quants: NDArray[Any],
        *,
        minima: NDArray[Any] | None = None,
        group_scales: NDArray[Any] | None = None,
        group_minima: NDArray[Any] | None = None,
    ) -> "BlockTensor":
        """Of `Parts`; Misfit where a part is missing, too much, or out of range.

        Bits of scales and minima are kept. Rows of the last panel that are none have
        zeros for scales.
        """
        check_shape(kind, rows, columns)
        blocks, groups = columns // kind.block, columns // kind.group
        per_block, per_group = (rows, blocks), (rows, groups)
        small = kind.is_long
        heads = [_halves("scales", scales, per_block)]
        if _wanted("minima", minima, kind.has_minimum):
            heads.append(_halves("minima", minima, per_block))
        inner = []
        if _wanted("group_scales", group_scales, small):
            inner.append(_small("group_scales", group_scales, per_group))
        if _wanted("group_minima", group_minima, small and kind.has_minimum):
            inner.append(_small("group_minima", group_minima, per_group))
        shape = (rows, columns)
        whole = _whole("quants", quants, shape, kind.least, kind.most)
        data = _joined(kind, heads, inner, whole.astype(np.int16))
        return cls(kind, rows, columns, data)

    def parts(self) -> Parts:
        """What it is made of."""
        kind = self.kind
        panels, blocks = panels_of(self.rows), self.columns // kind.block
        of_block = self.data.reshape(panels, blocks, kind.block_bytes)
        heads = of_block[:, :, : kind.head_bytes]
        halves = np.ascontiguousarray(heads).view("<f2").astype(np.float16)
        groups = of_block[:, :, kind.head_bytes :].reshape(panels, -1, kind.group_bytes)
        inner = groups[:, :, : kind.group_head_bytes].view(np.int8)
        quants = unpacked_words(kind, groups[:, :, kind.group_head_bytes :])
        columns = PANEL_ROWS
        rows_of = self._by_rows
        return Parts(
            rows_of(halves[:, :, :columns]),
            rows_of(quants.swapaxes(1, 2).reshape(panels, PANEL_ROWS, -1), whole=True),
            rows_of(halves[:, :, columns:]) if kind.has_minimum else None,
            rows_of(inner[:, :, :columns]) if kind.is_long else None,
            rows_of(inner[:, :, columns:])
            if kind.is_long and kind.has_minimum
            else None,
        )

    def dequantized(self) -> Floats:
        """float32 (rows, columns), each operation rounded: docs/float.md. NaNs are
        canonical."""
        kind, parts = self.kind, self.parts()
        with np.errstate(all="ignore"):
            scale = parts.scales.astype(np.float32)
            low = None if parts.minima is None else parts.minima.astype(np.float32)
            if kind.is_long:
                scale = _by_group(kind, scale, parts.group_scales)
                low = None if low is None else -_by_group(kind, low, parts.group_minima)
            y = _spread(scale, kind.group) * parts.quants.astype(np.float32)
            if low is not None:
                y = y + _spread(low, kind.group)
        y[np.isnan(y)] = np.uint32(0x7FC0_0000).view(np.float32)
        return y

    def _by_rows(self, panels: NDArray[Any], *, whole: bool = False) -> NDArray[Any]:
        """(panels, n, PANEL_ROWS), or (panels, PANEL_ROWS, n), to (rows, n)."""
        turned = panels if whole else panels.swapaxes(1, 2)
        n = turned.shape[2]
        return np.ascontiguousarray(turned).reshape(-1, n)[: self.rows]


def _by_group(kind: BlockKind, floats: Floats, small: Small | None) -> Floats:
    """A block's float by each of its groups' small integers."""
    assert small is not None
    return _spread(floats, kind.block // kind.group) * small.astype(np.float32)


def _spread(x: Floats, times: int) -> Floats:
    return np.repeat(x, times, axis=1)


def _joined(
    kind: BlockKind, heads: list[Halves], inner: list[Small], quants: Quants
) -> Bytes:
    """The parts of blocks of groups, in panels."""
    panels = panels_of(quants.shape[0])
    by_panel = _in_panels(quants).reshape(panels, PANEL_ROWS, -1, kind.group)
    words = packed_words(kind, by_panel.swapaxes(1, 2))
    small = [_in_panels(each).swapaxes(1, 2).view(np.uint8) for each in inner]
    groups = np.concatenate([*small, words], axis=2)
    blocks = quants.shape[1] // kind.block
    halves = [_in_panels(each).swapaxes(1, 2) for each in heads]
    head = np.ascontiguousarray(np.concatenate(halves, axis=2)).view(np.uint8)
    of_block = groups.reshape(panels, blocks, -1)
    return np.concatenate([head, of_block], axis=2).reshape(-1)


def _in_panels(rows: NDArray[Any]) -> NDArray[Any]:
    """(panels, PANEL_ROWS, n), with zeros behind the last row."""
    missing = -len(rows) % PANEL_ROWS
    padded = np.pad(rows, ((0, missing), (0, 0)))
    return np.ascontiguousarray(padded.reshape(-1, PANEL_ROWS, rows.shape[1]))


def check_shape(kind: BlockKind, rows: int, columns: int) -> None:
    """Misfit unless there are rows, and columns in whole blocks."""
    _check("rows", "at least 1", rows, rows > 0)
    good = columns > 0 and columns % kind.block == 0
    _check("columns", f"a multiple of {kind.block}", columns, good)


def _wanted(what: str, part: NDArray[Any] | None, wanted: bool) -> bool:
    expected = "an array" if wanted else "none, for this kind"
    actual = "none" if part is None else "an array"
    _check(what, expected, actual, wanted == (part is not None))
    return wanted


def _shaped(what: str, part: NDArray[Any] | None, shape: tuple[int, ...]) -> Any:
    assert part is not None
    _check(f"{what}: shape", shape, part.shape, part.shape == shape)
    return part


def _halves(what: str, part: NDArray[Any] | None, shape: tuple[int, ...]) -> Halves:
    given = _shaped(what, part, shape)
    _check(f"{what}: type", "float16", given.dtype, given.dtype == np.float16)
    return np.ascontiguousarray(given, "<f2")


def _small(what: str, part: NDArray[Any] | None, shape: tuple[int, ...]) -> Small:
    return _whole(what, part, shape, -128, 127).astype(np.int8)


def _whole(
    what: str, part: NDArray[Any] | None, shape: tuple[int, ...], least: int, most: int
) -> NDArray[Any]:
    given = _shaped(what, part, shape)
    kind = given.dtype.kind
    _check(f"{what}: type", "integers", given.dtype, kind in "iu")
    low, high = int(given.min()), int(given.max())
    good = least <= low and high <= most
    _check(what, f"{least} to {most}", f"{low} to {high}", good)
    return np.asarray(given)


def _check(what: str, expected: object, actual: object, good: bool) -> None:
    if not good:
        raise Misfit(f"block tensor: {what}", expected, actual)
