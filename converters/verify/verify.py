"""An image against the model that it was made of, on data.

The model's own runtime computes the outputs (converters/verify/witness.py). On the way
every operator is compared by itself (converters/verify/local.py).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from math import prod
from pathlib import Path
from typing import Any, Final

import numpy as np

import tinynn
from converters.errors import SourceFails
from converters.graph import GraphLowering, Options
from converters.hub import NO_SHAPES, Conversion, lowered
from converters.message import short_names
from converters.source import Port, Source, read
from converters.trace import results
from converters.values import Array, Constant, Shape, Tensor
from converters.verify.checks import check_alike, check_scale, check_sizes
from converters.verify.levels import levels_apart, levels_decide
from converters.verify.local import local_differences
from converters.verify.rule import Difference, Tolerance, difference
from converters.verify.verdict import Verdict
from converters.verify.witness import RUNTIME, Arrays, NoWitness, Witness, witness_of
from tinynn import Model
from tinynn.operators import integer
from tinynn.operators.graph import Result

TFLITE: Final = ("LiteRT", "TensorFlow Lite")
BYTE_PRODUCTS: Final = {family.opcode for family in integer.FAMILIES}


@dataclass(frozen=True, slots=True)
class Layer:
    """The first operator of the source whose result is beyond tolerance."""

    node: str
    operator: str
    difference: Difference


class Origin(Enum):
    """What the image is of the source."""

    CONVERSION = "of the image that the source is converted to"
    QUANTIZED = "quantised: only its outputs are compared"
    UNKNOWN = "not what the source is converted to now: convert it anew"


@dataclass(frozen=True, slots=True)
class Verification:
    """What `verify` found; shares are of samples, accuracies None without labels.

    `reference` names the witness; without one it is "", `absent` says why, and nothing
    else was found.
    """

    reference: str
    origin: Origin
    samples: int
    outputs: tuple[Difference, ...] = ()
    agreement: float = 0.0
    accuracy: float | None = None
    source_accuracy: float | None = None
    first_bad: Layer | None = None
    layers: int = 0
    absent: str = ""
    levels_decide: bool = False
    """Outputs are off, but by levels of quantisers that rounding decides."""
    levels_apart: int = 0
    """Outputs are off by at most so many levels from TFLite's, whose kernels differ
    from each other by as much."""

    @property
    def drop(self) -> float:
        """Of accuracy, or of agreement with the source where labels are unknown."""
        if self.accuracy is None or self.source_accuracy is None:
            return 1 - self.agreement
        return self.source_accuracy - self.accuracy

    @property
    def apart(self) -> str:
        """For a person, how many levels outputs are off by; "" if none."""
        levels = "1 level" if self.levels_apart == 1 else f"{self.levels_apart} levels"
        return f"at most {levels} of 256 apart" if self.levels_apart else ""

    @property
    def contested(self) -> bool:
        """Only the outputs are off: what was read out of the file is not what it is."""
        return not self.near and self.layers > 0 and self.first_bad is None

    @property
    def near(self) -> bool:
        """Whether all outputs, and all operators on the way, are within tolerance."""
        told = self.levels_decide or self.levels_apart > 0
        return (self.same or told) and self.first_bad is None

    @property
    def same(self) -> bool:
        """Whether all outputs are within tolerance."""
        return all(part.within for part in self.outputs)

    @property
    def doubts(self) -> tuple[str, ...]:
        """Why being near proves nothing, if so."""
        flaws = [f"{part.name}: {part.flaw}" for part in self.outputs if part.flaw]
        stranger = self.origin is Origin.UNKNOWN
        return (*flaws, f"the image is {self.origin.value}") if stranger else (*flaws,)

    def verdict(self, max_drop: float) -> Verdict:
        if not self.reference:
            return Verdict.NO_WITNESS
        if not self.near or self.drop > max_drop:
            return Verdict.BEYOND
        return Verdict.PROVES_NOTHING if self.doubts else Verdict.PASSED

    def passed(self, max_drop: float) -> bool:
        return self.verdict(max_drop) is Verdict.PASSED


def verify(
    image: Model,
    path: str | Path,
    samples: Sequence[Arrays],
    *,
    labels: Array | None = None,
    tolerance: Tolerance | None = None,
    input_scale: float | None = None,
    input_shapes: Mapping[str, Shape] = NO_SHAPES,
    trust_code: bool = False,
) -> Verification:
    """Compare `image` with the model in `path` on `samples`, arrays by input name.

    `input_scale` is what the image was converted with: the source sees bytes times it.
    SourceFails if the source can't be run on them.
    """
    source = read(Path(path), input_shapes, trust_code)
    check_alike(source, image)
    check_scale(source, image, input_scale)
    work = conversion(source, image, input_scale)
    witness = witness_of(source, input_shapes, trust_code)
    if isinstance(witness, NoWitness):
        origin, reason = origin_of(image, work), witness.reason
        return Verification("", origin, len(samples), absent=reason)
    limits = tolerance or Tolerance()
    subject = Subject(source, image, work, input_scale)
    return compared(subject, witness, samples, labels, limits)


def verify_conversion(
    made: Conversion, image: Model, samples: Sequence[Arrays], trust_code: bool
) -> Verification:
    """Compare `image` with what it was just made of; as `verify`."""
    witness = witness_of(made.source, made.shapes, trust_code)
    if isinstance(witness, NoWitness):
        reason = witness.reason
        return Verification("", Origin.CONVERSION, len(samples), absent=reason)
    subject = Subject(made.source, image, made.work, made.work.options.input_scale)
    try:
        return compared(subject, witness, samples, None, Tolerance())
    except SourceFails as error:  # on inputs that nobody chose
        reason = str(error)
        return Verification("", Origin.CONVERSION, len(samples), absent=reason)


@dataclass(frozen=True, slots=True)
class Subject:
    """An image beside its source, which is lowered again as it was for the image."""

    source: Source
    image: Model
    work: GraphLowering
    scale: float | None

    def feeds(self, sample: Arrays) -> dict[str, Array]:
        return feeds_of(self.source, self.image, sample, self.scale)

    def rounded(self, sample: Arrays) -> Arrays:
        """With numbers that a source of float16 can be given."""
        short = short_names([port.name for port in self.source.inputs])
        halves = {short[p.name] for p in self.source.inputs if p.dtype == "float16"}
        return {
            name: array.astype(np.float16).astype(array.dtype)
            if name in halves and array.dtype.kind == "f"
            else array
            for name, array in ((n, np.asarray(a)) for n, a in sample.items())
        }

    def numbered(self, outputs: Sequence[Any]) -> list[Array]:
        """What a witness says, text by its place among the labels."""
        named = zip(self.source.outputs, outputs, strict=True)
        return [self.work.meanings.numbers(name, found) for name, found in named]


def compared(
    subject: Subject,
    witness: Witness,
    samples: Sequence[Arrays],
    labels: Array | None,
    limits: Tolerance,
) -> Verification:
    """Outputs on all samples, operators on the worst."""
    source, image = subject.source, subject.image
    samples = [subject.rounded(sample) for sample in samples]
    limits = limits.of_halves() if computes_halves(source) else limits
    expected, actual = [], []
    for sample in samples:
        expected.append(subject.numbered(witness.outputs(subject.feeds(sample))))
        actual.append(image.run(given(image, sample)))
    check_sizes(source, expected[0], actual[0])
    columns = zip(zip(*expected, strict=True), zip(*actual, strict=True), strict=False)
    outputs = tuple(
        difference(name, left, right, limits)
        for name, (left, right) in zip(source.outputs, columns, strict=True)
    )
    theirs, ours = (
        [int(np.argmax(row[0])) for row in side] for side in (expected, actual)
    )
    found = Verification(
        reference=witness.name,
        origin=origin_of(image, subject.work),
        samples=len(samples),
        outputs=outputs,
        agreement=float(np.mean(np.equal(theirs, ours))),
        accuracy=share_right(ours, labels),
        source_accuracy=share_right(theirs, labels),
    )
    if found.origin is not Origin.CONVERSION:
        return found
    worst = samples[max(outputs, key=lambda part: part.excess).worst]
    pairs = list(layers(subject, worst, limits))
    bad = next((pair for pair in pairs if not pair.difference.within), None)
    found = replace(found, first_bad=bad, layers=len(pairs))
    if found.same or bad:
        return found
    if witness.name.startswith(TFLITE):
        return replace(found, levels_apart=levels_apart(source, outputs) or 0)
    if witness.name != RUNTIME:
        return found
    return replace(found, levels_decide=excused(subject, samples, limits, expected))


def computes_halves(source: Source) -> bool:
    """Whether a number is rounded to float16 on the way."""
    kinds = [kind.dtype for kind in source.inferred.values()]
    return "float16" in (*kinds, *(port.dtype for port in source.inputs))


def excused(
    subject: Subject,
    samples: Sequence[Arrays],
    limits: Tolerance,
    expected: Sequence[Sequence[Array]],
) -> bool:
    """Whether levels of quantisers decide wherever outputs are off."""
    source, image = subject.source, subject.image
    for sample, theirs in zip(samples, expected, strict=True):
        named = zip(source.outputs, image.run(given(image, sample)), strict=False)
        ours = dict(named)
        pairs = zip(source.outputs, theirs, strict=True)
        if all(difference(n, [a], [ours[n]], limits).within for n, a in pairs):
            continue
        targets = traced(image, image.encode_input(given(image, sample)))
        held, feeds = held_values(subject, targets), subject.feeds(sample)
        try:
            if not levels_decide(source.path, feeds, held, ours, limits):
                return False
        except Exception:  # onnxruntime's errors have no common root
            return False
    return True


def share_right(tops: Sequence[int], labels: Array | None) -> float | None:
    return None if labels is None else float(np.mean(np.equal(tops, labels)))


def given(image: Model, sample: Arrays) -> list[Array]:
    """The sample in the image's order, types and shapes."""
    return [
        np.asarray(sample[spec.name]).astype(spec.dtype).reshape(spec.shape)
        for spec in image.inputs
    ]


def feeds_of(
    source: Source, image: Model, sample: Arrays, scale: float | None
) -> dict[str, Array]:
    """The sample in the source's types and shapes."""
    types = {spec.name: spec.dtype for spec in image.inputs}
    short = short_names([port.name for port in source.inputs])

    def fed(port: Port) -> Array:
        name = short[port.name]
        array = np.asarray(sample[name])
        if types[name] == "uint8" and port.dtype != "uint8":
            array = array.astype(np.float32) * np.float32(scale or 1)
        return array.astype(port.dtype).reshape(port.shape)

    return {port.name: fed(port) for port in source.inputs}


def conversion(source: Source, image: Model, scale: float | None) -> GraphLowering:
    """The source lowered as it was for the image, as far as that can be told."""
    types = [spec.dtype for spec in image.inputs]
    as_bytes = "uint8" in types and all(p.dtype != "uint8" for p in source.inputs)
    options = Options(
        name=image.name,
        input_type="uint8" if as_bytes else None,
        input_scale=scale if as_bytes else None,
        argmax=len(image.outputs) == 2 and len(source.outputs) == 1,
    )
    return lowered(source, options)


def origin_of(image: Model, work: GraphLowering) -> Origin:
    """By the bytes; a quantised image has products that the conversion has not."""
    made = work.build()
    if made == image.image.tobytes():
        return Origin.CONVERSION
    more = byte_products(image) > (byte_products(tinynn.load(made)) if made else 0)
    return Origin.QUANTIZED if more else Origin.UNKNOWN


def byte_products(image: Model) -> int:
    return sum(o.opcode in BYTE_PRODUCTS for o in image.tables.operators)


def layers(subject: Subject, sample: Arrays, limits: Tolerance) -> Iterator[Layer]:
    """Each node of the source whose result the image holds, compared, in order.

    None where onnxruntime does not take the nodes, which a file of another framework
    may have.
    """
    image = subject.image
    targets = traced(image, image.encode_input(given(image, sample)))
    held = held_values(subject, targets)
    try:
        found = list(
            local_differences(subject.source, subject.feeds(sample), held, limits)
        )
    except Exception:  # its errors have no common root
        return
    for node, apart in found:
        yield Layer(node.name or apart.name, node.op_type, apart)


def held_values(subject: Subject, targets: Mapping[int, Array]) -> dict[str, Array]:
    """What the image makes of the source's tensors, in their types and shapes."""
    held: dict[str, Array] = {}
    for node in subject.source.needed_nodes():
        for name in node.output:
            value = subject.work.values.get(name)
            kind = subject.source.inferred.get(name)
            if value is None or kind is None or not prod(value.shape):
                continue
            if kind.dtype == "string":
                continue
            place = place_of(subject.work, name)
            if isinstance(value, Constant):
                held[name] = value.array.astype(kind.dtype)
            elif place is not None and place in targets:
                array = targets[place].astype(kind.dtype)
                held[name] = array.reshape(value.shape)
    return held


def place_of(work: GraphLowering, name: str) -> int | None:
    """The operator of the image that makes the tensor `name`, if one does."""
    value = work.values.get(name)
    if value is None or isinstance(value, Constant):
        return None
    if not isinstance(value, Tensor):
        _, made = work.settled.get(id(value), (None, None))
        value = made or value
    if isinstance(value, Tensor) and isinstance(value.handle.home, Result):
        return value.handle.home.index
    return None


def traced(image: Model, request: bytes) -> dict[int, Array]:
    """Every operator's target, as it is when the operator has run."""
    return {index: array.copy() for index, array in results(image, request)}
