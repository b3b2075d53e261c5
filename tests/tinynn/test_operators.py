"""Each operator against the tables of docs/float.md."""

import numpy as np
import pytest
from support.images.models import Floats, dense_layer, random_floats, single_operator

from tinynn.memory import floatmode
from tinynn.memory.floatmode import exact_floats, read_mode, write_mode
from tinynn.operators import functions

NAN, INF = np.float32(np.nan), np.float32(np.inf)
TINY = np.float32(1e-45)
CANONICAL = 0x7FC0_0000

FLUSH_TO_ZERO_AND_DENORMALS_ARE_ZERO = 0x8040
ROUND_TOWARDS_ZERO = 0x6000


def floats(*values: float) -> Floats:
    return np.array(values, np.float32)


def words(x: Floats) -> list[int]:
    return [int(word) for word in x.view(np.uint32)]


def from_words(*values: int) -> Floats:
    return np.array(values, np.uint32).view(np.float32)


# ReLU.


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (0x0000_0000, 0x0000_0000),
        (0x8000_0000, 0x0000_0000),
        (0x0000_0001, 0x0000_0001),
        (0x8000_0001, 0x0000_0000),
        (0x7F7F_FFFF, 0x7F7F_FFFF),
        (0x7F80_0000, 0x7F80_0000),
        (0xFF80_0000, 0x0000_0000),
        (0x7F80_0001, CANONICAL),
        (0xFFC0_1234, CANONICAL),
    ],
)
def test_relu_special_value_is_as_documented(x: int, y: int) -> None:
    assert words(single_operator("relu", 1).run(from_words(x))[0]) == [y]


# Argmax.


@pytest.mark.parametrize(
    ("x", "index"),
    [
        ([1, 3, 2], 1),
        ([3, 3, 3], 0),
        ([-0.0, 0.0], 0),
        ([0.0, -0.0], 0),
        ([-INF, -INF], 0),
        ([-INF, TINY, 0], 1),
        ([1, INF, INF], 1),
        ([1, NAN, INF, NAN], 1),
        ([NAN], 0),
    ],
)
def test_argmax_special_case_is_as_documented(x: list[float], index: int) -> None:
    result = single_operator("argmax", len(x)).run(floats(*x))[0]
    assert result.dtype == np.int32 and result.tolist() == [index]


# Dense.


def test_dense_sum_is_sequential_in_k() -> None:
    """In any other order the ones would not vanish beside 2^24."""
    weight = np.ones((1, 5), np.float32)
    bias = floats(0)
    model = dense_layer(weight, bias)
    assert model.run(floats(2**24, 1, 1, 1, 1))[0].tolist() == [2**24]
    assert model.run(floats(1, 1, 1, 1, 2**24))[0].tolist() == [2**24 + 4]


def test_dense_product_is_rounded_before_it_is_added() -> None:
    """A fused multiply-add would leave the product's low half."""
    x, w = np.float32(1 + 2**-12), np.float32(1 + 2**-12)
    model = dense_layer(floats(-1, w).reshape(1, 2), floats(0))
    exact = float(x) * float(w)
    assert model.run(floats(x * w, x))[0].tolist() == [0.0]
    assert exact - float(x * w) != 0.0


def test_dense_bias_is_added_last() -> None:
    model = dense_layer(np.ones((1, 2), np.float32), floats(2**24))
    assert model.run(floats(1, 1))[0].tolist() == [2**24 + 2]


@pytest.mark.parametrize(
    ("x", "w", "bias", "y"),
    [
        ([0.0], [-1.0], -0.0, 0x0000_0000),
        ([-0.0], [1.0], -0.0, 0x0000_0000),
        ([1.0, -1.0], [1.0, 1.0], 0.0, 0x0000_0000),
        ([0.0], [INF], 0.0, CANONICAL),
        ([0.0, 1.0], [NAN, 1.0], 0.0, CANONICAL),
        ([NAN], [1.0], 0.0, CANONICAL),
        ([INF, -INF], [1.0, 1.0], 0.0, CANONICAL),
        ([1e38, 1e38], [10.0, -10.0], 0.0, CANONICAL),
        ([1e38], [10.0], 0.0, 0x7F80_0000),
        ([1e-30], [1e-15], 0.0, 0x0000_0001),
        ([1e-30], [1e-16], 0.0, 0x0000_0000),
    ],
)
def test_dense_special_case_is_as_documented(
    x: list[float], w: list[float], bias: float, y: int
) -> None:
    model = dense_layer(floats(*w).reshape(1, -1), floats(bias))
    assert words(model.run(floats(*x))[0]) == [y]


def test_dense_tiles_do_not_change_an_element() -> None:
    rng = np.random.default_rng(3)
    weight, bias = random_floats(rng, 50, 3000), random_floats(rng, 50)
    model = dense_layer(weight, bias)
    assert model.segments > 1
    data = random_floats(rng, 3000)
    execution = model.execution(data.tobytes())
    execution.seek(model.segments)
    assert execution.machine.output() == model.run(data)[0].tobytes()


def test_dense_equals_numpy_one_step_at_a_time() -> None:
    rng = np.random.default_rng(4)
    weight, bias = random_floats(rng, 33, 100), random_floats(rng, 33)
    x = random_floats(rng, 100) * (rng.random(100) < 0.6)
    total = np.zeros(33, np.float32)
    for k in range(100):
        total += x[k] * weight[:, k]
    assert words(dense_layer(weight, bias).run(x)[0]) == words(total + bias)


# Softmax.


def test_softmax_equal_inputs_share_alike() -> None:
    assert (
        single_operator("softmax", 4).run(floats(7, 7, 7, 7))[0].tolist() == [0.25] * 4
    )


@pytest.mark.parametrize(
    "x", [[NAN, 1.0], [1.0, NAN], [INF, 1.0], [INF, INF], [-INF, -INF]]
)
def test_softmax_undefined_case_is_all_nan(x: list[float]) -> None:
    assert words(single_operator("softmax", 2).run(floats(*x))[0]) == [CANONICAL] * 2


def test_softmax_minus_infinity_gets_nothing() -> None:
    assert single_operator("softmax", 2).run(floats(-INF, 3))[0].tolist() == [0.0, 1.0]


def exponential(z: Floats) -> Floats:
    """e^z as its definition has it."""
    with exact_floats(), np.errstate(all="ignore"):
        return functions.exp(z)


@pytest.mark.parametrize("spread", [1, 30, 300])
def test_softmax_of_many_is_its_definition(spread: float) -> None:
    """The kernel's exponential is the function's, below the normal numbers too."""
    x = random_floats(np.random.default_rng(8), 5003) * np.float32(spread)
    (y,) = single_operator("softmax", len(x)).run(x)
    with exact_floats(), np.errstate(all="ignore"):
        powers = functions.exp(x - x.max())
        expected = powers / np.add.accumulate(powers)[-1]
    assert y.tobytes() == expected.tobytes()


def test_exponential_is_within_one_ulp_and_a_bit() -> None:
    """Every 97th number in [-104, 0]; subnormal results count in their own units."""
    top = int(np.float32(-104).view(np.uint32))
    z = np.arange(0x8000_0000, top, 97).astype(np.uint32).view(np.float32)
    y = exponential(z)
    exact = np.exp(z.astype(np.float64))
    unit = np.spacing(np.maximum(exact.astype(np.float32), np.float32(2**-126)))
    error = np.abs(y - exact) / unit
    assert error.max() < 1.0


@pytest.mark.parametrize(
    ("z", "bits"),
    [
        (0.0, 0x3F80_0000),
        (-103.97, 0x0000_0001),
        (-103.98, 0x0000_0000),
        (-104.5, 0x0000_0000),
        (-INF, 0x0000_0000),
    ],
)
def test_exponential_at_its_ends(z: float, bits: int) -> None:
    assert words(exponential(floats(z))) == [bits]


# The mode of floats.


def probe() -> list[int]:
    """A subnormal product and a quotient that rounds up, on this thread as it is."""
    with np.errstate(all="ignore"):
        product = floats(2**-126) * floats(0.5)
        return words(product) + words(floats(1) / floats(3))


@pytest.mark.skipif(
    floatmode.platform.machine() not in ("x86_64", "AMD64"), reason="MXCSR is x86's"
)
@pytest.mark.parametrize(
    "bits", [FLUSH_TO_ZERO_AND_DENORMALS_ARE_ZERO, ROUND_TOWARDS_ZERO]
)
def test_kernels_under_another_float_mode_give_the_same_bits(bits: int) -> None:
    rng = np.random.default_rng(5)
    model = dense_layer(random_floats(rng, 8, 30), random_floats(rng, 8) * TINY)
    data = (random_floats(rng, 30) * np.float32(1e-39)).tobytes()
    expected = model.answer(data)
    before, exact = read_mode(), probe()
    write_mode(before | bits)
    try:
        under_mode = probe()
        actual = model.answer(data)
        kept = read_mode()
    finally:
        write_mode(before)
    assert under_mode != exact
    assert actual == expected
    assert kept & bits == bits


def test_exact_floats_restores_the_mode_after_an_error() -> None:
    before = read_mode()
    with pytest.raises(ValueError, match="inside"), exact_floats():
        raise ValueError("inside")
    assert read_mode() == before
