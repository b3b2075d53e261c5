"""Tokenizers in the machine: a program of the guest's C sources, and what it takes."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mips_vm import Machine, Status

ELF = Path(__file__).parents[2] / "tinynn" / "programs" / "tokens_ops.elf"
ENCODE, DECODE, LENGTH = range(3)
NONE = 0xFFFF_FFFF


class TokenMachine:
    """One table in the machine; each call is a run from a clean start."""

    def __init__(self, table: bytes) -> None:
        self._table = table
        self.instructions = 0
        """Of the last run."""

    def _run(self, words: Sequence[int], data: bytes = b"") -> bytes:
        machine = Machine.from_elf(ELF)
        machine.load_model(self._table + bytes(-len(self._table) % 4))
        machine.load_input(np.array(words, "<u4").tobytes() + data)
        self.instructions = machine.run()
        assert machine.status is Status.HALTED
        return machine.output()

    def prompt(
        self,
        text: bytes,
        rows: int,
        *,
        offset: int = 0,
        length: int | None = None,
        prefix: Sequence[int] = (),
        suffix: Sequence[int] = (),
    ) -> list[int]:
        """All rows of the prompt's tokens."""
        held = offset + len(text) if length is None else length
        words = [len(self._table), ENCODE, rows, offset, held & NONE]
        words += [len(prefix), len(suffix), len(text), *prefix, *suffix]
        return np.frombuffer(self._run(words, text), "<u4").tolist()

    def encode(self, text: bytes) -> list[int]:
        """The text's tokens."""
        rows = self.prompt(text, 3 * len(text) + 5)
        return rows[: rows.index(NONE)]

    def decode(
        self, ids: Sequence[int], room: int, *, strip: bool = False, first: int = 0
    ) -> bytes:
        """The tokens' text, which must be as long as is foretold, zeros behind it."""
        words = [room, int(strip), first, len(ids), *ids]
        text = self._run([len(self._table), DECODE, *words])
        length = int.from_bytes(self._run([len(self._table), LENGTH, *words]), "little")
        assert not any(text[length:]) and len(text) == room
        return text[:length]
