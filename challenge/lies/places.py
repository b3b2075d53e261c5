"""Where in a run a lie can be planted: steps found by what they are about to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from challenge.lies.traces import Place
from challenge.trace import Trace
from mips_vm import Machine, Region
from mips_vm.constants import ADDRESS_SPACE, WORD_BYTES
from mips_vm.isa.decode import Decoded, Kind, decode

WALK_STEPS = 10_000  # of the reference engine, for each try
TRIES = 12

Wanted = Callable[[Machine], bool]
Find = Callable[[Trace, Random, Wanted], "Place | None"]


def find(trace: Trace, rng: Random, wanted: Wanted) -> Place | None:
    """A step of the run in whose state `wanted` holds, from random starts on."""
    return find_among(trace, rng, wanted, segments=range(trace.segments()))


def find_among(
    trace: Trace, rng: Random, wanted: Wanted, *, segments: Sequence[int]
) -> Place | None:
    """Such a step in one of these segments."""
    for _ in range(TRIES):
        segment = rng.choice(segments)
        length = trace.instructions(segment)
        start = rng.randrange(length)
        place = walk(trace, segment, start, wanted)
        if place is not None:
            return place
    return None


def find_last(trace: Trace, rng: Random, wanted: Wanted) -> Place | None:
    """A step near the end of the run in whose state `wanted` holds."""
    last = trace.segments() - 1
    length = trace.instructions(last)
    near = max(length - WALK_STEPS, 0)
    start = rng.randrange(near, length)
    return walk(trace, last, start, wanted) or walk(trace, last, near, wanted)


def walk(trace: Trace, segment: int, start: int, wanted: Wanted) -> Place | None:
    """The first step from `start` on, inside the segment, in which `wanted` holds."""
    stop = min(trace.instructions(segment), start + WALK_STEPS)
    machine = trace.machine_at(segment, start)
    for step in range(start, stop):
        if wanted(machine):
            return Place(segment, step)
        machine.step()
    return None


def instruction(machine: Machine) -> Decoded | None:
    """What the next step executes."""
    return decode(machine.memory.load_word(machine.pc))


def address(machine: Machine, decoded: Decoded) -> int:
    """The address that a load or store is about to access."""
    return (machine.registers[decoded.rs] + decoded.immediate) % ADDRESS_SPACE


def loads_from(region: Region) -> Wanted:
    """About to load into a register from this region."""

    def wanted(machine: Machine) -> bool:
        decoded = instruction(machine)
        if decoded is None or decoded.instruction.kind is not Kind.LOAD:
            return False
        return decoded.rt != 0 and region.contains(address(machine, decoded))

    return wanted


def stores_to(first: int, end: int) -> Wanted:
    """About to store to [first, end)."""

    def wanted(machine: Machine) -> bool:
        decoded = instruction(machine)
        if decoded is None or decoded.instruction.kind is not Kind.STORE:
            return False
        return first <= address(machine, decoded) < end

    return wanted


def in_delay_slot(machine: Machine) -> bool:
    """About to execute the slot of a taken branch that is an ordinary instruction."""
    decoded = instruction(machine)
    if decoded is None or machine.next_pc == machine.pc + WORD_BYTES:
        return False
    return decoded.instruction.kind in (Kind.COMPUTE, Kind.LOAD, Kind.STORE)
