"""Whether an image can be of a source at all: BadOption says what doesn't fit."""

from collections.abc import Sequence
from math import prod

from converters.errors import BadOption
from converters.message import short_names
from converters.source import Source
from converters.values import Array
from tinynn import Model


def check_alike(source: Source, image: Model) -> None:
    """BadOption unless the source's inputs and outputs are the image's."""
    short = short_names([port.name for port in source.inputs])
    ports = sorted(short.values())
    specs = sorted(spec.name for spec in image.inputs)
    if ports != specs:
        raise BadOption("--against", f"inputs {', '.join(specs)}", ", ".join(ports))
    shapes = {spec.name: spec.shape for spec in image.inputs}
    for port in source.inputs:
        shape = shapes[short[port.name]]
        if prod(shape) != prod(port.shape):
            told = f"input {port.name} like {shape}", f"{port.shape}"
            raise BadOption("--against", *told)
    theirs = list(short_names(source.outputs).values())
    ours = [spec.name for spec in image.outputs]
    if theirs != ours[: len(theirs)]:
        raise BadOption("--against", f"outputs {', '.join(ours)}", ", ".join(theirs))


def check_scale(source: Source, image: Model, scale: float | None) -> None:
    """BadOption for a scale where no input is of bytes for the source's floats."""
    types = {spec.name: spec.dtype for spec in image.inputs}
    short = short_names([port.name for port in source.inputs])
    pairs = [(types[short[port.name]], port.dtype) for port in source.inputs]
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
