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
from oracle.cli.inputs.prompts import OWN, Label, check_one, drawing_question

if TYPE_CHECKING:
    from tinynn import Model

app = typer.Typer()


@app.command()
def run(
    path: ModelFile,
    data: Annotated[
        Path | None,
        typer.Argument(
            metavar="INPUT", help=".npy, .npz, .json, a picture, or raw bytes."
        ),
    ] = None,
    label: Label = None,
    seed: Annotated[
        str | None,
        typer.Option(
            "--seed",
            metavar="HEX",
            help="Of a diffusion model's picture, 32 bytes; drawn here by default.",
        ),
    ] = None,
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
    """Run a model on one input; print its outputs, or write them to a file.

    A diffusion model draws what --class says, of --seed: the same picture as a request
    with both.
    """
    from oracle.cards import found_card
    from oracle.cli.inputs.tensors import read_input
    from oracle.cli.show.portrait import as_numbers, first_numbers
    from oracle.cli.show.results import chosen, write_outputs
    from tinynn.operators.noise import SEED_BYTES

    model = loaded(path)
    bounds = parse_limits(limits)
    if output:
        check_target(output, path, data)
    card = found_card(path, model.model_root)
    whole = card.whole_names if card else {}
    short = card.short_names if card else {}
    drawn_of = None
    if data is None:
        request = picture_request(model, label, seed)
        drawn_of = request[:SEED_BYTES].hex()
    else:
        check_one(INPUT=data, class_=label, seed=seed)
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
                "seed": drawn_of,
            }
        )
        return
    if output:
        console().print(facts({"file": output}))
    if drawn_of:
        console().print(facts({"seed": drawn_of}))
    for spec, array in zip(specs, arrays, strict=True):
        console().print(facts({spec.name: "  ".join(first_numbers(array))}))


def picture_request(model: "Model", label: int | None, seed: str | None) -> bytes:
    """Of a class, of a seed; BadParameter where it is an input that is missing."""
    from tinynn.drawing import Drawing

    if label is None and seed is None and Drawing.of(model.tables) is None:
        check_one(INPUT=None, class_=None)
    asked = drawing_question(model, label, seed or OWN)
    if asked.from_block:
        raise typer.BadParameter(
            "expected 32 bytes in hexadecimal: there is no block here",
            param_hint="--seed",
        )
    return asked.data


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
