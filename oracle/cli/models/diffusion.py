"""`plumb model convert` of diffusion models: a seed in, a picture out."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import typer

import tinynn
from converters.diffusion.checking import Check, checked, traced
from converters.diffusion.conversion import USUAL_STEPS, Converted, Options, converted
from converters.errors import MissingExtra
from converters.files import write_atomically
from converters.values import Shape
from converters.verify.verdict import Verdict
from mips_vm.json_text import JsonObject
from oracle.cards.card import VERSION, Accuracy, Card, Tensor
from oracle.cards.card import Source as CardSource
from oracle.cards.files import card_path, write_card
from oracle.cli.common.output import console, facts, print_json, stage
from oracle.cli.common.targets import check_target
from oracle.cli.models import carding
from oracle.cli.models.foretelling import Foretold, foretell, foretold_facts
from oracle.cli.show.portrait import described, summary
from tinynn import Model, TensorSpec
from tinynn.drawing import LABEL, SEED

REFERENCE: Final = "onnxruntime and float64, step by step"


def options_of(
    schedule: Path | None, steps: int | None, eta: float | None, name: str | None
) -> Options:
    """BadParameter of what needs a schedule, without one."""
    if schedule is None:
        option = "--eta" if steps is None else "--steps"
        raise typer.BadParameter("expected --schedule with it", param_hint=option)
    return Options(schedule, USUAL_STEPS if steps is None else steps, eta, name)


def check_fits(given: Mapping[str, object]) -> None:
    """BadParameter of an option that is of other models only."""
    for option, value in given.items():
        if value:
            expected = "a model of another kind: a diffusion model has none"
            raise typer.BadParameter(f"expected {expected}", param_hint=option)


def convert(
    path: Path,
    target: Path,
    options: Options,
    said: carding.Said,
    shapes: dict[str, Shape],
    verify: bool,
    as_json: bool,
) -> None:
    """The image and its card, written and told; status 1 if a step is not what it
    should be."""
    card_target = card_path(target)
    for written_to in (target, card_target):
        check_target(written_to, path, options.schedule)
    with stage(f"converting {path}") as tell:
        made = converted(path, options, shapes, tell)
        tell("validating the image")
        model = tinynn.load(made.image)
        if verify:
            tell("comparing its steps with the source")
        check = _check(made) if verify else None
        tell("counting its work, for the card")
        found = foretell(model)
        card = _card(made, model, said, check, found)
    good = check is None or check.good
    if good:
        write_atomically(target, made.image)
        write_card(card_target, card)
    if as_json:
        written: JsonObject = {"file": str(target) if good else None}
        parts: JsonObject = {"sampler": made.sampler, "verification": _data(check)}
        parts |= {"card": str(card_target) if good else None}
        print_json(written | described(model) | parts)
    else:
        told: dict[str, object] = {"file": "not written (--no-verify writes it)"}
        if good:
            told = {"file": target, "card": card_target}
        console().print(facts(told))
        console().print(summary(model))
        shown = {"sampler": made.sampler, "verified": _line(check)}
        console().print(facts(shown | foretold_facts(found)))
    if not good:
        raise typer.Exit(1)


def _check(made: Converted) -> Check | None:
    """None where nobody is there to compare with."""
    try:
        return checked(made, traced(made))
    except MissingExtra:
        return None


def _verdict(check: Check | None) -> Verdict:
    if check is None:
        return Verdict.NO_WITNESS
    return Verdict.PASSED if check.good else Verdict.BEYOND


def _line(check: Check | None) -> str:
    verdict = _verdict(check).value
    if check is None:
        return verdict
    off = f"steps off by {check.step:.3g} of a picture's greatest number"
    return f"{verdict}, against {REFERENCE}: {off}, pixels by {check.pixels} of 255"


def _data(check: Check | None) -> JsonObject:
    verdict: JsonObject = {"verdict": _verdict(check).value}
    if check is None:
        return verdict
    return verdict | {
        "reference": REFERENCE,
        "steps": check.steps,
        "step_difference": check.step,
        "pixel_difference": check.pixels,
    }


def _card(
    made: Converted,
    model: Model,
    said: carding.Said,
    check: Check | None,
    found: Foretold,
) -> Card:
    source = made.source
    inputs = tuple(map(_input, model.inputs))
    outputs = tuple(map(_picture, model.outputs))
    carding.check_meanings(said, (port.name for port in (*inputs, *outputs)))
    if said.labels:
        inputs = tuple(_labelled(port, said.labels) for port in inputs)
    return Card(
        card=VERSION,
        name=model.name,
        model_root=f"0x{model.model_root.hex()}",
        program_root=f"0x{model.program_root.hex()}",
        licence=said.licence,
        source=CardSource(
            source.path.name,
            carding.hash_of(source.path),
            source.producer,
            source.opset,
        ),
        inputs=carding.meant(inputs, said),
        outputs=carding.meant(outputs, said),
        notes=(f"sampler: {made.sampler}",),
        accuracy=_accuracy(check),
        work=carding.work_of(model, found),
    )


def _input(spec: TensorSpec) -> Tensor:
    meanings = {
        SEED: ("numbers", "what noise is made of: the same seed, the same picture"),
        LABEL: ("labels", "what is drawn"),
    }
    kind, meaning = meanings[spec.name]
    name, dtype, shape = spec.name, spec.dtype, spec.shape
    return Tensor(name, name, dtype, shape, kind, meaning=meaning)


def _picture(spec: TensorSpec) -> Tensor:
    name, dtype, shape = spec.name, spec.dtype, spec.shape
    layout = "height x width" + " x channels" * (len(shape) == 3)
    return Tensor(name, name, dtype, shape, "picture", meaning=layout)


def _labelled(port: Tensor, labels: tuple[str, ...]) -> Tensor:
    return replace(port, labels=labels) if port.name == LABEL else port


def _accuracy(check: Check | None) -> Accuracy | None:
    if check is None:
        return None
    return Accuracy(
        verdict=_verdict(check).value,
        reference=REFERENCE,
        samples=check.steps,
        data="steps from seeds drawn at random",
        largest_difference=check.step,
        agreement=None,
        accuracy=None,
        source_accuracy=None,
    )
