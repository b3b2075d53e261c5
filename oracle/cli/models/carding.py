"""Model cards made of conversions: what was found, and what the publisher says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from converters.graph import ARGMAX, Options
from converters.hub import Conversion
from converters.verify.verdict import Verdict
from converters.verify.verify import Verification
from oracle.cards.card import VERSION, Accuracy, Card, Source, Tensor, Work
from oracle.cli.inputs.drawn import is_picture
from oracle.cli.models.foretelling import Foretold
from oracle.errors import BadCard
from tinynn import Model, TensorSpec

if TYPE_CHECKING:
    from oracle.cli.models.judgement import Judgement
    from oracle.cli.models.quantisation import Quantisation

CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Said:
    """What only the publisher can say: a licence, meanings by name, labels."""

    licence: str = ""
    meanings: Mapping[str, str] = field(default_factory=dict)
    labels: tuple[str, ...] = ()


def card_of(
    made: Conversion,
    model: Model,
    said: Said,
    accuracy: Accuracy | None,
    work: Work,
) -> Card:
    """BadCard if a meaning is of no input and no output, or labels fit none."""
    source, kinds = made.source, made.work.meanings
    whole = {short: name for name, short in short_of(made).items()}
    inputs = tuple(input_of(spec, whole, made.work.options) for spec in model.inputs)
    whole = {short: name for name, short in made.work.answer.short.items()}
    outputs = tuple(
        Tensor(
            # What --integers makes of an output is called otherwise.
            name := whole.get(spec.name, spec.name),
            spec.name,
            spec.dtype,
            spec.shape,
            "labels" if name in kinds.labels or name == ARGMAX else "numbers",
            labels=kinds.labels.get(name, ()),
            columns=kinds.columns.get(name, ()),
        )
        for spec in model.outputs
    )
    check_meanings(said, (port.name for port in (*inputs, *outputs)))
    return Card(
        card=VERSION,
        name=model.name,
        model_root=f"0x{model.model_root.hex()}",
        program_root=f"0x{model.program_root.hex()}",
        licence=said.licence,
        source=Source(
            source.path.name, hash_of(source.path), source.producer, source.opset
        ),
        inputs=meant(inputs, said),
        outputs=with_labels(source.path, meant(outputs, said), said.labels),
        notes=made.notes,
        accuracy=accuracy,
        work=work,
    )


def check_meanings(said: Said, names: Iterable[str]) -> None:
    """BadParameter of a meaning that is of no input and no output."""
    known = list(names)
    for name in said.meanings:
        if name not in known:
            raise typer.BadParameter(
                f"expected {' or '.join(known)}, got {name!r}", param_hint="--means"
            )


def short_of(made: Conversion) -> Mapping[str, str]:
    """What the image calls the source's inputs."""
    return made.work.request.short


def input_of(spec: TensorSpec, whole: Mapping[str, str], options: Options) -> Tensor:
    """A picture by its shape; text by what publishers call it is theirs to say."""
    kind = "picture" if is_picture(spec.shape) else "numbers"
    scale = None
    if options.input_type == "uint8":
        scale = options.input_scale or 1.0
    return Tensor(whole[spec.name], spec.name, spec.dtype, spec.shape, kind, scale)


def meant(ports: tuple[Tensor, ...], said: Said) -> tuple[Tensor, ...]:
    """With what the publisher says of them: a kind, or words."""
    return tuple(one_meant(port, said.meanings) for port in ports)


KINDS = ("picture", "text", "numbers", "labels", "scores")


def one_meant(port: Tensor, meanings: Mapping[str, str]) -> Tensor:
    told = meanings.get(port.name, "")
    kind, _, words = told.partition(":")
    if kind in KINDS:
        return replace(port, kind=kind, meaning=words.strip())
    return replace(port, meaning=told)


def with_labels(
    path: Path, outputs: tuple[Tensor, ...], labels: tuple[str, ...]
) -> tuple[Tensor, ...]:
    """The first output with a column for each label has them as its columns; others
    that count are counted in them."""
    if not labels:
        return outputs
    fits = [port.shape[-1:] == (len(labels),) for port in outputs]
    if not any(fits):
        shapes = " and ".join(str(list(port.shape)) for port in outputs)
        expected = f"an output with {len(labels)} columns, one for each label"
        raise BadCard(path, expected, shapes)
    first = fits.index(True)
    return tuple(
        replace(port, columns=labels, kind="scores")
        if index == first
        else replace(port, labels=labels)
        if port.kind == "labels" and not port.labels
        else port
        for index, port in enumerate(outputs)
    )


def accuracy_found(
    judged: "Judgement | None", quantised: "Quantisation | None"
) -> Accuracy | None:
    """On inputs drawn here; of a quantised image beside the one of floats."""
    if quantised is not None:
        told = quantised.comparison
        return Accuracy(
            verdict="quantised",
            reference="the image of floats",
            samples=told.samples,
            data="calibration data",
            largest_difference=finite(told.maximum),
            agreement=told.agreement,
            accuracy=told.accuracy_after,
            source_accuracy=told.accuracy_before,
        )
    if judged is None:
        return None
    return accuracy_of(judged.found, judged.verdict, "inputs drawn at random")


def accuracy_of(found: Verification, verdict: Verdict, data: str) -> Accuracy:
    """As verified; without a witness there is only the verdict."""
    known = bool(found.reference)
    most = max((part.maximum for part in found.outputs), default=0.0)
    told = f", {found.apart}" if found.apart else ""
    return Accuracy(
        verdict=verdict.value + told,
        reference=found.reference,
        samples=found.samples,
        data=data,
        largest_difference=most if known and isfinite(most) else None,
        agreement=found.agreement if known else None,
        accuracy=found.accuracy,
        source_accuracy=found.source_accuracy,
    )


def work_of(model: Model, found: Foretold) -> Work:
    return Work(
        instructions_at_most=model.most_instructions,
        longest_segment=max(model.bounded_instructions),
        instructions_usually=found.usual_instructions,
        counted_on=found.counted_on,
        worst_step_gas=found.worst_step_gas,
    )


def hash_of(path: Path) -> str:
    """SHA-256 of a file; of a folder that of its files' hashes and paths."""
    if path.is_file():
        return hash_of_parts(chunks(path))
    inside = sorted(part for part in path.rglob("*") if part.is_file())
    lines = [
        f"{hash_of(part)}  {part.relative_to(path).as_posix()}\n".encode()
        for part in inside
    ]
    return hash_of_parts(lines)


def chunks(path: Path) -> Iterable[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def hash_of_parts(parts: Iterable[bytes]) -> str:
    state = sha256()
    for part in parts:
        state.update(part)
    return state.hexdigest()


def said_of(licence: str | None, means: list[str] | None, labels: Path | None) -> Said:
    """What the options say; BadParameter of a meaning without a name."""
    meanings = {}
    for text in means or ():
        name, mark, told = text.partition("=")
        if not mark or not name:
            raise typer.BadParameter(
                f"expected NAME=WORDS, got {text!r}", param_hint="--means"
            )
        meanings[name] = told
    return Said(licence or "", meanings, label_lines(labels) if labels else ())


def label_lines(path: Path) -> tuple[str, ...]:
    """A label a line; BadCard if there are none, or the file is no text."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise BadCard(path, "a label a line", "bytes that are no text") from error
    labels = tuple(line.strip() for line in lines)
    if not labels or not all(labels):
        raise BadCard(path, "a label a line", "an empty line" if labels else "none")
    return labels


def finite(number: float | None) -> float | None:
    """The number, if it is one."""
    return number if number is not None and isfinite(number) else None
