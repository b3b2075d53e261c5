"""The header before guest memory, as translated code uses it: 32-bit words."""

from typing import Final

from mips_vm.translate.registers import COUNT

PC_WORD: Final = COUNT
"""pc and next_pc, which are read and written as one i64; registers come before."""

TABLE_WORD: Final = PC_WORD + 2
"""Host address of the table of translated code, an i64."""

HANDED_OVER_WORD: Final = TABLE_WORD + 2
"""Not zero if native code left before an instruction that it does not execute, zero if
control only went elsewhere."""

MAX_DEPTH: Final = 128
"""Host calls within one another: a host stack is small, a guest's recursion need not
be."""
