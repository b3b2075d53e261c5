"""Where the greatest number lies."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from converters.evm.numbers import WORD_BYTES
from converters.evm.store import Store
from converters.evm.work import Place, Work

POSITION: Final = (1 << 32) - 1


@dataclass(slots=True)
class Argmax:
    """Where the greatest, or the least, of int32 words lies along an axis: the first.

    A key is the number and, below it, how far its place is from the end.
    """

    source: Place
    target: Place
    outer: int
    length: int
    inner: int
    least: bool

    def needs(self) -> dict[str, int]:
        return {"line": WORD_BYTES, "plane": WORD_BYTES}

    def lay(self, store: Store) -> None:
        """Nothing."""

    def emit(self, work: Work) -> None:
        asm, step = work.asm, self.inner * WORD_BYTES
        asm.push(self.target.address, "q")
        asm.push(self.source.address, "pix")
        steps = (self.length * step, WORD_BYTES)
        lands = step, WORD_BYTES
        work.sweep(
            (self.outer, self.inner), steps, lands, lambda: self._one(work, step)
        )
        asm.op("POP", "POP")

    def _one(self, work: Work, step: int) -> None:
        asm = work.asm

        def key() -> None:
            """Of the place `at`, whose number from the end is `left`."""
            asm.get("at")
            asm.op("MLOAD")
            if self.least:
                asm.push(0)
                asm.op("SUB")
            asm.push(32)
            asm.op("SHL")
            asm.get("left")
            asm.op("OR")

        asm.get("pix")
        asm.named("at")
        asm.push(POSITION, "left")
        key()
        asm.named("best")

        def next_one() -> None:
            asm.get("at")
            asm.push(step)
            asm.op("ADD")
            asm.put("at")
            asm.push(1)
            asm.get("left")
            asm.op("SUB")
            asm.put("left")
            key()
            work.greater()
            asm.named("best")

        if self.length > 1:
            self._rest(work, next_one)
        asm.push(POSITION)
        asm.op("AND")
        asm.push(POSITION)
        asm.op("SUB")
        asm.get("q")
        asm.op("MSTORE")
        asm.op("POP", "POP")

    def _rest(self, work: Work, next_one: Callable[[], None]) -> None:
        """All but the first: until `left` has gone down by as many."""
        asm = work.asm
        again = asm.here()
        next_one()
        asm.push(POSITION - self.length + 1)
        asm.get("left")
        asm.op("GT")
        asm.jump_if(again)
