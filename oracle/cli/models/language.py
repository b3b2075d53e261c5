"""`plumb model convert` and `inspect` of language models: text in, text out."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typer

import tinynn
from converters.files import write_atomically
from converters.language.conversion import (
    Converted,
    Options,
    converted,
    encodings_of,
)
from converters.language.source import Source, ends_of
from converters.language.template import family_of
from oracle.cards.card import VERSION, Card, Tensor
from oracle.cards.card import Source as CardSource
from oracle.cards.files import card_path, write_card
from oracle.cli.common.output import console, facts, print_json, remark, stage
from oracle.cli.common.targets import check_target
from oracle.cli.models import carding
from oracle.cli.models.foretelling import (
    Foretold,
    foretell,
    foretold_data,
    foretold_facts,
)
from oracle.cli.show.portrait import described, summary
from tinynn import Model

MEANINGS: Mapping[str, tuple[str, str]] = {
    "seed": ("numbers", "what random numbers are made of"),
    "options": (
        "numbers",
        "max_tokens, then as float32 bits temperature, as a number top_k, as float32 "
        "bits top_p and penalty, three zeros",
    ),
    "text": ("text", "UTF-8, without the template"),
}
ANSWER = ("text", "the answer, UTF-8")


def convert(
    path: Path, target: Path, options: Options, licence: str | None, as_json: bool
) -> None:
    """The image and its card, written and told."""
    card_target = card_path(target)
    for written_to in (target, card_target):
        check_target(written_to, path, options.tokenizer)
    with stage(f"converting {path}") as tell:
        made = converted(path, options, tell)
        tell("validating the image")
        model = tinynn.load(made.image)
        tell("counting its work, for the card")
        found = foretell(model)
        card = _card(made, model, licence, found)
    write_atomically(target, made.image)
    write_card(card_target, card)
    if as_json:
        parts = {"notes": made.notes, "card": str(card_target)}
        print_json({"file": str(target)} | described(model) | _data(made) | parts)
        return
    console().print(facts({"file": target, "card": card_target}))
    console().print(summary(model))
    console().print(facts(_facts(made) | foretold_facts(found)))
    for line in made.notes:
        remark(f"note: {line}")


def inspect(path: Path, options: Options, as_json: bool) -> None:
    """What the files hold, and what an image of them would take."""
    with stage(f"reading {path}") as tell:
        made = converted(path, options, tell)
        tell("looking into its image")
        model = tinynn.load(made.image)
        found = foretell(model)
    if as_json:
        image = described(model) | foretold_data(found)
        print_json(_source_data(made.source) | _data(made) | {"image": image})
        return
    console().print(facts(_source_facts(made.source)))
    console().print("\nIt can be converted, by default to this image:\n")
    console().print(summary(model))
    console().print(facts(_facts(made) | foretold_facts(found)))
    for line in made.notes:
        remark(f"note: {line}")


def _source_data(source: Source) -> dict[str, Any]:
    config = source.config
    family = family_of(source.words.template)
    return {
        "origin": source.origin,
        "architecture": config.architecture,
        "layers": config.layers,
        "width": config.width,
        "heads": [config.heads, config.kv_heads],
        "vocabulary": config.vocabulary,
        "context": config.context,
        "parameters": source.parameters,
        "tensors": encodings_of(source),
        "chat_template": family.name if family else None,
        "ends": list(ends_of(source.words)),
    }


def _source_facts(source: Source) -> dict[str, object]:
    config, held = source.config, encodings_of(source)
    own = source.words.template
    family = family_of(own)
    return {
        "origin": f"{source.origin}, {config.architecture}",
        "layers": f"{config.layers} of width {config.width}, "
        f"{config.heads} heads on {config.kv_heads}",
        "vocabulary": f"{config.vocabulary:,} tokens",
        "context": f"{config.context:,} tokens",
        "parameters": f"{source.parameters:,}",
        "tensors": ", ".join(f"{count} {name}" for name, count in held.items()),
        "chat template": family.name if family else "unknown" if own else "none",
    }


def _data(made: Converted) -> dict[str, Any]:
    limits, template = made.limits, made.template
    return {
        "template": template.name,
        "around": template.shown,
        "rows": limits.rows,
        "max_tokens": limits.tokens,
        "text_bytes": limits.text_bytes,
        "answer_bytes": limits.answer_bytes,
    }


def _facts(made: Converted) -> dict[str, object]:
    limits, template = made.limits, made.template
    return {
        "template": f"{template.name}: {template.shown!r}",
        "tokens": f"{limits.tokens} of an answer, {limits.rows} with the prompt",
        "text": f"at most {limits.text_bytes:,} bytes, "
        f"answer at most {limits.answer_bytes:,}",
    }


def _card(made: Converted, model: Model, licence: str | None, found: Foretold) -> Card:
    source = made.source
    return Card(
        card=VERSION,
        name=model.name,
        model_root=f"0x{model.model_root.hex()}",
        program_root=f"0x{model.program_root.hex()}",
        licence=licence or source.licence,
        source=CardSource(
            source.path.name,
            carding.hash_of(source.path),
            f"{source.origin}, {source.config.architecture}",
            0,
        ),
        inputs=_ports(model.inputs, MEANINGS),
        outputs=_ports(model.outputs, {"text": ANSWER}),
        notes=(f"template {made.template.shown!r}", *made.notes),
        accuracy=None,
        work=carding.work_of(model, found),
    )


def _ports(
    specs: Sequence[tinynn.TensorSpec], meanings: Mapping[str, tuple[str, str]]
) -> tuple[Tensor, ...]:
    ports = []
    for spec in specs:
        kind, meaning = meanings[spec.name]
        name, dtype, shape = spec.name, spec.dtype, spec.shape
        ports.append(Tensor(name, name, dtype, shape, kind, meaning=meaning))
    return tuple(ports)


def options_of(
    name: str | None,
    template: str | None,
    max_tokens: int | None,
    tokenizer: Path | None,
    prompt_tokens: int | None = None,
    text_bytes: int | None = None,
) -> Options:
    """With defaults for what was not said."""
    usual = Options()
    return Options(
        name,
        template or usual.template,
        usual.tokens if max_tokens is None else max_tokens,
        prompt_tokens,
        text_bytes,
        tokenizer,
    )


def check_fits(given: Mapping[str, object]) -> None:
    """BadParameter of an option that is of other models only."""
    for option, value in given.items():
        if value:
            expected = "a model of another kind: a language model has none"
            raise typer.BadParameter(f"expected {expected}", param_hint=option)
