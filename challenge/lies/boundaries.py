"""Lies about a boundary: what a segment left behind, or that it was one."""

from __future__ import annotations

from dataclasses import replace

from challenge.claim import Interval
from challenge.dissection import cuts
from challenge.errors import LieImpossible
from challenge.game import SEGMENTS
from challenge.lies.endings import last_step
from challenge.lies.liar import Liar
from challenge.lies.scene import Change, Scene
from challenge.lies.traces import Declared, Place, Split
from challenge.roots import with_status
from mips_vm import Machine, Status
from mips_vm.constants import REGISTER_COUNT, STACK, WORD_BYTES
from tinynn.image.image import SEGMENT_INDEX

PLANTINGS = 8  # false runs tried until one ends
NO_STATUS = 7


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
    seen = segment + 1 in shown(brazen, scene.k)
    return Liar(kind, output, dressed, brazen=brazen if seen else None)


def status_out_of_range(scene: Scene, kind: str) -> Liar:
    """A boundary with a status that does not exist; refused, the plain lie follows."""
    liar = last_step(scene, kind)
    inner = shown(liar.trace, scene.k)
    if not inner:
        raise LieImpossible(kind, "a boundary inside the run")
    at = scene.rng.choice(inner)
    root = with_status(liar.trace.boundary_root(at), NO_STATUS)
    return replace(liar, brazen=replace(liar.trace, boundaries={at: root}))


def shown(trace: Declared, k: int) -> tuple[int, ...]:
    """The boundaries that an opening of this trace shows."""
    return cuts(Interval(SEGMENTS, 0, 0, trace.segments()), k)[1:-1]
