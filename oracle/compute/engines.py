"""What computes an answer in a process: all engines give the same bits."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final
from weakref import WeakKeyDictionary

from mips_vm.compiled import llvm
from oracle.errors import NoEngine
from tinynn import Model
from tinynn.errors import GpuUnusable, WasmUnusable
from tinynn.wasm.runtime import WasmProgram, check

MOST_TOGETHER: Final = 64
"""Inputs that a GPU gets at once: more gain nothing."""


class Engine(StrEnum):
    """By the name that the setting has."""

    NATIVE = "native"
    WASM = "wasm"
    GPU = "gpu"

    @property
    def together(self) -> int:
        """Inputs of one model that are better answered at once than one by one."""
        return MOST_TOGETHER if self is Engine.GPU else 1

    def answer(self, model: Model, data: bytes) -> bytes:
        """The model's output for an input; not for two threads at once."""
        return self.answers(model, [data])[0]

    def answers(self, model: Model, inputs: Sequence[bytes]) -> list[bytes]:
        """The outputs for several inputs; not for two threads at once."""
        match self:
            case Engine.NATIVE:
                return [model.answer(data) for data in inputs]
            case Engine.GPU:
                from oracle.compute import gpu  # others have no use for its kernels

                return gpu.answers(model, inputs)
        program = _programs.get(model)
        if program is None:
            program = _programs[model] = WasmProgram(model.image)
        return [program.answer(data) for data in inputs]

    def check(self) -> None:
        """Raises `NoEngine` where it can't run. A GPU leaves much to native code."""
        if self is not Engine.WASM and not llvm.usable():
            raise NoEngine(self.value, "expected the package llvmlite, got none")
        try:
            if self is Engine.WASM:
                check()
            elif self is Engine.GPU:
                from tinynn.gpu.opening import opened

                opened()
        except (WasmUnusable, GpuUnusable) as error:
            raise NoEngine(self.value, str(error)) from None


_programs: "WeakKeyDictionary[Model, WasmProgram]" = WeakKeyDictionary()
