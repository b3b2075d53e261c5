"""ONNX's own operator tests: none may fail, and what is said to pass must go on so."""

import re
from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
import onnx
import pytest

from converters.conformance import Outcome, column, outcome_of, outcomes, table
from converters.own_cases import own_cases
from mips_vm import Status
from tinynn import Model

PAGE = Path(__file__).parents[2] / "docs" / "operators.md"


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
    foretold = model.foretold_instructions
    assert all(a <= b for a, b in zip(spent, foretold, strict=True))
    return model.run(inputs)


@cache
def results() -> tuple[Outcome, ...]:
    return tuple(outcomes(both_ways))


@pytest.mark.slow
def test_conformance_no_test_of_onnx_fails() -> None:
    failed = [f"{r.test}: {r.reason}" for r in results() if r.verdict == "failed"]
    assert not failed
    counts = Counter(map(column, results()))
    assert counts["passed"] >= 1193 and counts["own"] >= 100


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


@pytest.mark.slow
def test_conformance_page_is_up_to_date() -> None:
    page = PAGE.read_text()
    if f"onnx {onnx.__version__}," not in page:
        pytest.skip(f"the page is about another onnx than {onnx.__version__}")
    assert page == table(results())
