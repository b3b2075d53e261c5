"""The token loop of an image: which segment follows which, and what it may read of it.

A *pass* is one trip through the loop's body, the *prologue* runs before the first and
the *epilogue* after the last. The guest counts passes in the word behind the segment
index; how many are run is found by running.
"""

from dataclasses import dataclass
from typing import Final

MAX_PASSES: Final = 1 << 16
MAX_RUN_SEGMENTS: Final = 1 << 26
"""Of one run, all passes together: a claim of more could not be opened."""

MAX_SEGMENT_INSTRUCTIONS: Final = 1 << 36
"""Of one segment: the game takes no more."""


@dataclass(frozen=True, slots=True)
class Loop:
    """Segments [first, end) are the body, which is run at most `passes` times.

    `stop` is the address of an int32 that ends the loop if it is not 0 when a pass is
    done; 0: there is none. An image without a loop has zeros only.
    """

    first: int = 0
    end: int = 0
    passes: int = 0
    stop: int = 0

    @property
    def body(self) -> int:
        """Segments of one pass."""
        return self.end - self.first


NO_LOOP: Final = Loop()


@dataclass(frozen=True, slots=True)
class Schedule:
    """The boundaries of a run of `passes` passes through a table of `rows` segments."""

    loop: Loop
    rows: int
    passes: int

    @property
    def segments(self) -> int:
        """Boots of the guest until it halts."""
        return self.rows + (self.passes - 1) * self.loop.body

    @property
    def loop_end(self) -> int:
        """The boundary behind the last pass."""
        return self.pass_start(self.passes)

    def pass_start(self, number: int) -> int:
        """The boundary at which so many passes are done, and the prologue."""
        return self.loop.first + number * self.loop.body

    def boundaries_of(self, row: int) -> range:
        """At which a row comes next: in each pass, or once."""
        loop, again = self.loop, (self.passes - 1) * self.loop.body
        if row >= loop.end:
            return range(row + again, row + again + 1)
        if row < loop.first:
            return range(row, row + 1)
        return range(row, row + again + 1, loop.body)

    def place(self, boundary: int) -> tuple[int, int]:
        """The row that comes next and the passes done, at a boundary before the end."""
        loop = self.loop
        if boundary >= self.loop_end:
            return boundary - (self.passes - 1) * loop.body, self.passes
        number = max(boundary - loop.first, 0) // loop.body
        return boundary - number * loop.body, number
