"""Sums of products of bytes, by every way that a processor may have."""

import ctypes
from collections.abc import Callable

import numpy as np
import pytest

from mips_vm.compiled import native
from tinynn.kernels import byte_products
from tinynn.kernels.byte_products import Dot

WAYS: dict[str, tuple[Dot, tuple[str, ...]]] = {
    "vnni": (byte_products.dot_vnni, ("avx512vnni", "avx512vl")),
    "pairs": (byte_products.dot_pairs, ("avx2",)),
    "plain": (byte_products.dot_plain, ()),
}


def runner(module: str, kernel: str) -> Callable[..., None]:
    """The kernel, on arrays and numbers."""
    run = native.load_ir(module).function(kernel, None, ctypes.c_void_p)

    def call(*words: object) -> None:
        plain = [w.ctypes.data if isinstance(w, np.ndarray) else w for w in words]
        run(np.array(plain, np.int64).ctypes.data)

    return call


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("rows", [1, 3, 4, 6])
@pytest.mark.parametrize("quads", [1, 2, 9])
def test_dot_of_extreme_and_random_bytes_is_exact(
    way: str, rows: int, quads: int
) -> None:
    dot, features = WAYS[way]
    if not native.has_feature(*features):
        pytest.skip(f"this processor lacks {', '.join(features)}")
    rng = np.random.default_rng(rows * quads)
    v = rng.integers(0, 256, (2 * rows, 4 * quads), dtype=np.uint8)
    u = rng.integers(-128, 128, (32, 4 * quads)).astype(np.int8)
    v[0], u[0], u[1] = 255, -128, 127
    start = rng.integers(-(2**31), 2**31, 32).astype(np.int32)
    panels = u.reshape(2, 16, quads, 4).swapaxes(1, 2).copy()
    y = np.zeros((2 * rows, 32), np.int32)
    run = runner(byte_products.dot_ir(dot), f"dot.{rows}")
    run(v, panels, y, start, 2, 2, quads, v.strides[0], y.strides[0])
    expected = v.astype(np.int32) @ u.astype(np.int32).T + start
    assert y.tolist() == expected.tolist()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("rows", [1, 5])
def test_sweep_over_a_row_of_pixels_is_exact(way: str, rows: int) -> None:
    """Three taps beside one another, four channels, nine halves of eight pixels."""
    dot, features = WAYS[way]
    if not native.has_feature(*features):
        pytest.skip(f"this processor lacks {', '.join(features)}")
    rng = np.random.default_rng(rows)
    pixels, taps = 72, 3
    x = rng.integers(0, 256, (pixels + taps - 1, 4), dtype=np.uint8)
    u = rng.integers(-128, 128, (taps, rows, 4)).astype(np.int8)
    start = rng.integers(-(2**31), 2**31, rows).astype(np.int32)
    y = np.zeros((rows, pixels), np.int32)
    places = np.arange(0, pixels, 8) * 4
    offsets = np.arange(taps) * 4
    run = runner(byte_products.sweep_ir(dot), f"sweep.{rows}")
    counts = (len(places), 1, taps, y.strides[0])
    run(u, x, y, start, places, places, offsets, *counts)
    windows = np.stack([x[tap : tap + pixels] for tap in range(taps)])
    sums = np.einsum("tpc,trc->rp", windows.astype(np.int32), u.astype(np.int32))
    assert y.tolist() == (sums.astype(np.int32) + start[:, None]).tolist()
