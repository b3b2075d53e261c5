"""An image against the model that it was made of, on data.

The reference is onnxruntime where it is installed, else ONNX's own implementation. A
source of another framework is compared as its framework exports it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from converters.errors import BadOption
from converters.graph import GraphLowering, Options, clipped
from converters.hub import NO_SHAPES, lowered
from converters.source import Port, Source, read
from converters.trace import results
from converters.values import Array, Constant, Shape, Tensor
from tinynn import Model
from tinynn.operators.graph import Result

if TYPE_CHECKING:
    from onnx import ModelProto

Arrays = Mapping[str, Array]


@dataclass(frozen=True, slots=True)
class Tolerance:
    """A difference may be `absolute` plus `relative` of the reference's greatest.

    `absolute` is small: of outputs that are themselves smaller it would excuse all.
    """

    absolute: float = 1e-6
    relative: float = 1e-4

    def allows(self, maximum: float, greatest: float) -> bool:
        return maximum <= self.absolute + self.relative * greatest


@dataclass(frozen=True, slots=True)
class Difference:
    """How far a tensor is from the reference, over all samples.

    `relative` is the maximum by the greatest magnitude in the reference.
    """

    name: str
    maximum: float
    mean: float
    relative: float
    within: bool


@dataclass(frozen=True, slots=True)
class Layer:
    """The first operator of the source whose result is beyond tolerance."""

    node: str
    operator: str
    difference: Difference


@dataclass(frozen=True, slots=True)
class Verification:
    """What `verify` found; shares are of samples, accuracies None without labels."""

    samples: int
    outputs: tuple[Difference, ...]
    agreement: float
    accuracy: float | None
    source_accuracy: float | None
    first_bad: Layer | None
    layers: int

    @property
    def drop(self) -> float:
        """Of accuracy, or of agreement with the source where labels are unknown."""
        if self.accuracy is None or self.source_accuracy is None:
            return 1 - self.agreement
        return self.source_accuracy - self.accuracy

    def passed(self, max_drop: float) -> bool:
        """Whether all outputs, and all operators on the way, are within tolerance."""
        near = all(part.within for part in self.outputs) and self.first_bad is None
        return near and self.drop <= max_drop


class Reference:
    """The source as others compute it."""

    def __init__(self, source: Source) -> None:
        self.model = source.model
        self.names = source.outputs
        self.run_once = runner_of(source.model)

    def outputs(self, feeds: Arrays) -> list[Array]:
        return [np.asarray(part) for part in self.run_once(dict(feeds))]

    def everything(self, feeds: Arrays) -> dict[str, Array]:
        """Every tensor of the graph by name."""
        from onnx.reference import ReferenceEvaluator

        evaluator = ReferenceEvaluator(self.model)
        with np.errstate(all="ignore"):
            results = evaluator.run(None, dict(feeds), intermediate=True)
        return dict(results)


def runner_of(model: "ModelProto") -> Any:
    """A function from feeds to outputs."""
    try:
        import onnxruntime  # type: ignore[import-not-found, import-untyped, unused-ignore]
    except ImportError:
        from onnx.reference import ReferenceEvaluator

        evaluator = ReferenceEvaluator(model)
        return lambda feeds: evaluator.run(None, feeds)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return lambda feeds: session.run(None, feeds)


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
    """
    limits = tolerance or Tolerance()
    source = read(Path(path), input_shapes, trust_code)
    check_alike(source, image)
    check_scale(source, image, input_scale)
    reference = Reference(source)
    expected, actual = [], []
    for sample in samples:
        feeds = feeds_of(source, image, sample, input_scale)
        with np.errstate(all="ignore"):
            expected.append(reference.outputs(feeds))
        actual.append(image.run(given(image, sample)))
    check_sizes(source, expected[0], actual[0])
    compared = range(len(source.outputs))
    outputs = tuple(
        difference(
            source.outputs[index],
            [row[index] for row in expected],
            [row[index] for row in actual],
            limits,
        )
        for index in compared
    )
    theirs, ours = (
        [int(np.argmax(row[0])) for row in side] for side in (expected, actual)
    )
    worst = max(
        range(len(samples)),
        key=lambda i: float(np.max(gaps(expected[i][0], actual[i][0]))),
    )
    pairs = list(layers(source, image, samples[worst], reference, input_scale, limits))
    beyond = [layer for layer in pairs if not layer.difference.within]
    return Verification(
        samples=len(samples),
        outputs=outputs,
        agreement=float(np.mean(np.equal(theirs, ours))),
        accuracy=share_right(ours, labels),
        source_accuracy=share_right(theirs, labels),
        first_bad=beyond[0] if beyond else None,
        layers=len(pairs),
    )


def check_alike(source: Source, image: Model) -> None:
    """BadOption unless the source's inputs and outputs are the image's."""
    ports = sorted(clipped(port.name) for port in source.inputs)
    specs = sorted(spec.name for spec in image.inputs)
    if ports != specs:
        raise BadOption("--against", f"inputs {', '.join(specs)}", ", ".join(ports))
    theirs = [clipped(name) for name in source.outputs]
    ours = [spec.name for spec in image.outputs]
    if theirs != ours[: len(theirs)]:
        raise BadOption("--against", f"outputs {', '.join(ours)}", ", ".join(theirs))


def check_scale(source: Source, image: Model, scale: float | None) -> None:
    """BadOption for a scale where no input is of bytes for the source's floats."""
    types = {spec.name: spec.dtype for spec in image.inputs}
    pairs = [(types[clipped(port.name)], port.dtype) for port in source.inputs]
    if scale is not None and ("uint8", "float32") not in pairs:
        actual = " and ".join(f"{ours} for {theirs}" for ours, theirs in pairs)
        raise BadOption("--input-scale", "an input of bytes for float32", actual)


def check_sizes(
    source: Source, expected: Sequence[Array], actual: Sequence[Array]
) -> None:
    """BadOption unless the outputs have as many elements, which may be shaped anew."""
    for name, left, right in zip(source.outputs, expected, actual, strict=False):
        if left.size != right.size:
            shapes = f"output {name} like {right.shape}", f"{left.shape}"
            raise BadOption("--against", *shapes)


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

    def fed(port: Port) -> Array:
        name = clipped(port.name)
        array = np.asarray(sample[name])
        if types[name] == "uint8" and port.dtype != "uint8":
            array = array.astype(np.float32) * np.float32(scale or 1)
        return array.astype(port.dtype).reshape(port.shape)

    return {port.name: fed(port) for port in source.inputs}


def gaps(expected: Array, actual: Array) -> Array:
    """Absolute differences; where both are NaN or the same infinity, none."""
    left = np.asarray(expected, np.float64).reshape(-1)
    right = np.asarray(actual, np.float64).reshape(-1)
    with np.errstate(all="ignore"):
        apart = np.abs(left - right)
    same = (left == right) | (np.isnan(left) & np.isnan(right))
    return np.where(same, 0.0, np.where(np.isnan(apart), np.inf, apart))


def difference(
    name: str, expected: Sequence[Array], actual: Sequence[Array], limits: Tolerance
) -> Difference:
    apart = np.concatenate(
        [gaps(left, right) for left, right in zip(expected, actual, strict=True)]
    )
    magnitudes = np.abs(np.concatenate([np.ravel(part) for part in expected]))
    finite = magnitudes[np.isfinite(magnitudes)]
    greatest = float(finite.max(initial=0))
    maximum = float(apart.max(initial=0))
    return Difference(
        name=name,
        maximum=maximum,
        mean=float(apart.mean()),
        relative=maximum / greatest if greatest else maximum,
        within=limits.allows(maximum, greatest),
    )


def layers(
    source: Source,
    image: Model,
    sample: Arrays,
    reference: Reference,
    scale: float | None,
    limits: Tolerance,
) -> Iterator[Layer]:
    """Each node of the source whose result is in the image, compared, in order.

    None if the image is not what this source is converted to.
    """
    work = converted_alike(source, image, scale)
    if work is None:
        return
    request = image.encode_input(given(image, sample))
    targets = traced(image, request)
    feeds = feeds_of(source, image, sample, scale)
    values = reference.everything(feeds)
    for node in source.needed_nodes():
        for name in node.output:
            place = place_of(work, name)
            if place in targets and name in values:
                expected = np.asarray(values[name])
                apart = difference(name, [expected], [targets[place]], limits)
                yield Layer(node.name or name, node.op_type, apart)


def converted_alike(
    source: Source, image: Model, scale: float | None
) -> GraphLowering | None:
    """The conversion that gives exactly this image, if it is one of the source."""
    types = [spec.dtype for spec in image.inputs]
    as_bytes = "uint8" in types and all(p.dtype != "uint8" for p in source.inputs)
    options = Options(
        name=image.name,
        input_type="uint8" if as_bytes else None,
        input_scale=scale if as_bytes else None,
        argmax=len(image.outputs) == 2 and len(source.outputs) == 1,
    )
    work = lowered(source, options)
    return work if work.build() == image.image.tobytes() else None


def place_of(work: GraphLowering, name: str) -> int | None:
    """The operator of the image that makes the tensor `name`, if one does."""
    value = work.values.get(name)
    if value is None or isinstance(value, Constant):
        return None
    if not isinstance(value, Tensor):
        _, made = work.emitted.get(id(value), (None, None))
        value = made or value
    if isinstance(value, Tensor) and isinstance(value.handle.home, Result):
        return value.handle.home.index
    return None


def traced(image: Model, request: bytes) -> dict[int, Array]:
    """Every operator's target, as it is when the operator has run."""
    return {index: array.copy() for index, array in results(image, request)}
