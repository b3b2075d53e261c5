"""What a graph under construction says of its loop: where it is, what it keeps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..errors import GraphError
from ..image.image import (
    LOOP_VERSION,
    NEVER,
    PLAIN_VERSION,
    Segment,
    Tables,
)
from ..image.loop import Loop
from ..memory.tensor import TensorType
from ..memory.words import LENGTH_WORD, PASS_WORD
from ..operators.graph import Cache, Home, RunWord, Value
from .placement import Lifetime

WORD = TensorType("int32", (1,))

FOREVER = 1 << 32
"""The death of a tensor that is an output."""


@dataclass(slots=True)
class Looping:
    """The body is operators [first, end); `passes` is 0 as long as there is no loop."""

    first: int = 0
    end: int = 0
    passes: int = 0
    stop: Value | None = None
    length: Value | None = None
    varies: bool = False
    caches: list[TensorType] = field(default_factory=list)
    reads_run: bool = False

    def done(self) -> Value:
        """The passes that are done."""
        self.reads_run = True
        return Value(WORD, RunWord(PASS_WORD.start))

    def input_length(self) -> Value:
        """Bytes of the input."""
        self.reads_run = True
        return Value(WORD, RunWord(LENGTH_WORD.start))

    def cache(self, kind: TensorType) -> Value:
        """Memory of its own, zeros at first."""
        self.caches.append(kind)
        return Value(kind, Cache(len(self.caches) - 1))

    def begin(self, first: int, passes: int) -> None:
        """The body's first operator."""
        self._demand("loops", "at most one", "another", not self.passes)
        self._demand("passes", "at least 1", passes, passes > 0)
        self.first, self.passes = first, passes

    def finish(self, end: int) -> None:
        """The operator behind the body."""
        self._demand("loop's body", "an operator", "none", end > self.first)
        self.end = end

    def stop_by(self, word: Value) -> None:
        """What ends the loop that is being made."""
        inside = bool(self.passes) and not self.end
        self._demand("stop", "in the loop's body", "outside", inside)
        self.stop = word

    def death(self, born: int, last: int) -> int:
        """When a tensor may go that operator `born` makes and `last` reads: what is
        from before the loop is read again in each pass."""
        if born < self.first <= last < self.end:
            return self.end - 1
        return last

    def lifetimes(self) -> list[Lifetime]:
        """Of the caches."""
        return [Lifetime(kind.size, 0, FOREVER) for kind in self.caches]

    def words(self) -> dict[Home, int]:
        """Where the words of a run are."""
        return {RunWord(word.start): word.start for word in (PASS_WORD, LENGTH_WORD)}

    def told(
        self,
        tables: Tables,
        skips: Sequence[Value | None],
        addresses: Mapping[Home, int],
    ) -> Tables:
        """The tables with the loop; `skips` are by operator."""

        def at(word: Value | None, without: int) -> int:
            return without if word is None else addresses[word.home]

        rows = tuple(
            replace(row, skip=at(skips[row.operator], NEVER)) for row in tables.segments
        )
        used = (self.passes, self.length, self.varies, self.reads_run, any(skips))
        return replace(
            tables,
            segments=rows,
            loop=self._loop(rows, at(self.stop, 0)),
            length=at(self.length, 0),
            varies=self.varies,
            version=LOOP_VERSION if any(used) else PLAIN_VERSION,
        )

    def _loop(self, rows: Sequence[Segment], stop: int) -> Loop:
        first = sum(row.operator < self.first for row in rows)
        end = sum(row.operator < self.end for row in rows)
        return Loop(first, end, self.passes, stop)

    @staticmethod
    def _demand(what: str, expected: object, actual: object, good: bool) -> None:
        if not good:
            raise GraphError(what, expected, actual)
