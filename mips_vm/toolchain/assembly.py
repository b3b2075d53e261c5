"""Between compiler and assembler: what this machine needs and the compiler has no
option for.

Each frame is checked. After an instruction that lowers the stack pointer comes a trap
that faults if it is below $k0, where plumb_start put the stack's end: the machine has
no guard pages, and below the stack region lies the output. Compiled code leaves $k0
alone, and the trap is a plain instruction, so no rule of the machine is about stacks.

Load linked and store conditional become a load and a store that succeeded: one hart,
which nothing interrupts, can't tell.
"""

import re
from typing import Final

from mips_vm.errors import BuildError

STACK_TRAP: Final = 0x3E0
"""The code field of the check's trap, which says on a fault what it was."""

_CHECK: Final = f"\ttltu\t$sp, $26, {STACK_TRAP}"

# What an offset from the stack pointer, a frame too large for one, and alloca become.
# From $fp it is only ever restored, upwards.
_LOWERS: Final = re.compile(
    r"addiu\s+\$sp, \$sp, -\d+|subu\s+\$sp, \$sp, \$\w+|move\s+\$sp, \$(?!fp\b)\w+"
)
_CONDITIONAL: Final = re.compile(
    r"(?P<name>ll|sc)\s+(?P<target>\$\w+),\s*(?P<place>.+)"
)
_CALL: Final = re.compile(r"(jal|jalr|bal|bltzal|bgezal)\s")
_BRANCH: Final = re.compile(r"(b|j)\w*\s")
_OTHER: Final = re.compile(r"#|\.|.*:$")
"""Lines that are no instruction: comments, directives, labels."""


def adapt(text: str) -> str:
    """The compiler's assembly for this machine."""
    out: list[str] = []
    branch: int | None = None  # line of the branch whose slot comes next
    for line in text.splitlines():
        code = line.split("#", 1)[0].strip()
        if not code or _OTHER.match(code):
            out.append(line)
            continue
        slot, branch = branch, None
        parts = _replaced(line, code)
        if len(parts) > 1 and slot is not None:
            _before_branch(out, slot, parts)
        else:
            out += parts
        if slot is None and _BRANCH.match(code):
            branch = len(out) - 1
    return "\n".join(out) + "\n"


def _replaced(line: str, code: str) -> list[str]:
    """The lines that take an instruction's place."""
    if _LOWERS.fullmatch(code):
        return [line, _CHECK]
    found = _CONDITIONAL.fullmatch(code)
    if found is None:
        return [line]
    target, place = found["target"], found["place"]
    if found["name"] == "ll":
        return [f"\tlw\t{target}, {place}"]
    return [f"\tsw\t{target}, {place}", f"\taddiu\t{target}, $zero, 1"]


def _before_branch(out: list[str], branch: int, parts: list[str]) -> None:
    """Puts what doesn't fit into a delay slot before its branch.

    A frame may stay in a call's slot: the callee checks its own below it.
    """
    code = out[branch].strip()
    lowers = _CHECK in parts
    if lowers and _CALL.match(code):
        out.append(parts[0])
        return
    if not lowers:
        raise BuildError(f"expected no sc in a delay slot, got it after {code!r}")
    out[branch:branch] = parts
    out.append("\tnop")
