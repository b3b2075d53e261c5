"""A run as the game asks about it: the root of any boundary, of any step in a segment.

Level 1 comes from an *execution*, which knows boundaries only (tinynn's runs natively;
`MachineExecution` runs the guest). Level 2 enters the machine, in the one segment that
is disputed, from the nearest snapshot at or before the step that is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from challenge.errors import ExecutorsDisagree, RunTooLong
from challenge.roots import status_of, with_status
from mips_vm import Machine, Snapshot, Status
from mips_vm.checkpoints import Checkpoints
from mips_vm.machine import Engine

CHECKPOINTS_MAX = 64  # kept for each segment; each costs the pages that changed

INSIDES_BYTES = 1 << 28
"""Of such checkpoints in all segments of a run: before another segment is entered,
those of the first ones go if there are more."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a run may be; by default what the contract lets a worker declare."""

    segments: int = 1 << 32
    instructions: int = 1 << 36  # in one segment


class Trace(Protocol):
    """What a player knows of the run that it stands for, true or not.

    Sticky states stay: a boundary past the last is the last, and a step past the
    segment's end is the boundary that it ended in.
    """

    def segments(self) -> int:
        """N: the boundary at which the run is halted or faulted, at least 1."""
        ...

    def boundary_root(self, boundary: int) -> bytes:
        """State root after `boundary` segments."""
        ...

    def instructions(self, segment: int) -> int:
        """M: steps from the segment's start to the boundary that ends it."""
        ...

    def state_root(self, segment: int, step: int) -> bytes:
        """State root after `step` instructions of the segment; at 0 it is running."""
        ...

    def machine_at(self, segment: int, step: int) -> Machine:
        """A machine in that state, valid until the next question."""
        ...


class Execution(Protocol):
    """A run that stops at boundaries. Its machine may be run and stepped by others."""

    @property
    def machine(self) -> Machine: ...

    @property
    def segments(self) -> int:
        """The boundary at which it is halted or faulted; found by running, if need be.

        RunTooLong if that is too far away.
        """
        ...

    def advance(self) -> Status:
        """Goes to the boundary after the last one; its status."""
        ...

    def seek(self, index: int, /) -> None:
        """Makes the machine stand at a boundary, of those up to the last."""
        ...

    @property
    def held_bytes(self) -> int:
        """Of memory that it holds to go back, beside its machine's."""
        ...


UNLIMITED = Limits()


class MachineExecution:
    """An execution on the machine itself, of any guest that yields."""

    def __init__(
        self,
        machine: Machine,
        limits: Limits = UNLIMITED,
        engine: Engine = "translated",
    ) -> None:
        """`machine` is at its first boundary."""
        self.machine = machine
        self.index = 0
        self._limits = limits
        self._engine: Engine = engine
        self._checkpoints = Checkpoints(machine.snapshot())
        self._segments = 0 if _ended(machine) else -1

    @property
    def segments(self) -> int:
        if self._segments < 0:
            self.seek(self._checkpoints.latest)
            while not _ended(self.machine):
                if self.index >= self._limits.segments:
                    raise RunTooLong("segments", self._limits.segments)
                self.advance()
            self._segments = self.index
        return self._segments

    @property
    def held_bytes(self) -> int:
        return self._checkpoints.held_bytes

    def advance(self) -> Status:
        machine = self.machine
        if machine.status == Status.YIELDED:
            machine.resume()
        machine.run(self._limits.instructions, self._engine)
        if machine.status == Status.RUNNING:
            raise RunTooLong("instructions", self._limits.instructions)
        self.index += 1
        self._checkpoints.keep(self.index, machine.snapshot())
        return Status(machine.status)

    def seek(self, index: int, /) -> None:
        self.index, snapshot = self._checkpoints.nearest(index)
        self.machine.restore(snapshot)
        while self.index < index:
            self.advance()


def _ended(machine: Machine) -> bool:
    return machine.status in (Status.HALTED, Status.FAULTED)


class _Segment:
    """Checkpoints inside one segment, by step."""

    def __init__(self, machine: Machine) -> None:
        """`machine` is at its start."""
        self.snapshots: dict[int, Snapshot] = {}
        self.roots: dict[int, bytes] = {}
        self._bytes: dict[int, int] = {}
        self.keep(0, machine)

    @property
    def held_bytes(self) -> int:
        """Of pages that were copied for them."""
        return sum(self._bytes.values())

    def nearest(self, step: int) -> int:
        """The last checkpoint at or before `step`."""
        return max(at for at in self.snapshots if at <= step)

    def keep(self, step: int, machine: Machine) -> None:
        """Adds a checkpoint; the oldest goes, but never the segment's start."""
        self._bytes[step] = machine.memory.changed_bytes
        self.snapshots[step] = machine.snapshot()
        if len(self.snapshots) > CHECKPOINTS_MAX:
            oldest = list(self.snapshots)[1]
            del self.snapshots[oldest], self._bytes[oldest]


class ExecutionTrace:
    """The trace of an execution. Nothing is run before it is asked for, and nothing is
    hashed but what is asked for: a game looks at few of a long run's boundaries."""

    def __init__(
        self,
        execution: Execution,
        limits: Limits = UNLIMITED,
        engine: Engine = "translated",
    ) -> None:
        """`engine` runs a segment's inside. A tiny guest takes the reference engine,
        which has nothing to compile."""
        self._execution = execution
        self._limits = limits
        self._engine: Engine = engine
        self._machine = execution.machine
        self._roots: dict[int, bytes] = {}
        self._segments: dict[int, _Segment] = {}
        self._lengths: dict[int, int] = {}

    @property
    def held_bytes(self) -> int:
        """Of memory: the machine's, and what there is to go back to."""
        inside = sum(segment.held_bytes for segment in self._segments.values())
        machine = self._machine.memory.held_bytes
        return machine + self._execution.held_bytes + inside

    def segments(self) -> int:
        found = self._execution.segments
        if found > self._limits.segments:
            raise RunTooLong("segments", self._limits.segments)
        return found

    def boundary_root(self, boundary: int) -> bytes:
        boundary = min(boundary, self.segments())
        if boundary not in self._roots:
            self._execution.seek(boundary)
            self._roots[boundary] = self._machine.state_root()
        return self._roots[boundary]

    def instructions(self, segment: int) -> int:
        if segment not in self._lengths:
            self._lengths[segment] = self._measure(segment)
        return self._lengths[segment]

    def state_root(self, segment: int, step: int) -> bytes:
        if step == 0:
            return self._started(self.boundary_root(segment))
        if step >= self._lengths.get(segment, step + 1):
            return self.boundary_root(segment + 1)
        roots = self._enter(segment).roots
        if step not in roots:
            roots[step] = self.machine_at(segment, step).state_root()
        return roots[step]

    def machine_at(self, segment: int, step: int) -> Machine:
        inside = self._enter(segment)
        nearest = inside.nearest(step)
        self._machine.restore(inside.snapshots[nearest])
        if step > nearest and self._machine.status == Status.RUNNING:
            ran = self._machine.run(step - nearest, self._engine)
            inside.keep(nearest + ran, self._machine)
        return self._machine

    def _enter(self, segment: int) -> _Segment:
        """The segment's checkpoints, beginning with its start as a running state."""
        segment = min(segment, self.segments())
        if segment not in self._segments:
            self._execution.seek(segment)
            if self._machine.status == Status.YIELDED:
                self._machine.resume()
            self._make_room()
            self._segments[segment] = _Segment(self._machine)
        return self._segments[segment]

    def _make_room(self) -> None:
        """Segments that were entered first are entered anew if they are asked for."""
        held = sum(segment.held_bytes for segment in self._segments.values())
        while held > INSIDES_BYTES:
            held -= self._segments.pop(next(iter(self._segments))).held_bytes

    def _measure(self, segment: int) -> int:
        """Runs the segment to its end, which must be the boundary that we know."""
        inside = self._enter(segment)
        nearest = max(inside.snapshots)
        self._machine.restore(inside.snapshots[nearest])
        limit = self._limits.instructions
        length = nearest + self._machine.run(limit - nearest, self._engine)
        if self._machine.status == Status.RUNNING:
            raise RunTooLong("instructions", limit)
        actual = self._machine.state_root()  # to ask for a boundary moves the machine
        expected = self.boundary_root(segment + 1)
        if expected != actual:
            raise ExecutorsDisagree(segment + 1, expected, actual)
        return length

    @staticmethod
    def _started(boundary: bytes) -> bytes:
        """A boundary as the segment after it starts: running, unless it is sticky."""
        if status_of(boundary) != Status.YIELDED:
            return boundary
        return with_status(boundary, Status.RUNNING)
