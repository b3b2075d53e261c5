"""Code of the EVM, one call an instruction, with names for what lies on the stack.

The assembler follows the stack as it goes: `get(name)` duplicates what was named, and
labels have one height only, so that a slip is an AssertionError here and not a wrong
number on a chain.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

OPCODES: Final = {
    # name: opcode, words taken, words left
    "STOP": (0x00, 0, 0),
    "ADD": (0x01, 2, 1),
    "MUL": (0x02, 2, 1),
    "SUB": (0x03, 2, 1),
    "MOD": (0x06, 2, 1),
    "SIGNEXTEND": (0x0B, 2, 1),
    "LT": (0x10, 2, 1),
    "GT": (0x11, 2, 1),
    "SLT": (0x12, 2, 1),
    "SGT": (0x13, 2, 1),
    "EQ": (0x14, 2, 1),
    "ISZERO": (0x15, 1, 1),
    "AND": (0x16, 2, 1),
    "OR": (0x17, 2, 1),
    "XOR": (0x18, 2, 1),
    "BYTE": (0x1A, 2, 1),
    "SHL": (0x1B, 2, 1),
    "SHR": (0x1C, 2, 1),
    "SAR": (0x1D, 2, 1),
    "CALLDATASIZE": (0x36, 0, 1),
    "CALLDATACOPY": (0x37, 3, 0),
    "CODECOPY": (0x39, 3, 0),
    "EXTCODECOPY": (0x3C, 4, 0),
    "EXTCODEHASH": (0x3F, 1, 1),
    "POP": (0x50, 1, 0),
    "MLOAD": (0x51, 1, 1),
    "MSTORE": (0x52, 2, 0),
    "MSTORE8": (0x53, 2, 0),
    "JUMP": (0x56, 1, 0),
    "JUMPI": (0x57, 2, 0),
    "MCOPY": (0x5E, 3, 0),
    "RETURN": (0xF3, 2, 0),
    "REVERT": (0xFD, 2, 0),
    "CREATE2": (0xF5, 4, 1),
}
JUMPDEST: Final = 0x5B
PUSH0: Final = 0x5F
DUP1: Final = 0x80
SWAP1: Final = 0x90
DEEPEST: Final = 16
LABEL_BYTES: Final = 2
WORD: Final = 1 << 256


@dataclass(frozen=True, slots=True)
class Label:
    """A place to jump to, and what lies on the stack there."""

    number: int
    stack: tuple[str, ...]


@dataclass(slots=True)
class Assembler:
    """Code that grows; `stack` names its words, the top last."""

    stack: list[str] = field(default_factory=list)
    _code: bytearray = field(default_factory=bytearray)
    _places: dict[int, int] = field(default_factory=dict)
    _uses: list[tuple[int, int]] = field(default_factory=list)
    _labels: int = 0

    def __len__(self) -> int:
        return len(self._code)

    def op(self, *names: str) -> None:
        """Instructions by name; what they leave has no name."""
        for name in names:
            opcode, taken, left = OPCODES[name]
            assert len(self.stack) >= taken, f"{name}: stack is {self.stack}"
            del self.stack[len(self.stack) - taken :]
            self.stack += [""] * left
            self._code.append(opcode)

    def push(self, value: int, name: str = "") -> None:
        """A number, modulo 2^256, by the shortest push."""
        value %= WORD
        size = (value.bit_length() + 7) // 8
        self._code.append(PUSH0 + size)
        self._code += value.to_bytes(size, "big")
        self.stack.append(name)

    def get(self, name: str) -> None:
        """Another of the word of that name, on top."""
        depth = self._depth(name)
        self._code.append(DUP1 + depth)
        self.stack.append("")

    def dup(self, depth: int = 0) -> None:
        """Another of the word so far below the top."""
        assert depth < min(DEEPEST, len(self.stack)), (depth, self.stack)
        self._code.append(DUP1 + depth)
        self.stack.append("")

    def swap(self, depth: int = 1) -> None:
        """The top and the word so far below it change places, names and all."""
        assert 0 < depth <= DEEPEST and depth < len(self.stack), (depth, self.stack)
        self._code.append(SWAP1 + depth - 1)
        stack = self.stack
        stack[-1], stack[-1 - depth] = stack[-1 - depth], stack[-1]

    def put(self, name: str) -> None:
        """The top takes the place of the word of that name, and its name."""
        depth = self._depth(name)
        self.swap(depth)
        self.op("POP")
        self.stack[-depth] = name

    def named(self, name: str) -> None:
        """Names the top."""
        self.stack[-1] = name

    def load(self, address: int, name: str = "") -> None:
        """The word of memory at a constant address."""
        self.push(address)
        self.op("MLOAD")
        self.named(name)

    def store(self, address: int) -> None:
        """The top, to memory at a constant address."""
        self.push(address)
        self.op("MSTORE")

    # Jumps.

    def label(self, stack: Sequence[str] | None = None) -> Label:
        """A label that is put later; the stack there is as it is now, or as given."""
        self._labels += 1
        held = self.stack if stack is None else stack
        return Label(self._labels, tuple(held))

    def put_label(self, label: Label) -> None:
        """Here. What comes before either runs on into it or has jumped away."""
        assert self.stack == list(label.stack), (self.stack, label.stack)
        self._places[label.number] = len(self._code)
        self._code.append(JUMPDEST)

    def begin(self, label: Label) -> None:
        """Here, where nothing runs on from above."""
        self.stack = list(label.stack)
        self.put_label(label)

    def here(self) -> Label:
        """A label at this place."""
        label = self.label()
        self.put_label(label)
        return label

    def push_label(self, label: Label) -> None:
        """Its place in the code."""
        self._code.append(PUSH0 + LABEL_BYTES)
        self._uses.append((len(self._code), label.number))
        self._code += bytes(LABEL_BYTES)
        self.stack.append("")

    def jump(self, label: Label) -> None:
        self.push_label(label)
        self.op("JUMP")
        assert self.stack == list(label.stack), (self.stack, label.stack)

    def jump_if(self, label: Label) -> None:
        """Where the top is not 0; it is taken off."""
        self.push_label(label)
        self.op("JUMPI")
        assert self.stack == list(label.stack), (self.stack, label.stack)

    def code(self, tail: bytes = b"", data: Label | None = None) -> bytes:
        """All of it, the labels resolved; `data` is the place of the tail behind it."""
        code = bytearray(self._code)
        places = dict(self._places)
        if data is not None:
            places[data.number] = len(code)
        for at, number in self._uses:
            # Code that is too large is refused by callers, who look at its size.
            place = places[number] % (1 << 8 * LABEL_BYTES)
            code[at : at + LABEL_BYTES] = place.to_bytes(LABEL_BYTES, "big")
        return bytes(code) + tail

    def _depth(self, name: str) -> int:
        for depth, held in enumerate(reversed(self.stack)):
            if held == name:
                assert depth < DEEPEST, f"{name} is {depth} deep: {self.stack}"
                return depth
        raise AssertionError(f"{name} is not on the stack: {self.stack}")
