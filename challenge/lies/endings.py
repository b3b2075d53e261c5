"""Lies about the end: what the last instruction left, where the run halted, who says
so."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from challenge.errors import LieImpossible
from challenge.lies.liar import Liar
from challenge.lies.scene import Scene
from challenge.lies.traces import Place
from mips_vm import Machine, Status
from mips_vm.constants import ARENA, IO_HEADER_BYTES, OUTPUT, STACK


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


def reorg(scene: Scene, kind: str) -> Liar:
    """Two stories of one answer: a reorg lets the liar replace what it showed."""
    liar = last_step(scene, kind)
    other = replace(liar.trace, length=liar.trace.length + 1)
    return replace(liar, replacement=other)


def forged_witness(scene: Scene, kind: str) -> Liar:
    """The last step is false, and the liar tries to prove it with forged witnesses."""
    return replace(last_step(scene, kind), bends_witness=True)
