"""Functions that are lowered to tinynn's: how exact, at their ends, in the guest."""

from pathlib import Path

import numpy as np
import pytest
from support.images.models import assert_guest_agrees
from support.sources.onnx_nets import FLOAT, node, save_net

import tinynn
from converters import convert
from converters.verify.accuracy import TRUTHS, errors, worst

FEW = 25_013
SPECIAL = np.float32(
    [0, -0.0, 1, -1, 0.5, -0.5, 2, -2, 1e-40, -1e-40, 88, -89, 90, 1e30, -3e38]
    + [np.inf, -np.inf, np.nan]
)
CANONICAL = 0x7FC0_0000
MOST = {"Tan": 3.6}
"""A quotient of two that are each within 1.6; the others stay within two units."""


@pytest.mark.parametrize("operator", TRUTHS)
def test_lowered_function_is_within_two_units_in_the_last_place(operator: str) -> None:
    assert worst(operator, FEW) <= MOST.get(operator, 2)


@pytest.mark.parametrize("operator", [name for name in TRUTHS if name != "Tan"])
def test_lowered_function_is_as_exact_where_its_formulas_meet(operator: str) -> None:
    meet = [0.66, 1.6, 0.5, 1, 1.5, 2.5, 88, 89.4, 4096, 4097]
    words = np.float32(meet).view(np.int32)[:, None] + np.arange(-300, 300)
    x = words.astype(np.int32).view(np.float32).reshape(-1)
    assert errors(operator, np.concatenate([x, -x])).max() <= 2


@pytest.mark.parametrize("operator", TRUTHS)
def test_lowered_function_special_values_and_guest(
    operator: str, tmp_path: Path
) -> None:
    shape = (FLOAT, (1, len(SPECIAL)))
    nodes = [node(operator, "x", "y")]
    model = tinynn.load(
        convert(save_net(tmp_path / "net.onnx", nodes, shape, shape, opset=22))
    )
    output = assert_guest_agrees(model, model.encode_input([SPECIAL]))
    (y,) = model.decode_output(output)
    with np.errstate(all="ignore"):
        truth = TRUTHS[operator](SPECIAL.astype(np.float64)).astype(np.float32)
    np.testing.assert_allclose(y, truth, rtol=5e-7, atol=1e-44)
    zeros = y == 0
    assert (np.signbit(y[zeros]) == np.signbit(truth[zeros])).all()
    assert (y[np.isnan(y)].view(np.uint32) == CANONICAL).all()
