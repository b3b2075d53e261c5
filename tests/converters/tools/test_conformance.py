"""ONNX's own operator tests: none may fail, and what is said to pass must go on so."""

import re
from collections import Counter
from pathlib import Path
from zlib import crc32

import numpy as np
import onnx
import pytest

from converters.tools.conformance import (
    OLD_HEAD,
    column,
    old_outcomes,
    outcome_of,
    outcomes,
    table,
)
from converters.tools.old_opsets import OPSETS
from converters.tools.own_cases import own_cases
from mips_vm import Status
from tinynn import Model

PAGE = Path(__file__).parents[3] / "docs" / "operators.md"


def both_ways(model: Model, inputs: list[np.ndarray]) -> list[np.ndarray]:
    """The outputs, once the guest has left the same bits within what is foretold."""
    request = model.encode_input(inputs)
    machine = model.machine(request)
    spent = []
    while machine.status is Status.YIELDED:
        machine.resume()
        spent.append(machine.run())
    assert machine.status is Status.HALTED
    assert machine.output() == model.answer(request)
    foretold = model.bounded_instructions
    assert all(a <= b for a, b in zip(spent, foretold, strict=True))
    return model.run(inputs)


@pytest.mark.slow
def test_conformance_no_test_of_onnx_fails_and_the_page_says_so() -> None:
    """One test, since another worker would compute all of it once more."""
    results = list(outcomes(both_ways))
    assert not [f"{r.test}: {r.reason}" for r in results if r.verdict == "failed"]
    counts = Counter(map(column, results))
    assert counts["passed"] >= 1318 and counts["own"] >= 100
    assert counts["noted"] <= 2, "what a conversion tells covers no wrong result"
    page = PAGE.read_text()
    if f"onnx {onnx.__version__}," not in page:
        pytest.skip(f"the page is about another onnx than {onnx.__version__}")
    assert page.partition(OLD_HEAD)[0] == table(results)


PROMISED = """
    MatMul Gemm Conv ConvTranspose MaxPool AveragePool GlobalAveragePool
    BatchNormalization LayerNormalization RMSNormalization GroupNormalization
    InstanceNormalization Softmax LogSoftmax Relu LeakyRelu PRelu Elu Selu Clip
    HardSigmoid HardSwish Sigmoid Tanh Gelu Swish Softplus Erf Exp Log Sqrt Pow
    Reciprocal Abs Neg Floor Ceil Round Sin Cos Add Sub Mul Div Min Max Equal Less
    Greater LessOrEqual GreaterOrEqual Where And Or Not ReduceSum ReduceMean ReduceMax
    ReduceMin ReduceProd ReduceL2 ArgMax ArgMin TopK Concat Split Slice Pad Transpose
    Reshape Flatten Squeeze Unsqueeze Expand Gather Resize DepthToSpace Cast CumSum
    Einsum LSTM GRU Attention QuantizeLinear DequantizeLinear QLinearMatMul QLinearConv
    MatMulInteger ConvInteger DynamicQuantizeLinear
""".split()


def test_conformance_every_promised_operator_has_passed_somewhere() -> None:
    """A test of ONNX's, or a case of ours where those are of other types."""
    shown = re.findall(r"^\| (\w+) \| (\d*) \| (\d*) \|", PAGE.read_text(), re.M)
    counts = {name: int(own or 0) + int(passed or 0) for name, passed, own in shown}
    assert [name for name in PROMISED if not counts.get(name)] == []


def test_conformance_casts_between_all_types_pass() -> None:
    """But for floats to int64 as an output: 32 bits may not hold those."""
    casts = [one for one, beside in own_cases([]) if one is beside]
    found = {one.name: outcome_of(one, "Cast", both_ways) for one in casts}
    assert len(found) == 36
    others = {name: f.verdict for name, f in found.items() if f.verdict != "passed"}
    assert others == {"cast_float32_to_int64": "refused"}
    assert "int64: expected" in found["cast_float32_to_int64"].reason


SHARE = 8
"""One of so many of the tests at each older opset."""


@pytest.mark.parametrize("opset", OPSETS)
def test_conformance_at_older_opsets_none_of_a_share_fails(opset: int) -> None:
    """Folded as well as computed; which ones they are depends on the opset."""

    def chosen(name: str) -> bool:
        return crc32(name.encode()) % SHARE == opset % SHARE

    found = list(old_outcomes(opset, chosen=chosen))
    counts = Counter(result.verdict for result in found)
    assert not [f"{r.test}: {r.reason}" for r in found if r.verdict == "failed"]
    assert {r.operator for r in found if r.verdict == "noted"} <= {"Resize"}
    assert counts["passed"] > 20 and counts["passed"] > counts["refused"]


MEANT_OTHERWISE = {
    "Softmax": 13,
    "LogSoftmax": 13,
    "Hardmax": 13,
    "BatchNormalization": 14,
}


@pytest.mark.parametrize("operator", MEANT_OTHERWISE)
def test_conformance_of_what_older_opsets_meant_otherwise(operator: str) -> None:
    prefix = {"BatchNormalization": "batchnorm"}.get(operator, operator.lower())
    for opset in OPSETS:
        if opset >= MEANT_OTHERWISE[operator]:
            continue

        def chosen(name: str, prefix: str = prefix) -> bool:
            return name.startswith(f"test_{prefix}")

        found = [
            r for r in old_outcomes(opset, chosen=chosen) if r.verdict != "refused"
        ]
        assert found, opset
        assert {result.verdict for result in found} == {"passed"}, found


def test_conformance_page_tells_every_older_opset() -> None:
    rows = re.findall(
        r"^\| (\d+) \| (\d+) \| (\d+) \|.*\| 0 \|$", PAGE.read_text(), re.M
    )
    assert [int(opset) for opset, *_ in rows] == list(OPSETS)
    assert all(int(passed) > int(tests) // 2 for _, tests, passed in rows)
