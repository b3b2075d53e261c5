"""One number at a time: additions of constants, and requantize."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from converters.evm.numbers import WORD_BYTES, Scale, joined
from converters.evm.store import Run, Store
from converters.evm.work import Place, Work, sweep_row


@dataclass(slots=True)
class AddConstant:
    """int32 words and as many constants, modulo 2^32."""

    source: Place
    target: Place
    constants: Sequence[int]
    _runs: list[Run] = field(default_factory=list)

    def needs(self) -> dict[str, int]:
        return {"constants": WORD_BYTES * len(self.constants)}

    def lay(self, store: Store) -> None:
        self._runs = store.add([joined([c]) for c in self.constants])

    def emit(self, work: Work) -> None:
        asm, held = work.asm, work.area("constants")
        work.copy_runs(self._runs, held, WORD_BYTES)
        start, count = self.target.address, len(self.constants)
        asm.push(start, "q")
        asm.push(self.source.address, "pix")

        def one() -> None:
            asm.get("pix")
            asm.op("MLOAD")
            asm.get("q")
            asm.push(held - start)
            asm.op("ADD", "MLOAD", "ADD")
            asm.push(3)
            asm.op("SIGNEXTEND")
            asm.get("q")
            asm.op("MSTORE")

        end = start + count * WORD_BYTES
        sweep_row(work, end, (WORD_BYTES, WORD_BYTES), one)


@dataclass(slots=True)
class Requantize:
    """int32 words to bytes: a factor for all, or one for every `inner` in turn."""

    source: Place
    target: Place
    count: int
    inner: int
    scale: Scale
    _runs: list[Run] = field(default_factory=list)

    def needs(self) -> dict[str, int]:
        registers = dict.fromkeys(("at", "factor", "end"), WORD_BYTES)
        return registers | {"factors": WORD_BYTES * len(self.scale.factors)}

    def lay(self, store: Store) -> None:
        if not self.scale.uniform:
            self._runs = store.add([joined([f]) for f in self.scale.factors])

    def emit(self, work: Work) -> None:
        asm, end = work.asm, self.target.address + self.count
        asm.push(self.source.address, "pix")
        asm.push(self.target.address, "q")
        if self.scale.uniform:
            factor = self.scale.factors[0]
            self._row(work, lambda: asm.push(end), lambda: asm.push(factor))
        else:
            work.copy_runs(self._runs, work.area("factors"), WORD_BYTES)
            work.repeat("q", lambda: asm.push(end), lambda: self._channels(work))
        asm.op("POP", "POP")

    def _channels(self, work: Work) -> None:
        """Each factor in turn, for `inner` numbers."""
        asm, at = work.asm, work.area("at")
        first = work.area("factors")
        asm.push(first)
        asm.store(at)
        again = asm.here()
        asm.load(at)
        asm.op("MLOAD")
        asm.store(work.area("factor"))
        asm.get("q")
        asm.push(self.inner)
        asm.op("ADD")
        asm.store(work.area("end"))
        self._row(
            work,
            lambda: asm.load(work.area("end")),
            lambda: asm.load(work.area("factor")),
        )
        asm.load(at)
        asm.push(WORD_BYTES)
        asm.op("ADD")
        asm.store(at)
        asm.push(first + WORD_BYTES * len(self.scale.factors))
        asm.load(at)
        asm.op("LT")
        asm.jump_if(again)

    def _row(
        self, work: Work, limit: Callable[[], None], factor: Callable[[], None]
    ) -> None:
        asm = work.asm

        def element() -> None:
            asm.get("pix")
            asm.op("MLOAD")
            work.requantized(self.scale, factor)
            asm.get("q")
            asm.op("MSTORE8")
            for name, step in (("pix", WORD_BYTES), ("q", 1)):
                asm.get(name)
                asm.push(step)
                asm.op("ADD")
                asm.put(name)

        work.repeat("q", limit, element)
