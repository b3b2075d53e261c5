"""`plumb model`: look into models, convert them, verify, run and register them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from oracle.cli.common.output import AsJson, console, facts, print_json, remark, stage
from oracle.cli.common.targets import check_target
from oracle.cli.inputs.modelfile import (
    InputShape,
    TrustCode,
    check_source,
    loaded,
    parse_scale,
    parse_shapes,
)
from oracle.cli.inputs.texts import (
    ChatTemplate,
    MaxTokens,
    TokenizerFile,
    check_no_language,
)
from oracle.cli.models import running, verify
from oracle.cli.onchain import nets, registry
from oracle.errors import BadCard

if TYPE_CHECKING:
    from mips_vm.json_text import JsonObject

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)


@app.command()
def inspect(
    path: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="Model image, or a model to be converted."),
    ],
    data: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Inputs to count the work on; else random numbers.",
        ),
    ] = None,
    template: ChatTemplate = None,
    max_tokens: MaxTokens = None,
    tokenizer: TokenizerFile = None,
    input_shape: InputShape = None,
    trust_code: TrustCode = False,
    as_json: AsJson = False,
) -> None:
    """Say what a model file holds; of a source, all that can't be converted.

    Exit status 1 if the file can't be converted.
    """
    from converters.frameworks import is_source
    from converters.language.reading import is_language
    from oracle.cli.models.foretelling import foretell, foretold_data, foretold_facts
    from oracle.cli.show.portrait import described, segment_grid, segment_rows, summary

    asked = (template, max_tokens, tokenizer)
    if is_language(path):
        from oracle.cli.models import language

        options = language.options_of(None, template, max_tokens, tokenizer)
        language.inspect(path, options, as_json)
        return
    check_no_language(*asked)
    if is_source(path):
        inspect_source(path, parse_shapes(input_shape), trust_code, data, as_json)
        return
    model = loaded(path)
    with stage(f"looking into {model.name}"):
        found = foretell(model, data)
    if as_json:
        segments = {"segment_table": segment_rows(model)}
        print_json(described(model) | foretold_data(found) | segments)
        return
    console().print(summary(model))
    console().print(facts(foretold_facts(found)))
    console().print(segment_grid(model))


def inspect_source(
    path: Path,
    shapes: dict[str, tuple[int, ...]],
    trust_code: bool,
    data: Path | None,
    as_json: bool,
) -> None:
    import converters
    from oracle.cli.models.inspection import report_data, report_tables

    with stage(f"reading {path}"):
        report = converters.inspect(path, input_shapes=shapes, trust_code=trust_code)
    if as_json:
        print_json(report_data(report, data))
    else:
        for part in report_tables(report, data):
            console().print(part)
    if report.problems:
        raise typer.Exit(1)


@app.command()
def convert(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="ONNX, PyTorch, Keras or TFLite file, or a SavedModel's folder; of a "
            "language model a GGUF, llama2.c's .bin, or a folder of Hugging Face's.",
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
    integers: Annotated[
        bool,
        typer.Option(
            "--integers",
            help="With --quantize: no float at all, as model deploy --evm wants it.",
        ),
    ] = False,
    limit: Annotated[
        int | None,
        typer.Option("--limit", min=1, help="Calibrate on so many samples at most."),
    ] = None,
    no_verify: Annotated[
        bool,
        typer.Option("--no-verify", help="Don't compare it with its source."),
    ] = False,
    template: ChatTemplate = None,
    max_tokens: MaxTokens = None,
    prompt_tokens: Annotated[
        int | None,
        typer.Option(
            "--prompt-tokens",
            min=1,
            help="Of a text and its template, at most; else as --max-tokens.",
        ),
    ] = None,
    text_bytes: Annotated[
        int | None,
        typer.Option("--text-bytes", min=1, help="Of a request's text, at most."),
    ] = None,
    tokenizer: TokenizerFile = None,
    licence: Annotated[
        str | None, typer.Option("--licence", help="Of the model, for its card.")
    ] = None,
    means: Annotated[
        list[str] | None,
        typer.Option(
            "--means",
            metavar="NAME=WORDS",
            help="What an input or output is, for the card: picture, text, numbers, "
            "labels or scores, then words after a colon; may be given several times.",
        ),
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option(
            "--labels", metavar="FILE", help="The classes, one a line, for the card."
        ),
    ] = None,
    schedule: Annotated[
        Path | None,
        typer.Option(
            "--schedule",
            metavar="FILE",
            help="Of a diffusion model: diffusers' scheduler_config.json. The image "
            "then draws a picture of a seed.",
        ),
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option("--steps", min=1, help="Of a picture; 20 by default."),
    ] = None,
    eta: Annotated[
        float | None,
        typer.Option("--eta", help="Noise of DDIM's steps: 0 none, 1 as DDPM's."),
    ] = None,
    input_shape: InputShape = None,
    trust_code: TrustCode = False,
    as_json: AsJson = False,
) -> None:
    """Convert a model to an image, ready to be registered and served.

    The image is compared with what the source's own runtime computes, on inputs drawn
    here; one that is beyond tolerance is not written, with exit status 1. With
    --quantize, accuracy and cost before and after are told. A model card is written
    beside the image (`plumb model show`).

    A language model's image takes a text and gives one. Its weights are taken exactly
    as they are; nothing is compared.
    """
    import converters
    import tinynn
    from converters.files import write_atomically
    from converters.language.reading import is_language
    from oracle.cards import card_path, write_card
    from oracle.cli.models import carding, judgement
    from oracle.cli.models.foretelling import foretell
    from oracle.cli.show.portrait import described, summary

    if (quantize is None) != (calibrate is None):
        given, missing = "--quantize int8", "--calibrate"
        if quantize is None:
            given, missing = missing, given
        raise typer.BadParameter(f"expected {missing} with it", param_hint=given)
    if integers and quantize is None:
        raise typer.BadParameter("expected --quantize with it", param_hint="--integers")
    if limit is not None and calibrate is None:
        raise typer.BadParameter("expected --calibrate with it", param_hint="--limit")
    check_source(source)
    target = output or source.with_suffix(".plumb")
    if is_language(source):
        from oracle.cli.models import language

        language.check_fits(
            {
                "--input-type": input_type,
                "--input-scale": input_scale,
                "--argmax": argmax,
                "--quantize": quantize,
                "--means": means,
                "--labels": labels,
                "--input-shape": input_shape,
            }
        )
        settings = language.options_of(
            name, template, max_tokens, tokenizer, prompt_tokens, text_bytes
        )
        language.convert(source, target, settings, licence, as_json)
        return
    check_no_language(template, max_tokens, tokenizer, prompt_tokens, text_bytes)
    said = carding.said_of(licence, means, labels)
    shapes = parse_shapes(input_shape)
    if schedule is not None or steps is not None or eta is not None:
        from oracle.cli.models import diffusion

        diffusion.check_fits(
            {
                "--input-type": input_type,
                "--input-scale": input_scale,
                "--argmax": argmax,
                "--quantize": quantize,
            }
        )
        sampling = diffusion.options_of(schedule, steps, eta, name)
        diffusion.convert(
            source, target, sampling, said, shapes, not no_verify, as_json
        )
        return
    card_target = card_path(target)
    for written_to in (target, card_target):
        check_target(written_to, source, calibrate, labels)
    scale = parse_scale(input_scale)
    options = converters.Options(name, input_type, scale, argmax)
    with stage(f"converting {source}") as tell:
        made = converters.conversion(
            source,
            options,
            input_shapes=shapes,
            trust_code=trust_code,
            progress=tell,
        )
        tell("validating the image")
        image, model, found = made.image, tinynn.load(made.image), None
        judged = None
        if not no_verify:
            tell("comparing it with the source")
            judged = judgement.judged(made, model, trust_code)
        if calibrate is not None and (judged is None or judged.good):
            from oracle.cli.models import quantisation

            whole = carding.short_of(made)
            found = quantisation.quantised(
                model, calibrate, limit, tell, whole, integers
            )
            image, model = found.made.image, found.model
        tell("counting its work, for the card")
        card = carding.card_of(
            made,
            model,
            said,
            carding.accuracy_found(judged, found),
            carding.work_of(model, foretell(model)),
        )
    good = judged is None or judged.good
    if good:
        write_atomically(target, image)
        write_card(card_target, card)
    written = str(target) if good else None
    if as_json:
        parts: JsonObject = {"notes": made.notes}
        parts |= {"verification": None if judged is None else judged.data}
        parts |= {"card": str(card_target) if good else None}
        if found:
            parts["quantized"] = quantisation.quantisation_data(found)
        print_json({"file": written} | described(model) | parts)
    else:
        console().print(
            facts(
                {"file": written, "card": card_target}
                if good
                else {"file": "not written (--no-verify writes it)"}
            )
        )
        console().print(summary(model))
        for line in made.notes:
            remark(f"note: {line}")
        for part in judged.tables if judged else ():
            console().print(part)
        for part in quantisation.quantisation_tables(found) if found else ():
            console().print(part)
    if not good:
        raise typer.Exit(1)


@app.command()
def show(
    path: Annotated[
        Path,
        typer.Argument(metavar="MODEL", help="Model image, or its card."),
    ],
    as_json: AsJson = False,
) -> None:
    """Print a model's card: what it is made of, what its numbers mean, how it does."""
    from oracle.cards import card_path, found_card, read_card
    from oracle.cards.files import SUFFIX
    from oracle.cli.show.card_portrait import card_data, card_tables

    if path.name.endswith(SUFFIX):
        card = read_card(path)
    else:
        found = found_card(path, loaded(path).model_root)
        if found is None:
            advice = "none (plumb model convert writes one)"
            raise BadCard(card_path(path), "the model's card", advice)
        card = found
    if as_json:
        print_json(card_data(card))
        return
    for part in card_tables(card):
        console().print(part)


for group in (verify, running, registry, nets):
    app.add_typer(group.app)
