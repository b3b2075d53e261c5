"""Norm, rotation, gate: what others and numpy make of the same, on any bits."""

from typing import Any

import numpy as np
import pytest
from support.images.operations import apply
from support.language.attending import canonical

from tinynn import GraphBuilder, GraphError

SPECIAL = np.array([0, 1 << 31, 1, 0x7F80_0000, 0xFF80_0000, 0x7FC0_0001], np.uint32)


def floats(rng: np.random.Generator, *shape: int) -> Any:
    words = rng.integers(0, 1 << 32, shape, np.uint32)
    ordinary = rng.standard_normal(shape).astype(np.float32).view(np.uint32)
    kind = rng.integers(0, 8, shape)
    bits = np.where(
        kind == 0, words, np.where(kind == 1, rng.choice(SPECIAL), ordinary)
    )
    return bits.astype(np.uint32).view(np.float32)


def same(actual: Any, expected: Any) -> None:
    assert np.array_equal(actual.view(np.uint32), expected.view(np.uint32))


@pytest.mark.parametrize("shape", [(1,), (9,), (3, 17), (2, 9, 5)])
def test_rms_norm_is_the_normalisation_and_a_product(shape: tuple[int, ...]) -> None:
    for seed in range(4):
        rng = np.random.default_rng([seed, *shape])
        x, weights = floats(rng, *shape), floats(rng, shape[-1])
        (found,) = apply("RMSNorm", x, weights, constant=(1,), epsilon=1e-5)
        (expected,) = apply("RMSNormalization", x, weights, epsilon=1e-5)
        same(found, expected)


@np.errstate(all="ignore")
def turned(x: Any, cosines: Any, sines: Any, halves: int) -> Any:
    pairs, y = len(cosines), x.copy()
    for i in range(pairs):
        a, b = (i, i + pairs) if halves else (2 * i, 2 * i + 1)
        y[..., a] = x[..., a] * cosines[i] - x[..., b] * sines[i]
        y[..., b] = x[..., a] * sines[i] + x[..., b] * cosines[i]
    return canonical(y)


@pytest.mark.parametrize("halves", [0, 1])
@pytest.mark.parametrize(
    ("shape", "pairs"), [((2,), 1), ((3, 20), 10), ((2, 7), 3), ((2, 3, 40), 9)]
)
def test_rope_turns_pairs_by_the_row_of_the_pass(
    shape: tuple[int, ...], pairs: int, halves: int
) -> None:
    rng = np.random.default_rng([halves, *shape])
    x, cosines, sines = (
        floats(rng, *shape),
        floats(rng, 5, pairs),
        floats(rng, 5, pairs),
    )
    for number, row in ((0, 0), (3, 3), (4, 4), (5, 4), (-1, 4)):
        word = np.array([number], np.int32)
        (found,) = apply("Rope", x, cosines, sines, word, constant=(1,), halves=halves)
        same(found, turned(x, cosines[row], sines[row], halves))


def test_rope_is_a_rotation_in_the_plane() -> None:
    """As complex numbers: the product with e^(i angle)."""
    rng = np.random.default_rng(2)
    x, angles = rng.standard_normal((4, 6)).astype(np.float32), rng.random((1, 3))
    tables = [np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)]
    (found,) = apply("Rope", x, *tables, np.zeros(1, np.int32))
    expected = (x[:, ::2] + 1j * x[:, 1::2]) * np.exp(1j * angles)
    assert np.allclose(found[:, ::2] + 1j * found[:, 1::2], expected, atol=1e-6)


GATES = [("silu", "Silu"), ("gelu_tanh", "GeluTanh"), ("gelu_erf", "GeluErf")]


@pytest.mark.parametrize(("function", "alone"), GATES)
def test_gated_is_the_function_and_a_product(function: str, alone: str) -> None:
    for seed in range(4):
        rng = np.random.default_rng(seed)
        gate, up = floats(rng, 3, 15), floats(rng, 3, 15)
        (found,) = apply("Gated", gate, up, function=function)
        (middle,) = apply(alone, gate)
        (expected,) = apply("Mul", middle, up)
        same(found, expected)


REFUSED = [
    ("RMSNorm", [(2, 6), (5,)], {"epsilon": 1e-5}),
    ("RMSNorm", [(), (1,)], {"epsilon": 1e-5}),
    ("Rope", [(2, 6), (4, 4), (4, 4)], {}),
    ("Rope", [(2, 6), (4, 3), (4, 2)], {}),
    ("Gated", [(2, 6), (6, 2)], {}),
    ("Gated", [(2, 6), (2, 6)], {"function": "tanh"}),
]


@pytest.mark.parametrize(("name", "shapes", "attributes"), REFUSED)
def test_parts_of_shapes_that_do_not_fit_are_refused(
    name: str, shapes: list[tuple[int, ...]], attributes: Any
) -> None:
    graph = GraphBuilder("refused")
    values = [graph.input(f"x{i}", "float32", shape) for i, shape in enumerate(shapes)]
    if name == "Rope":
        values.append(graph.passes_done)
    with pytest.raises(GraphError):
        graph.op(name, *values, **attributes)
