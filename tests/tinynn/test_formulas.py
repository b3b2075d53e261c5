"""Native functions against the same formulas in numpy, bit for bit, on many numbers."""

import numpy as np
import pytest

from tinynn.kernels import Batch, Call
from tinynn.memory.floatmode import exact_floats
from tinynn.operators import functions, unary
from tinynn.operators.numbers import CANONICAL_NAN, Floats, bits_of

SEED = 12
COUNT = 40_003
"""Not a multiple of eight: the last go one by one."""


def sample(seed: int) -> Floats:
    """Floats of all exponents and either sign, and floats of the usual sizes."""
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 1 << 32, COUNT, dtype=np.uint32).view(np.float32)
    x[::2] = rng.standard_normal(len(x[::2])) * 8
    return x


def canonical(y: Floats) -> list[int]:
    words = np.ascontiguousarray(y, np.float32).view(np.uint32)
    return np.where(np.isnan(y), CANONICAL_NAN, words).tolist()


@pytest.mark.parametrize("function", unary.FUNCTIONS, ids=lambda row: row.onnx)
def test_native_function_gives_the_formulas_bits(function: unary.Function) -> None:
    x, y = sample(SEED), np.zeros(COUNT, np.float32)
    numbers = [np.float32(number) for number in function.defaults.values()]
    words = [*map(bits_of, numbers), 0, 0][:2]
    kernel = f"element.{function.formula.__name__}"
    with exact_floats(), np.errstate(all="ignore"):
        Batch([Call(kernel, (y, x, COUNT, *words))])()
        expected = function.formula(x, *numbers)
    assert y.view(np.uint32).tolist() == canonical(expected), f"seed {SEED}"


def test_native_power_gives_the_formulas_bits() -> None:
    a, b, y = sample(SEED), sample(SEED + 1), np.zeros(COUNT, np.float32)
    b[::3] = np.random.default_rng(SEED).integers(-12, 13, len(b[::3]))
    with exact_floats(), np.errstate(all="ignore"):
        Batch([Call("element.pow.vv", (y, a, b, 1, 1, 1, COUNT, *(0,) * 6))])()
        expected = functions.power(a, b)
    assert y.view(np.uint32).tolist() == canonical(expected), f"seed {SEED}"
