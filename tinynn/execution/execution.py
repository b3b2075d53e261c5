"""One inference on a machine's memory, natively, without a loop.

At every boundary the machine is exactly what the guest would have made it, so its state
root is the boundary's. A boundary is reached from the nearest snapshot by running what
lies between, operators whole.
"""

from mips_vm import Machine, Status
from mips_vm.checkpoints import Checkpoints
from mips_vm.constants import ARENA, IO_HEADER_BYTES, OUTPUT, STACK
from mips_vm.machine import Snapshot

from ..image.image import SEGMENT_INDEX, Tables
from .executor import answer_of, output_views
from .stretches import Stretches


class Execution:
    """Stands at boundary `index` of `segments`: 0 is the start, the last has halted.

    An input of the wrong length makes the guest halt in its first segment. The machine
    may be run and stepped; `seek` brings it back to a boundary.
    """

    def __init__(self, machine: Machine, tables: Tables, right_length: bool) -> None:
        self.machine, self.tables, self.right_length = machine, tables, right_length
        self.index = 0
        self._checkpoints = Checkpoints(machine.snapshot(), self.segments)
        self._stretches = Stretches(machine, tables, lasting=False)
        self._last = (0, machine.snapshot())
        """The boundary that was asked for last: who goes on computes nothing twice."""

    @property
    def row(self) -> int:
        """Of the segment that comes next; at the end, of the one that came last."""
        return min(self.index, self.segments - 1)

    @property
    def segments(self) -> int:
        """Segments until the machine halts."""
        return len(self.tables.segments) if self.right_length else 1

    @property
    def held_bytes(self) -> int:
        """Of snapshots and of what is packed, beside the machine."""
        return self._checkpoints.held_bytes + self._stretches.held_bytes

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
        at, snapshot = self._nearest(index)
        self.machine.restore(snapshot)
        while at < index:
            spacing = self._checkpoints.spacing
            stop = min(at // spacing * spacing + spacing, index)
            self._run(at, stop)
            at = stop
            if at % spacing == 0 and at > self._checkpoints.latest:
                self._checkpoints.keep(at, self.machine.snapshot())
        self.index = index
        self._last = (index, self.machine.snapshot())

    def _nearest(self, index: int) -> tuple[int, Snapshot]:
        """The last boundary at or before `index` of which there is a snapshot."""
        kept = self._checkpoints.nearest(index)
        if kept[0] < self._last[0] <= index:
            return self._last
        return kept

    def _run(self, first: int, end: int) -> None:
        """From one boundary to another."""
        if not self.right_length:
            halt(self.machine, b"")
            return
        self._stretches.rows(first, end, 0)
        if end < self.segments:
            self.machine.memory.store_word(SEGMENT_INDEX, end)
        else:
            space = self._stretches.space
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
