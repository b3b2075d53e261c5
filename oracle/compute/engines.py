"""What computes an answer in a process: all engines give the same bits."""

from collections.abc import Sequence
from enum import StrEnum
from functools import cache
from weakref import WeakKeyDictionary

from oracle.errors import NoEngine
from tinynn import Model
from tinynn.errors import GpuUnusable, WasmUnusable
from tinynn.gpu.opening import opened
from tinynn.gpu.program import MOST_TOGETHER, GpuProgram
from tinynn.gpu.trust import Trusted
from tinynn.wasm.runtime import WasmProgram, check


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
            case Engine.GPU:
                return _by_gpu(model, inputs)
            case Engine.WASM:
                program = _modules.get(model)
                if program is None:
                    program = _modules[model] = WasmProgram(model.image)
                return [program.answer(data) for data in inputs]
            case _:
                return [model.answer(data) for data in inputs]

    def check(self) -> None:
        """Raises `NoEngine` where it can't run."""
        try:
            if self is Engine.WASM:
                check()
            elif self is Engine.GPU:
                opened()
        except (WasmUnusable, GpuUnusable) as error:
            raise NoEngine(self.value, str(error)) from None


_modules: "WeakKeyDictionary[Model, WasmProgram]" = WeakKeyDictionary()
_programs: "WeakKeyDictionary[Model, GpuProgram]" = WeakKeyDictionary()


@cache
def _gpu() -> Trusted:
    """This process's."""
    return opened()


def _by_gpu(model: Model, inputs: Sequence[bytes]) -> list[bytes]:
    """By the GPU, as long as it works; inputs that don't fit never get there."""
    accepts = model.tables.accepts
    fitting = [data for data in inputs if accepts(len(data))]
    try:
        program = _programs.get(model)
        if program is None:
            program = GpuProgram(model.tables, model.image, _gpu())
            _programs[model] = program
        found = iter(program.answers(fitting))
    except GpuUnusable:
        raise
    except Exception as error:  # a driver's, of any kind: native code has the same bits
        _gpu().lose(f"{type(error).__name__}: {error}")
        found = iter([model.answer(data) for data in fitting])
    return [
        next(found) if accepts(len(data)) else model.answer(data) for data in inputs
    ]
