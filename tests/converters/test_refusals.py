"""What can't be converted is refused by name, and all of it at once."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.sources.onnx_nets import (
    FLOAT,
    INT64,
    STRING,
    UINT8,
    floats,
    node,
    save_net,
)

from converters import convert, inspect
from converters.errors import BadModelFile, BadOption, Unsupported

W, B = floats(3, 4), floats(3, seed=2)
BFLOAT16 = 16

# operator -> the type and shape that it makes of (1, 4, 1, 1)
ABSENT = {
    "Det": (FLOAT, (1, 4)),
    "NonZero": (INT64, (4, "found")),
    "Unique": (FLOAT, ("found",)),
}

# name -> (nodes, what the refusal says, what is unlike the default net)
NETS: dict[str, tuple[list[Any], str, dict[str, Any]]] = {
    "divided_by_zero": (
        [node("Cast", "x", "c", to=FLOAT), node("Div", "c k", "y")],
        "divisor: expected a number other than 0",
        {
            "x": (UINT8, (1, 4)),
            "y": (FLOAT, (1, 4)),
            "weights": {"k": np.float32([0])},
        },
    ),
    "short_float_input": (
        [node("Cast", "x", "y", to=FLOAT)],
        "got bfloat16 (export the model in float32)",
        {"x": (BFLOAT16, (1, 4)), "y": (FLOAT, (1, 4)), "weights": {}},
    ),
    "text_input": (
        [node("Identity", "x", "y")],
        "node 'x', input: type: expected",
        {"x": (STRING, (1, 4)), "y": (STRING, (1, 4))},
    ),
    "constant_out_of_range": (
        [node("Gather", "w far", "g"), node("Gemm", "x g", "y", transB=1)],
        "index: expected -3 to 2, got 7",
        {"weights": {"w": W, "far": np.int64([0, 1, 7])}},
    ),
    "constant_too_large": (
        [node("Mul", "column line", "g"), node("Gemm", "x g", "y", transB=1)],
        "result: expected at most 1073741760 bytes, the arena, got 6400000000",
        {
            "y": (FLOAT, (1, 40_000)),
            "weights": {"column": floats(40_000, 1), "line": floats(1, 40_000)},
            "x": (FLOAT, (1, 40_000)),
        },
    ),
    "other_domain": (
        [node("Gemm", "x w b", "y", transB=1, domain="ours")],
        "tinynn has no ours.Gemm",
        {},
    ),
    "shape_of_data": (
        [
            node("ArgMax", "x", "s", axis=1, keepdims=0),
            node("Expand", "k s", "y"),
        ],
        "Expand: shape: expected a constant, got a computed tensor",
        {"y": (FLOAT, ("n",)), "weights": {"k": np.float32([2])}},
    ),
    "training": (
        [node("Dropout", "x r t", "y")],
        "export in evaluation mode",
        {
            "y": (FLOAT, (1, 4)),
            "weights": {"r": np.float32(0.5), "t": np.asarray(True)},
        },
    ),
    "random": (
        [node("RandomNormalLike", "x", "y")],
        "make the noise an input",
        {"y": (FLOAT, (1, 4))},
    ),
}


def saved(folder: Path, nodes: list[Any], **unlike: Any) -> Path:
    weights = unlike.pop("weights", {"w": W, "b": B, "t": W.T.copy()})
    return save_net(folder / "net.onnx", nodes, weights=weights, **unlike)


@pytest.mark.parametrize("operator", ABSENT)
def test_convert_absent_operator_is_refused_by_name(
    operator: str, tmp_path: Path
) -> None:
    nodes, y = [node(operator, "x", "y")], ABSENT[operator]
    path = saved(tmp_path, nodes, x=(FLOAT, (1, 4, 1, 1)), y=y)
    with pytest.raises(Unsupported) as refusal:
        convert(path)
    assert f"node 'node_y', {operator}: tinynn has no {operator}" in str(refusal.value)
    assert str(path) in str(refusal.value)


@pytest.mark.parametrize("name", NETS)
def test_convert_unfit_node_is_refused_with_reason(name: str, tmp_path: Path) -> None:
    nodes, reason, unlike = NETS[name]
    with pytest.raises(Unsupported) as refusal:
        convert(saved(tmp_path, nodes, **unlike))
    assert reason in str(refusal.value)


def test_convert_several_causes_are_told_at_once(tmp_path: Path) -> None:
    nodes = [
        node("RandomNormalLike", "x", "a"),
        node("Relu", "a", "b1"),
        node("RandomUniformLike", "x", "c"),
        node("Sub", "b1 c", "d"),
        node("Gemm", "d w b", "y", transB=1),
    ]
    path = saved(tmp_path, nodes)
    with pytest.raises(Unsupported) as refusal:
        convert(path)
    assert [p.node for p in refusal.value.problems] == ["node_a", "node_c"]
    assert inspect(path).problems == refusal.value.problems
    assert all(problem.hint for problem in refusal.value.problems)


def test_inspect_lists_all_operators_that_nobody_knows(tmp_path: Path) -> None:
    """Unknown here, to ONNX, to its domain, and not yet in this opset, at once."""
    nodes = [
        node("Foo", "x", "a", strength=3),
        node("Softmax", "a", "b1"),
        node("NonZero", "b1", "c"),
        node("Foo", "c", "d", domain="elsewhere"),
        node("Inverse", "d", "e", domain="com.microsoft"),
        node("Tree", "e", "f", domain="ai.onnx.ml"),
        node("Upsample", "f", "g", mode="nearest"),
        node("Gelu", "g", "y"),
    ]
    path = saved(tmp_path, nodes, y=(FLOAT, (1, 4)), opset=17)
    told = {
        problem.node: (problem.operator, problem.reason, problem.hint)
        for problem in inspect(path).problems
    }
    misspelt = "a name misspelt? else export it by operators of ONNX"
    before = "convert the model as it was before onnxruntime optimised it"
    masked = "its length depends on data: use Where with a mask"
    assert told == {
        "node_a": ("Foo", "tinynn has no Foo", misspelt),
        "node_c": ("NonZero", "tinynn has no NonZero", masked),
        "node_d": ("elsewhere.Foo", "tinynn has no elsewhere.Foo", misspelt),
        "node_e": (
            "com.microsoft.Inverse",
            "tinynn has no com.microsoft.Inverse",
            before,
        ),
        "node_f": (
            "ai.onnx.ml.Tree",
            "tinynn has no ai.onnx.ml.Tree",
            "do it outside of the model",
        ),
        "node_g": ("Upsample", "ONNX has no Upsample in opset 17", "use Resize"),
        "node_y": ("Gelu", "ONNX has no Gelu in opset 17", "export with opset 20"),
    }
    assert inspect(path).problems[0].attributes == "strength=3"


def test_inspect_shapes_of_what_was_refused_are_no_obstacle(tmp_path: Path) -> None:
    nodes = [
        node("Foo", "x", "a"),
        node("Shape", "a", "s"),
        node("ConstantOfShape", "s", "c"),
        node("Add", "a c", "y"),
    ]
    path = saved(tmp_path, nodes, y=(FLOAT, (1, 4)))
    assert [problem.operator for problem in inspect(path).problems] == ["Foo"]


@pytest.mark.parametrize("opset", [6, 99])
def test_convert_opset_that_onnx_does_not_have_is_refused(
    opset: int, tmp_path: Path
) -> None:
    path = saved(tmp_path, [node("Relu", "x", "y")], y=(FLOAT, (1, 4)), opset=opset)
    with pytest.raises(BadModelFile, match=rf"opset 7 to \d+, got opset {opset} \("):
        convert(path)


def test_convert_scales_by_channel_before_they_came_are_refused_with_a_hint(
    tmp_path: Path,
) -> None:
    """onnxruntime's quantiser writes them at opset 11, and does not load them."""
    weights = {"q": np.int8([[1, 2, 3, 4]] * 3), "s": np.float32([1, 2, 3])}
    nodes = [
        node("DequantizeLinear", "q s", "w", axis=0),
        node("Gemm", "x w", "y", transB=1),
    ]
    path = save_net(tmp_path / "net.onnx", nodes, weights=weights, opset=11)
    with pytest.raises(BadModelFile, match=r"axis .*\(quantise it at opset 13"):
        convert(path)


def test_scales_by_channel_before_they_came_are_refused_with_a_way_out(
    tmp_path: Path,
) -> None:
    """Without an axis, which files of that time can't have."""
    nodes = [node("DequantizeLinear", "q s z", "w"), node("MatMul", "x w", "y")]
    weights = {
        "q": np.arange(12, dtype=np.int8).reshape(4, 3),
        "s": np.float32([1, 2]),
        "z": np.zeros(2, np.int8),
    }
    path = save_net(tmp_path / "net.onnx", nodes, weights=weights, opset=12)
    with pytest.raises((Unsupported, BadModelFile), match="quantise it at opset 13"):
        convert(path)


def test_convert_node_that_no_output_needs_is_left_out(tmp_path: Path) -> None:
    nodes = [
        node("RandomNormalLike", "x", "unused"),
        node("Gemm", "x w b", "y", transB=1),
    ]
    assert not inspect(saved(tmp_path, nodes)).problems


def test_convert_unknown_length_is_refused(tmp_path: Path) -> None:
    path = saved(
        tmp_path,
        [node("Relu", "x", "y")],
        x=(FLOAT, (1, "length")),
        y=(FLOAT, (1, "length")),
    )
    with pytest.raises(BadModelFile, match="axis 1 of 'x' to have a fixed length"):
        convert(path)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"input_scale": 0.5}, "--input-scale: expected --input-type uint8"),
        ({"input_type": "int8"}, "--input-type: expected uint8 or float32, got int8"),
    ],
)
def test_convert_unfit_option_is_refused(
    options: dict[str, Any], message: str, tmp_path: Path
) -> None:
    path = saved(tmp_path, [node("Gemm", "x w b", "y", transB=1)])
    with pytest.raises(BadOption, match=message):
        convert(path, **options)


def test_convert_scale_of_byte_input_is_refused(mnist_onnx: Path) -> None:
    with pytest.raises(BadOption, match="expected one float32 input, got uint8"):
        convert(mnist_onnx, input_type="uint8", input_scale=1 / 255)


def test_convert_argmax_of_two_outputs_is_refused(mnist_onnx: Path) -> None:
    with pytest.raises(BadOption, match="--argmax: expected one output, got 2"):
        convert(mnist_onnx, argmax=True)


def test_inspect_convertible_file_has_image(mnist_onnx: Path) -> None:
    report = inspect(mnist_onnx)
    assert not report.problems
    assert report.image == convert(mnist_onnx)
    assert report.operators["Gemm"] == 2
    assert report.parameters == 784 * 128 + 128 + 128 * 10 + 10 + 1
