"""Lowerings, a family of operators a file; importing this folder fills the table."""

from converters.lowering import activation, dense, scale, shape

__all__ = ["activation", "dense", "scale", "shape"]
