"""Einsum, ConvTranspose and Pow of small whole numbers: every bit is ONNX's."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.images.models import assert_guest_agrees
from support.sources.onnx_nets import FLOAT, INT32, Array, node, reference, save_net

import tinynn
from converters import convert
from converters.errors import Unsupported
from converters.lowering.einsum import lengths_of, named
from converters.registry import Refused
from converters.values import Constant

RNG = np.random.default_rng(4)


def whole(*shape: int) -> Array:
    return RNG.integers(-4, 5, shape).astype(np.float32)


def assert_exact(path: Path, x: Array, expected: Array) -> None:
    model = tinynn.load(convert(path))
    request = model.encode_input([x.reshape(model.inputs[0].shape)])
    output = assert_guest_agrees(model, request)
    (actual,) = model.decode_output(output)
    np.testing.assert_array_equal(actual.reshape(expected.shape), expected)


# equation, shape of x, shapes of the constants that follow
EQUATIONS: list[tuple[str, tuple[int, ...], tuple[tuple[int, ...], ...]]] = [
    ("ij->ji", (3, 4), ()),
    ("ij->", (3, 4), ()),
    ("ii->i", (4, 4), ()),
    ("ii", (4, 4), ()),
    ("iji->j", (3, 2, 3), ()),
    ("iii->i", (3, 3, 3), ()),
    ("ijij->ji", (2, 3, 2, 3), ()),
    ("...ii->...i", (2, 3, 4, 4), ()),
    ("b...->...b", (2, 3, 4), ()),
    ("bA->Ab", (2, 3), ()),
    ("...i,ij", (2, 3, 4), ((4, 5),)),
    ("...i,i...", (2, 3, 4), ((4, 2, 1),)),
    ("...ij,...jk->...ik", (1, 2, 3, 4), ((5, 2, 4, 3),)),
    ("...ij,jk->...ik", (1, 2, 3, 4), ((4, 3),)),
    ("...,...->...", (2, 3, 1), ((1, 3, 4),)),
    ("...,i->i...", (2, 3), ((4,),)),
    ("bij,bij->b", (2, 3, 4), ((2, 3, 4),)),
    ("bij,bjk->bik", (2, 3, 4), ((2, 4, 5),)),
    ("i,j->ij", (3,), ((4,),)),
    ("ii,ij->j", (3, 3), ((3, 4),)),
    ("ij,jk,kl->il", (2, 3), ((3, 4), (4, 5))),
    ("ij, jk, kl -> li", (2, 3), ((3, 4), (4, 5))),
    ("ij,ik,il->jkl", (2, 3), ((2, 4), (2, 5))),
    ("...a,...b,ab", (2, 3), ((2, 4), (3, 4))),
]


def einsum_net(
    path: Path,
    equation: str,
    shape: tuple[int, ...],
    others: tuple[tuple[int, ...], ...],
    result: tuple[int, ...] | None = None,
) -> Path:
    held = {f"w{index}": whole(*other) for index, other in enumerate(others)}
    if result is None:
        result = np.einsum(equation, np.zeros(shape), *held.values()).shape
    nodes = [node("Einsum", " ".join(["x", *held]), "y", equation=equation)]
    return save_net(path, nodes, (FLOAT, shape), (FLOAT, result), held)


@pytest.mark.parametrize(("equation", "shape", "others"), EQUATIONS)
def test_einsum_is_exact(
    equation: str,
    shape: tuple[int, ...],
    others: tuple[tuple[int, ...], ...],
    tmp_path: Path,
) -> None:
    path = einsum_net(tmp_path / "net.onnx", equation, shape, others)
    x = whole(*shape)
    assert_exact(path, x, np.asarray(reference(path, x)[0]))


# equation, shape of x, of a constant, what the refusal says
UNFIT = [
    ("ij->ijk", (3, 4), (), "expected a result of its letters, got ij->ijk"),
    ("ij->ii", (3, 4), (), "expected a result of its letters, got ij->ii"),
    ("i1->i", (3, 4), (), "expected 2 axes, got 'i1' in i1->i"),
    ("ii->i", (3, 4), (), "axis i: expected a length of 3, got 4"),
    ("ij,jk", (3, 4), ((5, 2),), "axis j: expected a length of 4, got 5"),
]


@pytest.mark.parametrize(("equation", "shape", "others", "message"), UNFIT)
def test_einsum_without_sense_is_refused(
    equation: str,
    shape: tuple[int, ...],
    others: tuple[tuple[int, ...], ...],
    message: str,
    tmp_path: Path,
) -> None:
    parts = [Constant(whole(*one)) for one in (shape, *others)]
    with pytest.raises(Refused) as refusal:
        names, _ = named(equation, [len(part.shape) for part in parts])
        lengths_of(names, parts)
    assert message in str(refusal.value)


# name -> (shape of x, shape of w, attributes)
TRANSPOSED: dict[str, tuple[tuple[int, ...], tuple[int, ...], dict[str, Any]]] = {
    "pads_beyond_the_window": (
        (1, 2, 5, 6), (2, 3, 2, 1), {"pads": (2, 1, 1, 2), "strides": (2, 1)},
    ),
    "pads_of_a_point": ((2, 2, 6, 5), (2, 3, 1, 1), {"pads": (1, 2, 1, 0)}),
    "pads_of_a_row": ((1, 2, 9), (2, 3, 2), {"pads": (3, 2), "dilations": (2,)}),
    "pads_and_output_padding": (
        (1, 2, 5, 6),
        (2, 3, 2, 2),
        {"pads": (0, 3, 2, 1), "strides": (2, 3), "output_padding": (1, 2)},
    ),
    "same_upper": (
        (1, 2, 4, 6), (2, 3, 3, 4), {"auto_pad": "SAME_UPPER", "strides": (2, 3)},
    ),
    "same_lower": (
        (1, 2, 4, 6), (2, 3, 3, 4), {"auto_pad": "SAME_LOWER", "strides": (2, 3)},
    ),
    "longer_output": (
        (1, 2, 4, 5), (2, 3, 3, 2), {"output_shape": (10, 12), "strides": (2, 2)},
    ),
    "volumes": ((1, 2, 3, 4, 5), (2, 3, 2, 3, 2), {}),
    "volumes_with_everything": (
        (1, 4, 3, 4, 5),
        (4, 1, 2, 3, 2),
        {
            "strides": (2, 1, 3),
            "dilations": (2, 1, 1),
            "pads": (1, 0, 3, 2, 1, 0),
            "output_padding": (1, 0, 2),
            "group": 2,
        },
    ),
}  # fmt: skip


def by_definition(x: Array, w: Array, how: dict[str, Any]) -> Array:
    """Each element of x times the weights, added where its window lies; no pads."""
    axes, group = x.ndim - 2, how.get("group", 1)
    strides, spread = (how.get(k, (1,) * axes) for k in ("strides", "dilations"))
    extra = how.get("output_padding", (0,) * axes)
    sizes = zip(x.shape[2:], w.shape[2:], strides, spread, extra, strict=True)
    full = [(n - 1) * s + d * (k - 1) + 1 + e for n, k, s, d, e in sizes]
    y = np.zeros((len(x), group, w.shape[1], *full), np.float32)
    parts = x.reshape(len(x), group, -1, *x.shape[2:])
    weights = w.reshape(group, -1, *w.shape[1:])
    for at in np.ndindex(*x.shape[2:]):
        for tap in np.ndindex(*w.shape[2:]):
            where = zip(at, tap, strides, spread, strict=True)
            place = (..., *(i * s + t * d for i, t, s, d in where))
            y[place] += np.einsum(
                "ngi,gio->ngo", parts[(..., *at)], weights[(..., *tap)]
            )
    return y.reshape(len(x), -1, *full)


def cropped(y: Array, how: dict[str, Any], inner: tuple[int, ...]) -> Array:
    """What is left by pads, or by `output_shape` and `auto_pad`."""
    axes = y.ndim - 2
    sides = list(how.get("pads", (0,) * 2 * axes))
    upper, same = how.get("auto_pad") == "SAME_UPPER", "auto_pad" in how
    wanted = how.get("output_shape")
    if same:
        wanted = [n * s for n, s in zip(inner, how["strides"], strict=True)]
    for axis, length in enumerate(wanted or ()):
        total = y.shape[2 + axis] - length
        if total < 0:
            room = [(0, 0)] * y.ndim
            room[2 + axis] = (0, -total)
            y, total = np.pad(y, room), 0
        first = total // 2 if upper else total - total // 2
        sides[axis], sides[axes + axis] = first, total - first
    for axis in range(axes):
        end = y.shape[2 + axis] - sides[axes + axis]
        y = y.take(range(sides[axis], end), 2 + axis)
    return y


@pytest.mark.parametrize("name", TRANSPOSED)
def test_transposed_convolution_is_exact(name: str, tmp_path: Path) -> None:
    shape, kernel, how = TRANSPOSED[name]
    x, w = whole(*shape), whole(*kernel)
    expected = cropped(by_definition(x, w, how), how, shape[2:])
    b = whole(expected.shape[1])
    expected = expected + b.reshape(-1, *(1,) * (len(shape) - 2))
    path = save_net(
        tmp_path / "net.onnx",
        [node("ConvTranspose", "x w b", "y", **how)],
        (FLOAT, shape),
        (FLOAT, expected.shape),
        {"w": w, "b": b},
    )
    assert_exact(path, x, expected)


def test_transposed_convolution_of_which_nothing_is_left_is_refused(
    tmp_path: Path,
) -> None:
    nodes = [node("ConvTranspose", "x w", "y", pads=(2, 1))]
    shape, held = (FLOAT, (1, 1, 3)), {"w": whole(1, 1, 1)}
    path = save_net(tmp_path / "net.onnx", nodes, shape, (FLOAT, (1, 1, "n")), held)
    with pytest.raises(Unsupported, match=r"pads: expected 0 to less than \[3\], got"):
        convert(path)


@pytest.mark.parametrize(
    "exponents", [[2], [0], [0, 1, 2, 3, 31], [1.0, 7.0, 5.0, 0, 2]]
)
def test_power_of_integers_is_exact(exponents: list[float], tmp_path: Path) -> None:
    """Also where 32 bits overflow."""
    shape, held = (INT32, (3, 5)), {"w": np.array(exponents)}
    if held["w"].dtype == np.float64:
        held["w"] = held["w"].astype(np.float32)
    nodes = [node("Pow", "x w", "y")]
    path = save_net(tmp_path / "net.onnx", nodes, shape, shape, held)
    x = RNG.integers(-99, 100, (3, 5)).astype(np.int32)
    wide = x.astype(object) ** np.array([int(one) for one in exponents], object)
    expected = np.vectorize(lambda v: (v + 2**31) % 2**32 - 2**31)(wide)
    assert_exact(path, x, expected.astype(np.int32))


@pytest.mark.parametrize("exponent", [-1, 0.5, np.nan, np.inf])
def test_power_of_integers_without_sense_is_refused(
    exponent: float, tmp_path: Path
) -> None:
    shape, nodes = (INT32, (1, 4)), [node("Pow", "x w", "y")]
    held = {"w": np.float32([exponent])}
    path = save_net(tmp_path / "net.onnx", nodes, shape, shape, held)
    with pytest.raises(Unsupported, match=r"exponent: expected .*cast to float32"):
        convert(path)
