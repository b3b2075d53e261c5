"""A lie that costs its liar nothing to tell: roots that nobody computed.

Up to a place the run is true; from there on every root is another. What such a liar
shows is as consistent as any other lie, down to one instruction.
"""

from dataclasses import dataclass

from challenge.lies import Liar, Lie, Scene
from challenge.lies.traces import Place
from challenge.roots import status_of, with_status
from challenge.trace import Trace
from mips_vm import Machine


@dataclass(frozen=True, slots=True)
class MadeUp:
    """The trace `true` up to `place`."""

    true: Trace
    place: Place

    def segments(self) -> int:
        return self.true.segments()

    def boundary_root(self, boundary: int) -> bytes:
        root = self.true.boundary_root(boundary)
        return bent(root) if Place(boundary, 0) > self.place else root

    def instructions(self, segment: int) -> int:
        return self.true.instructions(segment)

    def state_root(self, segment: int, step: int) -> bytes:
        root = self.true.state_root(segment, step)
        return bent(root) if Place(segment, step) > self.place else root

    def machine_at(self, segment: int, step: int) -> Machine:
        return self.true.machine_at(segment, step)


def bent(root: bytes) -> bytes:
    """A root of the same status."""
    return with_status(bytes(byte ^ 0xFF for byte in root), status_of(root))


def made_up(kind: str) -> Lie:
    """From a random instruction of a random segment on."""
    return Lie(kind, "roots that nobody computed", _planted)


def _planted(scene: Scene, kind: str) -> Liar:
    true = scene.honest
    segment = scene.rng.randrange(true.segments())
    step = scene.rng.randrange(true.instructions(segment))
    output = scene.bent()
    trace = MadeUp(true, Place(segment, step))
    return Liar(kind, output, scene.declared(trace, output))
