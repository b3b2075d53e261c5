"""The guest: the interpreter, in C, that runs every model inside the machine.

Its ELF is committed; `python -m tinynn.guest.build` makes it again from the sources.
"""

from functools import cache
from pathlib import Path

from mips_vm import Machine


def elf_path() -> Path:
    """The committed guest, a program for `mips_vm.Machine`."""
    return Path(__file__).with_name("guest.elf")


@cache
def program_root() -> bytes:
    """Root of the program region with the guest in it: the guest's identity."""
    return Machine.from_elf(elf_path()).memory.program_root()
