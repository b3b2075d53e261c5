"""What `plumb model inspect` tells of a source model."""

import time
from typing import Any

from rich.console import RenderableType

import tinynn
from converters.hub import Report
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
