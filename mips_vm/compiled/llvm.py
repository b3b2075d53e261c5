"""Whether this process may use LLVM: it is 50 MB of memory, and isn't everywhere.

Without it hashes are computed by pycryptodome and memory is looked through by numpy,
more slowly and to the same bits; native kernels and the translated machine are not
there. Nothing is imported to find out.
"""

import sys
from functools import cache
from importlib.util import find_spec
from typing import Any

from mips_vm.errors import NoCompiler

PACKAGE = "llvmlite"

_avoided = False


def avoid() -> None:
    """From now on this process does without. To be called before anything is hashed."""
    global _avoided
    _avoided = True


def usable() -> bool:
    """Whether it is installed, and nobody has said to do without."""
    return not _avoided and installed()


@cache
def installed() -> bool:
    """Whether another process could use it."""
    if PACKAGE in sys.modules:
        return sys.modules[PACKAGE] is not None
    return find_spec(PACKAGE) is not None


@cache
def binding() -> Any:
    """llvmlite's, with the host as its target. Raises `NoCompiler`."""
    if not usable():
        raise NoCompiler
    from llvmlite import binding  # type: ignore[import-untyped]

    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    binding.initialize_native_asmparser()  # for assembly within IR
    return binding
