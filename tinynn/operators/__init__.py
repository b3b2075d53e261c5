"""The operators: one module a family, and the tables of them all.

A module's FAMILIES are what an image may hold; its OPERATIONS what a graph may be asked
for, by ONNX's names where ONNX has one.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from . import (
    argmax,
    binary,
    blocks,
    cache,
    cast,
    conv,
    dense,
    gather,
    integer,
    log_softmax,
    matmul,
    movement,
    noise,
    normalize,
    pool,
    quantize,
    reduce,
    relu,
    rescale,
    scale_u8,
    scan,
    scatter,
    softmax,
    text,
    top,
    trees,
    unary,
)
from .cache import PUT_KEY, PUT_ROW, PUTS
from .family import Family, Operand, Operator, Space
from .graph import Operation, Value
from .language import attention, gated, pick, rms_norm, rope

_MODULES: Final = (
    scale_u8,
    dense,
    relu,
    softmax,
    argmax,
    unary,
    binary,
    movement,
    gather,
    scatter,
    reduce,
    log_softmax,
    scan,
    top,
    cast,
    matmul,
    conv,
    pool,
    normalize,
    integer,
    quantize,
    rescale,
    trees,
    cache,
    text,
    blocks,
    attention,
    rms_norm,
    rope,
    gated,
    pick,
    noise,
)

FAMILIES: Final[Mapping[int, Family]] = MappingProxyType(
    {family.opcode: family for module in _MODULES for family in module.FAMILIES}
)
"""By opcode."""

OPERATIONS: Final[Mapping[str, Operation]] = MappingProxyType(
    {name: found for module in _MODULES for name, found in module.OPERATIONS.items()}
)
"""By name."""

__all__ = [
    "FAMILIES",
    "OPERATIONS",
    "PUTS",
    "PUT_KEY",
    "PUT_ROW",
    "Family",
    "Operand",
    "Operator",
    "Space",
    "Value",
]
