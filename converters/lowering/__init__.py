"""Lowerings, a family of operators a file; importing this folder fills the table."""

from converters.lowering import (
    activation,
    circular,
    convolution,
    dense,
    elementwise,
    hyperbolic,
    movement,
    normalisation,
    pooling,
    quantised,
    recurrent,
    reduction,
    resize,
    scale,
    scattering,
    shape,
)

__all__ = [
    "activation",
    "circular",
    "convolution",
    "dense",
    "elementwise",
    "hyperbolic",
    "movement",
    "normalisation",
    "pooling",
    "quantised",
    "recurrent",
    "reduction",
    "resize",
    "scale",
    "scattering",
    "shape",
]
