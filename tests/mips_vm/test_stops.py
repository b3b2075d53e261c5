"""Games stop machines anywhere: what is translated is the program's, not the stops'."""

import random
from collections.abc import Iterator

import numpy as np
import pytest

import tinynn
from mips_vm import Machine
from mips_vm.constants import PROGRAM
from mips_vm.translate import engine
from mips_vm.translate.instruments import ALL
from tinynn import models

GAMES = 200
SEED = 41


@pytest.fixture
def empty(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As in a new process: nothing is translated."""
    monkeypatch.setattr(engine, "_translations", type(engine._translations)())
    yield


def units(machine: Machine) -> int:
    """How many functions' worth of code are translated of its program."""
    words = machine.memory.array[: PROGRAM.end].view(np.uint32)
    return len(engine._translation(machine.memory, words, ALL)._units)


def in_a_layer() -> tuple[Machine, int]:
    """At the start of the digit reader's first layer, and its length."""
    model = tinynn.load(models.path("mnist"))
    data = random.Random(SEED).randbytes(784)
    execution = model.execution(data)
    execution.seek(1)
    machine = execution.machine
    machine.resume()
    start = machine.snapshot()
    length = machine.run()
    machine.restore(start)
    return machine, length


def test_games_after_a_run_translate_next_to_nothing(empty: None) -> None:
    machine, length = in_a_layer()
    start, known, rng = machine.snapshot(), units(machine), random.Random(SEED)
    for _ in range(GAMES // 5):
        machine.restore(start)
        stop = rng.randrange(length)
        assert machine.run(stop) == stop
        assert machine.run() == length - stop
    assert 0 < units(machine) <= known + 2


def test_games_that_begin_in_the_midst_translate_what_runs_do(
    empty: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even where no run from the start came before: each is taken up at a stop."""
    machine, length = in_a_layer()
    start, known, rng = machine.snapshot(), units(machine), random.Random(SEED)
    stops = []
    for _ in range(12):
        machine.restore(start)
        machine.run(rng.randrange(length))
        stops.append(machine.snapshot())
    monkeypatch.setattr(engine, "_translations", type(engine._translations)())
    counts = []
    for _ in range(GAMES):
        machine.restore(rng.choice(stops))
        machine.run(rng.randrange(1, length))
        counts.append(units(machine))
    assert counts[-1] <= 3 * known and counts[-1] == counts[GAMES // 2], counts
