"""How numba compiles the larger kernels: in single precision, nothing fused."""

import re

import numba
import pytest
from numba import float32, int32, int64, types

from tinynn import gemm, jit
from tinynn.operators import patches, pool, quantize

FLOATS, NUMBERS = float32[::1], int64[::1]
PAIR = types.UniTuple(int64, 2)

SIGNATURES = {
    "pack_columns": (gemm.pack_columns, (FLOATS, *(int64,) * 6, FLOATS)),
    "pack_patches": (
        patches.pack_patches,
        (FLOATS, *(int64,) * 4, PAIR, PAIR, *(int64,) * 5, FLOATS),
    ),
    "largest": (pool.largest, (FLOATS, int64, int64, NUMBERS, int64, FLOATS)),
    "average": (pool.average, (FLOATS, int64, int64, NUMBERS, int64, FLOATS)),
    "nearest": (quantize.nearest, (FLOATS, int32[::1])),
    "least_and_greatest": (quantize.least_and_greatest, (FLOATS, FLOATS)),
}


@pytest.mark.parametrize("name", SIGNATURES)
def test_kernel_code_has_no_double_and_no_fast_math(name: str) -> None:
    kernel, signature = SIGNATURES[name]
    fresh = numba.njit(**jit.OPTIONS)(kernel.function)
    fresh.compile(signature)
    code = fresh.inspect_llvm(fresh.signatures[0])
    assert not re.search(r"\bdouble\b", code)
    assert not re.search(
        r"\b(fast|reassoc|contract|nnan|ninf|nsz|arcp|afn)\b|\bllvm\.fm[au]", code
    )
