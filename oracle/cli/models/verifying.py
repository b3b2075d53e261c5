"""An image against the model that it was made of: what is compared, what is told."""

from dataclasses import asdict, dataclass, replace
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rich.console import RenderableType

from converters.verify.verdict import Verdict
from mips_vm import Status
from mips_vm.json_text import JsonObject
from oracle.cards import Card, card_path, write_card
from oracle.cards.card import Accuracy
from oracle.cli.common.output import facts, grid, remark
from oracle.cli.inputs.drawn import drawn
from oracle.cli.inputs.samples import Samples
from oracle.cli.models.running import computed
from oracle.legible import number_of
from tinynn import Model

if TYPE_CHECKING:
    from converters.verify.rule import Difference
    from converters.verify.verify import Layer, Verification

DRAWN = 8


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Where the guest's memory is not what the native executor makes of it."""

    sample: int
    segment: int


@dataclass(frozen=True, slots=True)
class Bits:
    """On how many samples guest and native were compared, and where they differ."""

    samples: int
    wrong: Disagreement | None = None

    @property
    def same(self) -> bool:
        return self.wrong is None

    @property
    def told(self) -> str:
        if self.wrong is None:
            return f"the same bits on {number_of(self.samples, 'sample')}"
        where = f"sample {self.wrong.sample}, segment {self.wrong.segment}"
        return f"DIFFERENT BITS: {where}"


def made_up(model: Model, limit: int | None) -> Samples:
    """Inputs drawn here, without labels."""
    return Samples(drawn(model, min(DRAWN, limit or DRAWN)), None)


def note_accuracy(path: Path, card: Card, accuracy: Accuracy) -> None:
    """In the card beside the image, in place of what it said."""
    write_card(card_path(path), replace(card, accuracy=accuracy))
    remark(f"The verdict is noted in {card_path(path)}.")


def same_bits(model: Model, samples: Samples, count: int) -> Bits:
    """The guest's answers beside the native ones, on the first `count` samples."""
    requests = [
        model.encode_input([sample[spec.name] for spec in model.inputs])
        for sample in samples.inputs[:count]
    ]
    for index, request in enumerate(requests):
        if model.answer(request) != computed(model, request, "translated"):
            return Bits(index + 1, Disagreement(index, first_wrong(model, request)))
    return Bits(len(requests))


def first_wrong(model: Model, request: bytes) -> int:
    """The first segment after which memory is not the same."""
    native, machine = model.execution(request), model.machine(request)
    while machine.status is Status.YIELDED:
        machine.resume()
        machine.run()
        native.advance()
        if machine.state_root() != native.machine.state_root():
            return native.index - 1
    return native.segments - 1


def verification_data(
    found: "Verification", bits: Bits, verdict: Verdict, inputs: str
) -> Any:
    """All of it for `--json`."""
    return comparison_data(found, verdict, inputs) | {
        "same_bits": bits.same,
        "guest_samples": bits.samples,
        "first_wrong": bits.wrong and asdict(bits.wrong),
    }


BY_LEVELS: Final = "by levels of quantisers that rounding decides"


def comparison_data(found: "Verification", verdict: Verdict, inputs: str) -> Any:
    """Of image and source, which the guest has no part in."""
    bad = found.first_bad
    return {
        "passed": verdict is Verdict.PASSED,
        "verdict": verdict.value,
        "reference": found.reference or None,
        "absent": found.absent or None,
        "inputs": inputs,
        "origin": found.origin.name.lower(),
        "samples": found.samples,
        "outputs": [difference_data(part) for part in found.outputs],
        "agreement": found.agreement,
        "accuracy": found.accuracy,
        "source_accuracy": found.source_accuracy,
        "drop": found.drop,
        "layers_compared": found.layers,
        "first_beyond": bad and layer_data(bad),
        "contested": found.contested,
        "levels_decide": found.levels_decide,
        "levels_apart": found.levels_apart,
        "doubts": found.doubts,
    }


def layer_data(layer: "Layer") -> JsonObject:
    named = {"node": layer.node, "operator": layer.operator}
    return named | difference_data(layer.difference)


def difference_data(part: "Difference") -> JsonObject:
    """Differences are null where only one side is finite: JSON has no infinity."""
    numbers = {
        "maximum": part.maximum,
        "mean": part.mean,
        "relative": part.relative,
    }
    known = {name: n if isfinite(n) else None for name, n in numbers.items()}
    return {"name": part.name, **known, "within": part.within}


def verification_tables(
    found: "Verification", bits: Bits, verdict: Verdict, inputs: str
) -> list[RenderableType]:
    """The same for a person."""
    *tables, shown = comparison_tables(found, verdict, inputs)
    return [*tables, facts({"native and guest": bits.told}), shown]


def comparison_tables(
    found: "Verification", verdict: Verdict, inputs: str
) -> list[RenderableType]:
    shown: dict[str, object] = {"inputs": f"{found.samples}, {inputs}"}
    if not found.reference:
        shown["verdict"] = f"{verdict.value}: {found.absent}"
        return [facts(shown)]
    columns = ("output", "maximum", "mean", "relative", "within")
    numbers = columns[1:4]
    rows = [difference_row(part) for part in found.outputs]
    shown["reference"] = found.reference
    shown["top-1 agreement"] = f"{found.agreement:.2%}"
    if found.accuracy is not None:
        shown["accuracy"] = f"{found.accuracy:.2%}, source {found.source_accuracy:.2%}"
    bad = found.first_bad
    shown["operators compared"] = f"{found.layers}, {found.origin.value}"
    if bad:
        shown["first beyond"] = (
            f"{bad.operator} {bad.node!r}: {bad.difference.maximum:.3g}"
        )
    if found.contested:
        shown["but"] = "every operator by itself computes what onnxruntime does"
    if found.levels_decide:
        shown["but"] = f"outputs are off {BY_LEVELS}"
    if found.apart:
        shown["but"] = f"outputs are {found.apart}"
    shown["verdict"] = verdict_told(found, verdict)
    return [grid(None, columns, rows, numbers=numbers), facts(shown)]


def verdict_told(found: "Verification", verdict: Verdict) -> str:
    """With the reason, if nothing is proved."""
    if verdict is Verdict.PROVES_NOTHING:
        return f"PROVES NOTHING: {'; '.join(found.doubts)}"
    return str(verdict.value)


def difference_row(part: "Difference") -> tuple[str, ...]:
    numbers = (part.maximum, part.mean, part.relative)
    return (part.name, *(f"{n:.3g}" for n in numbers), "yes" if part.within else "NO")
