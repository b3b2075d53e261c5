"""Resize and Upsample, an axis at a time, by constant indices and weights.

Along each axis an element of the result lies at a place between elements of the source.
The nearest one is a gather; a linear or cubic mean is several, weighted and added.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from converters.lowering.movement import axis_of, check_length, integers
from converters.registry import Graph, Refused, lowers
from converters.values import Constant, Value

Places = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Stretch:
    """One axis: `before` elements become `after`, by `scale`.

    Of the part from `start` to `end`, where the whole is from 0 to 1, if there is one.
    """

    axis: int
    before: int
    after: int
    scale: float
    part: tuple[float, float] | None = None

    @property
    def rounded(self) -> bool:
        """Whether the scale asks for a length that is no whole number."""
        return abs(self.before * self.scale - self.after) > NEARLY_WHOLE

    def places(self, how: str) -> Places:
        """Where in the source each element of the result lies."""
        check_length(self.after)
        x = np.arange(self.after, dtype=np.float64)
        half = (x + 0.5) / self.scale - 0.5
        exact = self.before * self.scale  # of which `after` is the whole part
        if self.part is not None:
            start, end = (bound * (self.before - 1) for bound in self.part)
            if exact == 1:
                return x * 0 + (start + end) / 2
            return start + x * (end - start) / (exact - 1)
        if how == "half_pixel_symmetric":
            return self.before / 2 * (1 - self.after / exact) + half
        if how == "pytorch_half_pixel":
            return half if exact > 1 else x * 0
        if how == "align_corners":
            return x * ((self.before - 1) / (exact - 1) if exact != 1 else 0)
        by_name = {
            "half_pixel": half,
            "asymmetric": x / self.scale,
            "tf_half_pixel_for_nn": (x + 0.5) / self.scale,
        }
        if how not in by_name:
            raise Refused(f"coordinate_transformation_mode {how} has no meaning here")
        return by_name[how]


NEARLY_WHOLE = 1e-4
"""Scales are float32: 5 times 1.2 is not quite 6."""

ROUNDED_CORNERS = (
    "stretched by the scale, as ONNX's tests say; onnxruntime and PyTorch stretch by "
    "the rounded length"
)

ROUNDINGS: Mapping[str, Callable[[Places], Places]] = {
    "round_prefer_floor": lambda x: np.ceil(x - 0.5),
    "round_prefer_ceil": lambda x: np.floor(x + 0.5),
    "floor": np.floor,
    "ceil": np.ceil,
}


@dataclass(frozen=True, slots=True)
class Mean:
    """How neighbours are weighted: by a kernel of their distance, up to `reach`.

    To antialias, the kernel of an axis that shrinks is as wide as its new elements.
    Without those outside, the other weights make up for them.
    """

    kernel: Callable[[Places], Places]
    reach: int
    antialias: bool
    without_outside: bool

    def taps(self, stretch: Stretch, places: Places) -> Iterator[tuple[Places, Places]]:
        """Numbers of the neighbours, and their weights."""
        narrow = min(stretch.scale, 1.0) if self.antialias else 1.0
        wide = ceil(self.reach / narrow)
        at = [np.floor(places) + k for k in range(1 - wide, wide + 1)]
        weights = [self.kernel(np.abs(places - x) * narrow) for x in at]
        if self.without_outside:
            inside = [(x >= 0) & (x < stretch.before) for x in at]
            weights = [w * kept for w, kept in zip(weights, inside, strict=True)]
        if self.without_outside or narrow < 1:
            total = np.sum(weights, axis=0)
            weights = [weight / total for weight in weights]
        return zip(at, weights, strict=True)


def linear(t: Places) -> Places:
    return np.maximum(1 - t, 0)


def cubic(a: float) -> Callable[[Places], Places]:
    """Keys's convolution kernel."""

    def kernel(t: Places) -> Places:
        near = ((a + 2) * t - (a + 3)) * t * t + 1
        far = ((a * t - 5 * a) * t + 8 * a) * t - 4 * a
        return np.where(t <= 1, near, np.where(t < 2, far, 0))

    return kernel


@lowers("Upsample")
def upsample(graph: Graph, x: Value, scales: Value, *, mode: str = "nearest") -> Value:
    stretches = by_scales(x, range(len(x.shape)), scales)
    return resized(graph, x, stretches, OLD, mean_of(mode))


OLD = ("asymmetric", "floor")
CROPPING = "tf_crop_and_resize"


@lowers("Resize")
def resize(
    graph: Graph,
    x: Value,
    roi: Value | None = None,
    scales: Value | None = None,
    sizes: Value | None = None,
    *,
    mode: str = "nearest",
    coordinate_transformation_mode: str = "half_pixel",
    nearest_mode: str = "round_prefer_floor",
    axes: Sequence[int] | None = None,
    antialias: int = 0,
    keep_aspect_ratio_policy: str = "stretch",
    cubic_coeff_a: float = -0.75,
    exclude_outside: int = 0,
    extrapolation_value: float = 0.0,
) -> Value:
    mean = mean_of(mode, cubic_coeff_a, bool(antialias), bool(exclude_outside))
    if graph.opset < 11:  # Resize(x, scales)
        stretches = by_scales(x, range(len(x.shape)), roi)
        return resized(graph, x, stretches, OLD, mean)
    along = [axis_of(x, axis) for axis in axes] if axes else range(len(x.shape))
    if sizes is not None and sizes.shape != (0,):
        policy = keep_aspect_ratio_policy
        stretches = by_sizes(x, along, integers(sizes, "sizes"), policy)
    else:
        stretches = by_scales(x, along, scales)
    how = (coordinate_transformation_mode, nearest_mode)
    if coordinate_transformation_mode != CROPPING:
        return resized(graph, x, stretches, how, mean)
    stretches = cropping(stretches, roi)
    inside = resized(graph, x, stretches, how, mean)
    return extrapolated(graph, inside, stretches, extrapolation_value)


def cropping(stretches: Sequence[Stretch], roi: Value | None) -> list[Stretch]:
    """Of the region of interest: where it starts on each axis, then where it ends."""
    if not isinstance(roi, Constant) or roi.array.size != 2 * len(stretches):
        raise Refused(f"roi: expected a constant of {2 * len(stretches)}, got another")
    bounds = roi.array.reshape(2, -1).astype(np.float64).T
    return [
        replace(stretch, part=(float(start), float(end)))
        for stretch, (start, end) in zip(stretches, bounds, strict=True)
    ]


def extrapolated(
    graph: Graph, x: Value, stretches: Sequence[Stretch], value: float
) -> Value:
    """x, but `value` at places outside of the source."""
    outside = np.zeros(x.shape, bool)
    for stretch in stretches:
        places = stretch.places(CROPPING)
        line = [1] * len(x.shape)
        line[stretch.axis] = stretch.after
        beyond = (places < 0) | (places > stretch.before - 1)
        outside |= beyond.reshape(line)
    if not outside.any():
        return x
    filling = Constant(np.array(value, x.dtype))
    return graph.apply("Where", Constant(outside), filling, x)


def mean_of(
    mode: str, a: float = -0.75, antialias: bool = False, without_outside: bool = False
) -> Mean | None:
    """None for the nearest neighbour."""
    if mode == "nearest":
        return None
    if mode == "cubic":
        return Mean(cubic(a), 2, antialias, without_outside)
    if mode in ("linear", "bilinear", "trilinear"):
        return Mean(linear, 1, antialias, without_outside)
    raise Refused(f"mode {mode} has no meaning here", "use linear")


def by_scales(x: Value, along: Sequence[int], scales: Value | None) -> list[Stretch]:
    if not isinstance(scales, Constant):
        raise Refused("scales: expected a constant, got none")
    factors = [float(factor) for factor in scales.array.reshape(-1)]
    return [
        Stretch(axis, x.shape[axis], floor(x.shape[axis] * factor), factor)
        for axis, factor in zip(along, factors, strict=True)
    ]


def by_sizes(
    x: Value, along: Sequence[int], sizes: Sequence[int], policy: str
) -> list[Stretch]:
    scales = [size / x.shape[a] for a, size in zip(along, sizes, strict=True)]
    if policy != "stretch":
        one = min(scales) if policy == "not_larger" else max(scales)
        scales = [one] * len(scales)
        sizes = [floor(one * x.shape[axis] + 0.5) for axis in along]
    return [
        Stretch(axis, x.shape[axis], size, scale)
        for axis, size, scale in zip(along, sizes, scales, strict=True)
    ]


def resized(
    graph: Graph,
    x: Value,
    stretches: Sequence[Stretch],
    how: tuple[str, str],
    mean: Mean | None,
) -> Value:
    transformation, rounding = (name for name in how)
    for stretch in stretches:
        whole = stretch.part in (None, (0, 1))
        if whole and stretch.scale == 1 and stretch.before == stretch.after:
            continue
        if transformation == "align_corners" and stretch.rounded:
            graph.note(ROUNDED_CORNERS)
        places = stretch.places(transformation)
        if mean is None:
            x = picked(graph, x, stretch, ROUNDINGS[rounding](places))
        else:
            x = mixed(graph, x, stretch, mean.taps(stretch, places))
    return x


def picked(graph: Graph, x: Value, stretch: Stretch, places: Places) -> Value:
    """The elements at whole places; those outside are the ones at the border."""
    indices = np.clip(places, 0, stretch.before - 1).astype(np.int64)
    return graph.apply("Gather", x, Constant(indices), axis=stretch.axis)


def mixed(
    graph: Graph, x: Value, stretch: Stretch, taps: Iterator[tuple[Places, Places]]
) -> Value:
    """The neighbours, each times its weight, added up from the first on."""
    line = [1] * len(x.shape)
    line[stretch.axis] = stretch.after
    parts = [
        graph.apply(
            "Mul",
            picked(graph, x, stretch, at),
            Constant(weights.astype(np.float32).reshape(line)),
        )
        for at, weights in taps
    ]
    return reduce(lambda total, part: graph.apply("Add", total, part), parts)
