"""The registers of one block while its code is written, and the ways out of it.

Inside a chunk a register lives in an `alloca`, which LLVM turns into SSA values; inside
a block it is just the name of its present value. Where control leaves the chunk, the
registers that may differ from the header's are put back there.
"""

from mips_vm.constants import WORD_BYTES, WORD_MASK
from mips_vm.storage.memory import HEADER_BYTES
from mips_vm.translate.accesses import Accesses
from mips_vm.translate.code import COLD, Code
from mips_vm.translate.flow import Block, Chunk
from mips_vm.translate.instruments import Instruments
from mips_vm.translate.layout import HANDED_OVER_WORD, PC_WORD


def pair(pc: int, next_pc: int) -> str:
    """pc and next_pc in one i64, as the header holds them."""
    value = pc & WORD_MASK | (next_pc & WORD_MASK) << 32
    return str(value - (1 << 64) if value >> 63 else value)


def place(code: Code, word: int) -> str:
    """Pointer to a word of the header."""
    return code.field("%memory", word * WORD_BYTES - HEADER_BYTES)


class Frame:
    """What is known at the point of a block up to which code is written.

    `pcs` stands for pc and next_pc of the instruction to go on with, as one i64.
    """

    def __init__(
        self, chunk: Chunk, block: Block, code: Code, instruments: Instruments
    ) -> None:
        self.chunk = chunk
        self.block = block
        self.code = code
        self.accesses = Accesses(code, block, instruments.pages)
        self._counts = instruments.steps
        self.left = code.let("load i64, ptr %steps")
        """Steps left when the block is through."""
        self.ahead = 0
        """Steps of the block that are taken off but still to be executed."""
        self._values: dict[int, str] = {}
        self._written: set[int] = set()

    def begin(self) -> None:
        """Takes the block's steps off, if enough are left to reach the next head."""
        code, block = self.code, self.block
        if not self._counts:
            return
        if block.start in self.chunk.heads:
            few = code.let(f"icmp ult i64 {self.left}, {self.chunk.reach[block.start]}")
            self.hand_over_if(few, pair(block.start, block.start + WORD_BYTES))
        if block.steps:
            self.ahead = block.steps
            self.left = code.let(f"sub i64 {self.left}, {block.steps}")

    def executed(self) -> None:
        """One instruction more is behind us."""
        if self._counts:
            self.ahead -= 1

    # Registers.

    def read(self, register: int) -> str:
        """The register's present value."""
        if not register:
            return "0"
        if register not in self._values:
            self._values[register] = self._load(register)
        return self._values[register]

    def write(self, register: int, value: str) -> None:
        """The register's value from here on."""
        if register:
            self._values[register] = value
            self._written.add(register)

    def _load(self, register: int) -> str:
        return self.code.let(f"load i32, ptr %r{register}")

    # Ways out.

    def go(self, target: int) -> None:
        """Goes on at an address, in this chunk or out of it."""
        code = self.code
        if target not in self.chunk.blocks:
            self.leave(pair(target, target + WORD_BYTES))
            return
        for register in sorted(self._written):
            code.do(f"store i32 {self._values[register]}, ptr %r{register}")
        code.do(f"store i64 {self.left}, ptr %steps")
        code.do(f"br label %block_{target:x}")

    def put_back(self, pcs: str) -> None:
        """Brings the header up to date."""
        code = self.code
        for register in sorted(self.chunk.dirty[self.block.start] | self._written):
            value = self._values.get(register) or self._load(register)
            code.do(f"store i32 {value}, ptr {place(code, register)}")
        code.do(f"store i64 {pcs}, ptr {place(code, PC_WORD)}")

    def leave(self, pcs: str) -> None:
        """Ends the function."""
        self.put_back(pcs)
        left = self.left
        if self.ahead:
            left = self.code.let(f"add i64 {left}, {self.ahead}")
        self.code.do(f"ret i64 {left}")

    def hand_over(self, pcs: str) -> None:
        """Ends the function before an instruction that the reference must execute."""
        code = self.code
        code.do(f"store i32 1, ptr {place(code, HANDED_OVER_WORD)}")
        self.leave(pcs)

    def hand_over_if(self, condition: str, pcs: str) -> None:
        """The same in a case that is rare."""
        code = self.code
        rare, usual = code.name("rare"), code.name("usual")
        code.do(f"br i1 {condition}, label %{rare}, label %{usual}{COLD}")
        code.label(rare)
        self.hand_over(pcs)
        code.label(usual)
