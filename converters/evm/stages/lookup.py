"""Bytes as numbers of a table's entries."""

from dataclasses import dataclass, field
from typing import Final

from converters.evm.numbers import WORD_BYTES
from converters.evm.store import Run, Store
from converters.evm.work import Place, Work, sweep_row

UNROLLED: Final = 16
TABLE: Final = 256


def divisor(count: int, most: int) -> int:
    """The largest of `count` that is not above `most`."""
    return max(d for d in range(1, most + 1) if count % d == 0)


@dataclass(slots=True)
class Lookup:
    """Each byte's entry in a table of 256."""

    source: Place
    target: Place
    count: int
    table: bytes
    _runs: list[Run] = field(default_factory=list)

    def needs(self) -> dict[str, int]:
        return {"table": TABLE + WORD_BYTES}

    def lay(self, store: Store) -> None:
        self._runs = store.add([self.table])

    def emit(self, work: Work) -> None:
        asm, table = work.asm, work.area("table")
        work.copy_runs(self._runs, table, TABLE)
        asm.push(self.target.address, "q")
        asm.push(self.source.address, "pix")
        many = divisor(self.count, UNROLLED)

        def some() -> None:
            asm.get("pix")
            asm.op("MLOAD")
            for index in range(many):
                asm.dup()
                asm.push(index)
                asm.op("BYTE")
                asm.push(table)
                asm.op("ADD", "MLOAD")
                asm.push(0)
                asm.op("BYTE")
                asm.get("q")
                asm.push(index)
                asm.op("ADD", "MSTORE8")
            asm.op("POP")

        sweep_row(work, self.target.address + self.count, (many, many), some)
