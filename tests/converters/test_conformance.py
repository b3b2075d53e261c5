"""ONNX's own operator tests: none may fail, and what is said to pass must go on so."""

from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
import onnx
import pytest

from converters.conformance import Outcome, outcomes, table
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
    assert Counter(r.verdict for r in results())["passed"] >= 1179


@pytest.mark.slow
def test_conformance_page_is_up_to_date() -> None:
    page = PAGE.read_text()
    if f"onnx {onnx.__version__}," not in page:
        pytest.skip(f"the page is about another onnx than {onnx.__version__}")
    assert page == table(results())
