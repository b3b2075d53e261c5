"""One inference of an image with a loop on a machine's memory, natively, pass by pass.

A boundary is reached from a snapshot that was taken where a pass begins, and from there
by running again, operators whole, up to the one that the boundary is in. Nothing is
inferred from what operators mean: an image may skip, alias and overwrite as it likes.
"""

from mips_vm import Machine, Status
from mips_vm.checkpoints import Checkpoints

from .execution import halt
from .executor import answer_of, output_views, run_segment
from .fusion import as_it_stands
from .image import SEGMENT_INDEX, Tables
from .loop import PASS_WORD, Schedule
from .operators import FAMILIES
from .program import MOST_RESIDENT
from .runner import Runner
from .space import MachineSpace, ReplaySpace

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
        self._space = ReplaySpace(machine.memory, lasting)
        self._runner = Runner(as_it_stands(tables), self._space)
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
        begun = index >= self.tables.loop.first
        self._restore(FIRST_PASS + done if begun else START)
        if index == schedule.segments:
            self._finish()
        else:
            self._run_to(row, done, self._begins(index))
            self.machine.memory.store_word(SEGMENT_INDEX, row)
        self.index = index

    @property
    def _schedule(self) -> Schedule:
        """Found by running, with snapshots on the way."""
        if self._found is None:
            loop, done = self.tables.loop, 0
            self._restore(FIRST_PASS)
            while not (done and self._runner.over):
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
            self._run(0, self.tables.body.start, 0)
            if self._checkpoints.latest == START:
                self._checkpoints.keep(FIRST_PASS, self.machine.snapshot())
            known = FIRST_PASS
        if known < number:
            self._pass_to(known - FIRST_PASS, number - FIRST_PASS)

    def _pass_to(self, done: int, limit: int) -> int:
        """Passes from a pass's beginning on; how many are done then."""
        reached = self._runner.passes(limit)
        for index in self.tables.body:
            self._mark(index, done, reached - 1)
        self.machine.memory.mark_dirty(PASS_WORD.start, PASS_WORD.size)
        return reached

    def _begins(self, boundary: int) -> int:
        """The first operator of the prologue, body or epilogue that it lies in."""
        body = self.tables.body
        if boundary >= self._schedule.loop_end:
            return body.stop
        return body.start if boundary >= self.tables.loop.first else 0

    def _run_to(self, row: int, done: int, first: int) -> None:
        """Operators from `first` on, then the segments of one of them before `row`."""
        segments = self.tables.segments
        operator = segments[row].operator
        self._run(first, operator, done)
        space, tile = MachineSpace(self.machine.memory), row
        while segments[tile].first:
            tile -= 1
        for segment in segments[tile:row]:
            run_segment(self.tables, segment, space)

    def _run(self, first: int, end: int, done: int) -> None:
        """Operators [first, end), none of them twice."""
        self._runner.some(first, end)
        for index in range(first, end):
            self._mark(index, done, done)

    def _mark(self, index: int, first: int, last: int) -> None:
        """Says what an operator has stored in passes `first` to `last`."""
        operator = self.tables.operators[index]
        stored = FAMILIES[operator.opcode].stored
        begin, end = stored(operator, first), stored(operator, last)
        self.machine.memory.mark_dirty(begin.start, end.end - begin.start)

    def _finish(self) -> None:
        """The epilogue, and what the guest's last words leave."""
        done = self._schedule.passes
        self._run(self.tables.body.stop, len(self.tables.operators), done)
        views = output_views(self.tables.outputs, self._space)
        halt(self.machine, answer_of(self.tables, views, self._space))
