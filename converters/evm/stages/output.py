"""The answer of a call: tensors end to end."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from converters.evm.numbers import WORD_BYTES
from converters.evm.store import Store
from converters.evm.work import Place, Work, sweep_row

INT32_BYTES: Final = 4


@dataclass(slots=True)
class Part:
    """A piece of the output: bytes as they are, or words as int32, least byte first."""

    source: Place
    count: int
    whole: bool


@dataclass(slots=True)
class Output:
    """The parts, end to end, as what the call returns."""

    parts: Sequence[Part]

    @property
    def size(self) -> int:
        return sum(
            part.count * (INT32_BYTES if part.whole else 1) for part in self.parts
        )

    def needs(self) -> dict[str, int]:
        return {"output": self.size + WORD_BYTES}

    def lay(self, store: Store) -> None:
        """Nothing."""

    def emit(self, work: Work) -> None:
        asm, at = work.asm, work.area("output")
        for part in self.parts:
            if part.whole:
                self._words(work, part, at)
                at += part.count * INT32_BYTES
            elif len(self.parts) > 1:
                asm.push(part.count)
                asm.push(part.source.address)
                asm.push(at)
                asm.op("MCOPY")
                at += part.count
        alone = len(self.parts) == 1 and not self.parts[0].whole
        asm.push(self.size)
        asm.push(self.parts[0].source.address if alone else work.area("output"))
        asm.op("RETURN")

    def _words(self, work: Work, part: Part, at: int) -> None:
        """Four bytes turned round are written at once, and what is behind them is
        written over by the next."""
        asm = work.asm
        asm.push(at, "q")
        asm.push(part.source.address, "pix")

        def one() -> None:
            asm.push(0)
            for byte in range(INT32_BYTES):
                asm.get("pix")
                asm.op("MLOAD")
                asm.push(WORD_BYTES - 1 - byte)
                asm.op("BYTE")
                asm.push(8 * (WORD_BYTES - 1 - byte))
                asm.op("SHL", "OR")
            asm.get("q")
            asm.op("MSTORE")

        end = at + part.count * INT32_BYTES
        sweep_row(work, end, (INT32_BYTES, WORD_BYTES), one)
