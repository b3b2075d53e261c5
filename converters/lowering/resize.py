"""Resize and Upsample, an axis at a time, by constant indices and weights.

Along each axis an element of the result lies at a place between elements of the source.
The nearest one is a gather; the linear mean is two gathers, weighted and added.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import floor

import numpy as np
from numpy.typing import NDArray

from converters.lowering.movement import axis_of, integers
from converters.registry import Graph, Refused, lowers
from converters.values import Constant, Value

Places = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Stretch:
    """One axis: `before` elements become `after`, by `scale`."""

    axis: int
    before: int
    after: int
    scale: float

    def places(self, how: str) -> Places:
        """Where in the source each element of the result lies."""
        x = np.arange(self.after, dtype=np.float64)
        half = (x + 0.5) / self.scale - 0.5
        exact = self.before * self.scale  # of which `after` is the whole part
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


ROUNDINGS: Mapping[str, Callable[[Places], Places]] = {
    "round_prefer_floor": lambda x: np.ceil(x - 0.5),
    "round_prefer_ceil": lambda x: np.floor(x + 0.5),
    "floor": np.floor,
    "ceil": np.ceil,
}


@lowers("Upsample")
def upsample(graph: Graph, x: Value, scales: Value, *, mode: str = "nearest") -> Value:
    return resized(graph, x, by_scales(x, range(len(x.shape)), scales), mode, OLD)


OLD = ("asymmetric", "floor")


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
    """Without antialiasing, unless nothing shrinks: then it changes nothing."""
    if graph.opset < 11:  # Resize(x, scales)
        stretches = by_scales(x, range(len(x.shape)), roi)
        return resized(graph, x, stretches, mode, OLD)
    along = [axis_of(x, axis) for axis in axes] if axes else range(len(x.shape))
    if sizes is not None and sizes.shape != (0,):
        policy = keep_aspect_ratio_policy
        stretches = by_sizes(x, along, integers(sizes, "sizes"), policy)
    else:
        stretches = by_scales(x, along, scales)
    if antialias and any(stretch.scale < 1 for stretch in stretches):
        raise Refused("antialias has no meaning here", "resize without it")
    how = (coordinate_transformation_mode, nearest_mode)
    return resized(graph, x, stretches, mode, how)


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
    mode: str,
    how: tuple[str, str],
) -> Value:
    transformation, rounding = (name for name in how)
    for stretch in stretches:
        if stretch.scale == 1 and stretch.before == stretch.after:
            continue
        places = stretch.places(transformation)
        if mode == "nearest":
            nearest = ROUNDINGS[rounding](places)
            x = picked(graph, x, stretch, nearest)
        elif mode in ("linear", "bilinear", "trilinear"):
            x = mixed(graph, x, stretch, places)
        else:
            raise Refused(f"mode {mode} has no meaning here", "use linear")
    return x


def picked(graph: Graph, x: Value, stretch: Stretch, places: Places) -> Value:
    """The elements at whole places; those outside are the ones at the border."""
    indices = np.clip(places, 0, stretch.before - 1).astype(np.int64)
    return graph.apply("Gather", x, Constant(indices), axis=stretch.axis)


def mixed(graph: Graph, x: Value, stretch: Stretch, places: Places) -> Value:
    """Two neighbours, each by how near it is."""
    low = np.floor(places)
    line = [1] * len(x.shape)
    line[stretch.axis] = stretch.after
    share = (places - low).reshape(line)
    parts = [
        graph.apply(
            "Mul", picked(graph, x, stretch, at), Constant(weight.astype(np.float32))
        )
        for at, weight in ((low, 1 - share), (low + 1, share))
    ]
    return graph.apply("Add", *parts)
