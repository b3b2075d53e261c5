"""`plumb model convert --quantize int8`: what it costs, and what it saves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import RenderableType

import tinynn
from converters.quantise.quantise import (
    Comparison,
    Quantised,
    compare,
    quantise,
    request_of,
)
from mips_vm.json_text import JsonObject
from oracle.bench.guest import instructions
from oracle.cli.common.output import facts, grid
from oracle.cli.inputs.samples import read_samples
from tinynn import Model
from tinynn.builder.planner import usual_in_all

MOST_COUNTED = 20_000_000_000
"""Of a longer inference only the bound is told: counting would take ten seconds."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one image; `counted` are instructions of the first sample, if not too many."""

    bytes: int
    foretold: int
    counted: int | None


@dataclass(frozen=True, slots=True)
class Quantisation:
    """An image before and after."""

    made: Quantised
    model: Model
    comparison: Comparison
    before: Cost
    after: Cost


def quantised(
    model: Model,
    data: Path,
    limit: int | None,
    tell: Callable[[str], None],
    short: Mapping[str, str],
    integers: bool = False,
) -> Quantisation:
    """`model` with products of bytes, calibrated and compared on the samples of `data`.

    With `integers` nothing of it is a float. `short` are the image's names of the
    source's inputs. BadInputFile if the samples do not fit it.
    """
    samples = read_samples(data, model, limit, short)
    tell(f"calibrating on {len(samples.inputs)} samples")
    made = quantise(model, samples.inputs, integers)
    after = tinynn.load(made.image)
    tell(f"comparing {len(samples.inputs)} samples")
    comparison = compare(model, after, samples.inputs, samples.labels)
    tell("counting instructions")
    request = request_of(model, samples.inputs[0])
    return Quantisation(
        made, after, comparison, cost(model, request), cost(after, request)
    )


def cost(model: Model, request: bytes) -> Cost:
    usual = usual_in_all(model.tables)
    counted = sum(instructions(model, request)) if usual <= MOST_COUNTED else None
    return Cost(len(model.image), model.most_instructions, counted)


def quantisation_data(found: Quantisation) -> JsonObject:
    """All of it for `--json`."""
    told = found.comparison
    return {
        "samples": told.samples,
        "maximum_difference": told.maximum,
        "mean_difference": told.mean,
        "agreement": told.agreement,
        "accuracy_before": told.accuracy_before,
        "accuracy_after": told.accuracy_after,
        "drop": told.drop,
        "products": found.made.products,
        "left_in_float": list(found.made.left),
        "always_zero": list(found.made.silent),
        "before": cost_data(found.before),
        "after": cost_data(found.after),
    }


def cost_data(one: Cost) -> dict[str, int | None]:
    return {
        "bytes": one.bytes,
        "instructions": one.counted,
        "bounded_instructions": one.foretold,
    }


def quantisation_tables(found: Quantisation) -> list[RenderableType]:
    """The same for a person."""
    told, before, after = found.comparison, found.before, found.after
    pairs = {
        "accuracy": (told.accuracy_before, told.accuracy_after),
        "instructions, first sample": (before.counted, after.counted),
        "instructions at most": (before.foretold, after.foretold),
        "bytes": (before.bytes, after.bytes),
    }
    rows = [(name, shown_as(a), shown_as(b)) for name, (a, b) in pairs.items()]
    shown: dict[str, object] = {
        "samples": told.samples,
        "top-1 agreement": f"{told.agreement:.2%}",
        "drop": f"{told.drop:.2%}",
        "difference": f"{shown_as(told.mean)} on average, "
        f"{shown_as(told.maximum)} at most",
        "products of bytes": found.made.products,
    }
    if found.made.left:
        shown["left in float"] = ", ".join(found.made.left)
    if found.made.silent:
        names = ", ".join(found.made.silent)
        shown["never other than 0"] = f"{names}: calibrate on samples where they are"
    columns = ("", "float", "int8")
    return [facts(shown), grid(None, columns, rows, numbers=columns[1:])]


def shown_as(value: float | None) -> str:
    """A share as per cent, a count with commas, a dash for what is not known."""
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else f"{value:.2%}"
