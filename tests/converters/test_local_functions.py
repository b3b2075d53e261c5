"""A model's own functions are written out; too many, or endless ones, are refused."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper
from support.sources.onnx_nets import FLOAT, floats, node

import tinynn
from converters import convert, inspect
from converters.errors import BadModelFile

IMPORTS = [helper.make_opsetid("", 20), helper.make_opsetid("own", 1)]


def function(name: str, *nodes: onnx.NodeProto) -> onnx.FunctionProto:
    return helper.make_function("own", name, ["a"], ["z"], nodes, IMPORTS)


def saved(folder: Path, *functions: onnx.FunctionProto) -> Path:
    """A model that calls `First`."""
    ports = [helper.make_tensor_value_info(name, FLOAT, (1, 4)) for name in "xy"]
    nodes = [node("First", "x", "y", domain="own")]
    graph = helper.make_graph(nodes, "net", ports[:1], ports[1:])
    model = helper.make_model(
        graph, functions=functions, opset_imports=IMPORTS, ir_version=10
    )
    onnx.save_model(model, folder / "net.onnx")
    return folder / "net.onnx"


def twice(name: str) -> list[onnx.NodeProto]:
    return [node(name, "a", "b", domain="own"), node(name, "b", "z", domain="own")]


def test_own_functions_are_written_out(tmp_path: Path) -> None:
    path = saved(
        tmp_path,
        function("First", *twice("Second")),
        function("Second", node("Relu", "a", "c"), node("Exp", "c", "z")),
    )
    x = floats(4)
    (y,) = tinynn.load(convert(path)).run(x)
    once = np.exp(np.maximum(x, 0))
    np.testing.assert_allclose(y, np.exp(once), rtol=1e-6)


def test_unknown_operators_in_own_functions_are_told(tmp_path: Path) -> None:
    path = saved(
        tmp_path, function("First", node("Foo", "a", "b"), node("Bar", "b", "z"))
    )
    told = [problem.operator for problem in inspect(path).problems]
    assert told == ["Foo", "Bar"]


def test_own_functions_that_call_themselves_are_refused(tmp_path: Path) -> None:
    path = saved(tmp_path, function("First", *twice("First")))
    with pytest.raises(BadModelFile, match="expected at most 131072 nodes, got more"):
        convert(path)


def test_own_functions_that_double_are_refused(tmp_path: Path) -> None:
    """Forty lines, and a trillion nodes."""
    names = ["First", *(f"F{i}" for i in range(40))]
    calls = zip(names, [*names[1:], "Relu"], strict=True)
    made = [function(name, *twice(other)) for name, other in calls]
    with pytest.raises(BadModelFile, match="expected at most 131072 nodes, got more"):
        convert(saved(tmp_path, *made))
