"""LLVM IR as text, line by line: building objects first costs ten times as long."""

from collections.abc import Iterable
from typing import Final

COLD: Final = ", !prof !0"
"""Ends a conditional branch whose first target is all but never taken."""

EPILOGUE: Final = '!0 = !{!"branch_weights", i32 1, i32 65536}\n'
"""What a module with COLD branches ends with."""

_INTRINSICS: Final = {
    "llvm.fshl.i32": "i32 (i32, i32, i32)",
    "llvm.fshr.i32": "i32 (i32, i32, i32)",
    "llvm.ctlz.i32": "i32 (i32, i1)",
    "llvm.bswap.i32": "i32 (i32)",
    "llvm.sadd.with.overflow.i32": "{i32, i1} (i32, i32)",
    "llvm.ssub.with.overflow.i32": "{i32, i1} (i32, i32)",
}


def declarations() -> str:
    """The intrinsics that translated code may call."""
    lines = []
    for name, kind in _INTRINSICS.items():
        result, arguments = kind.rsplit(" (", 1)
        lines.append(f"declare {result} @{name}({arguments}\n")
    return "".join(lines)


class Code:
    """The body of one function as it is written."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._count = 0

    def name(self, prefix: str = "v") -> str:
        """A name that nothing else has, without its sigil."""
        self._count += 1
        return f"{prefix}{self._count}"

    def let(self, expression: str) -> str:
        """The name of the value of `expression`."""
        name = f"%{self.name()}"
        self.lines.append(f"  {name} = {expression}")
        return name

    def do(self, statement: str) -> None:
        """An instruction without a value."""
        self.lines.append(f"  {statement}")

    def label(self, name: str) -> None:
        """Begins a block."""
        self.lines.append(f"{name}:")

    def add(self, left: str, right: int | str) -> str:
        """Sum of two words, wrapping."""
        return left if right == 0 else self.let(f"add i32 {left}, {right}")

    def call(self, intrinsic: str, *arguments: str) -> str:
        """An intrinsic's result."""
        result = _INTRINSICS[intrinsic].rsplit(" (", 1)[0]
        return self.let(f"call {result} @{intrinsic}({', '.join(arguments)})")

    def field(self, base: str, offset: int | str) -> str:
        """Pointer to the byte `offset` after `base`."""
        return self.let(f"getelementptr i8, ptr {base}, i64 {offset}")

    def extend(self, lines: Iterable[str]) -> None:
        """Lines that were written elsewhere."""
        self.lines.extend(lines)
