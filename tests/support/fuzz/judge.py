"""Whether the machines agree on a case; each sees only its own state and memory."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from support.fuzz.case import Case, Start
from support.machine.c_judge import Judge

from mips_vm import Machine, Status
from mips_vm.state import State
from mips_vm.translate import engine

Watch = Callable[[Machine], None]
"""Sees the reference machine before each step."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`disagreement` says where and how, and is empty if there is none."""

    steps: int
    disagreement: str = ""


def translated(case: Case, watch: Watch = lambda machine: None) -> Verdict:
    """The reference engine against the translated one: at stops on the way of each
    start its state, at the start's end the memory root."""
    # What is translated depends on where the program was entered before; a verdict must
    # not, or a case that is replayed would have another.
    engine._translations.clear()
    plain, fast = case.machine(), case.machine()
    steps = 0
    for number, start in enumerate(case.starts):
        start.enter(plain)
        start.enter(fast)
        for at, slice_, expected in _slices(plain, start, watch):
            taken = fast.run(slice_, engine="translated")
            steps += slice_
            where = f"start {number}, step {at}"
            if taken != slice_:
                return Verdict(steps, f"{where}: expected {slice_} steps, got {taken}")
            if fast.state != expected:
                return Verdict(steps, f"{where}: {_difference(expected, fast.state)}")
        if fast.memory.root() != plain.memory.root():
            return Verdict(steps, f"start {number}: memory differs")
    return Verdict(steps)


def _slices(
    plain: Machine, start: Start, watch: Watch
) -> Iterator[tuple[int, int, State]]:
    """Runs by reference; gives stops as (steps so far, steps of this slice, state)."""
    # Stops depend on the start alone, so that a case replays exactly.
    rng = random.Random(f"{start.pc} {start.lo}")
    at = 0
    while at < start.steps and plain.status is Status.RUNNING:
        wanted = rng.choice((1, 2, 7, 50, start.steps))
        begin = at
        while at < min(begin + wanted, start.steps):
            if plain.status is not Status.RUNNING:
                break
            watch(plain)
            plain.step()
            at += 1
        yield at, at - begin, plain.state.copy()


def on_chain(verifier: Judge, case: Case) -> Verdict:
    """The reference engine against the contract, or a twin of it, step by step."""
    machine = case.machine()
    steps = 0
    for number, start in enumerate(case.starts):
        start.enter(machine)
        for at in range(start.steps):
            if machine.status is not Status.RUNNING:
                break
            witness = machine.witness()
            machine.step()
            steps += 1
            expected, actual = machine.state_root(), verifier.step(witness)
            if actual != expected:
                text = f"expected {expected.hex()}, got {actual.hex()}"
                return Verdict(steps, f"start {number}, step {at}: {text}")
    return Verdict(steps)


def _difference(expected: State, actual: State) -> str:
    names = ("status", "pc", "next_pc", "hi", "lo", "registers")
    pairs = {name: (getattr(expected, name), getattr(actual, name)) for name in names}
    told = [
        f"{name} expected {left}, got {right}"
        for name, (left, right) in pairs.items()
        if left != right
    ]
    return "; ".join(told)
