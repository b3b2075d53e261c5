"""Sums between two levels of a quantiser: no alarm, and no cover for errors."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper
from support.sources.onnx_nets import FLOAT, Array, floats, node, save_net

import tinynn
from converters import convert
from converters.graph import Options
from converters.hub import conversion
from converters.verify import witness
from converters.verify.levels import is_level
from converters.verify.rule import Tolerance
from converters.verify.verdict import Verdict
from converters.verify.verify import verify, verify_conversion

WIDTH = 512
LAST = {
    "greatest": node("ReduceMax", "d", "y", keepdims=1),
    "all": node("Identity", "d", "y"),
}


def between_two_levels(folder: Path, last: str) -> tuple[Path, np.ndarray]:
    """A quantised product that rounds up here and down there, and x.

    Of its two columns the lesser one lies between two levels, by as much as the order
    of its terms makes.
    """
    w = np.stack([np.full(WIDTH, 8), np.abs(floats(WIDTH))], 1).astype(np.float32)
    nodes = [
        node("MatMul", "x w", "a"),
        node("QuantizeLinear", "a s z", "q"),
        node("DequantizeLinear", "q s z", "d"),
        LAST[last],
    ]
    x_shape = {"x": (FLOAT, (1, WIDTH))}
    plain = save_net(
        folder / "plain.onnx", nodes[:1], weights={"w": w}, **x_shape, y=(FLOAT, (1, 2))
    )
    plain_model = onnx.load_model(plain)
    plain_model.graph.output[0].name = "a"
    onnx.save_model(plain_model, plain)
    image, session = tinynn.load(convert(plain)), witness.session_of(plain)
    for seed in range(200):
        x = np.abs(floats(1, WIDTH, seed=seed))
        ours, theirs = (
            image.run(x[0])[0].ravel()[1],
            session.run(None, {"x": x})[0][0, 1],
        )
        scale = np.float32((np.float64(ours) + theirs) / 2 / 2.5)
        if np.rint(ours / scale) != np.rint(theirs / scale):
            weights = {"w": w, "s": scale, "z": np.int8(0)}
            shapes = x_shape | {"y": (FLOAT, (1, 1 if last == "greatest" else 2))}
            path = save_net(folder / "level.onnx", nodes, weights=weights, **shapes)
            return path, x
    pytest.skip("onnxruntime adds these terms in our order")


def test_verify_level_of_a_quantiser_is_no_alarm_on_the_way(tmp_path: Path) -> None:
    path, x = between_two_levels(tmp_path, "greatest")
    found = verify(tinynn.load(convert(path)), path, [{"x": x[0]}])
    assert found.passed(0.0) and found.layers == 4 and not found.levels_decide, found


def test_verify_level_of_a_quantiser_that_comes_out_is_no_alarm(tmp_path: Path) -> None:
    path, x = between_two_levels(tmp_path, "all")
    found = verify(tinynn.load(convert(path)), path, [{"x": x[0]}])
    assert not found.outputs[0].within
    assert found.levels_decide and found.passed(0.0)


def more(share: float) -> Callable[[Array], Array]:
    return lambda array: (array * np.float32(1 + share)).astype(array.dtype)


@pytest.mark.parametrize(
    ("weight", "change"),
    [("w", more(0.002)), ("s", more(0.01)), ("z", lambda zero: zero + np.int8(1))],
)
def test_verify_level_excuses_no_other_file(
    weight: str, change: Callable[[Array], Array], tmp_path: Path
) -> None:
    """Replaced by one that is off by less than a level, after it was converted."""
    path, x = between_two_levels(tmp_path, "all")
    made = conversion(path, Options())
    other = onnx.load_model(path)
    (tensor,) = (t for t in other.graph.initializer if t.name == weight)
    changed = change(numpy_helper.to_array(tensor))
    tensor.CopyFrom(numpy_helper.from_array(np.asarray(changed), weight))
    onnx.save_model(other, path)
    found = verify_conversion(made, tinynn.load(made.image), [{"x": x[0]}], False)
    assert found.first_bad is None and not found.levels_decide
    assert found.verdict(1.0) is Verdict.BEYOND


@pytest.mark.parametrize(
    ("levels", "right"),
    [
        ([2, 3, 127], True),
        ([2, 2, 127], True),
        ([2, 4, 127], False),
        ([3, 3, 127], False),
        ([2, 3, 126], False),
    ],
)
def test_level_is_that_of_a_number_within_tolerance(
    levels: list[int], right: bool
) -> None:
    """Of 2, 2.5 and far too much; the middle one may be rounded either way."""
    part = node("QuantizeLinear", "x s z", "q")
    scales = {"s": np.float32(1), "z": np.int8(0)}
    x = np.float32([2, 2.5, 400])
    assert is_level(part, x, np.int8(levels), scales, Tolerance()) is right


def test_level_along_an_axis_has_a_scale_of_its_own() -> None:
    part = node("QuantizeLinear", "x s z", "q", axis=1)
    scales = {"s": np.float32([1, 10]), "z": np.uint8([0, 5])}
    x = np.float32([[3, 30], [4, 40]])
    right, wrong = np.uint8([[3, 8], [4, 9]]), np.uint8([[3, 8], [4, 5]])
    assert is_level(part, x, right, scales, Tolerance())
    assert not is_level(part, x, wrong, scales, Tolerance())
