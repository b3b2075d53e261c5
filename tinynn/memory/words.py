"""Words of the guest's memory that an image's operators may read."""

from typing import Final

from mips_vm.constants import ARENA, INPUT, WORD_BYTES

from .extent import Extent

PASS_WORD: Final = Extent(ARENA.base + WORD_BYTES, WORD_BYTES)
"""Passes that are done: 0 in the prologue, all that were run in the epilogue."""

LENGTH_WORD: Final = Extent(INPUT.base, WORD_BYTES)
"""The input's length in bytes."""
