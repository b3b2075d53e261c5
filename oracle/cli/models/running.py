"""`plumb model run`: one inference, natively or in the machine."""

import time
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from oracle.cli.common.output import (
    AsJson,
    console,
    facts,
    hexadecimal,
    print_json,
    progress,
)
from oracle.cli.common.targets import check_target
from oracle.cli.inputs.modelfile import ModelFile, loaded

if TYPE_CHECKING:
    from tinynn import Model

app = typer.Typer()


@app.command()
def run(
    path: ModelFile,
    data: Annotated[
        Path,
        typer.Argument(
            metavar="INPUT", help=".npy, .npz, .json, a picture, or raw bytes."
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write the outputs: .npy, .npz, .json, .png, or raw bytes.",
        ),
    ] = None,
    take: Annotated[
        str | None, typer.Option("--take", metavar="NAME", help="Only this output.")
    ] = None,
    limits: Annotated[
        str | None,
        typer.Option(
            "--range",
            metavar="LOW:HIGH",
            help="Black and white of a PNG; else 0:1, -1:1 or 0:255, whichever fits.",
        ),
    ] = None,
    engine: Annotated[
        Literal["native", "translated", "reference"],
        typer.Option("--engine", help="Who computes; the bits are the same."),
    ] = "native",
    threads: Annotated[
        int, typer.Option("--threads", min=1, help="Of the native engine.")
    ] = 1,
    invert: Annotated[
        bool, typer.Option("--invert", help="Turn a picture's black to white.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run a model on one input; print its outputs, or write them to a file."""
    from oracle.cards import found_card
    from oracle.cli.inputs.tensors import read_input
    from oracle.cli.show.portrait import as_numbers, first_numbers
    from oracle.cli.show.results import chosen, write_outputs

    model = loaded(path)
    bounds = parse_limits(limits)
    if output:
        check_target(output, path, data)
    card = found_card(path, model.model_root)
    whole = card.whole_names if card else {}
    short = card.short_names if card else {}
    request = read_input(data, model.inputs, invert, short, model.tables.varies)
    begin = time.perf_counter()
    answer = computed(model, request, engine, threads)
    seconds = time.perf_counter() - begin
    named = [replace(o, name=whole.get(o.name, o.name)) for o in model.outputs]
    wanted = take and whole.get(take, take)
    specs, arrays = chosen(named, model.decode_output(answer), wanted)
    if output:
        write_outputs(output, specs, arrays, bounds)
    if as_json:
        print_json(
            {
                "outputs": {
                    spec.name: as_numbers(array)
                    for spec, array in zip(specs, arrays, strict=True)
                },
                "bytes": hexadecimal(answer),
                "seconds": round(seconds, 6),
                "file": str(output) if output else None,
            }
        )
        return
    if output:
        console().print(facts({"file": output}))
    for spec, array in zip(specs, arrays, strict=True):
        console().print(facts({spec.name: "  ".join(first_numbers(array))}))


def computed(model: "Model", request: bytes, engine: str, threads: int = 1) -> bytes:
    """The output bytes, by native kernels or by the guest on the machine."""
    if engine == "native":
        return model.answer(request, threads)
    from mips_vm.debugging.session import Session

    session = Session(
        model.machine(request),
        "reference" if engine == "reference" else "translated",
    )
    with progress("running", model.most_instructions, "instructions") as show:
        session.advance(None, show)
    return session.machine.output()


def parse_limits(text: str | None) -> tuple[float, float] | None:
    if text is None:
        return None
    try:
        low, high = map(float, text.split(":"))
    except ValueError:
        low = high = 0.0
    if not low < high < inf or low == -inf:
        raise typer.BadParameter(
            f"expected LOW:HIGH, as -1:1, got {text!r}", param_hint="--range"
        )
    return low, high
