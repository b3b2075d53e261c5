"""LLVM IR of the operators of language models."""

from collections.abc import Callable, Mapping
from typing import Final

from . import attending, gating, norming, picking, rotating

MODULES: Final[Mapping[str, Callable[[], str]]] = {
    "attention": attending.module_ir,
    "rms": norming.module_ir,
    "rope": rotating.module_ir,
    **gating.MODULES,
    "pick": picking.module_ir,
}
"""By the first part of a kernel's name, or the first two."""
