"""A case: a program, memory, and the states in which it is entered. Replayable."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from mips_vm import Machine, Status
from mips_vm.constants import WORD_BYTES

_NUMBERS = ("pc", "next_pc", "hi", "lo")


@dataclass(frozen=True, slots=True)
class Start:
    """A running state, but for memory, and how many steps to take from it."""

    pc: int
    next_pc: int
    hi: int
    lo: int
    registers: tuple[int, ...]
    steps: int

    def enter(self, machine: Machine) -> None:
        """Puts the machine into this state; its memory stays as it is."""
        state = machine.state
        state.pc, state.next_pc = self.pc, self.next_pc
        state.hi, state.lo = self.hi, self.lo
        state.registers[:] = [0, *self.registers[1:]]
        machine.status = Status.RUNNING


@dataclass(frozen=True, slots=True)
class Case:
    """`words` stand at `origin`; the starts are run in turn, memory going on."""

    origin: int
    words: tuple[int, ...]
    starts: tuple[Start, ...]
    memory: Mapping[int, int]
    """Aligned address -> word, outside of the program."""

    def machine(self) -> Machine:
        """A machine with program and memory in place."""
        machine = Machine()
        code = b"".join(word.to_bytes(WORD_BYTES, "little") for word in self.words)
        machine.memory.write(self.origin, code)
        for address, word in self.memory.items():
            machine.memory.write(address, word.to_bytes(WORD_BYTES, "little"))
        return machine

    def with_word(self, index: int, word: int) -> Self:
        words = (*self.words[:index], word, *self.words[index + 1 :])
        return replace(self, words=words)

    def save(self, path: Path) -> None:
        """Hex where one wants to see bits."""
        data = {
            "origin": hex(self.origin),
            "words": [f"{word:#010x}" for word in self.words],
            "memory": {hex(at): hex(word) for at, word in self.memory.items()},
            "starts": [_start_json(start) for start in self.starts],
        }
        path.write_text(json.dumps(data, indent=1) + "\n")

    @classmethod
    def load(cls, path: Path) -> Self:
        data = json.loads(path.read_text())
        return cls(
            origin=_number(data["origin"]),
            words=tuple(map(_number, data["words"])),
            starts=tuple(map(_start, data["starts"])),
            memory={_number(at): _number(w) for at, w in data["memory"].items()},
        )


def _start_json(start: Start) -> dict[str, Any]:
    registers = {str(n): hex(v) for n, v in enumerate(start.registers) if v}
    numbers = {name: hex(getattr(start, name)) for name in _NUMBERS}
    return numbers | {"registers": registers, "steps": start.steps}


def _start(data: dict[str, Any]) -> Start:
    given = data["registers"]
    registers = tuple(_number(given.get(str(number), "0")) for number in range(32))
    numbers = {name: _number(data[name]) for name in _NUMBERS}
    return Start(**numbers, registers=registers, steps=data["steps"])


def _number(text: str) -> int:
    return int(text, 0)
