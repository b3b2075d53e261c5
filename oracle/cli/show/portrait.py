"""A model image described: as data, and as tables for a person."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from mips_vm.json_text import JsonObject
from oracle.cli.common.output import facts, grid, hexadecimal
from tinynn import Model, TensorSpec
from tinynn.operators import FAMILIES


def described(model: Model) -> JsonObject:
    foretold = model.bounded_instructions
    return {
        "name": model.name,
        "model_root": hexadecimal(model.model_root),
        "program_root": hexadecimal(model.program_root),
        "bytes": len(model.image),
        "inputs": [as_dict(spec) for spec in model.inputs],
        "outputs": [as_dict(spec) for spec in model.outputs],
        "segments": model.segments,
        "bounded_instructions": model.most_instructions,
        "longest_segment": max(foretold),
        "arena_bytes": model.tables.arena_bytes,
    }


def as_dict(spec: TensorSpec) -> JsonObject:
    return {"name": spec.name, "dtype": spec.dtype, "shape": list(spec.shape)}


def summary(model: Model) -> Table:
    """The same for a person."""
    foretold = model.bounded_instructions
    rows: dict[str, object] = {
        "name": model.name,
        "model root": hexadecimal(model.model_root),
        "program root": hexadecimal(model.program_root),
        "bytes": f"{len(model.image):,}, arena {model.tables.arena_bytes:,}",
    }
    for kind, specs in (("input", model.inputs), ("output", model.outputs)):
        for spec in specs:
            shape = " x ".join(map(str, spec.shape)) or "scalar"
            rows[f"{kind} {spec.name}"] = f"{spec.dtype} {shape}"
    rows["segments"] = model.segments
    loop = model.tables.loop
    if loop.passes:
        rows["loop"] = (
            f"rows {loop.first} to {loop.end - 1}, at most {loop.passes} passes"
        )
    rows["instructions"] = (
        f"at most {model.most_instructions:,}, {max(foretold):,} in the longest segment"
    )
    return facts(rows)


def segment_rows(model: Model) -> list[JsonObject]:
    foretold = model.bounded_instructions
    return [
        {
            "index": index,
            "operator": FAMILIES[model.tables.operators[row.operator].opcode].name,
            "first": row.first,
            "end": row.first + row.count,
            "bounded_instructions": most,
        }
        for index, (row, most) in enumerate(
            zip(model.tables.segments, foretold, strict=True)
        )
    ]


def segment_grid(model: Model) -> Table:
    columns = ("segment", "operator", "outputs", "instructions at most")
    rows = [
        (
            row["index"],
            row["operator"],
            f"{row['first']}..{row['end']}",
            f"{row['bounded_instructions']:,}",
        )
        for row in segment_rows(model)
    ]
    return grid(None, columns, rows, numbers=("segment", "instructions at most"))


def as_numbers(array: NDArray[Any]) -> Any:
    """Nested lists for JSON; NaN and infinities, for which it has no word, as text."""
    if array.ndim:
        return [as_numbers(part) for part in array]
    number = array.item()
    return number if np.isfinite(number) else str(number)


def first_numbers(array: NDArray[Any]) -> list[str]:
    """At most 32, and how many there are."""
    numbers = array.reshape(-1)
    listed = [f"{number:.6g}" for number in numbers[:32]]
    if len(numbers) > len(listed):
        listed.append(f".. ({len(numbers)} in all)")
    return listed
