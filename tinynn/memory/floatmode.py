"""The processor's floating-point mode, made what IEEE-754 says while kernels run.

A library may have switched on flushing of subnormals or another rounding on this thread
(audio code and some machine-learning frameworks do). Two tiny functions, compiled once,
read and write the control register: MXCSR on x86-64, FPCR on AArch64. Where a process
does without LLVM, C's own `fesetenv` does the same.
"""

import ctypes
import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from mips_vm.compiled import llvm

from ..errors import TinynnError, listed
from .floatenv import default_floats


@dataclass(frozen=True, slots=True)
class _Register:
    """How LLVM assembly reads and writes the control register of one architecture."""

    bits: int
    exact: int
    """Round to nearest even, subnormals kept, exceptions masked."""

    read: str
    write: str


_X86 = _Register(
    bits=32,
    exact=0x1F80,
    read="""
  %slot = alloca i32
  call void asm sideeffect "stmxcsr $0", "=*m"(ptr elementtype(i32) %slot)
  %mode = load i32, ptr %slot""",
    write="""
  %slot = alloca i32
  store i32 %mode, ptr %slot
  call void asm sideeffect "ldmxcsr $0", "*m"(ptr elementtype(i32) %slot)""",
)
_ARM = _Register(
    bits=64,
    exact=0,
    read='%mode = call i64 asm sideeffect "mrs $0, fpcr", "=r"()',
    write='call void asm sideeffect "msr fpcr, $0", "r"(i64 %mode)',
)
_REGISTERS: Final = {
    "x86_64": _X86,
    "AMD64": _X86,
    "aarch64": _ARM,
    "arm64": _ARM,
}


class UnsupportedHost(TinynnError):
    """Nothing is known of this processor's floating-point mode."""

    def __init__(self, actual: str) -> None:
        super().__init__(
            f"processor: expected {listed(list(_REGISTERS))}, got {actual}"
        )
        self.actual = actual


@dataclass(frozen=True, slots=True)
class _Access:
    """The compiled accessors; `engine` keeps their code alive."""

    exact: int
    read: Callable[[], int]
    write: Callable[[int], None]
    engine: Any


@contextmanager
def exact_floats() -> Iterator[None]:
    """Within it this thread rounds to nearest even and keeps subnormals."""
    if not llvm.usable():
        with default_floats():
            yield
        return
    access = _access()
    before = access.read()
    access.write(access.exact)
    try:
        yield
    finally:
        access.write(before)


def read_mode() -> int:
    """The control register of this thread."""
    return _access().read()


def write_mode(mode: int) -> None:
    """Sets the control register of this thread."""
    _access().write(mode)


def _register() -> _Register:
    machine = platform.machine()
    if machine not in _REGISTERS:
        raise UnsupportedHost(machine)
    return _REGISTERS[machine]


@cache
def _access() -> _Access:
    binding, register = llvm.binding(), _register()
    module = binding.parse_assembly(_assembly(register))
    target = binding.Target.from_default_triple().create_target_machine()
    engine = binding.create_mcjit_compiler(module, target)
    engine.finalize_object()
    word = {32: ctypes.c_uint32, 64: ctypes.c_uint64}[register.bits]
    read = ctypes.CFUNCTYPE(word)(engine.get_function_address("read_mode"))
    write = ctypes.CFUNCTYPE(None, word)(engine.get_function_address("write_mode"))
    return _Access(register.exact, read, write, engine)


def exact_ir(name: str, inner: str) -> str:
    """LLVM IR of `name`, which calls `inner` of the same module with exact floats.

    Both take a pointer and a word of 64 bits, and return nothing.
    """
    register = _register()
    word = f"i{register.bits}"
    return f"""{_assembly(register)}
define void @{name}(ptr %a, i64 %b) {{
  %before = call {word} @read_mode()
  call void @write_mode({word} {register.exact})
  call void @{inner}(ptr %a, i64 %b)
  call void @write_mode({word} %before)
  ret void
}}
"""


def _assembly(register: _Register) -> str:
    word = f"i{register.bits}"
    return f"""
define {word} @read_mode() {{
  {register.read}
  ret {word} %mode
}}
define void @write_mode({word} %mode) {{
  {register.write}
  ret void
}}
"""
