"""A machine: processor state and memory together, and what a host does with them."""

import os
from dataclasses import dataclass
from operator import index
from typing import Literal, Self

from mips_vm import elf, step
from mips_vm.constants import (
    INPUT,
    IO_HEADER_BYTES,
    MODEL,
    OUTPUT,
    PROGRAM,
    WORD_BYTES,
    WORD_MASK,
    Status,
)
from mips_vm.errors import (
    InputTooLong,
    OutputOverrun,
    UnknownEngine,
    ValueOutOfRange,
    WrongStatus,
)
from mips_vm.state import Registers, State, word
from mips_vm.storage.held_file import HeldFile
from mips_vm.storage.memory import Memory, MemorySnapshot
from mips_vm.witness import Witness, witness

Engine = Literal["translated", "reference"]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A machine at one moment. Memory pages that did not change are shared."""

    state: State
    memory: MemorySnapshot


class Machine:
    """MIPS32r2, integer, little-endian; docs/machine.md says what it does."""

    def __init__(self, memory: Memory | None = None) -> None:
        self.memory = memory if memory is not None else Memory()
        self.state = State()

    # Making one.

    @classmethod
    def from_elf(cls, path: str | os.PathLike[str]) -> Self:
        """A running machine with the file's segments loaded, or ElfError."""
        return cls.from_loaded(elf.read(path))

    @classmethod
    def from_loaded(cls, program: elf.Program) -> Self:
        """A running machine with the segments of an ELF file that was read before."""
        machine = cls()
        for segment in program.segments:
            machine.memory.write(segment.address, segment.data)
        machine._enter(program.entry)
        return machine

    @classmethod
    def from_program(cls, code: bytes, entry: int = 0) -> Self:
        """A running machine with `code` at address 0 and pc at `entry`."""
        if len(code) > PROGRAM.size:
            raise ValueOutOfRange("code size", PROGRAM.size + 1, len(code))
        machine = cls()
        machine.memory.write(PROGRAM.base, bytes(code))
        machine._enter(word("entry", entry))
        return machine

    def _enter(self, entry: int) -> None:
        self.state.pc = entry
        self.state.next_pc = entry + WORD_BYTES & WORD_MASK

    # Registers, readable and settable; u32 or ValueOutOfRange.

    @property
    def registers(self) -> Registers:
        """r0 to r31; a write to r0 is dropped."""
        return Registers(self.state)

    @property
    def pc(self) -> int:
        """Address of the instruction that the next step executes."""
        return self.state.pc

    @pc.setter
    def pc(self, value: int) -> None:
        self.state.pc = word("pc", value)

    @property
    def next_pc(self) -> int:
        """Address of the instruction after it."""
        return self.state.next_pc

    @next_pc.setter
    def next_pc(self, value: int) -> None:
        self.state.next_pc = word("next_pc", value)

    @property
    def lo(self) -> int:
        """Low word of products, and quotients."""
        return self.state.lo

    @lo.setter
    def lo(self, value: int) -> None:
        self.state.lo = word("lo", value)

    @property
    def hi(self) -> int:
        """High word of products, and remainders."""
        return self.state.hi

    @hi.setter
    def hi(self, value: int) -> None:
        self.state.hi = word("hi", value)

    @property
    def status(self) -> Status:
        """Running, or why not."""
        return self.state.status

    @status.setter
    def status(self, value: int) -> None:
        if value not in tuple(Status):
            raise ValueOutOfRange("status", len(Status), value)
        self.state.status = Status(value)

    # Running it.

    def step(self) -> None:
        """Execute one instruction with the reference engine."""
        step.step(self.state, self.memory)

    def run(self, max_steps: int | None = None, engine: Engine = "translated") -> int:
        """Execute until yield, halt, fault, or exactly `max_steps`; steps executed."""
        if max_steps is not None and index(max_steps) < 0:
            raise ValueError(f"max_steps: expected at least 0, got {max_steps}")
        if engine == "reference":
            return step.run(self.state, self.memory, max_steps)
        if engine == "translated":
            # Here, not at the top: the reference machine works without LLVM.
            from mips_vm.translate import run

            return run(self.state, self.memory, max_steps)
        raise UnknownEngine(("translated", "reference"), engine)

    def resume(self) -> None:
        """Yielded becomes running; nothing else changes."""
        if self.status is not Status.YIELDED:
            raise WrongStatus("yielded", self.status.name.lower())
        self.status = Status.RUNNING

    # Hashing it.

    def state_root(self) -> bytes:
        """keccak256 of the packed state with the status in byte 0; 32 bytes."""
        return self.state.root(self.memory.root())

    def witness(self) -> Witness:
        """What the on-chain verifier needs to execute the next step."""
        return witness(self.state, self.memory)

    # Input, output, model.

    def load_input(self, data: bytes) -> None:
        """Replace the input region: length, bytes, zeros."""
        limit = INPUT.size - IO_HEADER_BYTES
        if len(data) > limit:
            raise InputTooLong(limit, len(data))
        self.memory.clear(INPUT)
        header = len(data).to_bytes(IO_HEADER_BYTES, "little")
        self.memory.write(INPUT.base, header + data)

    def output(self) -> bytes:
        """The bytes of the output region; OutputOverrun if its length can't be."""
        size = self.memory.load_word(OUTPUT.base)
        limit = OUTPUT.size - IO_HEADER_BYTES
        if size > limit:
            raise OutputOverrun(limit, size)
        return self.memory.read(OUTPUT.base + IO_HEADER_BYTES, size)

    def load_model(self, image: bytes | str | os.PathLike[str] | HeldFile) -> None:
        """Place a model image in its region: bytes are copied, a file is mapped.

        The file may be replaced or removed, but must not be changed in place.
        """
        if not isinstance(image, bytes | HeldFile):
            image = HeldFile(image)
        if len(image) > MODEL.size:
            raise ValueOutOfRange("model size", MODEL.size + 1, len(image))
        self.memory.clear(MODEL)
        if isinstance(image, bytes):
            self.memory.write(MODEL.base, image)
        else:
            self.memory.map_file(image, MODEL.base)

    # Going back.

    def snapshot(self) -> Snapshot:
        """This moment, to return to; costs what changed since the last one."""
        return Snapshot(self.state.copy(), self.memory.snapshot())

    def restore(self, snapshot: Snapshot) -> None:
        """Return to `snapshot`, which must be of this machine."""
        self.memory.restore(snapshot.memory)
        self.state = snapshot.state.copy()
