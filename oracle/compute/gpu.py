"""Answers by this process's GPU, as long as it works."""

from collections.abc import Sequence
from functools import cache
from weakref import WeakKeyDictionary

from tinynn import Model
from tinynn.gpu.opening import opened
from tinynn.gpu.program import GpuProgram
from tinynn.gpu.trust import Trusted

_programs: "WeakKeyDictionary[Model, GpuProgram]" = WeakKeyDictionary()


@cache
def trusted() -> Trusted:
    """Raises GpuUnusable."""
    return opened()


def answers(model: Model, inputs: Sequence[bytes]) -> list[bytes]:
    """Inputs that don't fit never get to the GPU. Not for two threads at once.

    Raises GpuUnusable where there is none; one that fails later is done without.
    """
    accepts = model.tables.accepts
    fitting = [data for data in inputs if accepts(len(data))]
    held = trusted()
    try:
        program = _programs.get(model)
        if program is None:
            program = _programs[model] = GpuProgram(model.tables, model.image, held)
        found = iter(program.answers(fitting))
    except Exception as error:  # a driver's, of any kind: native code has the same bits
        held.lose(f"{type(error).__name__}: {error}")
        found = iter([model.answer(data) for data in fitting])
    return [
        next(found) if accepts(len(data)) else model.answer(data) for data in inputs
    ]
