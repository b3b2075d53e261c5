"""What becomes of the compiler's assembly: checks of frames, no load linked."""

import pytest

from mips_vm.errors import BuildError
from mips_vm.toolchain.assembly import STACK_TRAP, adapt

CHECK = f"tltu $sp, $26, {STACK_TRAP}"


def lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines()]


CASES = {
    "a frame": (
        ["addiu $sp, $sp, -24", "sw $ra, 20($sp)"],
        ["addiu $sp, $sp, -24", CHECK, "sw $ra, 20($sp)"],
    ),
    "a frame larger than an offset": (
        ["subu $sp, $sp, $1"],
        ["subu $sp, $sp, $1", CHECK],
    ),
    "alloca": (["move $sp, $4"], ["move $sp, $4", CHECK]),
    "a frame with a comment": (
        ["addiu $sp, $sp, -8 # all"],
        ["addiu $sp, $sp, -8 # all", CHECK],
    ),
    "a frame given back": (
        ["jr $ra", "addiu $sp, $sp, 24"],
        ["jr $ra", "addiu $sp, $sp, 24"],
    ),
    "a frame found again": (["move $sp, $fp"], ["move $sp, $fp"]),
    "a frame in a branch's slot": (
        ["beqz $4, $BB0_2", "addiu $sp, $sp, -8", "lw $2, 0($sp)"],
        ["addiu $sp, $sp, -8", CHECK, "beqz $4, $BB0_2", "nop", "lw $2, 0($sp)"],
    ),
    "arguments in a call's slot": (
        ["jal f", "addiu $sp, $sp, -16"],
        ["jal f", "addiu $sp, $sp, -16"],
    ),
    "after a slot": (
        ["jal f", "nop", "addiu $sp, $sp, -16"],
        ["jal f", "nop", "addiu $sp, $sp, -16", CHECK],
    ),
    "an atomic sum": (
        ["$BB3_1:", "ll $2, 0($16)", "sc $3, 0($16)", "beqz $3, $BB3_1", "nop"],
        [
            *("$BB3_1:", "lw $2, 0($16)", "sw $3, 0($16)", "addiu $3, $zero, 1"),
            *("beqz $3, $BB3_1", "nop"),
        ],
    ),
    "other lines": (
        [".set noreorder", "# %bb.0:", "", "f:", "addiu $4, $sp, -24"],
        [".set noreorder", "# %bb.0:", "", "f:", "addiu $4, $sp, -24"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_adapt_case_becomes_as_expected(case: str) -> None:
    given, expected = CASES[case]
    assert lines(adapt("\n".join(given))) == expected


def test_adapt_store_conditional_in_a_slot_is_refused() -> None:
    with pytest.raises(BuildError, match=r"got it after 'bnez \$3, \$L'"):
        adapt("bnez $3, $L\nsc $3, 0($16)\n")
