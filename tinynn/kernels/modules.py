"""All kernels, by name: what writes the module that has them."""

from collections.abc import Callable
from typing import Final

from . import (
    byte_factors,
    byte_products,
    casting,
    choosing,
    columns,
    elements,
    folds,
    language,
    looping,
    moving,
    pooling,
    quantising,
    rescaling,
    rows,
    tiles,
    tokenising,
    trees,
    turning,
    waiting,
)
from .blocks import activations, panels
from .blocks import rows as block_rows

MODULES: Final[dict[str, Callable[[], str]]] = {
    **tiles.MODULES,
    "multiply": tiles.multiply_ir,
    "move": moving.move_ir,
    "deep": moving.deep_ir,
    "turn": turning.module_ir,
    "pool": pooling.module_ir,
    "row": rows.module_ir,
    "column": columns.module_ir,
    "fold": folds.module_ir,
    "gather": choosing.gather_ir,
    "gather_each": choosing.gather_each_ir,
    "scatter": choosing.scatter_ir,
    "top": choosing.top_ir,
    "cast": casting.module_ir,
    "tokens": tokenising.module_ir,
    "trees": trees.module_ir,
    "team": waiting.module_ir,
    "loop": looping.module_ir,
    **elements.MODULES,
    **quantising.MODULES,
    **rescaling.MODULES,
    **byte_products.MODULES,
    "byte": byte_factors.module_ir,
    "block": activations.module_ir,
    "block_row": block_rows.module_ir,
    **panels.MODULES,
    **language.MODULES,
}
"""By the first part of a kernel's name, or the first two: `slide.3` is of `slide`,
`element.add.vv` of `element.add`."""
