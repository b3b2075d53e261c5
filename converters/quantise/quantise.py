"""An image of float products to one of products of bytes, by calibration on samples.

Weights become int8, symmetric, with a scale for each output channel; activations uint8,
with one scale and zero point for each tensor, from the range that it has on the
samples. Products of bytes are exact sums in int32; bytes or floats are made of those
only where the next operator asks for them. Operators without a rule in
converters/quantise/registry.py stay in float.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from converters.errors import BadOption
from converters.quantise import products as _products  # noqa: F401  (fills RULES)
from converters.quantise import rules as _rules  # noqa: F401  (fills it, too)
from converters.quantise import whole
from converters.quantise.forms import Rewriter
from converters.quantise.ranges import LEAST_SCALE, Homes, calibrated
from converters.quantise.registry import RULES
from converters.values import Array
from tinynn import Model
from tinynn.operators import FAMILIES
from tinynn.operators.graph import Result

PRODUCTS = ("dense", "matmul", "conv")

Samples = Sequence[Mapping[str, Array]]


@dataclass(frozen=True, slots=True)
class Quantised:
    """The new image; how many products are of bytes now, and which are not.

    `silent` are the inputs that were never other than 0: the image takes no more of
    them than that.
    """

    image: bytes
    products: int
    left: tuple[str, ...]
    silent: tuple[str, ...] = ()


def quantise(model: Model, samples: Samples, integers: bool = False) -> Quantised:
    """`model` with products of bytes; ranges are those that it has on `samples`.

    With `integers` nothing is a float: outputs are sums or bytes, without softmax, and
    argmax compares sums. BadOption if it has no product with constant weights, if the
    samples tell nothing of its ranges, or if some operator is left in float then.
    """
    silent = silent_inputs(model, samples)
    homes = Homes.of(model.tables)
    requests = (request_of(model, sample) for sample in samples)
    work = Rewriter(model, calibrated(model, homes, requests), homes)
    ends = whole.Ends.of(model, homes) if integers else whole.Ends()
    work.even = ends.even
    products, left = 0, []
    for index, operator in enumerate(model.tables.operators):
        name = FAMILIES[operator.opcode].name
        if integers and whole.rewritten_end(work, index, ends):
            continue
        done = rewritten(work, index, name)
        if name in PRODUCTS and done:
            products += 1
        elif name in PRODUCTS:
            left.append(f"{name} #{index}")
    if not products:
        raise BadOption("--quantize", "a product with constant weights", "none")
    if integers:
        whole.give_out(work, model)
        return Quantised(whole.checked(work), products, tuple(left), silent)
    for home, tensor in zip(homes.outputs, model.tables.outputs, strict=True):
        handle = work.others.get(home) or work.as_floats(work.forms[home])
        work.builder.output(
            work.builder.view(handle, tensor.spec.shape), tensor.spec.name
        )
    return Quantised(work.builder.build(), products, tuple(left), silent)


def silent_inputs(model: Model, samples: Samples) -> tuple[str, ...]:
    """Float inputs that are never other than 0, or by so little that no grid shows it.

    BadOption for a number that is not finite, or if all inputs are silent.
    """
    heard = set()
    for index, sample in enumerate(samples):
        for spec in model.inputs:
            array = np.asarray(sample[spec.name])
            if not np.isfinite(array).all():
                found = array[~np.isfinite(array)].flat[0]
                actual = f"{found} in {spec.name!r} of sample {index}"
                raise BadOption("--calibrate", "finite numbers", actual)
            if np.abs(array, dtype=np.float64).max() >= LEAST_SCALE:
                heard.add(spec.name)
    if not heard:
        raise BadOption("--calibrate", "inputs like those to come", "nothing but zeros")
    floats = [spec.name for spec in model.inputs if spec.dtype == "float32"]
    return tuple(name for name in floats if name not in heard)


def rewritten(work: Rewriter, index: int, name: str) -> bool:
    """One operator, by its family's rule; False if it stays as it was."""
    rule = RULES.get(name)
    made = rule(work, index) if rule else None
    if made is None:
        work.hold(Result(index), work.kept(index))
        return False
    work.forms[Result(index)] = made
    return True


def request_of(model: Model, sample: Mapping[str, Array]) -> bytes:
    return model.encode_input([sample[spec.name] for spec in model.inputs])


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two images on the same samples; accuracies are None without labels.

    Differences are of the first output, by its greatest magnitude before; None if it
    is not a float in both.
    """

    samples: int
    maximum: float | None
    mean: float | None
    agreement: float
    accuracy_before: float | None
    accuracy_after: float | None

    @property
    def drop(self) -> float:
        """Of accuracy, or of agreement where labels are unknown."""
        if self.accuracy_before is None or self.accuracy_after is None:
            return 1 - self.agreement
        return self.accuracy_before - self.accuracy_after


def compare(
    before: Model, after: Model, samples: Samples, labels: Array | None = None
) -> Comparison:
    """The first output, and its greatest element, by either image."""
    sides = [
        np.array([image.run(given(image, sample))[0].ravel() for sample in samples])
        for image in (before, after)
    ]
    tops = [side.argmax(1) for side in sides]
    maximum, mean = differences(*sides)

    def accuracy(side: Array) -> float | None:
        return None if labels is None else float(np.mean(np.equal(side, labels)))

    return Comparison(
        samples=len(samples),
        maximum=maximum,
        mean=mean,
        agreement=float(np.mean(np.equal(tops[0], tops[1]))),
        accuracy_before=accuracy(tops[0]),
        accuracy_after=accuracy(tops[1]),
    )


def differences(before: Array, after: Array) -> tuple[float, float] | tuple[None, None]:
    """The greatest and the mean one, by the greatest magnitude before."""
    if {before.dtype, after.dtype} != {np.dtype(np.float32)}:
        return None, None
    with np.errstate(invalid="ignore"):  # of infinities
        gaps = np.abs(before.astype(np.float64) - after)
    greatest = float(np.abs(before).max()) or 1.0
    return float(gaps.max()) / greatest, float(gaps.mean()) / greatest


def given(image: Model, sample: Mapping[str, Array]) -> list[Array]:
    return [sample[spec.name] for spec in image.inputs]
