"""`plumb model`: look into models, convert them, run them, register them."""

import time
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Literal

import typer

import tinynn
from converters.files import write_atomically
from converters.frameworks import is_source
from oracle.cli import registry
from oracle.cli.errors import BadImage
from oracle.cli.output import (
    AsJson,
    console,
    facts,
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

InputShape = Annotated[
    list[str] | None,
    typer.Option(
        "--input-shape",
        metavar="NAME=1,3,32,32",
        help="Fix the shape of an input; may be given several times.",
    ),
]
TrustCode = Annotated[
    bool,
    typer.Option("--trust-code", help="Execute code that is in the file, if it is."),
]

ModelFile = Annotated[
    Path,
    typer.Argument(
        metavar="MODEL", help="Model image, or the name of one that comes with plumb."
    ),
]


@app.command()
def inspect(
    path: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="Model image, or a model to be converted."),
    ],
    input_shape: InputShape = None,
    trust_code: TrustCode = False,
    as_json: AsJson = False,
) -> None:
    """Say what a model file holds; of a source, all that can't be converted.

    Exit status 1 if the file can't be converted.
    """
    if is_source(path):
        inspect_source(path, parse_shapes(input_shape), trust_code, as_json)
        return
    model = loaded(path)
    if as_json:
        print_json(described(model) | {"segment_table": segment_rows(model)})
        return
    console().print(summary(model))
    console().print(segment_grid(model))


def inspect_source(
    path: Path, shapes: dict[str, tuple[int, ...]], trust_code: bool, as_json: bool
) -> None:
    import converters
    from oracle.cli.inspection import report_data, report_tables

    with stage(f"reading {path}"):
        report = converters.inspect(path, input_shapes=shapes, trust_code=trust_code)
    if as_json:
        print_json(report_data(report))
    else:
        for part in report_tables(report):
            console().print(part)
    if report.problems:
        raise typer.Exit(1)


@app.command()
def convert(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="ONNX, PyTorch, Keras or TFLite file, or a SavedModel's folder.",
            show_default=False,
        ),
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
    quantize: Annotated[
        Literal["int8"] | None,
        typer.Option("--quantize", help="Make products of bytes; needs --calibrate."),
    ] = None,
    calibrate: Annotated[
        Path | None,
        typer.Option(
            "--calibrate",
            metavar="FILE",
            help=".npz of inputs that are like those to come, and labels if known.",
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", min=1, help="Calibrate on so many samples at most."),
    ] = None,
    input_shape: InputShape = None,
    trust_code: TrustCode = False,
    as_json: AsJson = False,
) -> None:
    """Convert a model to an image, ready to be registered and served.

    With --quantize, accuracy and cost before and after are told.
    """
    import converters

    if (quantize is None) != (calibrate is None):
        given, missing = "--quantize int8", "--calibrate"
        if quantize is None:
            given, missing = missing, given
        raise typer.BadParameter(f"expected {missing} with it", param_hint=given)
    target = output or source.with_suffix(".plumb")
    if source.exists() and target.exists() and target.samefile(source):
        raise typer.BadParameter(
            f"expected a file other than {source}", param_hint="--output"
        )
    scale = parse_scale(input_scale)
    shapes = parse_shapes(input_shape)
    with stage(f"converting {source}") as tell:
        image = converters.convert(
            source,
            name=name,
            input_type=input_type,
            input_scale=scale,
            argmax=argmax,
            input_shapes=shapes,
            trust_code=trust_code,
            progress=tell,
        )
        tell("validating the image")
        model, found = tinynn.load(image), None
        if calibrate is not None:
            from oracle.cli import quantisation

            found = quantisation.quantised(model, calibrate, limit, tell)
            image, model = found.made.image, found.model
    write_atomically(target, image)
    if as_json:
        told = {"quantized": quantisation.quantisation_data(found)} if found else {}
        print_json({"file": str(target)} | described(model) | told)
        return
    console().print(facts({"file": target}))
    console().print(summary(model))
    for part in quantisation.quantisation_tables(found) if found else ():
        console().print(part)


@app.command()
def verify(
    path: ModelFile,
    against: Annotated[
        Path, typer.Option("--against", metavar="SOURCE", help="What it was made of.")
    ],
    data: Annotated[
        Path,
        typer.Option(
            "--data", metavar="FILE", help=".npz of inputs and labels, or one input."
        ),
    ],
    atol: Annotated[
        float, typer.Option("--atol", help="A difference that is always allowed.")
    ] = 1e-4,
    rtol: Annotated[
        float, typer.Option("--rtol", help="And this share of the greatest output.")
    ] = 1e-4,
    max_drop: Annotated[
        float,
        typer.Option("--max-drop", help="Of accuracy; unlabelled, of agreement."),
    ] = 0.0,
    limit: Annotated[
        int | None,
        typer.Option("--limit", min=1, help="Take so many samples at most."),
    ] = None,
    input_scale: Annotated[
        str | None,
        typer.Option("--input-scale", metavar="X", help="As when it was converted."),
    ] = None,
    input_shape: InputShape = None,
    trust_code: TrustCode = False,
    as_json: AsJson = False,
) -> None:
    """Compare an image with the model that it was made of, on data.

    Exit status 1 if a difference is beyond what is allowed, or if the guest's bits are
    not the native ones.
    """
    from converters.verify import Tolerance
    from converters.verify import verify as compare
    from oracle.cli.inspection import verification_data, verification_tables
    from oracle.cli.samples import read_samples

    model = loaded(path)
    samples = read_samples(data, model, limit)
    with stage(f"comparing {len(samples.inputs)} samples"):
        found = compare(
            model,
            against,
            samples.inputs,
            labels=samples.labels,
            tolerance=Tolerance(atol, rtol),
            input_scale=parse_scale(input_scale),
            input_shapes=parse_shapes(input_shape),
            trust_code=trust_code,
        )
    first = [samples.inputs[0][spec.name] for spec in model.inputs]
    request = model.encode_input(first)
    same_bits = model.answer(request) == computed(model, request, "translated")
    passed = found.passed(max_drop) and same_bits
    if as_json:
        print_json(verification_data(found, same_bits, passed))
    else:
        for part in verification_tables(found, same_bits, passed):
            console().print(part)
    if not passed:
        raise typer.Exit(1)


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


def parse_shapes(texts: list[str] | None) -> dict[str, tuple[int, ...]]:
    """Shapes by input name, of texts like NAME=1,3,32,32."""
    shapes = {}
    for text in texts or ():
        name, _, numbers = text.rpartition("=")
        parts = numbers.split(",")
        if not name or not all(part.strip().isdecimal() for part in parts):
            raise typer.BadParameter(
                f"expected NAME=1,3,32,32, got {text!r}", param_hint="--input-shape"
            )
        shapes[name] = tuple(int(part) for part in parts)
    return shapes
