"""Stretches of an image's segment table, run natively on a machine's memory.

Operators that lie in a stretch as a whole are one native call; of the first and the
last only the elements that do. What is stored is marked, so that it is hashed again.
"""

from functools import cached_property

from mips_vm import Machine

from ..image.image import NEVER, Tables
from ..memory.space import MachineSpace, ReplaySpace
from ..operators import FAMILIES, Operator
from ..operators.family import all_of_it
from .executor import word_at
from .fusion import as_it_stands
from .runner import Runner


class Stretches:
    """Memory must be as it is at the boundary that a stretch begins at; afterwards it
    is as at the next one's, but for the segment index. Not for two threads at once."""

    def __init__(self, machine: Machine, tables: Tables, lasting: bool) -> None:
        """`lasting`: constants are packed once, in memory beside the image."""
        self.tables, self._memory = tables, machine.memory
        self.space = ReplaySpace(machine.memory, lasting)
        self._skips = {row.operator: row.skip for row in tables.segments}
        self._fixed = [_fixed(operator) for operator in tables.operators]

    @cached_property
    def runner(self) -> Runner:
        """Of whole operators; made when the first is run."""
        return Runner(as_it_stands(self.tables), self.space)

    @property
    def held_bytes(self) -> int:
        """Beside the machine's memory."""
        return sum(room.nbytes for room in self.space.rooms.values())

    def rows(self, first: int, end: int, done: int) -> None:
        """Rows [first, end) of the table, when so many passes are done."""
        (index, element), (last, part) = self._at(first), self._at(end)
        if index == last:
            self._part(index, element, part)
            return
        if element:
            self._part(index, element, self.tables.operators[index].target.count)
            index += 1
        if index < last:
            self.operators(index, last, done)
        self._part(last, 0, part)

    def operators(self, first: int, end: int, done: int) -> None:
        """Operators [first, end), none of them twice."""
        self.runner.some(first, end)
        self.mark(range(first, end), done, done)

    def mark(self, operators: range, first: int, last: int) -> None:
        """Says what operators have stored in passes `first` to `last`."""
        mark = self._memory.mark_dirty
        for index in operators:
            if fixed := self._fixed[index]:
                mark(*fixed)
                continue
            operator = self.tables.operators[index]
            stored = FAMILIES[operator.opcode].stored
            begin, end = stored(operator, first), stored(operator, last)
            mark(begin.start, end.end - begin.start)

    def _at(self, row: int) -> tuple[int, int]:
        """The operator that comes next, and its first element that does."""
        if row == len(self.tables.segments):
            return len(self.tables.operators), 0
        segment = self.tables.segments[row]
        return segment.operator, segment.first

    def _part(self, index: int, first: int, end: int) -> None:
        """Elements [first, end) of an operator's target, which are whole grains."""
        if first == end:
            return
        space, skip = MachineSpace(self._memory), self._skips[index]
        if skip <= NEVER or word_at(space, skip):
            operator = self.tables.operators[index]
            FAMILIES[operator.opcode].run(operator, first, end - first, space)


def _fixed(operator: Operator) -> tuple[int, int] | None:
    """Where and how much is stored, if that is the same in all passes."""
    if FAMILIES[operator.opcode].stored is not all_of_it:
        return None
    extent = operator.target.extent
    return extent.start, extent.end - extent.start
