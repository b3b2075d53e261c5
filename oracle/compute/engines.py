"""What computes an answer in a process: all engines give the same bits."""

from enum import StrEnum
from weakref import WeakKeyDictionary

from mips_vm.compiled import llvm
from oracle.errors import NoEngine
from tinynn import Model
from tinynn.errors import WasmUnusable
from tinynn.wasm.runtime import WasmProgram, check


class Engine(StrEnum):
    """By the name that the setting has."""

    NATIVE = "native"
    WASM = "wasm"

    def answer(self, model: Model, data: bytes) -> bytes:
        """The model's output for an input; not for two threads at once."""
        if self is Engine.NATIVE:
            return model.answer(data)
        program = _programs.get(model)
        if program is None:
            program = _programs[model] = WasmProgram(model.image)
        return program.answer(data)

    def check(self) -> None:
        """Raises `NoEngine` where it can't run."""
        if self is Engine.NATIVE and not llvm.usable():
            raise NoEngine(self.value, "expected the package llvmlite, got none")
        if self is Engine.WASM:
            try:
                check()
            except WasmUnusable as error:
                raise NoEngine(self.value, str(error)) from None


_programs: "WeakKeyDictionary[Model, WasmProgram]" = WeakKeyDictionary()
