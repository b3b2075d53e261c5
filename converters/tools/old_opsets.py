"""ONNX's operator tests at older opsets, with onnxruntime for a judge.

ONNX brings tests of its newest opset only. Each is said here in the words of an older
one, where that has the operator: what is an input now may have been an attribute. What
it means then, onnxruntime says: it takes the older forms as they were.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from converters.opsets import BECAME_INPUTS
from converters.unregistered import DEFAULT_DOMAINS
from converters.values import Array
from converters.verify.witness import session_of

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto
    from onnx.backend.test.case.test_case import TestCase

OPSETS = (7, 9, 11, 13, 15, 17, 18, 21)
IR_VERSION = 8
"""Of the files: old enough for all, new enough for weights that are no inputs."""

ROW = "k"
"""TopK's, which became a row of one."""


def cases_at(opset: int, cases: Sequence["TestCase"]) -> Iterator["TestCase"]:
    """Those of the cases that this opset has, with what onnxruntime makes of them."""
    for case in cases:
        older = at_opset(case, opset)
        if older is not None:
            yield older


def at_opset(case: "TestCase", opset: int) -> "TestCase | None":
    """The test in the words of the opset; None if it has none, or no judge takes it."""
    if case.model is None or len(case.model.graph.node) != 1 or not case.data_sets:
        return None
    (inputs, _) = case.data_sets[0]
    if not all(isinstance(array, np.ndarray | np.generic) for array in inputs):
        return None
    names = [value.name for value in case.model.graph.input]
    feeds = dict(zip(names, map(np.asarray, inputs), strict=True))
    model = older_model(case.model, opset, feeds)
    if model is None:
        return None
    kept = {value.name: feeds[value.name] for value in model.graph.input}
    outputs = judged(model, kept)
    if outputs is None:
        return None
    sets = [(list(kept.values()), outputs)]
    return replace(case, name=f"{case.name}_opset{opset}", model=model, data_sets=sets)


def older_model(
    model: "ModelProto", opset: int, feeds: Mapping[str, Array]
) -> "ModelProto | None":
    """The same node, some of its inputs as attributes."""
    from onnx import ModelProto, helper

    copy = ModelProto()
    copy.CopyFrom(model)
    (node,) = copy.graph.node
    if node.domain not in DEFAULT_DOMAINS or not older_node(node, opset, feeds):
        return None
    used = set(node.input)
    kept = [value for value in copy.graph.input if value.name in used]
    del copy.graph.input[:], copy.opset_import[:]
    copy.graph.input.extend(kept)
    copy.opset_import.append(helper.make_opsetid("", opset))
    copy.ir_version = IR_VERSION
    return copy


def older_node(node: "NodeProto", opset: int, feeds: Mapping[str, Array]) -> bool:
    """Say the node as the opset does; whether that can be."""
    from onnx import defs, helper

    try:
        schema = defs.get_schema(node.op_type, opset, "")
    except defs.SchemaError:
        return False
    if schema.deprecated:
        return False
    for name, position in reversed(BECAME_INPUTS.get(node.op_type, ())):
        if name not in schema.attributes or position >= len(node.input):
            continue
        if node.input[position]:
            array = feeds[node.input[position]]
            if not array.size:
                return False
            node.attribute.append(
                helper.make_attribute(name, as_attribute(name, array))
            )
        del node.input[position]
    while node.input and not node.input[-1]:
        del node.input[-1]
    known = all(part.name in schema.attributes for part in node.attribute)
    return known and len(node.input) <= schema.max_input


def as_attribute(name: str, array: Array) -> Any:
    """A row stays one; TopK's and what was a scalar becomes a number."""
    if name == ROW or not array.shape:
        return array.reshape(-1)[0].item()
    return array.tolist()


def judged(model: "ModelProto", feeds: Mapping[str, Array]) -> list[Array] | None:
    """onnxruntime's outputs; None where it takes no such model."""
    try:
        session = session_of(model)
        return [np.asarray(array) for array in session.run(None, dict(feeds))]
    except Exception:  # its errors have no common root
        return None
