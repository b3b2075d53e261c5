"""The operators: one module a family, and the table of them all."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from . import argmax, dense, relu, scale_u8, softmax
from .family import Family, Operator, Space

FAMILIES: Final[Mapping[int, Family]] = MappingProxyType(
    {
        module.FAMILY.opcode: module.FAMILY
        for module in (scale_u8, dense, relu, softmax, argmax)
    }
)

__all__ = ["FAMILIES", "Family", "Operator", "Space"]
