"""`plumb model`: look into models, convert them, run them, register them."""

import time
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Literal

import typer

import tinynn
from converters.files import write_atomically
from oracle.cli import registry
from oracle.cli.errors import BadImage
from oracle.cli.output import (
    AsJson,
    console,
    facts,
    grid,
    hexadecimal,
    print_json,
    progress,
    stage,
)
from oracle.cli.portrait import (
    as_numbers,
    described,
    segment_grid,
    segment_rows,
    summary,
)
from oracle.cli.tensors import read_input
from tinynn import ImageError, Model, models

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
app.add_typer(registry.app)

ONNX = ".onnx"

ModelFile = Annotated[
    Path,
    typer.Argument(
        metavar="MODEL", help="Model image, or the name of one that comes with plumb."
    ),
]


@app.command()
def inspect(
    path: Annotated[
        Path, typer.Argument(metavar="FILE", help="Model image, or ONNX file.")
    ],
    as_json: AsJson = False,
) -> None:
    """Say what a model file holds; of an ONNX file, all that can't be converted.

    Exit status 1 if the file can't be converted.
    """
    if path.suffix.lower() == ONNX:
        inspect_onnx(path, as_json)
        return
    model = loaded(path)
    if as_json:
        print_json(described(model) | {"segment_table": segment_rows(model)})
        return
    console().print(summary(model))
    console().print(segment_grid(model))


def inspect_onnx(path: Path, as_json: bool) -> None:
    import converters

    report = converters.inspect(path)
    model = tinynn.load(report.image) if report.image else None
    problems = [
        {
            "node": problem.node,
            "operator": problem.operator,
            "reason": problem.reason,
            "way_out": problem.way_out,
        }
        for problem in report.problems
    ]
    if as_json:
        data = {
            "producer": report.producer,
            "opset": report.opset,
            "operators": report.operators,
            "parameters": report.parameters,
            "problems": problems,
            "image": described(model) if model else None,
        }
        print_json(data)
    else:
        counts = (f"{count} {name}" for name, count in report.operators.items())
        shown = {
            "producer": report.producer,
            "opset": report.opset,
            "nodes": ", ".join(counts),
            "parameters": f"{report.parameters:,}",
        }
        console().print(facts(shown))
        if model:
            console().print("\nIt can be converted, to this image:\n")
            console().print(summary(model))
        else:
            rows = [list(problem.values()) for problem in problems]
            title = f"{len(rows)} obstacles to conversion"
            columns = ("node", "operator", "reason", "way out")
            console().print(grid(title, columns, rows))
    if problems:
        raise typer.Exit(1)


@app.command()
def convert(
    source: Annotated[
        Path, typer.Argument(metavar="FILE", help="ONNX file.", show_default=False)
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="The image; FILE.plumb by default."
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", help="What the image calls the model.")
    ] = None,
    input_type: Annotated[
        Literal["uint8", "float32"] | None,
        typer.Option("--input-type", help="Take bytes where the file has float32."),
    ] = None,
    input_scale: Annotated[
        str | None,
        typer.Option("--input-scale", metavar="X", help="Of each byte, as in 1/255."),
    ] = None,
    argmax: Annotated[
        bool, typer.Option("--argmax", help="Add the index of the greatest output.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Convert a model to an image, ready to be registered and served."""
    import converters

    target = output or source.with_suffix(".plumb")
    if source.exists() and target.exists() and target.samefile(source):
        raise typer.BadParameter(
            f"expected a file other than {source}", param_hint="--output"
        )
    scale = parse_scale(input_scale)
    with stage(f"converting {source}") as tell:
        image = converters.convert(
            source,
            name=name,
            input_type=input_type,
            input_scale=scale,
            argmax=argmax,
            progress=tell,
        )
        tell("validating the image")
        model = tinynn.load(image)
    write_atomically(target, image)
    if as_json:
        print_json({"file": str(target)} | described(model))
    else:
        console().print(facts({"file": target}))
        console().print(summary(model))


@app.command()
def run(
    path: ModelFile,
    data: Annotated[
        Path,
        typer.Argument(
            metavar="INPUT", help=".npy, .npz, .json, a picture, or raw bytes."
        ),
    ],
    engine: Annotated[
        Literal["native", "translated", "reference"],
        typer.Option("--engine", help="Who computes; the bits are the same."),
    ] = "native",
    invert: Annotated[
        bool, typer.Option("--invert", help="Turn a picture's black to white.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run a model on one input and print its outputs."""
    model = loaded(path)
    request = read_input(data, model.inputs, invert)
    begin = time.perf_counter()
    answer = computed(model, request, engine)
    seconds = time.perf_counter() - begin
    outputs = model.decode_output(answer)
    if as_json:
        named = zip(model.outputs, outputs, strict=True)
        print_json(
            {
                "outputs": {spec.name: as_numbers(array) for spec, array in named},
                "bytes": hexadecimal(answer),
                "seconds": round(seconds, 6),
            }
        )
        return
    for spec, array in zip(model.outputs, outputs, strict=True):
        numbers = array.reshape(-1)
        listed = [f"{number:.6g}" for number in numbers[:32]]
        if len(numbers) > len(listed):
            listed.append(f".. ({len(numbers)} in all)")
        console().print(facts({spec.name: "  ".join(listed)}))


def computed(model: Model, request: bytes, engine: str) -> bytes:
    """The output bytes, by native kernels or by the guest on the machine."""
    if engine == "native":
        return model.answer(request)
    from oracle.session import Session

    session = Session(
        model.machine(request),
        "reference" if engine == "reference" else "translated",
    )
    with progress("running", sum(model.foretold_instructions), "instructions") as show:
        session.advance(None, show)
    return session.machine.output()


def loaded(path: Path) -> Model:
    """The model in the file `path`, or the one of that name that comes with plumb."""
    is_name = path.name == str(path) and path.name in models.names()
    try:
        return tinynn.load(
            models.path(path.name) if is_name and not path.exists() else path
        )
    except ImageError as error:
        raise BadImage(path, error) from error


def parse_scale(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        return float(Fraction(text))
    except (ValueError, ZeroDivisionError):
        raise typer.BadParameter(
            f"expected a number or a fraction, got {text!r}", param_hint="--input-scale"
        ) from None
