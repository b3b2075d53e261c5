"""One inference: natively, and checked in the machine where that is affordable."""

import time
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path

import tinynn
from challenge.trace import MachineExecution
from mips_vm import Status
from mips_vm.compiled import llvm
from oracle.compute.engines import Engine
from oracle.compute.work import work_of
from oracle.errors import CrossCheckFailed, WrongImage
from tinynn import Model

KEPT_MODELS = 8
"""That an executor elsewhere keeps loaded."""

_models: dict[bytes, tinynn.Model] = {}


@dataclass(frozen=True, slots=True)
class Task:
    """An input for a model. Up to `cross_check_steps` bounded instructions of the
    passes that were run, the answer is computed by the machine, too."""

    model: tinynn.Model
    data: bytes
    cross_check_steps: int

    @property
    def kind(self) -> Hashable:
        """Tasks of one kind take about the same time."""
        return self.model.model_root, self.model.tables.accepts(len(self.data))

    def compute(self, engine: Engine = Engine.NATIVE) -> bytes:
        """The output. Raises `CrossCheckFailed`; without LLVM nothing is checked, for
        the machine would be interpreted."""
        found = engine.answer(self.model, self.data)
        steps = self.cross_check_steps if llvm.usable() else -1
        if run_instructions(self.model, found) <= steps:
            execution = MachineExecution(self.model.machine(self.data))
            while execution.advance() is Status.YIELDED:
                pass
            if (expected := execution.machine.output()) != found:
                raise CrossCheckFailed(expected, found)
        return found


def run_instructions(model: Model, output: bytes) -> int:
    """Upper bound of the instructions of the run that gave this output."""
    if not model.tables.varies:
        return model.most_instructions
    return work_of(model.tables).instructions(model.passes_of(output))


def whole_seconds(model: Model, output: bytes, seconds: float) -> float:
    """What all of its loop's passes would have taken: who has timed a short answer must
    not be surprised by a long one."""
    run = run_instructions(model, output) if output else model.most_instructions
    return seconds * model.most_instructions / run


@dataclass(frozen=True, slots=True)
class Order:
    """A task as it goes to another process: the model by its root, and its image or
    where that lies."""

    model_root: bytes
    source: bytes | Path
    data: bytes
    cross_check_steps: int
    engine: Engine = Engine.NATIVE

    @classmethod
    def of(cls, task: Task, engine: Engine = Engine.NATIVE) -> "Order":
        model, steps = task.model, task.cross_check_steps
        return cls(model.model_root, model.source, task.data, steps, engine)


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds that a task took: its image, read and hashed, if it wasn't there; then
    the rest, as if all passes of its loop had been run."""

    load_seconds: float = 0.0
    run_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of an order: its output, or why there is none.

    Errors travel as text: not all of them survive being pickled.
    """

    output: bytes = b""
    problem: str = ""
    timing: Timing = Timing()


def carry_out(order: Order) -> Delivery:
    """In another process: whatever goes wrong with it is told, and ends there."""
    try:
        fresh, begun = order.model_root not in _models, time.perf_counter()
        model = loaded(order.model_root, order.source)
        there = time.perf_counter()
        task = Task(model, order.data, order.cross_check_steps)
        output = task.compute(order.engine)
        load = there - begun if fresh else 0.0
        timing = Timing(load, whole_seconds(model, output, time.perf_counter() - there))
        return Delivery(output, timing=timing)
    except Exception as error:
        return Delivery(problem=f"{type(error).__name__}: {error}")


def loaded(model_root: bytes, source: bytes | Path) -> tinynn.Model:
    """The model, if what lies there is still its image; once in a process."""
    if model_root not in _models:
        if len(_models) >= KEPT_MODELS:
            del _models[next(iter(_models))]
        _models[model_root] = _checked(model_root, source)
    return _models[model_root]


def _checked(model_root: bytes, source: bytes | Path) -> tinynn.Model:
    model = tinynn.load(source)
    if model.model_root != model_root:
        place = source if isinstance(source, Path) else Path("image")
        raise WrongImage(place, model_root, f"0x{model.model_root.hex()}")
    return model
