"""What `plumb model inspect` and `plumb model verify` tell of a source model."""

import time
from typing import Any

from rich.console import RenderableType

import tinynn
from converters.hub import Report
from converters.verify import Difference, Verification
from oracle.cli.output import facts, grid
from oracle.cli.portrait import described, summary
from tinynn import Model

MACHINE_PER_SECOND = 2_500_000_000
"""Instructions of the translated machine; `plumb bench vm` measures yours."""


def report_data(report: Report) -> dict[str, Any]:
    """All of it for `--json`."""
    model = tinynn.load(report.image) if report.image else None
    return {
        "producer": report.producer,
        "opset": report.opset,
        "inputs": [
            {"name": port.name, "dtype": port.dtype, "shape": list(port.shape)}
            for port in report.inputs
        ],
        "outputs": list(report.outputs),
        "operators": report.operators,
        "parameters": report.parameters,
        "multiply_adds": report.multiply_adds,
        "problems": [
            {
                "node": problem.node,
                "operator": problem.operator,
                "attributes": problem.attributes,
                "reason": problem.reason,
                "way_out": problem.way_out,
            }
            for problem in report.problems
        ],
        "image": described(model) | seconds(model) if model else None,
    }


def report_tables(report: Report) -> list[RenderableType]:
    """The same for a person."""
    counts = (f"{count} {name}" for name, count in report.operators.items())
    shown: dict[str, object] = {
        "producer": report.producer,
        "opset": report.opset,
        "nodes": ", ".join(counts),
        "parameters": f"{report.parameters:,}",
        "multiply-adds": f"{report.multiply_adds:,}",
    }
    for port in report.inputs:
        shape = " x ".join(map(str, port.shape)) or "scalar"
        shown[f"takes {port.name}"] = f"{port.dtype} {shape}"
    if report.problems:
        rows = [
            (
                problem.node,
                problem.operator,
                problem.attributes,
                problem.reason,
                problem.way_out,
            )
            for problem in report.problems
        ]
        columns = ("node", "operator", "attributes", "reason", "way out")
        title = f"{len(rows)} obstacles to conversion"
        return [facts(shown), grid(title, columns, rows)]
    assert report.image is not None, "without problems there is an image"
    model = tinynn.load(report.image)
    times = seconds(model)
    return [
        facts(shown),
        "\nIt can be converted, to this image:\n",
        summary(model),
        facts(
            {
                "natively": f"{times['native_seconds']:.3g} s",
                "in the machine": f"at most about {times['machine_seconds']:.3g} s",
            }
        ),
    ]


def seconds(model: Model) -> dict[str, float]:
    """One inference on zeros, measured natively and foretold for the machine."""
    request = bytes(model.tables.input_bytes)
    model.answer(request)  # kernels are compiled at their first use
    begin = time.perf_counter()
    model.answer(request)
    native = time.perf_counter() - begin
    machine = sum(model.foretold_instructions) / MACHINE_PER_SECOND
    return {"native_seconds": native, "machine_seconds": machine}


def verification_data(found: Verification, same_bits: bool, passed: bool) -> Any:
    """All of it for `--json`."""
    bad = found.first_bad
    return {
        "passed": passed,
        "samples": found.samples,
        "outputs": [as_dict(part) for part in found.outputs],
        "agreement": found.agreement,
        "accuracy": found.accuracy,
        "source_accuracy": found.source_accuracy,
        "drop": found.drop,
        "layers_compared": found.layers,
        "first_beyond": bad
        and {"node": bad.node, "operator": bad.operator} | as_dict(bad.difference),
        "same_bits": same_bits,
    }


def as_dict(part: Difference) -> dict[str, Any]:
    return {
        "name": part.name,
        "maximum": part.maximum,
        "mean": part.mean,
        "relative": part.relative,
        "within": part.within,
    }


def verification_tables(
    found: Verification, same_bits: bool, passed: bool
) -> list[RenderableType]:
    """The same for a person."""
    columns = ("output", "maximum", "mean", "relative", "within")
    numbers = columns[1:4]
    rows = [difference_row(part) for part in found.outputs]
    shown: dict[str, object] = {
        "samples": found.samples,
        "top-1 agreement": f"{found.agreement:.2%}",
    }
    if found.accuracy is not None:
        shown["accuracy"] = f"{found.accuracy:.2%}, source {found.source_accuracy:.2%}"
    shown["native and guest"] = "the same bits" if same_bits else "DIFFERENT BITS"
    bad = found.first_bad
    shown["operators compared"] = found.layers
    if bad:
        shown["first beyond"] = (
            f"{bad.operator} {bad.node!r}: {bad.difference.maximum:.3g}"
        )
    shown["verdict"] = "passed" if passed else "beyond tolerance"
    return [grid(None, columns, rows, numbers=numbers), facts(shown)]


def difference_row(part: Difference) -> tuple[str, ...]:
    numbers = (part.maximum, part.mean, part.relative)
    return (part.name, *(f"{n:.3g}" for n in numbers), "yes" if part.within else "NO")
