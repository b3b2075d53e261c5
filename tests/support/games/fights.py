"""Disputes to be fought: runs of every awkward shape, K, and somebody's luck."""

from dataclasses import dataclass

from hypothesis import strategies as st
from support.games import guests
from support.games.duel import Duel

from challenge.lies import LIES, Liar, Scene
from challenge.trace import ExecutionTrace


@dataclass(frozen=True)
class Fight:
    """A run of the tally guest, K, and the luck of whoever lies about it."""

    work: tuple[int, ...]
    word: int
    k: int
    seed: int

    def truth(self) -> ExecutionTrace:
        return guests.tally(self.work, self.word)

    def scene(self) -> Scene:
        return Scene(self.truth, self.k, self.seed, "reference")

    def liar(self, kind: str) -> Liar:
        return LIES[kind].plant(self.scene())

    @property
    def output(self) -> bytes:
        return guests.tally_output(self.work, self.word)

    def duel(self, output: bytes | None = None) -> Duel:
        """The contracts, with a claim of `output`, by default the true one."""
        duel = Duel(self.truth(), self.k)
        duel.claim(self.output if output is None else output)
        return duel


PLAIN = Fight(work=(3, 1, 4), word=5, k=4, seed=1)


@st.composite
def fights(draw: st.DrawFn, least: int = 1) -> Fight:
    """Runs of few segments, and K's that divide them in every way: 1, 2, K-1, K, K+1
    segments or instructions, and lengths that K does not divide."""
    work = tuple(draw(st.lists(st.integers(1, 12), min_size=least, max_size=6)))
    sizes = [len(work), *(guests.FIXED_STEPS - 4 + 4 * count for count in work)]
    near = [size + off for size in sizes for off in (-1, 0, 1)]
    k = draw(st.sampled_from([2, 3, *near]))
    return Fight(
        work,
        draw(st.sampled_from([0, 5, 2**31, 2**32 - 1])),
        min(max(k, 2), 64),
        draw(st.integers(0, 2**16)),
    )
