"""Products of matrices against the sequential sum; guest and native bit for bit."""

import numpy as np
import pytest
from support.images.models import Floats, random_floats
from support.images.operations import apply, model_of, sparse_floats

import tinynn
from tinynn import GraphError

CANONICAL = 0x7FC0_0000


def sequential(a: Floats, b: Floats) -> Floats:
    """One term at a time, in every batch."""
    total = np.zeros((a[..., :1] * b[..., :1, :]).shape, np.float32)
    for k in range(a.shape[-1]):
        total = total + a[..., k : k + 1] * b[..., k : k + 1, :]
    return total


@pytest.mark.parametrize("constant", [(), (1,)])
@pytest.mark.parametrize(
    ("a_shape", "b_shape"),
    [
        ((5, 7), (7, 9)),
        ((1, 40), (40, 6)),
        ((2, 3, 5, 7), (3, 7, 4)),
        ((2, 1, 5, 7), (3, 7, 4)),
        ((3, 5, 7), (7, 1)),
    ],
)
def test_matmul_of_batches_is_the_sequential_sum(
    a_shape: tuple[int, ...], b_shape: tuple[int, ...], constant: tuple[int, ...]
) -> None:
    rng = np.random.default_rng(1)
    a, b = sparse_floats(rng, *a_shape), sparse_floats(rng, *b_shape)
    (y,) = apply("MatMul", a, b, constant=constant)
    expected = sequential(a, b)
    assert y.shape == expected.shape and y.tobytes() == expected.tobytes()


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("rows", [1, 4, 67])
def test_matmul_of_several_blocks_is_the_sequential_sum(
    rows: int, packed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of terms, rows and columns, the last ones smaller; b packed before or each time.

    Products of infinities and NaNs begin in a later block than the first.
    """
    monkeypatch.setattr(tinynn.operators.products, "TERMS_AT_ONCE", 100)
    monkeypatch.setattr(tinynn.operators.products, "PANELS_AT_ONCE", 3)
    if not packed:
        monkeypatch.setattr(tinynn.execution.program, "MOST_RESIDENT", 0)
    rng = np.random.default_rng(rows)
    a, b = sparse_floats(rng, rows, 307), random_floats(rng, 307, 107)
    a[:, 250] = 1
    b[250, 5:8], b[203, 6] = [np.inf, -np.inf, np.nan], np.inf
    model = model_of("MatMul", [a, b], (1,))
    for x in (np.ones_like(a), a):
        (y,) = model.run(x)
        with np.errstate(invalid="ignore"):
            expected = sequential(x, b)
        assert (np.isnan(y) == np.isnan(expected)).all() and np.isnan(y).any()
        expected[np.isnan(expected)] = np.uint32(CANONICAL).view(np.float32)
        assert y.tobytes() == expected.tobytes()


@pytest.mark.parametrize(
    ("a_shape", "b_shape", "y_shape"),
    [((7,), (7, 4), (4,)), ((3, 5, 7), (7,), (3, 5)), ((7,), (7,), ())],
)
def test_matmul_of_vectors_drops_the_axis(
    a_shape: tuple[int, ...], b_shape: tuple[int, ...], y_shape: tuple[int, ...]
) -> None:
    rng = np.random.default_rng(2)
    (y,) = apply("MatMul", random_floats(rng, *a_shape), random_floats(rng, *b_shape))
    assert y.shape == y_shape


@pytest.mark.parametrize("constant", [(2,), (1, 2)])
@pytest.mark.parametrize("transposed_a", [0, 1])
@pytest.mark.parametrize("transposed_b", [0, 1])
def test_gemm_transposed_is_the_sequential_sum_and_bias(
    transposed_a: int, transposed_b: int, constant: tuple[int, ...]
) -> None:
    rng = np.random.default_rng(3)
    a, b, c = sparse_floats(rng, 5, 7), random_floats(rng, 7, 9), random_floats(rng, 9)
    left = a.T.copy() if transposed_a else a
    right = b.T.copy() if transposed_b else b
    (y,) = apply(
        "Gemm",
        left,
        right,
        c,
        constant=constant,
        transA=transposed_a,
        transB=transposed_b,
    )
    assert y.tobytes() == (sequential(a, b) + c).tobytes()


def test_matmul_cut_into_segments_is_the_same() -> None:
    """Tiles begin and end inside rows."""
    rng = np.random.default_rng(4)
    a, b = sparse_floats(rng, 9, 300), random_floats(rng, 300, 50)
    assert model_of("MatMul", [a, b], (1,)).segments > 9
    (y,) = apply("MatMul", a, b, constant=(1,))
    assert y.tobytes() == sequential(a, b).tobytes()


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_matmul_zero_times_infinity_is_nan() -> None:
    a, b = np.zeros((1, 2), np.float32), np.ones((2, 3), np.float32)
    b[1, 1], b[0, 2] = np.inf, np.nan
    for constant in ((), (1,)):
        (y,) = apply("MatMul", a, b, constant=constant)
        assert y.view(np.uint32).tolist() == [[0, CANONICAL, CANONICAL]]


def test_matmul_misfit_is_refused() -> None:
    a, b = np.ones((2, 3), np.float32), np.ones((4, 2), np.float32)
    with pytest.raises(GraphError, match="rows of b: expected 3, got 4"):
        model_of("MatMul", [a, b], ())
    with pytest.raises(GraphError, match="batches"):
        left, right = np.ones((2, 2, 3)), np.ones((3, 3, 1))
        model_of("MatMul", [left.astype("f"), right.astype("f")], ())
