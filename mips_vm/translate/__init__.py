"""MIPS to LLVM to native code: the fast second implementation of `step.py`."""

from mips_vm.translate.engine import run

__all__ = ["run"]
