"""The packed matrix product against one term at a time."""

import numpy as np
import pytest
from support.models import Floats, random_floats

from tinynn import gemm

SHAPES = [
    (1, 1, 1),
    (6, 4, 16),
    (7, 5, 17),
    (5, 257, 3),
    (121, 9, 31),
    (13, 300, 1030),
]


def product(a: Floats, b: Floats) -> Floats:
    c = np.full((a.shape[0], b.shape[1]), 7, np.float32)
    terms, columns = b.shape
    pack = gemm.packer_of(b.reshape(-1), columns, 1)
    gemm.multiply(a.reshape(-1), terms, terms, pack, c)
    return c


def one_term_at_a_time(a: Floats, b: Floats) -> Floats:
    total = np.zeros((a.shape[0], b.shape[1]), np.float32)
    for k in range(a.shape[1]):
        total += a[:, k : k + 1] * b[k]
    return total


@pytest.mark.parametrize(("rows", "terms", "columns"), SHAPES)
def test_product_of_any_shape_is_the_sequential_sum(
    rows: int, terms: int, columns: int
) -> None:
    rng = np.random.default_rng(rows)
    a, b = random_floats(rng, rows, terms), random_floats(rng, terms, columns)
    expected = one_term_at_a_time(a, b)
    assert product(a, b).tobytes() == expected.tobytes()


def test_product_of_a_transposed_matrix_is_the_same() -> None:
    rng = np.random.default_rng(1)
    a, b = random_floats(rng, 20, 33), random_floats(rng, 33, 19)
    c = np.empty((20, 19), np.float32)
    pack = gemm.packer_of(b.T.copy().reshape(-1), 1, 33)
    gemm.multiply(a.reshape(-1), 33, 33, pack, c)
    assert c.tobytes() == product(a, b).tobytes()


def test_product_of_zeros_is_plus_zero() -> None:
    """Also where padding adds products of zeros."""
    a, b = -np.zeros((3, 2), np.float32), np.ones((2, 5), np.float32)
    assert not product(a, b).view(np.uint32).any()


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_product_with_infinities_is_nan_where_it_must_be() -> None:
    rng = np.random.default_rng(2)
    a, b = random_floats(rng, 8, 21), random_floats(rng, 21, 18)
    a[2, 3], a[4, 5], b[7, 11], b[9, 11] = np.inf, 0, -np.inf, np.nan
    np.testing.assert_array_equal(product(a, b), one_term_at_a_time(a, b))
