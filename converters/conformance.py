"""ONNX's own operator tests, converted and run: `python -m converters.conformance`.

Every test is a small graph with inputs and the outputs that it must have. A test is
*passed* if the image computes them (by the test's own tolerances), *refused* if the
converter says what it can't express, and *failed* otherwise. A failure is a bug.

Inputs of a test are inputs of the image where tinynn can have them computed; where it
can't (shapes, axes, often weights), those after the first are constants, as they are in
the models that people export.
"""

import argparse
import re
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

import tinynn
from converters.errors import ConverterError
from converters.files import write_atomically
from converters.graph import GraphLowering, Options, unbatched
from converters.own_cases import own_cases
from converters.source import FIRST_OPSET, checked
from converters.unregistered import DEFAULT_DOMAINS
from converters.values import Array, stored_as
from tinynn import Model, TensorSpec

if TYPE_CHECKING:
    from onnx import ModelProto
    from onnx.backend.test.case.test_case import TestCase

Verdict = Literal["passed", "refused", "failed"]
WEIGHTS_ARE_NO_INPUTS = 4
"""Since this version of the format a weight need not be an input, too."""

UNITS = {"float16": 2.0**-10, "bfloat16": 2.0**-7}
"""What is right in float32 is so far from what is rounded to these."""

EXPANDED = re.compile(r"_expanded.*$")
NUMBERS = re.compile(r"(?<!\w)[(\[]?-?\d+(, ?-?\d+)*,?[)\]]?(?!\w)")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one test; `reason` of a refusal or a failure.

    `own`: a case beside ONNX's tests, of converters/own_cases.py.
    """

    operator: str
    test: str
    verdict: Verdict
    reason: str = ""
    own: bool = False


COLUMNS = ("passed", "own", "refused", "failed")

Run = Callable[[Model, list[Array]], list[Array]]


class Unfit(Exception):
    """The test can't be converted like this; the message says why."""


def outcomes(run: Run = Model.run) -> Iterator[Outcome]:
    """What becomes of every test that ONNX brings, and of the cases beside them.

    `run` gives an image's outputs.
    """
    from onnx.backend.test.case.node import collect_testcases

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cases = collect_testcases(None)
    operators = {case.name: operator_of(model_of(case)) for case in cases}

    def operator_under_test(case: "TestCase") -> str:
        whole = EXPANDED.sub("", case.name)
        return operators.get(whole) or operator_of(model_of(case))

    for case in cases:
        yield outcome_of(case, operator_under_test(case), run)
    for case, beside in own_cases(cases):
        found = outcome_of(case, operator_under_test(beside), run)
        yield replace(found, own=True)


def model_of(case: "TestCase") -> "ModelProto":
    assert case.model is not None, "node tests bring their models"
    return case.model


def operator_of(model: "ModelProto") -> str:
    """The operator under test: a test's last node stands for it."""
    node = model.graph.node[-1]
    default = node.domain in ("", "ai.onnx")
    return node.op_type if default else f"{node.domain}.{node.op_type}"


def outcome_of(case: "TestCase", operator: str, run: Run) -> Outcome:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return judged(case, operator, run)


def judged(case: "TestCase", operator: str, run: Run) -> Outcome:
    reasons = []
    for constants in ways(len(model_of(case).graph.input)):
        try:
            differences = list(tried(case, constants, run))
        except (ConverterError, Unfit) as error:
            reasons.append(short(str(error)))
            continue
        except Exception as error:  # a crash is a failure, whatever it is
            reason = f"{type(error).__name__}: {error}"
            return Outcome(operator, case.name, "failed", reason)
        if differences:
            return Outcome(operator, case.name, "failed", "; ".join(differences))
        return Outcome(operator, case.name, "passed")
    return Outcome(operator, case.name, "refused", reasons[-1])


def ways(inputs: int) -> Iterator[range]:
    """Which inputs become constants: none, or all but the first."""
    yield range(0)
    if inputs > 1:
        yield range(1, inputs)


def short(message: str) -> str:
    """The reason without the names of file and node."""
    return message.split(": ", 1)[-1].removeprefix("can't be converted: ")


def tried(case: "TestCase", constants: Iterable[int], run: Run) -> Iterator[str]:
    """Where the outputs differ; raises if the test can't be converted."""
    ((inputs, outputs),) = case.data_sets or ()
    model = with_constants(model_of(case), inputs, list(constants))
    source = checked(Path(case.name), model, {})
    work = GraphLowering(source, Options(name="test"))
    work.lower_all()
    image = work.build()
    if image is None:
        problem = work.problems[0]
        raise Unfit(f"{problem.operator}: {problem.reason}")
    names = [value.name for value in model_of(case).graph.input]
    given = dict(zip(names, inputs, strict=True))
    loaded = tinynn.load(image)
    arrays = [fitted(given[spec.name], spec) for spec in loaded.inputs]
    actual = dict(zip(source.outputs, run(loaded, arrays), strict=True))
    for name, expected in zip(source.outputs, outputs, strict=True):
        difference = difference_of(case, expected, actual[name])
        if difference:
            yield f"{name}: {difference}"


def with_constants(
    model: "ModelProto", inputs: Sequence[Any], constants: Sequence[int]
) -> "ModelProto":
    """A copy of the model in which some inputs are weights."""
    from onnx import ModelProto, numpy_helper

    copy = ModelProto()
    copy.CopyFrom(model)
    for entry in copy.opset_import:
        if entry.domain in DEFAULT_DOMAINS:
            entry.version = max(entry.version, FIRST_OPSET)
    copy.ir_version = max(copy.ir_version, WEIGHTS_ARE_NO_INPUTS)
    for index in reversed(constants):
        value = copy.graph.input[index]
        if isinstance(inputs[index], list | None):
            raise Unfit(f"input {value.name!r}: expected a tensor, got another type")
        array = as_array(inputs[index])
        copy.graph.initializer.append(numpy_helper.from_array(array, value.name))
        del copy.graph.input[index]
    return copy


def fitted(array: Any, spec: TensorSpec) -> Array:
    return as_array(array).astype(spec.dtype).reshape(spec.shape)


def difference_of(case: "TestCase", expected: Any, actual: Array) -> str:
    """How an output differs from what it should be, or nothing."""
    wanted = as_array(expected)
    if actual.dtype != wanted.dtype and str(actual.dtype) != stored_as(
        str(wanted.dtype)
    ):
        return f"expected {wanted.dtype}, got {actual.dtype}"
    if actual.shape not in (wanted.shape, unbatched(wanted.shape)):
        return f"expected shape {wanted.shape}, got {actual.shape}"
    close = np.allclose(
        actual.reshape(wanted.shape).astype(np.float64),
        wanted.astype(np.float64),
        rtol=max(case.rtol, UNITS.get(str(wanted.dtype), 0.0)),
        atol=case.atol,
        equal_nan=True,
    )
    return "" if close else f"expected {first(wanted)}, got {first(actual)}"


def as_array(value: Any) -> Array:
    """Types that numpy lacks come as ONNX writes them."""
    from onnx import TensorProto, numpy_helper

    if isinstance(value, TensorProto):
        return numpy_helper.to_array(value)
    return np.asarray(value)


def first(array: Array) -> str:
    return str(array.reshape(-1)[:4].tolist())


HEAD = """# Operators

What becomes of ONNX's own operator tests (onnx {version}, {count} tests) when they are
converted and run. Written by `python -m converters.conformance docs/operators.md`; a
test of the project fails when a test of ONNX does.

*Passed*: the image computes the outputs that the test names, within its tolerances.
*Own*: cases of ours that pass, too: ONNX's tests of float64, float16 and bfloat16
written in float32, and Cast between all types of an image, against ONNX's reference
implementation (`converters/own_cases.py`). *Refused*: the converter says what it can't
express; the reasons are listed, the commonest first. *Failed* would be a wrong output
or a crash. Tests called "expanded", where ONNX writes an operator in terms of others,
count for that operator.

| | tests |
|---|---|
| passed | {passed} |
| own cases passed | {own} |
| refused | {refused} |
| failed | {failed} |

| operator | passed | own | refused | failed | reasons |
|---|---|---|---|---|---|
"""


def table(results: Sequence[Outcome]) -> str:
    """docs/operators.md: one row for each operator."""
    import onnx

    total = Counter(map(column, results))
    head = HEAD.format(
        version=onnx.__version__,
        count=sum(not result.own for result in results),
        **{name: total[name] for name in COLUMNS},
    )
    by_operator: dict[str, list[Outcome]] = defaultdict(list)
    for result in results:
        by_operator[result.operator].append(result)
    rows = [row(name, by_operator[name]) for name in sorted(by_operator)]
    return head + "".join(rows)


def column(result: Outcome) -> str:
    """Where the table counts it: own cases only if they pass, or fail."""
    if not result.own or result.verdict == "failed":
        return result.verdict
    return "own" if result.verdict == "passed" else ""


def row(operator: str, results: Sequence[Outcome]) -> str:
    counts = Counter(map(column, results))
    reasons = Counter(
        NUMBERS.sub("n", result.reason.replace("|", "/"))
        for result in results
        if result.reason and column(result)
    )
    listed = "; ".join(reason for reason, _ in reasons.most_common(3))
    numbers = " | ".join(str(counts[name] or "") for name in COLUMNS)
    return f"| {operator} | {numbers} | {listed} |\n"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m converters.conformance")
    parser.add_argument("out", type=Path, help="the table, as Markdown")
    arguments = parser.parse_args()
    results = list(outcomes())
    write_atomically(arguments.out, table(results).encode())
    counts = Counter(map(column, results))
    print(", ".join(f"{counts[name]} {name}" for name in COLUMNS))
    for result in results:
        if result.verdict == "failed":
            print(f"{result.test}: {result.reason}")


if __name__ == "__main__":
    main()
