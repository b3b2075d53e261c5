"""What `plumb model inspect` tells of a source model."""

from pathlib import Path

from rich.console import RenderableType

import tinynn
from converters.hub import Report
from converters.source import Port
from mips_vm.json_text import JsonObject
from oracle.cli.common.output import facts, grid
from oracle.cli.models.foretelling import foretell, foretold_data, foretold_facts
from oracle.cli.show.portrait import described, summary
from oracle.legible import number_of
from tinynn import Model


def report_data(report: Report, data: Path | None = None) -> JsonObject:
    """All of it for `--json`; work is counted on the samples of `data`."""
    model = tinynn.load(report.image) if report.image else None
    return {
        "producer": report.producer,
        "opset": report.opset,
        "inputs": [port_data(port) for port in report.inputs],
        "outputs": [port_data(port) for port in report.outputs],
        "operators": report.operators,
        "parameters": report.parameters,
        "multiply_adds": report.multiply_adds,
        "problems": [
            {
                "node": problem.node,
                "operator": problem.operator,
                "attributes": problem.attributes,
                "reason": problem.reason,
                "hint": problem.hint,
            }
            for problem in report.problems
        ],
        "notes": report.notes,
        "image": image_data(model, data) if model else None,
    }


def image_data(model: Model, data: Path | None) -> JsonObject:
    return described(model) | foretold_data(foretell(model, data))


def port_data(port: Port) -> JsonObject:
    return {"name": port.name, "dtype": port.dtype, "shape": list(port.shape)}


def report_tables(report: Report, data: Path | None = None) -> list[RenderableType]:
    """The same for a person."""
    counts = (f"{count} {name}" for name, count in report.operators.items())
    shown: dict[str, object] = {
        "producer": report.producer,
        "opset": report.opset,
        "nodes": ", ".join(counts),
        "parameters": f"{report.parameters:,}",
        "multiply-adds": f"{report.multiply_adds:,}",
    }
    for does, ports in (("takes", report.inputs), ("gives", report.outputs)):
        for port in ports:
            shape = " x ".join(map(str, port.shape)) or "scalar"
            shown[f"{does} {port.name}"] = f"{port.dtype} {shape}"
    if report.notes:
        shown["notes"] = "\n".join(report.notes)
    if report.problems:
        rows = [
            (
                problem.node,
                problem.operator,
                problem.attributes,
                problem.reason,
                problem.hint,
            )
            for problem in report.problems
        ]
        columns = ("node", "operator", "attributes", "reason", "hint")
        title = f"{number_of(len(rows), 'obstacle')} to conversion"
        return [facts(shown), grid(title, columns, rows)]
    assert report.image is not None, "without problems there is an image"
    model = tinynn.load(report.image)
    return [
        facts(shown),
        "\nIt can be converted, to this image:\n",
        summary(model),
        facts(foretold_facts(foretell(model, data))),
    ]
