"""Lies about one instruction: what it read, what it wrote, where it went."""

from __future__ import annotations

from challenge.errors import LieImpossible
from challenge.lies import places
from challenge.lies.liar import Liar
from challenge.lies.places import Find, Wanted
from challenge.lies.scene import Change, Scene
from mips_vm import Machine
from mips_vm.constants import WORD_BYTES

PLANTINGS = 60  # false runs tried until one gives an answer of its own
WORD_BITS = 8 * WORD_BYTES
EXPONENT_BIT = 23  # the lowest of a binary32's exponent


def at_instruction(
    scene: Scene, kind: str, *, wanted: Wanted, change: Change, find: Find = places.find
) -> Liar:
    """A lie about one step; a step whose falsehood reaches the answer, if found."""
    liar: Liar | None = None
    for _ in range(PLANTINGS):
        place = find(scene.honest, scene.rng, wanted)
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
    machine.registers[decoded.rt] ^= 1 << any_bit(scene)
    return 1


def wrong_store(scene: Scene, machine: Machine) -> int:
    """The word that was stored to has one other bit."""
    decoded = places.instruction(machine)
    assert decoded is not None
    at = places.address(machine, decoded) & -WORD_BYTES
    machine.step()
    machine.memory.store_word(at, machine.memory.load_word(at) ^ 1 << any_bit(scene))
    return 1


def any_bit(scene: Scene) -> int:
    """Of a word; half of the time of a binary32's exponent, so that it matters."""
    exponent = scene.rng.randrange(EXPONENT_BIT, WORD_BITS - 1)
    return scene.rng.choice((exponent, scene.rng.randrange(WORD_BITS)))


def branch_not_taken(scene: Scene, machine: Machine) -> int:
    """Control goes on behind the delay slot, as if there had been no branch."""
    after = machine.pc + WORD_BYTES
    machine.step()
    machine.pc, machine.next_pc = after, after + WORD_BYTES
    return 1
