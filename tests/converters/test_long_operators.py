"""No operator makes a segment that takes long: it is cut, or written by its parts."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.images.models import assert_guest_agrees
from support.sources.networks import save_reader, weights
from support.sources.onnx_nets import FLOAT, floats, node, save_net

import tinynn
from converters import convert
from converters.lowering import activation, normalisation, parts, reduction
from tinynn import Model
from tinynn.builder.planner import LONGEST_GRAIN, SEGMENT_INSTRUCTIONS
from tinynn.operators import FAMILIES

Shape = tuple[int, ...]

# name -> (nodes, shape of x, shape of y, shapes of weights)
LONG: dict[str, tuple[list[Any], Shape, Shape, dict[str, Shape]]] = {
    "matmul": (
        [node("MatMul", "x w", "y")], (1, 64, 128), (1, 64, 96), {"w": (128, 96)}
    ),
    "gemm": ([node("Gemm", "x w", "y")], (1, 512), (1, 200), {"w": (512, 200)}),
    "conv": (
        [node("Conv", "x w", "y", pads=(1, 1, 1, 1))],
        (1, 32, 32, 16),
        (1, 40, 32, 16),
        {"w": (40, 32, 3, 3)},
    ),
    "conv of large planes": (
        [node("Conv", "x w", "y", pads=(1, 1, 1, 1))],
        (1, 8, 64, 45),
        (1, 2, 51, 32),
        {"w": (2, 8, 16, 16)},
    ),
    "transposed conv": (
        [node("ConvTranspose", "x w", "y", strides=(2, 2))],
        (1, 16, 12, 12),
        (1, 8, 27, 27),
        {"w": (16, 8, 5, 5)},
    ),
    "average of a plane": (
        [node("GlobalAveragePool", "x", "y")],
        (1, 32, 28, 27),
        (1, 32, 1, 1),
        {},
    ),
    "softmax": ([node("Softmax", "x", "y")], (1, 12, 60), (1, 12, 60), {}),
    "softmax of channels": (
        [node("Softmax", "x", "y", axis=1)],
        (1, 21, 32, 36),
        (1, 21, 32, 36),
        {},
    ),
    "softmax of one row": ([node("Softmax", "x", "y")], (1, 24000), (1, 24000), {}),
    "log softmax of one row": (
        [node("LogSoftmax", "x", "y")], (1, 24000), (1, 24000), {}
    ),
    "layer norm": (
        [node("LayerNormalization", "x w", "y")], (1, 20, 64), (1, 20, 64), {"w": (64,)}
    ),
    "layer norm of one row": (
        [node("LayerNormalization", "x w", "y")],
        (1, 24000),
        (1, 24000),
        {"w": (24000,)},
    ),
    "rms norm of one row": (
        [node("RMSNormalization", "x w", "y")],
        (1, 24000),
        (1, 24000),
        {"w": (24000,)},
    ),
    "instance norm": (
        [node("InstanceNormalization", "x w b", "y")],
        (1, 3, 80, 90),
        (1, 3, 80, 90),
        {"w": (3,), "b": (3,)},
    ),
    "group norm": (
        [node("GroupNormalization", "x w b", "y", num_groups=2)],
        (1, 4, 70, 80),
        (1, 4, 70, 80),
        {"w": (4,), "b": (4,)},
    ),
    "running sum": ([node("CumSum", "x a", "y")], (1, 150, 160), (1, 150, 160), {}),
}  # fmt: skip


def long_model(name: str, folder: Path) -> Model:
    nodes, x, y, shapes = LONG[name]
    held = weights(**shapes)
    held["a"] = np.asarray(np.int64(1))
    path = save_net(
        folder / "net.onnx", nodes, (FLOAT, x), (FLOAT, y), weights=held, opset=23
    )
    return tinynn.load(convert(path, name="long"))


def check_segments(model: Model, longest: int) -> None:
    """About as short as was meant; the guest agrees at every boundary."""
    tables = model.tables
    assert len(tables.segments) > 1
    for segment in tables.segments:
        operator = tables.operators[segment.operator]
        family = FAMILIES[operator.opcode]
        usual = family.usual(operator) * segment.count
        assert usual <= longest, (family.name, operator.target.shape, segment)
    (spec,) = model.inputs
    x = floats(*spec.shape, seed=4)
    assert_guest_agrees(model, model.encode_input([x]))


@pytest.mark.parametrize("name", LONG)
def test_long_operator_is_cut_into_segments(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Inputs have to be small here, so lengths that are too long are, too."""
    for module in (parts, activation, normalisation, reduction):
        for constant in ("LONGEST_SOFTMAX", "LONGEST_NORMALISED", "LONGEST_SCAN"):
            if hasattr(module, constant):
                monkeypatch.setattr(module, constant, getattr(parts, constant) >> 7)
    longest = LONGEST_GRAIN if "conv" in name else SEGMENT_INSTRUCTIONS
    sums = "one row" in name or "norm" in name  # which are not cut
    check_segments(long_model(name, tmp_path), 3_000_000 if sums else longest)


def test_recurrent_net_has_short_segments(tmp_path: Path) -> None:
    path = save_reader(tmp_path / "net.onnx", 6, 40, hidden=50, classes=4)
    check_segments(tinynn.load(convert(path)), SEGMENT_INSTRUCTIONS)


@pytest.mark.parametrize(
    ("row", "family"),
    [
        (parts.LONGEST_SOFTMAX, 4),
        (parts.LONGEST_SOFTMAX, 6),
        (parts.LONGEST_NORMALISED, 104),
        (parts.LONGEST_SCAN, 76),
    ],
)
def test_longest_row_takes_as_long_as_a_grain_may(row: int, family: int) -> None:
    cost = FAMILIES[family].usual(None)  # type: ignore[arg-type]  # of any operator
    assert LONGEST_GRAIN / 2 < row * cost <= LONGEST_GRAIN


@pytest.mark.parametrize("operator", ["Softmax", "LogSoftmax"])
def test_softmax_by_parts_has_the_same_bits(
    operator: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = floats(7, 12, 5, seed=3) * np.float32(30)
    x[0, 3, 0], x[1, 2, 1], x[2, :, 2], x[3, 1, 3] = np.inf, np.nan, -np.inf, -np.inf
    path = save_net(
        tmp_path / "net.onnx",
        [node(operator, "x", "y", axis=1)],
        (FLOAT, x.shape),
        (FLOAT, x.shape),
    )
    (whole,) = tinynn.load(convert(path)).run(x)
    monkeypatch.setattr(activation, "LONGEST_SOFTMAX", 4)
    model = tinynn.load(convert(path))
    assert len(model.tables.operators) > 4
    assert model.run(x)[0].tobytes() == whole.tobytes()


NORMS = {
    "LayerNormalization": ({"w": (12, 5), "b": (12, 5)}, {"axis": 1}),
    "RMSNormalization": ({"w": (12, 5)}, {"axis": 1}),
    "GroupNormalization": ({"w": (12,), "b": (12,)}, {"num_groups": 3}),
    "InstanceNormalization": ({"w": (12,), "b": (12,)}, {}),
}


@pytest.mark.parametrize("operator", NORMS)
def test_normalisation_by_parts_has_the_same_bits(
    operator: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shapes, attributes = NORMS[operator]
    x = floats(7, 12, 5, seed=3)
    x[0, 3, 0], x[1, 2, 1], x[2], x[3, 1, 3] = np.inf, np.nan, 0, -np.inf
    path = save_net(
        tmp_path / "net.onnx",
        [node(operator, " ".join(["x", *shapes]), "y", **attributes)],
        (FLOAT, x.shape),
        (FLOAT, x.shape),
        weights=weights(**shapes),
        opset=23,
    )
    (whole,) = tinynn.load(convert(path)).run(x)
    monkeypatch.setattr(normalisation, "LONGEST_NORMALISED", 4)
    model = tinynn.load(convert(path))
    assert len(model.tables.operators) > 5
    assert model.run(x)[0].tobytes() == whole.tobytes()
