"""Operators by others, where ONNX's own tests are too large for a request, or none."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.images.models import assert_guest_agrees
from support.sources.networks import weights
from support.sources.onnx_nets import (
    FLOAT,
    INT32,
    Array,
    floats,
    node,
    reference,
    save_net,
)

import tinynn
from converters import convert
from converters.errors import Unsupported

VOLUME = (1, 4, 6, 7, 8)

# name -> (operator, inputs, shape of x, shapes of weights, attributes)
CASES: dict[
    str, tuple[str, str, tuple[int, ...], dict[str, tuple[int, ...]], dict[str, Any]]
] = {
    "conv of volumes": ("Conv", "x w b", VOLUME, {"w": (3, 4, 2, 3, 3), "b": (3,)}, {}),
    "conv of volumes with everything": (
        "Conv",
        "x w",
        VOLUME,
        {"w": (6, 2, 3, 2, 3)},
        {
            "group": 2,
            "strides": (2, 1, 3),
            "dilations": (1, 2, 1),
            "pads": (1, 0, 2, 2, 1, 0),
        },
    ),
    "conv of volumes, same": (
        "Conv", "x w", VOLUME, {"w": (2, 4, 3, 3, 3)}, {"auto_pad": "SAME_UPPER"}
    ),
    "largest of volumes": ("MaxPool", "x", VOLUME, {}, {"kernel_shape": (2, 3, 2)}),
    "largest of volumes, padded": (
        "MaxPool",
        "x",
        VOLUME,
        {},
        {
            "kernel_shape": (3, 2, 3),
            "strides": (2, 2, 1),
            "pads": (1, 0, 1, 1, 1, 1),
            "dilations": (1, 2, 1),
        },
    ),
    "average of volumes": (
        "AveragePool",
        "x",
        VOLUME,
        {},
        {"kernel_shape": (2, 3, 2), "strides": (2, 1, 2)},
    ),
    "average of volumes, padded": (
        "AveragePool",
        "x",
        VOLUME,
        {},
        {"kernel_shape": (3, 3, 2), "pads": (1, 1, 0, 1, 1, 1)},
    ),
    "average of volumes, padding counted": (
        "AveragePool",
        "x",
        VOLUME,
        {},
        {"kernel_shape": (3, 3, 2), "pads": (1, 1, 0, 1, 1, 1), "count_include_pad": 1},
    ),
    "third root of cubes": (
        "LpPool", "x", (1, 3, 6, 6), {}, {"kernel_shape": (2, 2), "p": 3}
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_operator_by_others_agrees(name: str, tmp_path: Path) -> None:
    operator, inputs, shape, held, attributes = CASES[name]
    path = save_net(
        tmp_path / "net.onnx",
        [node(operator, inputs, "y", **attributes)],
        x=(FLOAT, shape),
        y=(FLOAT, [f"d{axis}" for axis in shape]),
        weights=weights(**held),
    )
    x = floats(*shape, seed=6)
    (expected,) = reference(path, x)
    model = tinynn.load(convert(path))
    output = assert_guest_agrees(model, model.encode_input([x[0]]))
    (actual,) = model.decode_output(output)
    np.testing.assert_allclose(
        actual.reshape(expected.shape), expected, rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize("size", [1, 3, 4])
def test_response_normalization_is_its_formula(size: int, tmp_path: Path) -> None:
    """ONNX's reference goes over as many channels as there are pictures."""
    shape = (FLOAT, (1, 6, 3, 3))
    how = {"alpha": 0.5, "beta": 0.6, "bias": 2.0}
    nodes = [node("LRN", "x", "y", size=size, **how)]
    model = tinynn.load(convert(save_net(tmp_path / "net.onnx", nodes, shape, shape)))
    x = floats(6, 3, 3, seed=6)
    (y,) = model.run(x)
    before = (size - 1) // 2
    sums = [
        (x[max(c - before, 0) : c - before + size] ** 2).sum(0, dtype=np.float64)
        for c in range(6)
    ]
    expected = x / (2 + 0.5 / size * np.array(sums)) ** 0.6
    np.testing.assert_allclose(y, expected, rtol=1e-5)


def remainders(x: Array, path: Path, **attributes: Any) -> Array:
    """Of x by 3, -3, 7, 0 in turn."""
    shape = (INT32, (1, len(x)))
    divisors = {"w": np.int32([3, -3, 7, 0])}
    nodes = [node("Mod", "x w", "y", **attributes)]
    model = tinynn.load(convert(save_net(path, nodes, shape, shape, weights=divisors)))
    output = assert_guest_agrees(model, model.encode_input([x]))
    return model.decode_output(output)[0]


def test_mod_has_the_divisor_s_sign_and_of_zero_is_the_dividend(tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    for number in (7, -7, 0, 2**31 - 1, -(2**31)):
        x = np.full(4, number, np.int32)
        whole = [number % 3, number % -3, number % 7, number]
        assert remainders(x, path).tolist() == whole
        signed = [np.fmod(number, 3), np.fmod(number, -3), np.fmod(number, 7), number]
        assert remainders(x, path, fmod=1).tolist() == signed


def test_mod_of_floats_is_refused_with_a_hint(tmp_path: Path) -> None:
    nodes = [node("Mod", "x x", "y", fmod=1)]
    path = save_net(tmp_path / "net.onnx", nodes, y=(FLOAT, (1, 4)))
    with pytest.raises(Unsupported, match=r"expected integers, got float32.*Floor"):
        convert(path)


@pytest.mark.parametrize("mode", ["linear", "cubic"])
def test_resize_keeps_a_constant_picture(mode: str, tmp_path: Path) -> None:
    """Weights add up to one, however the picture shrinks."""
    attributes = {"mode": mode, "antialias": 1, "exclude_outside": 1}
    path = save_net(
        tmp_path / "net.onnx",
        [node("Resize", "x r s", "y", **attributes)],
        x=(FLOAT, (1, 1, 9, 10)),
        y=(FLOAT, (1, 1, 3, 25)),
        weights={"r": np.zeros(0, np.float32), "s": np.float32([1, 1, 0.37, 2.5])},
    )
    model = tinynn.load(convert(path))
    (y,) = model.run(np.full((1, 9, 10), 0.7, np.float32))
    np.testing.assert_allclose(y, 0.7, rtol=1e-6)
