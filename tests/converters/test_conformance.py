"""ONNX's own operator tests: none may fail, and what is said to pass must go on so."""

from collections import Counter
from functools import cache
from pathlib import Path

import onnx
import pytest

from converters.conformance import Outcome, outcomes, table

PAGE = Path(__file__).parents[2] / "docs" / "operators.md"


@cache
def results() -> tuple[Outcome, ...]:
    return tuple(outcomes())


@pytest.mark.slow
def test_conformance_no_test_of_onnx_fails() -> None:
    failed = [f"{r.test}: {r.reason}" for r in results() if r.verdict == "failed"]
    assert not failed
    assert Counter(r.verdict for r in results())["passed"] > 400


@pytest.mark.slow
def test_conformance_page_is_up_to_date() -> None:
    page = PAGE.read_text()
    if f"onnx {onnx.__version__}," not in page:
        pytest.skip(f"the page is about another onnx than {onnx.__version__}")
    assert page == table(results())
