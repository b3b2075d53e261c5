"""One inference on a machine's memory, natively, one segment at a time, without a loop.

At every boundary the machine is exactly what the guest would have made it, so its state
root is the boundary's. Going back restores a snapshot; going on computes nothing twice.
"""

from dataclasses import dataclass, field

from mips_vm import Machine, Status
from mips_vm.checkpoints import Checkpoints
from mips_vm.constants import ARENA, IO_HEADER_BYTES, OUTPUT, STACK

from .executor import answer_of, output_views, run_segment
from .image import SEGMENT_INDEX, Tables
from .space import MachineSpace


@dataclass(eq=False)
class Execution:
    """Stands at boundary `index` of `segments`: 0 is the start, the last has halted.

    An input of the wrong length makes the guest halt in its first segment. The machine
    may be run and stepped; `seek` brings it back to a boundary.
    """

    machine: Machine
    tables: Tables
    right_length: bool
    index: int = 0
    _checkpoints: Checkpoints = field(init=False)

    def __post_init__(self) -> None:
        self._checkpoints = Checkpoints(self.machine.snapshot())

    @property
    def row(self) -> int:
        """Of the segment that comes next; at the end, of the one that came last."""
        return min(self.index, self.segments - 1)

    @property
    def segments(self) -> int:
        """Segments until the machine halts."""
        return len(self.tables.segments) if self.right_length else 1

    def boundaries_of(self, row: int) -> range:
        """At which a row of the segment table comes next."""
        return range(row, row + 1)

    def advance(self) -> Status:
        """Goes to the next boundary; at the last one nothing changes."""
        if self.index < self.segments:
            self.seek(self.index + 1)
        return self.machine.status

    def seek(self, index: int) -> None:
        """Makes the machine stand at boundary `index`, in [0, segments]."""
        if not 0 <= index <= self.segments:
            raise IndexError(f"boundary: expected 0 to {self.segments}, got {index}")
        known, snapshot = self._checkpoints.nearest(index)
        self.machine.restore(snapshot)
        for segment in range(known, index):
            self._run(segment)
            self._checkpoints.keep(segment + 1, self.machine.snapshot())
        self.index = index

    def _run(self, segment: int) -> None:
        if not self.right_length:
            halt(self.machine, b"")
            return
        space = MachineSpace(self.machine.memory)
        run_segment(self.tables, self.tables.segments[segment], space)
        if segment + 1 < self.segments:
            self.machine.memory.store_word(SEGMENT_INDEX, segment + 1)
        else:
            views = output_views(self.tables.outputs, space)
            halt(self.machine, answer_of(self.tables, views, space))


def halt(machine: Machine, output: bytes) -> None:
    """What the guest's last words and the machine's halt leave."""
    memory = machine.memory
    if output:
        memory.write(OUTPUT.base, len(output).to_bytes(IO_HEADER_BYTES, "little"))
        memory.write(OUTPUT.base + IO_HEADER_BYTES, output)
    memory.clear(STACK)
    memory.clear(ARENA)
    machine.status = Status.HALTED
