"""The guest: the interpreter, in C, that runs every model inside the machine.

Its ELF is committed; `python -m tinynn.guest.build` makes it again from the sources.
"""

from functools import cache
from pathlib import Path

from mips_vm import Machine, elf


def elf_path() -> Path:
    """The committed guest, a program for `mips_vm.Machine`."""
    return Path(__file__).with_name("guest.elf")


@cache
def program() -> elf.Program:
    """The guest, read once: a file replaced under a running process changes nothing.

    INVARIANT: the guest that runs is the one that `program_root` names. Else a worker
    whose package is upgraded would defend true answers by traces of another program.
    """
    return elf.read(elf_path())


def machine() -> Machine:
    """A running machine with the guest loaded."""
    return Machine.from_loaded(program())


@cache
def program_root() -> bytes:
    """Root of the program region with the guest in it: the guest's identity."""
    return machine().memory.program_root()
