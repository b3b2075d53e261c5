"""`plumb model verify`: an image against the model that it was made of."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from oracle.cli.common.output import AsJson, console, facts, print_json, stage
from oracle.cli.inputs.modelfile import (
    InputShape,
    ModelFile,
    TrustCode,
    check_source,
    loaded,
    parse_scale,
    parse_shapes,
    parse_tolerance,
)
from oracle.cli.inputs.texts import TokenizerFile, check_no_language
from oracle.legible import number_of

if TYPE_CHECKING:
    from oracle.cards import Card
    from tinynn import Model

GUEST_SAMPLES = 5
UNJUDGED = 3
"""The exit status where there is nothing to compare with."""

app = typer.Typer()


@app.command()
def verify(
    path: ModelFile,
    against: Annotated[
        Path, typer.Option("--against", metavar="SOURCE", help="What it was made of.")
    ],
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            metavar="FILE",
            help=".npz of inputs and labels, or one input; else they are drawn.",
        ),
    ] = None,
    atol: Annotated[
        float,
        typer.Option(
            "--atol",
            parser=parse_tolerance,
            metavar="X",
            help="A difference that is always allowed.",
        ),
    ] = 1e-6,
    rtol: Annotated[
        float,
        typer.Option(
            "--rtol",
            parser=parse_tolerance,
            metavar="X",
            help="And this share of the number, or of its tensor's scale.",
        ),
    ] = 1e-4,
    max_drop: Annotated[
        float,
        typer.Option(
            "--max-drop",
            parser=parse_tolerance,
            metavar="X",
            help="Of accuracy; unlabelled, of agreement.",
        ),
    ] = 0.0,
    limit: Annotated[
        int | None,
        typer.Option("--limit", min=1, help="Take so many samples at most."),
    ] = None,
    guest_samples: Annotated[
        int,
        typer.Option(
            "--guest-samples", min=1, help="Compare the guest's bits on so many."
        ),
    ] = GUEST_SAMPLES,
    input_scale: Annotated[
        str | None,
        typer.Option("--input-scale", metavar="X", help="As when it was converted."),
    ] = None,
    input_shape: InputShape = None,
    trust_code: TrustCode = False,
    tokenizer: TokenizerFile = None,
    as_json: AsJson = False,
) -> None:
    """Compare an image with the model that it was made of, on data.

    Exit status 1 if a difference is beyond what is allowed, or if the guest's bits are
    not the native ones; 3 if nobody else can compute the model. A language model's
    image is made again of its files, and compared byte for byte.
    """
    from converters.language.reading import is_language
    from converters.verify.rule import Tolerance
    from converters.verify.verdict import Verdict
    from converters.verify.verify import verify as compare
    from oracle.cards import found_card
    from oracle.cli.inputs.drawn import told
    from oracle.cli.inputs.samples import read_samples
    from oracle.cli.models import verifying
    from oracle.cli.models.carding import accuracy_of

    model = loaded(path)
    check_source(against)
    card = found_card(path, model.model_root)
    if is_language(against):
        from oracle.cli.models.language import check_fits

        check_fits({"--data": data, "--input-scale": input_scale})
        if not made_again(path, model, against, tokenizer, card, as_json):
            raise typer.Exit(1)
        return
    check_no_language(tokenizer)
    short = card.short_names if card else {}
    samples = (
        read_samples(data, model, limit, short)
        if data
        else verifying.made_up(model, limit)
    )
    with stage(f"comparing {number_of(len(samples.inputs), 'sample')}"):
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
    bits = verifying.same_bits(model, samples, guest_samples)
    # Of what was drawn, the greatest of nearly equal outputs tells nothing.
    verdict = found.verdict(max_drop if data else 1.0)
    if not bits.same:
        verdict = Verdict.BEYOND
    inputs = str(data) if data else told(model)
    if card:
        on = data.name if data else "inputs drawn at random"
        verifying.note_accuracy(path, card, accuracy_of(found, verdict, on))
    if as_json:
        print_json(verifying.verification_data(found, bits, verdict, inputs))
    else:
        for part in verifying.verification_tables(found, bits, verdict, inputs):
            console().print(part)
    if verdict is not Verdict.PASSED:
        raise typer.Exit(UNJUDGED if verdict is Verdict.NO_WITNESS else 1)


def made_again(
    path: Path,
    model: "Model",
    against: Path,
    tokenizer: Path | None,
    card: "Card | None",
    as_json: bool,
) -> bool:
    """Tells, and notes in the card, whether a language model's files make its image."""
    from oracle.cli.common.errors import BadInputFile
    from oracle.cli.models import verifying
    from oracle.cli.models.remaking import remade
    from tinynn.text import TextModel

    text = TextModel.of(model)
    if text is None:
        raise BadInputFile(path, "a language model's image", "one of another kind")
    with stage(f"making the image of {against} again"):
        found = remade(text, against, tokenizer)
    if card:
        verifying.note_accuracy(path, card, found.noted(against))
    if as_json:
        print_json(found.data)
    else:
        console().print(facts(found.facts))
    return found.passed
