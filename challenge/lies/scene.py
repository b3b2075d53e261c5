"""What a liar has to work with: the true run, as often as it likes, and its luck."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from random import Random

from challenge.errors import LieImpossible, RunTooLong
from challenge.lies.traces import Declared, Place, Splice
from challenge.roots import end_root
from challenge.trace import ExecutionTrace, Limits, MachineExecution, Trace
from mips_vm import Machine, MachineError, Status
from mips_vm.constants import INPUT, IO_HEADER_BYTES, MODEL, OUTPUT, PROGRAM
from mips_vm.hashing.tree import region_root_of
from mips_vm.machine import Engine
from tinynn.image.image import MAX_IO_BYTES

# How much longer than the truth a false run may go on.
SLACK_SEGMENTS = 16
SLACK_STEPS = 1 << 16

Change = Callable[["Scene", Machine], int]
"""Falsifies a machine; returns the true steps that it took before it did."""


class Scene:
    """A true run, about to be lied about."""

    def __init__(
        self,
        fork: Callable[[], Trace],
        k: int,
        seed: int = 0,
        engine: Engine = "translated",
    ) -> None:
        """`fork` makes the true trace anew, on a machine of its own."""
        self.fork = fork
        self.k = k
        self.rng = Random(seed)
        self._engine: Engine = engine

    @cached_property
    def honest(self) -> Trace:
        """The true trace."""
        return self.fork()

    @cached_property
    def output(self) -> bytes:
        """The true output."""
        return self._last_machine().output()

    @cached_property
    def _limits(self) -> Limits:
        """Of a false run: a segment may be as long as the longest true one."""
        segments = self.honest.segments()
        longest = max(map(self.honest.instructions, range(segments)))
        return Limits(segments + SLACK_SEGMENTS, longest + SLACK_STEPS)

    @cached_property
    def _regions(self) -> tuple[bytes, bytes, bytes]:
        """Roots of program, input and model."""
        memory = self._last_machine().memory
        program, input_, model = (
            memory.region_root(region) for region in (PROGRAM, INPUT, MODEL)
        )
        return program, input_, model

    def end(self, output: bytes) -> bytes:
        """The derived end of a claim of `output`."""
        program, input_, model = self._regions
        header = len(output).to_bytes(IO_HEADER_BYTES, "little")
        output_root = region_root_of(header + output, OUTPUT.depth)
        return end_root(program, input_, output_root, model)

    def bent(self) -> bytes:
        """The true output but for one bit of its first byte; a byte if it is empty."""
        if not self.output:
            return b"\1"
        return bytes([self.output[0] ^ 1 << self.rng.randrange(8)]) + self.output[1:]

    def boundary(self, kind: str) -> int:
        """A random boundary that the worker has to show."""
        inner = self.honest.segments() - 1
        if inner < 1:
            raise LieImpossible(kind, "a boundary inside the run")
        return self.rng.randint(1, inner)

    def corrupted(self, place: Place, change: Change) -> Splice | None:
        """The run as it goes on after `change` at `place`; None if it never ends."""
        machine = self.fork().machine_at(place.segment, place.step)
        if place.step == 0 and machine.status is Status.RUNNING:
            machine.status = Status.YIELDED
        later = Place(place.segment, place.step + change(self, machine))
        limits = self._limits
        execution = MachineExecution(machine, limits, self._engine)
        after = ExecutionTrace(execution, limits, self._engine)
        try:
            after.segments()
        except RunTooLong:
            return None
        return Splice(self.honest, later, after)

    def output_of(self, trace: Trace) -> bytes:
        """A false output for a trace: its own if it has one, else the truth bent."""
        machine = trace.machine_at(trace.segments(), 0)
        try:
            output = machine.output()
        except MachineError:
            return self.bent()
        claimable = machine.status is Status.HALTED and len(output) <= MAX_IO_BYTES
        return output if claimable and output != self.output else self.bent()

    def declared(self, trace: Trace, output: bytes) -> Declared:
        """The trace, ending where a claim of `output` has to end."""
        return Declared(trace, self.end(output), max(trace.segments(), 1))

    def _last_machine(self) -> Machine:
        return self.honest.machine_at(self.honest.segments(), 0)
