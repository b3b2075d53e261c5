"""A program running on the machine, watched from outside.

Counts instructions across yields, which it resumes, and describes single steps by
comparing the state before with the state after.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mips_vm import Machine, Status
from mips_vm.constants import REGISTER_COUNT, WORD_BYTES
from mips_vm.disassemble import REGISTER_NAMES, disassemble
from mips_vm.isa.decode import Decoded, Kind, decode
from mips_vm.isa.operations import GuestFault
from mips_vm.isa.syscalls import V0
from mips_vm.json_text import JsonObject
from mips_vm.state import State
from mips_vm.step import effective_address

Engine = Literal["translated", "reference"]

# Between two looks at the clock: about a tenth of a second.
CHUNK = {"translated": 1 << 27, "reference": 1 << 16}

# What the first register held is no operand of these, unless they keep a part of it.
RECEIVES_FIRST = (
    Kind.COMPUTE,
    Kind.UNARY,
    Kind.MOVE_FROM,
    Kind.JUMP_REGISTER_LINK,
    Kind.LOAD,
)
MERGES = ("lwl", "lwr")


@dataclass(frozen=True, slots=True)
class Observation:
    """One executed instruction: what it read, and what it changed.

    `step` counts from the program's start; `status` and `state_root` (empty unless
    asked for) are those after it.
    """

    step: int
    pc: int
    word: int
    text: str
    reads: dict[str, int]
    writes: dict[str, int]
    status: Status
    state_root: bytes

    def as_json(self) -> JsonObject:
        told: JsonObject = {
            "step": self.step,
            "pc": self.pc,
            "word": self.word,
            "instruction": self.text,
            "reads": self.reads,
            "writes": self.writes,
            "status": self.status.name.lower(),
        }
        if self.state_root:
            told["state_root"] = f"0x{self.state_root.hex()}"
        return told


class Session:
    """`machine`, with the instructions, yields and seconds since its start."""

    def __init__(self, machine: Machine, engine: Engine) -> None:
        self.machine = machine
        self.engine = engine
        self.steps = 0
        self.yields = 0
        self.seconds = 0.0

    @classmethod
    def start(
        cls, elf: Path, data: bytes, model: Path | None, engine: Engine
    ) -> "Session":
        """The program at its first instruction, input and model in place."""
        machine = Machine.from_elf(elf)
        machine.load_input(data)
        if model is not None:
            machine.load_model(model)
        return cls(machine, engine)

    def advance(
        self, steps: int | None, show: Callable[[int], None] = lambda done: None
    ) -> None:
        """Run `steps` more instructions, or to the end; `show` hears how many."""
        begin = time.perf_counter()
        goal = None if steps is None else self.steps + steps
        while goal is None or self.steps < goal:
            if not self.resume():
                break
            chunk = CHUNK[self.engine]
            most = chunk if goal is None else min(chunk, goal - self.steps)
            self.steps += self.machine.run(most, engine=self.engine)
            self.yields += self.machine.status is Status.YIELDED
            show(self.steps)
        self.seconds += time.perf_counter() - begin

    def resume(self) -> bool:
        """Go on after a yield; whether there is anything left to run."""
        if self.machine.status is Status.YIELDED:
            self.machine.resume()
        return self.machine.status is Status.RUNNING

    def speed(self) -> float:
        """Instructions a second."""
        return self.steps / self.seconds if self.seconds else 0.0

    def observe(self, steps: int, roots: bool) -> Iterator[Observation]:
        """Execute up to `steps` instructions one by one, describing each."""
        for _ in range(steps):
            if not self.resume():
                return
            yield self.observe_one(roots)

    def observe_one(self, roots: bool) -> Observation:
        machine = self.machine
        before = machine.state.copy()
        word = fetch(machine)
        decoded = decode(word)
        address = accessed(machine, decoded)
        reads = operands(machine, decoded, address)
        machine.step()
        self.steps += 1
        self.yields += machine.status is Status.YIELDED
        writes = changes(before, machine.state)
        if decoded and decoded.instruction.kind is Kind.STORE and address is not None:
            writes |= memory_word(machine, address)
        return Observation(
            step=self.steps - 1,
            pc=before.pc,
            word=word,
            text=disassemble(word, before.pc),
            reads=reads,
            writes=writes,
            status=machine.status,
            state_root=machine.state_root() if roots else b"",
        )


def fetch(machine: Machine) -> int:
    """The word at pc; zero where nothing can be fetched."""
    return 0 if machine.pc % WORD_BYTES else machine.memory.load_word(machine.pc)


def accessed(machine: Machine, decoded: Decoded | None) -> int | None:
    """The address of a load or store that does not fault."""
    if decoded is None or decoded.instruction.kind not in (Kind.LOAD, Kind.STORE):
        return None
    try:
        return effective_address(machine.state, decoded)
    except GuestFault:
        return None


def operands(
    machine: Machine, decoded: Decoded | None, address: int | None
) -> dict[str, int]:
    """Registers that the instruction reads, and the memory word that it accesses."""
    if decoded is None:
        return {}
    instruction = decoded.instruction
    count = sum(instruction.operands.count(name) for name in ("rs", "rt", "rd"))
    numbers = decoded.registers[:count]
    if instruction.kind in RECEIVES_FIRST and instruction.operation not in MERGES:
        numbers = numbers[1:]
    reads = {
        REGISTER_NAMES[number]: machine.registers[number]
        for number in numbers
        if number
    }
    for special in ("hi", "lo"):
        if instruction.kind is Kind.MULTIPLY or instruction.operation == special:
            reads[special] = getattr(machine, special)
    if instruction.kind is Kind.SYSCALL:
        reads[REGISTER_NAMES[V0]] = machine.registers[V0]
    if address is not None:
        reads |= memory_word(machine, address)
    return reads


def memory_word(machine: Machine, address: int) -> dict[str, int]:
    aligned = address - address % WORD_BYTES
    return {f"[{aligned:08x}]": machine.memory.load_word(aligned)}


def changes(before: State, after: State) -> dict[str, int]:
    """Registers that differ, and a next_pc that is no mere increment."""
    if after.status is not Status.RUNNING:
        return {}
    found = {
        REGISTER_NAMES[number]: after.registers[number]
        for number in range(REGISTER_COUNT)
        if after.registers[number] != before.registers[number]
    }
    for name in ("hi", "lo"):
        if getattr(after, name) != getattr(before, name):
            found[name] = getattr(after, name)
    if after.next_pc != after.pc + WORD_BYTES:
        found["next_pc"] = after.next_pc
    return found
