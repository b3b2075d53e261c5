"""Many games about one run in one process: what they leave is bounded."""

from collections.abc import Iterator

import numpy as np
import pytest
from support.language import attending

from challenge.trace import ExecutionTrace
from mips_vm import Machine, Status
from mips_vm.constants import PROGRAM
from mips_vm.translate import engine
from mips_vm.translate.instruments import ALL

GAMES = 200


@pytest.fixture
def empty(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As in a new process: nothing is translated."""
    monkeypatch.setattr(engine, "_translations", type(engine._translations)())
    yield


def translated(machine: Machine) -> int:
    """Instructions of the guest's that are."""
    words = machine.memory.array[: PROGRAM.end].view(np.uint32)
    units = engine._translation(machine.memory, words, ALL)._units
    return sum(unit.size for unit in units)


def narrowed(trace: ExecutionTrace, segment: int, length: int, step: int) -> None:
    """The roots and the witness of a game inside a segment, by parts of four."""
    low, high = 0, length
    while high - low > 1:
        cuts = sorted({low + (high - low) * i // 4 for i in range(1, 5)})
        for cut in cuts:
            trace.state_root(segment, cut)
        low = max([low, *(cut for cut in cuts if cut <= step)])
        high = min(cut for cut in cuts if cut > step)
    assert trace.machine_at(segment, low).witness().data


def test_games_at_random_places_translate_the_program_not_their_stops(
    empty: None,
) -> None:
    """Attention in a loop: what is stopped at differs from game to game."""
    model = attending.looped(12, 2, 1, 8, 12)
    rng = np.random.default_rng(200)
    data = [rng.standard_normal(spec.shape).astype(np.float32) for spec in model.inputs]
    request = model.encode_input(data)
    machine = model.machine(request)
    while machine.status is Status.YIELDED:
        machine.resume()
        machine.run()
    whole = translated(machine)
    engine._translations.clear()
    trace = ExecutionTrace(model.execution(request))
    sizes = []
    for _ in range(GAMES):
        segment = int(rng.integers(0, trace.segments()))
        length = trace.instructions(segment)
        narrowed(trace, segment, length, int(rng.integers(0, length)))
        sizes.append(translated(trace.machine_at(segment, 0)))
    assert sizes[0] < whole < sizes[-1] < 2 * whole
    assert sizes[-1] < 1.2 * sizes[GAMES // 2], "they come to nothing new"
    assert trace.held_bytes < 64 << 20
