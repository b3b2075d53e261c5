"""Every kind of lie that a worker can tell, in one table.

The places are those where fraud proofs have been got wrong: what is read, what is
computed, where control goes, where a segment or a run ends, how long it is said to be.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from challenge.claim import Interval
from challenge.dissection import cuts
from challenge.errors import LieImpossible, UnknownLie
from challenge.game import SEGMENTS
from challenge.lies import places
from challenge.lies.liar import Liar
from challenge.lies.places import Wanted
from challenge.lies.scene import Change, Scene
from challenge.lies.traces import Declared, Place, Split
from challenge.trace import Trace
from mips_vm import Machine, Status
from mips_vm.constants import (
    ARENA,
    INPUT,
    IO_HEADER_BYTES,
    MODEL,
    OUTPUT,
    REGISTER_COUNT,
    STACK,
    WORD_BYTES,
)
from tinynn.image import SEGMENT_INDEX

PLANTINGS = 8  # false runs tried until one gives an answer of its own
NO_STATUS = 7
WORD_BITS = 8 * WORD_BYTES

Plant = Callable[[Scene, str], Liar]


@dataclass(frozen=True, slots=True)
class Lie:
    """A kind of lie: its name, what it is in one line, and how to plant it."""

    name: str
    description: str
    _plant: Plant

    def plant(self, scene: Scene) -> Liar:
        """A liar of this kind; LieImpossible if the run has no place for it."""
        return self._plant(scene, self.name)


# Lies about one instruction.


def at_instruction(scene: Scene, kind: str, *, wanted: Wanted, change: Change) -> Liar:
    """A lie about one step; a step whose falsehood reaches the answer, if found."""
    liar: Liar | None = None
    for _ in range(PLANTINGS):
        place = places.find(scene.honest, scene.rng, wanted)
        if place is None:
            continue
        run = scene.corrupted(place, change)
        if run is None:
            continue
        output = scene.output_of(run)
        liar = Liar(kind, output, scene.declared(run, output))
        if scene.end(output) == run.boundary_root(run.segments()):
            return liar
    if liar is None:
        raise LieImpossible(kind, "an instruction of that sort")
    return liar


def wrong_load(scene: Scene, machine: Machine) -> int:
    """The load's destination gets a value with one other bit."""
    decoded = places.instruction(machine)
    assert decoded is not None
    machine.step()
    machine.registers[decoded.rt] ^= 1 << scene.rng.randrange(WORD_BITS)
    return 1


def wrong_store(scene: Scene, machine: Machine) -> int:
    """The word that was stored to has one other bit."""
    decoded = places.instruction(machine)
    assert decoded is not None
    at = places.address(machine, decoded) & -WORD_BYTES
    machine.step()
    bit = 1 << scene.rng.randrange(WORD_BITS)
    machine.memory.store_word(at, machine.memory.load_word(at) ^ bit)
    return 1


def branch_not_taken(scene: Scene, machine: Machine) -> int:
    """Control goes on behind the delay slot, as if there had been no branch."""
    after = machine.pc + WORD_BYTES
    machine.step()
    machine.pc, machine.next_pc = after, after + WORD_BYTES
    return 1


# Lies about a boundary.


def at_boundary(scene: Scene, kind: str, *, change: Change) -> Liar:
    """A lie about what a segment leaves behind; the run goes on from it."""
    for _ in range(PLANTINGS):
        place = Place(scene.boundary(kind), 0)
        run = scene.corrupted(place, change)
        if run is not None:
            output = scene.output_of(run)
            return Liar(kind, output, scene.declared(run, output))
    raise LieImpossible(kind, "a boundary after which the false run ends")


def wrong_register(scene: Scene, machine: Machine) -> int:
    """A register survives the yield."""
    machine.registers[scene.rng.randrange(1, REGISTER_COUNT)] = 1
    return 0


def dirty_stack(scene: Scene, machine: Machine) -> int:
    """The yield did not wipe the stack."""
    offset = scene.rng.randrange(STACK.size // WORD_BYTES) * WORD_BYTES
    machine.memory.store_word(STACK.base + offset, 1)
    return 0


def wrong_index(scene: Scene, machine: Machine) -> int:
    """The guest runs an operator twice, or skips one."""
    index = machine.memory.load_word(SEGMENT_INDEX)
    machine.memory.store_word(SEGMENT_INDEX, index + scene.rng.choice((-1, 1)))
    return 0


# Lies about where the run ends.


def last_step(scene: Scene, kind: str) -> Liar:
    """All is shown as it was, but for what the last instruction leaves."""
    output = scene.bent()
    return Liar(kind, output, scene.declared(scene.honest, output))


def output_length(scene: Scene, kind: str) -> Liar:
    """The answer is one byte longer or shorter."""
    shorter = scene.output[:-1] if scene.output else b"\0"
    output = scene.rng.choice((shorter, scene.output + b"\0"))
    return Liar(kind, output, scene.declared(scene.honest, output))


def early_halt(scene: Scene, kind: str) -> Liar:
    """An instruction in the middle of the run is said to have halted it."""
    segment = scene.rng.randrange(scene.honest.segments())
    length = scene.honest.instructions(segment)
    place = Place(segment, scene.rng.randrange(length))
    output = scene.bent()
    run = scene.corrupted(place, partial(halt, output))
    if run is None:
        raise LieImpossible(kind, "a run that halts")
    honest = scene.honest
    trace = replace(
        scene.declared(run, output),
        length=honest.segments(),
        lengths={segment: length},
    )
    return Liar(kind, output, trace)


def halt(output: bytes, scene: Scene, machine: Machine) -> int:
    """The machine as it would be, had it halted with this output."""
    machine.step()
    machine.state.reboot(Status.HALTED)
    for region in (STACK, ARENA, OUTPUT):
        machine.memory.clear(region)
    header = len(output).to_bytes(IO_HEADER_BYTES, "little")
    machine.memory.write(OUTPUT.base, header + output)
    return 1


# Lies about how long it took.


def segments_off(scene: Scene, kind: str, *, off: Callable[[Scene], int]) -> Liar:
    """Another number of segments; the boundaries that there are, are true."""
    honest = last_step(scene, kind)
    length = scene.honest.segments() + off(scene)
    if length < 1:
        raise LieImpossible(kind, "a run of more than one segment")
    return replace(honest, trace=replace(_declared(honest), length=length))


def steps_off(scene: Scene, kind: str, *, off: Callable[[Scene], int]) -> Liar:
    """Another number of instructions in the last segment; the states are true."""
    liar = last_step(scene, kind)
    last = scene.honest.segments() - 1
    length = scene.honest.instructions(last) + off(scene)
    if length < 1:
        raise LieImpossible(kind, "a segment of more than one instruction")
    return replace(liar, trace=replace(_declared(liar), lengths={last: length}))


def one_fewer(scene: Scene) -> int:
    return -1


def some_more(scene: Scene) -> int:
    """Few more or many: past the truth's end all states are the same sticky one."""
    return scene.rng.choice((1, 2, scene.k, scene.k**2 + 1))


def minimal(scene: Scene, kind: str) -> Liar:
    """The whole run is said to be one segment of one instruction."""
    liar = last_step(scene, kind)
    return replace(liar, trace=replace(_declared(liar), length=1, lengths={0: 1}))


def uneven(scene: Scene, kind: str) -> Liar:
    """Lengths that no K divides, at both levels."""
    liar = last_step(scene, kind)
    segments = scene.honest.segments()
    last = segments - 1
    instructions = scene.honest.instructions(last)
    trace = replace(
        _declared(liar),
        length=indivisible(segments, scene.k),
        lengths={last: indivisible(instructions, scene.k)},
    )
    return replace(liar, trace=trace)


def indivisible(least: int, k: int) -> int:
    """The next number above `least` and `k` that leaves the rest 1."""
    return (max(least, k) // k + 1) * k + 1


# Lies that the contract itself refuses, and what the liar does then.


def running_boundary(scene: Scene, kind: str) -> Liar:
    """A state inside a segment poses as a boundary; refused, it is dressed up."""
    segment = scene.rng.randrange(scene.honest.segments())
    length = scene.honest.instructions(segment)
    if length < 2:
        raise LieImpossible(kind, "a segment of more than one instruction")
    output = scene.bent()
    place = Place(segment, scene.rng.randrange(1, length))
    brazen, dressed = (
        scene.declared(Split(scene.honest, place, status), output)
        for status in (Status.RUNNING, Status.YIELDED)
    )
    shown = shows(brazen, segment + 1, scene.k)
    return Liar(kind, output, dressed, brazen=brazen if shown else None)


def status_out_of_range(scene: Scene, kind: str) -> Liar:
    """A boundary with a status that does not exist; refused, the plain lie follows."""
    liar = last_step(scene, kind)
    plain = _declared(liar)
    inner = cuts(Interval(SEGMENTS, 0, 0, plain.length), scene.k)[1:-1]
    if not inner:
        raise LieImpossible(kind, "a boundary inside the run")
    at = scene.rng.choice(inner)
    root = bytes([NO_STATUS]) + plain.boundary_root(at)[1:]
    return replace(liar, brazen=replace(plain, boundaries={at: root}))


def shows(trace: Trace, boundary: int, k: int) -> bool:
    """Whether the opening of this trace shows the boundary."""
    return boundary in cuts(Interval(SEGMENTS, 0, 0, trace.segments()), k)[1:-1]


# Lies told twice.


def reorg(scene: Scene, kind: str) -> Liar:
    """Two stories of one answer: a reorg lets the liar replace what it showed."""
    liar = last_step(scene, kind)
    other = replace(_declared(liar), length=_declared(liar).length + 1)
    return replace(liar, replacement=other)


def forged_witness(scene: Scene, kind: str) -> Liar:
    """The last step is false, and the liar tries to prove it with forged witnesses."""
    return replace(last_step(scene, kind), bends_witness=True)


def _declared(liar: Liar) -> Declared:
    assert isinstance(liar.trace, Declared)
    return liar.trace


ARENA_DATA = SEGMENT_INDEX + WORD_BYTES
OUTPUT_DATA = OUTPUT.base + IO_HEADER_BYTES

TABLE: tuple[Lie, ...] = (
    Lie(
        "output",
        "a store writes another byte of the answer",
        partial(
            at_instruction,
            wanted=places.stores_to(OUTPUT_DATA, OUTPUT.end),
            change=wrong_store,
        ),
    ),
    Lie("output-length", "the answer is a byte longer or shorter", output_length),
    Lie(
        "activation",
        "a store writes another activation to the arena",
        partial(
            at_instruction,
            wanted=places.stores_to(ARENA_DATA, ARENA.end),
            change=wrong_store,
        ),
    ),
    Lie(
        "weight-read",
        "a load reads another weight than the model holds",
        partial(at_instruction, wanted=places.loads_from(MODEL), change=wrong_load),
    ),
    Lie(
        "input-read",
        "a load reads another input than was asked about",
        partial(at_instruction, wanted=places.loads_from(INPUT), change=wrong_load),
    ),
    Lie(
        "delay-slot",
        "after a delay slot control goes on as if the branch were not taken",
        partial(at_instruction, wanted=places.in_delay_slot, change=branch_not_taken),
    ),
    Lie(
        "op-index",
        "a segment leaves the wrong index, so that an operator is skipped or repeated",
        partial(at_boundary, change=wrong_index),
    ),
    Lie(
        "register",
        "a register survives the yield into the next segment",
        partial(at_boundary, change=wrong_register),
    ),
    Lie(
        "yield-step",
        "the yield does not wipe the stack",
        partial(at_boundary, change=dirty_stack),
    ),
    Lie("last-step", "only the last instruction's post-state is false", last_step),
    Lie("early-halt", "the run halts in the middle, with an answer", early_halt),
    Lie(
        "segments-short",
        "the run is said to have one segment fewer",
        partial(segments_off, off=one_fewer),
    ),
    Lie(
        "segments-long",
        "the run is said to go on after it halted",
        partial(segments_off, off=some_more),
    ),
    Lie(
        "steps-short",
        "the last segment is said to have one instruction fewer",
        partial(steps_off, off=one_fewer),
    ),
    Lie(
        "steps-long",
        "the last segment is said to go on after it halted",
        partial(steps_off, off=some_more),
    ),
    Lie("minimal", "the whole run is said to be one instruction", minimal),
    Lie("uneven", "numbers of segments and instructions that K never divides", uneven),
    Lie(
        "running-boundary",
        "a running state poses as a boundary, then as a yielded one",
        running_boundary,
    ),
    Lie(
        "status",
        "a boundary's status byte is out of range",
        status_out_of_range,
    ),
    Lie("reorg", "a dissection is replaced by another across a reorg", reorg),
    Lie(
        "forged-witness",
        "the last step is proved with forged witnesses",
        forged_witness,
    ),
)

LIES: dict[str, Lie] = {lie.name: lie for lie in TABLE}


def lie_named(name: str) -> Lie:
    """The kind of this name; UnknownLie lists those that there are."""
    if name not in LIES:
        raise UnknownLie(tuple(LIES), name)
    return LIES[name]
