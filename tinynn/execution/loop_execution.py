"""One inference of an image with a loop on a machine's memory, natively, pass by pass.

A boundary is reached from a snapshot that was taken where a pass begins, and from there
by running again, operators whole, up to the one that the boundary is in. Nothing is
inferred from what operators mean: an image may skip, alias and overwrite as it likes.
"""

from mips_vm import Machine, Status
from mips_vm.checkpoints import Checkpoints

from ..image.image import SEGMENT_INDEX, Tables
from ..image.loop import Schedule
from ..memory.words import PASS_WORD
from .execution import halt
from .executor import answer_of, output_views
from .program import MOST_RESIDENT
from .stretches import Stretches

START, FIRST_PASS = 0, 1
"""Snapshots are numbered: the run's start, the first pass's, the second's, ..., and
where the loop is left."""


class LoopExecution:
    """Stands at boundary `index`, as `Execution` does; 0 is the start.

    The loop is run to its end, once, when `segments` is first asked for: how many there
    are is found by running.
    """

    def __init__(self, machine: Machine, tables: Tables) -> None:
        self.machine, self.tables = machine, tables
        self.index = 0
        self._checkpoints = Checkpoints(machine.snapshot())
        lasting = tables.image_bytes <= MOST_RESIDENT
        self._stretches = Stretches(machine, tables, lasting)
        self._last = (0, machine.snapshot())
        """The boundary that was asked for last: those of a dissection ascend."""
        self._found: Schedule | None = None

    @property
    def segments(self) -> int:
        """Segments until the machine halts."""
        return self._schedule.segments

    @property
    def row(self) -> int:
        """Of the segment that comes next; at the end, of the one that came last."""
        index = min(self.index, self.segments - 1)
        return self._schedule.place(index)[0]

    @property
    def held_bytes(self) -> int:
        """Of snapshots and of what is packed, beside the machine."""
        return self._checkpoints.held_bytes + self._stretches.held_bytes

    def boundaries_of(self, row: int) -> range:
        """At which a row of the segment table comes next."""
        return self._schedule.boundaries_of(row)

    def advance(self) -> Status:
        """Goes to the next boundary; at the last one nothing changes."""
        if self.index < self.segments:
            self.seek(self.index + 1)
        return self.machine.status

    def seek(self, index: int) -> None:
        """Makes the machine stand at boundary `index`, in [0, segments]."""
        schedule = self._schedule
        if not 0 <= index <= schedule.segments:
            raise IndexError(
                f"boundary: expected 0 to {schedule.segments}, got {index}"
            )
        row, done = schedule.place(index)
        at = self._begin(index)
        self._stretches.rows(at, row, done)
        if index < schedule.segments:
            self.machine.memory.store_word(SEGMENT_INDEX, row)
        elif self.machine.status is not Status.HALTED:
            views = output_views(self.tables.outputs, self._stretches.space)
            halt(self.machine, answer_of(self.tables, views, self._stretches.space))
        self.index = index
        self._last = (index, self.machine.snapshot())

    def _begin(self, index: int) -> int:
        """Goes to a boundary at or before `index`, in the same pass, or like it before
        or behind the loop; the row that comes next there."""
        schedule = self._schedule
        row, done = schedule.place(index)
        loop, (last, snapshot) = self.tables.loop, self._last
        begun = 0 if index < loop.first else schedule.pass_start(done)
        if begun < last <= index:
            self.machine.restore(snapshot)
            return schedule.place(last)[0]
        self._restore(FIRST_PASS + done if index >= loop.first else START)
        return schedule.place(begun)[0]

    @property
    def _schedule(self) -> Schedule:
        """Found by running, with snapshots on the way."""
        if self._found is None:
            loop, done = self.tables.loop, 0
            self._restore(FIRST_PASS)
            while not (done and self._stretches.runner.over):
                spacing = self._checkpoints.spacing
                number = (FIRST_PASS + done) // spacing * spacing + spacing
                done = self._pass_to(done, min(number - FIRST_PASS, loop.passes))
                self._checkpoints.keep(FIRST_PASS + done, self.machine.snapshot())
            self._found = Schedule(loop, len(self.tables.segments), done)
        return self._found

    def _restore(self, number: int) -> None:
        """Makes memory that of a numbered snapshot, but for the segment's index."""
        known, snapshot = self._checkpoints.nearest(number)
        self.machine.restore(snapshot)
        if known == START and number > START:
            self._stretches.rows(0, self.tables.loop.first, 0)
            if self._checkpoints.latest == START:
                self._checkpoints.keep(FIRST_PASS, self.machine.snapshot())
            known = FIRST_PASS
        if known < number:
            self._pass_to(known - FIRST_PASS, number - FIRST_PASS)

    def _pass_to(self, done: int, limit: int) -> int:
        """Passes from a pass's beginning on; how many are done then."""
        reached = self._stretches.runner.passes(limit)
        self._stretches.mark(self.tables.body, done, reached - 1)
        self.machine.memory.mark_dirty(PASS_WORD.start, PASS_WORD.size)
        return reached
