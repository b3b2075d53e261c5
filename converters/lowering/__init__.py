"""Lowerings, a family of operators a file; importing this folder fills the table."""

from converters.lowering import (
    activation,
    convolution,
    dense,
    elementwise,
    movement,
    normalisation,
    quantised,
    recurrent,
    reduction,
    resize,
    scale,
    shape,
)

__all__ = [
    "activation",
    "convolution",
    "dense",
    "elementwise",
    "movement",
    "normalisation",
    "quantised",
    "recurrent",
    "reduction",
    "resize",
    "scale",
    "shape",
]
