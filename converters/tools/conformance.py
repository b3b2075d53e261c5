"""ONNX's own operator tests, converted and run.

`python -m converters.tools.conformance docs/operators.md` writes what comes of them.

Every test is a small graph with inputs and the outputs that it must have. A test is
*passed* if the image computes them (by the test's own tolerances), *refused* if the
converter says what it can't express, and *failed* otherwise. A failure is a bug.

Inputs of a test are inputs of the image where tinynn can have them computed; where it
can't (shapes, axes, often weights), those after the first are constants, as they are in
the models that people export. What passes is tried once more with nothing but
constants, which are folded.

The same is done at older opsets (converters/tools/old_opsets.py), where onnxruntime
says what is right.
"""

import argparse
import re
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from converters.errors import ConverterError
from converters.files import write_atomically
from converters.tools.conformance_attempt import Run, Unfit, attempt, model_of
from converters.tools.old_opsets import OPSETS, cases_at
from converters.tools.own_cases import own_cases
from tinynn import Model

if TYPE_CHECKING:
    from onnx import ModelProto
    from onnx.backend.test.case.test_case import TestCase

Verdict = Literal["passed", "noted", "refused", "failed"]
"""Noted: another result than the judge's, and the conversion says so."""

EXPANDED = re.compile(r"_expanded.*$")
NUMBERS = re.compile(r"(?<!\w)[(\[]?-?\d+(, ?-?\d+)*,?[)\]]?(?!\w)")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one test; `reason` of a refusal or a failure.

    `own`: a case beside ONNX's tests, of converters/tools/own_cases.py.
    """

    operator: str
    test: str
    verdict: Verdict
    reason: str = ""
    own: bool = False


COLUMNS = ("passed", "own", "noted", "refused", "failed")
OLD_COLUMNS = ("passed", "noted", "refused", "failed")


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


def old_outcomes(
    opset: int, run: Run = Model.run, chosen: Callable[[str], bool] = bool
) -> Iterator[Outcome]:
    """What becomes of those tests that an older opset has; of the chosen names."""
    from onnx.backend.test.case.node import collect_testcases

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cases = [case for case in collect_testcases(None) if chosen(case.name)]
        for case in cases_at(opset, cases):
            yield outcome_of(case, operator_of(model_of(case)), run)


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
    count = len(model_of(case).graph.input)
    for constants in ways(count):
        try:
            tried = attempt(case, constants, run)
        except (ConverterError, Unfit) as error:
            reasons.append(short(str(error)))
            continue
        except Exception as error:  # a crash is a failure, whatever it is
            reason = f"{type(error).__name__}: {error}"
            return Outcome(operator, case.name, "failed", reason)
        if tried.differences:
            verdict: Verdict = "noted" if tried.notes else "failed"
            reason = "; ".join((*tried.differences, *tried.notes))
            return Outcome(operator, case.name, verdict, reason)
        wrong = folded(case, range(count), run)
        return Outcome(operator, case.name, "failed" if wrong else "passed", wrong)
    return Outcome(operator, case.name, "refused", reasons[-1])


def folded(case: "TestCase", constants: Sequence[int], run: Run) -> str:
    """What is wrong with it if all its inputs are constants; "" if it is refused."""
    try:
        tried = attempt(case, constants, run)
    except (ConverterError, Unfit):
        return ""
    except Exception as error:  # as above
        return f"folded, {type(error).__name__}: {error}"
    wrong = "; ".join(tried.differences)
    return f"folded, {wrong}" if wrong and not tried.notes else ""


def ways(inputs: int) -> Iterator[range]:
    """Which inputs become constants: none, or all but the first."""
    yield range(0)
    if inputs > 1:
        yield range(1, inputs)


def short(message: str) -> str:
    """The reason without the names of file and node."""
    return message.split(": ", 1)[-1].removeprefix("can't be converted: ")


HEAD = """# Operators

What becomes of ONNX's own operator tests (onnx {version}, {count} tests) when they are
converted and run. Written by `python -m converters.tools.conformance
docs/operators.md`; a test of the project fails when a test of ONNX does.

*Passed*: the image computes the outputs that the test names, within its tolerances.
*Own*: cases of ours that pass, too: ONNX's tests of float64, float16 and bfloat16
written in float32, and Cast between all types of an image, against ONNX's reference
implementation (`converters/tools/own_cases.py`). *Refused*: the converter says what it
can't express; the reasons are listed, the commonest first. *Failed* would be a wrong
output or a crash. Tests called "expanded", where ONNX writes an operator in terms of
others, count for that operator. What passes is tried once more with nothing but
constants: they are folded, by the same kernels, and must come out the same. *Noted*:
another result, which the conversion tells: float16 is computed in float32, and exact
where the test's own number was rounded on the way.

| | tests |
|---|---|
| passed | {passed} |
| own cases passed | {own} |
| noted | {noted} |
| refused | {refused} |
| failed | {failed} |

| operator | passed | own | noted | refused | failed | reasons |
|---|---|---|---|---|---|---|
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


OLD_HEAD = """
## Older opsets

The same tests in the words of older opsets, where those have the operator, with
onnxruntime, unoptimised, for a judge (`converters/tools/old_opsets.py`); what passes is
folded besides. *Noted*: another result than onnxruntime's, which the conversion tells:
Resize by `align_corners` and a scale that makes no whole length. A share of these runs
with the project's tests, all of them with the command above.

| opset | tests | passed | noted | refused | failed |
|---|---|---|---|---|---|
"""


def old_table(results: Mapping[int, Sequence[Outcome]]) -> str:
    """One row for each opset."""
    rows = []
    for opset, found in results.items():
        counts = Counter(str(result.verdict) for result in found)
        numbers = " | ".join(str(counts[name]) for name in OLD_COLUMNS)
        rows.append(f"| {opset} | {len(found)} | {numbers} |\n")
    return OLD_HEAD + "".join(rows)


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
    parser = argparse.ArgumentParser(prog="python -m converters.tools.conformance")
    parser.add_argument("out", type=Path, help="the table, as Markdown")
    arguments = parser.parse_args()
    results = list(outcomes())
    older = {opset: list(old_outcomes(opset)) for opset in OPSETS}
    write_atomically(arguments.out, (table(results) + old_table(older)).encode())
    counts = Counter(map(column, results))
    print(", ".join(f"{counts[name]} {name}" for name in COLUMNS))
    for result in (*results, *(one for found in older.values() for one in found)):
        if result.verdict == "failed":
            print(f"{result.test}: {result.reason}")


if __name__ == "__main__":
    main()
