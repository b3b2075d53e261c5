"""What an answer runs instead of an image's operators: some become one.

Nobody sees the arena of an answer, only the outputs. So a ReLU that alone reads a
convolution is done while its sums are stored, and results lie where that leaves room.
Segments, whose arenas state roots are of, know nothing of this.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from mips_vm.constants import ARENA

from ..builder.placement import Lifetime, place
from ..image.image import NEVER, PLAIN_VERSION, Tables, aligned
from ..image.loop import NO_LOOP, Loop
from ..memory.tensor import PlacedTensor
from ..operators import FAMILIES, Operand, Operator, conv, relu
from ..operators.family import Planner


@dataclass(frozen=True, slots=True)
class Step:
    """An operator, what plans its calls, and when it is skipped (as in a segment)."""

    operator: Operator
    plan: Planner
    skip: int = NEVER


@dataclass(frozen=True, slots=True)
class Steps:
    """All of an answer. `begins_empty`: the arena must be zeros before.

    `loop` counts steps where an image's counts segments.
    """

    steps: tuple[Step, ...]
    outputs: tuple[PlacedTensor, ...]
    arena_bytes: int
    begins_empty: bool
    loop: Loop = NO_LOOP


def steps_of(tables: Tables) -> Steps:
    """Fused, if everything read in the arena is all of what one operator has stored.

    It is, in images that a builder made. The others are run as they stand: they may
    read what nothing has stored, or parts of several results. So are loops, in which an
    earlier pass may have stored what is read.
    """
    traced = _traced(tables) if tables.version == PLAIN_VERSION else None
    return as_it_stands(tables) if traced is None else _Fusion(tables, traced).steps()


def as_it_stands(tables: Tables) -> Steps:
    """Every operator, where the image places it."""
    skips = {row.operator: row.skip for row in tables.segments}
    steps = tuple(
        Step(operator, FAMILIES[operator.opcode].calls, skips[index])
        for index, operator in enumerate(tables.operators)
    )
    body = tables.body
    loop = replace(tables.loop, first=body.start, end=body.stop)
    return Steps(steps, tables.outputs, tables.arena_bytes, True, loop)


@dataclass(slots=True)
class _Stored:
    """Which operator's result lies where."""

    _starts: list[int] = field(default_factory=list)
    _known: dict[int, tuple[int, int]] = field(default_factory=dict)

    def store(self, target: Operand, index: int) -> None:
        """Forgets what lay there."""
        start, end = target.extent.start, target.extent.end
        low, high = bisect_right(self._starts, start), bisect_left(self._starts, end)
        if low and self._end(self._starts[low - 1]) > start:
            low -= 1
        for known in self._starts[low:high]:
            del self._known[known]
        self._starts[low:high] = [start]
        self._known[start] = index, target.type.size

    def _end(self, start: int) -> int:
        return start + self._known[start][1]

    def of(self, address: int, size: int) -> int | None:
        """The operator whose result is just that."""
        index, known = self._known.get(address, (None, 0))
        return index if known == size else None


@dataclass(frozen=True, slots=True)
class _Traced:
    """By operator and source the operator whose result it is, or None; by output."""

    sources: list[list[int | None]]
    outputs: list[int]


def _traced(tables: Tables) -> _Traced | None:
    """None if a result is not to be found."""
    stored, sources = _Stored(), []
    for index, operator in enumerate(tables.operators):
        found = []
        for source in operator.sources:
            inside = ARENA.base <= source.address < ARENA.end
            result = stored.of(source.address, source.type.size) if inside else None
            if inside and result is None:
                return None
            found.append(result)
        sources.append(found)
        stored.store(operator.target, index)
    outputs = [stored.of(each.address, each.spec.size) for each in tables.outputs]
    known = [result for result in outputs if result is not None]
    return _Traced(sources, known) if len(known) == len(outputs) else None


class _Fusion:
    """Results by number; a ReLU's is its convolution's."""

    def __init__(self, tables: Tables, traced: _Traced) -> None:
        self._tables, self._traced = tables, traced
        self._same = list(range(len(tables.operators)))
        readers = Counter(
            result for found in traced.sources for result in found if result is not None
        )
        readers.update(traced.outputs)
        for index, operator in enumerate(tables.operators):
            (first, *_) = traced.sources[index]
            if (
                operator.opcode == relu.FAMILY.opcode
                and first is not None
                and readers[first] == 1
                and tables.operators[first].opcode == conv.FAMILY.opcode
            ):
                self._same[index] = first

    def steps(self) -> Steps:
        """With addresses of their own."""
        left = [index for index, result in enumerate(self._same) if index == result]
        places = dict(zip(left, place([*self._lifetimes(left)]), strict=True))
        fused = {result for i, result in enumerate(self._same) if i != result}
        steps = [
            Step(
                self._placed(index, places),
                conv.rectified_calls
                if index in fused
                else FAMILIES[self._tables.operators[index].opcode].calls,
            )
            for index in left
        ]
        outputs = tuple(
            replace(tensor, address=places[self._same[result]])
            for tensor, result in zip(
                self._tables.outputs, self._traced.outputs, strict=True
            )
        )
        end = max(step.operator.target.extent.end for step in steps)
        return Steps(tuple(steps), outputs, aligned(end - ARENA.base), False)

    def _lifetimes(self, left: Sequence[int]) -> Iterator[Lifetime]:
        last = list(range(len(self._same)))
        for index, found in enumerate(self._traced.sources):
            for result in found:
                if result is not None:
                    last[self._same[result]] = index
        for result in self._traced.outputs:
            last[self._same[result]] = len(last)
        for index in left:
            size = self._tables.operators[index].target.type.size
            yield Lifetime(size, index, last[index])

    def _placed(self, index: int, places: dict[int, int]) -> Operator:
        operator = self._tables.operators[index]
        sources = tuple(
            source
            if result is None
            else replace(source, address=places[self._same[result]])
            for source, result in zip(
                operator.sources, self._traced.sources[index], strict=True
            )
        )
        target = replace(operator.target, address=places[index])
        return replace(operator, sources=sources, target=target)
