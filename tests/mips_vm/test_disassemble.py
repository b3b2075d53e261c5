"""Operands with their values, as the demo prints them."""

import pytest
from support.machine.assembler import assemble

from mips_vm import Machine
from mips_vm.disassemble import describe

ARENA = 0x40000000

# Line -> (registers, what is said of its operands).
CASES: dict[str, tuple[dict[int, int], str]] = {
    "addu $v0, $a0, $a1": ({4: 3, 5: 0xFFFFFFFF}, "$a0 = 0x00000003, $a1 = 0xffffffff"),
    "addu $v0, $a0, $a0": ({4: 3}, "$a0 = 0x00000003"),
    "addiu $v0, $zero, 5": ({}, ""),
    "lui $v0, 0x1234": ({}, ""),
    "sll $v0, $a0, 31": ({4: 1}, "$a0 = 0x00000001"),
    "lw $t0, -4($sp)": (
        {29: ARENA + 8, 8: 9},
        "$sp = 0x40000008, memory[0x40000004] = 0x44332211",
    ),
    "lbu $t0, 3($a0)": (
        {4: ARENA + 4},
        "$a0 = 0x40000004, memory[0x40000004] = 0x44332211",
    ),
    "lwl $t0, 1($a0)": (
        {4: ARENA + 4, 8: 9},
        "$t0 = 0x00000009, $a0 = 0x40000004, memory[0x40000004] = 0x44332211",
    ),
    "sw $t0, 0($a0)": (
        {4: ARENA + 4, 8: 9},
        "$t0 = 0x00000009, $a0 = 0x40000004, memory[0x40000004] = 0x44332211",
    ),
    "ins $t0, $a0, 4, 8": ({4: 1, 8: 2}, "$t0 = 0x00000002, $a0 = 0x00000001"),
    "madd $a0, $a1": (
        {4: 1, 5: 2},
        "$a0 = 0x00000001, $a1 = 0x00000002, hi = 0x00000007, lo = 0x00000008",
    ),
    "mflo $v0": ({}, "hi = 0x00000007, lo = 0x00000008"),
    "beq $a0, $zero, 0x200": ({4: 1}, "$a0 = 0x00000001"),
    "jal 0x400": ({}, ""),
    "jr $ra": ({31: 0x80}, "$ra = 0x00000080"),
    "teq $a0, $a1": ({4: 1, 5: 2}, "$a0 = 0x00000001, $a1 = 0x00000002"),
    "nop": ({}, ""),
    "break": ({}, ""),
    ".word 0xffffffff": ({}, ""),
}


@pytest.mark.parametrize("line", CASES)
def test_describe_says_what_the_instruction_reads(line: str) -> None:
    registers, values = CASES[line]
    machine = Machine()
    machine.memory.write(0x100, assemble(line, base=0x100))
    machine.memory.write(ARENA + 4, b"\x11\x22\x33\x44")
    machine.pc, machine.hi, machine.lo = 0x100, 7, 8
    for number, value in registers.items():
        machine.registers[number] = value
    text = describe(machine.state, machine.memory)
    assert text == f"0x00000100: {line}" + (f"; {values}" if values else "")


@pytest.mark.parametrize(
    ("number", "name"), [(4001, "halted"), (4162, "yielded"), (4004, "unknown")]
)
def test_describe_syscall_names_its_effect(number: int, name: str) -> None:
    machine = Machine.from_program(assemble("syscall"))
    machine.registers[2] = number
    text = describe(machine.state, machine.memory)
    assert text == f"0x00000000: syscall; $v0 = {number} ({name})"


@pytest.mark.parametrize("pc", [2, 0x10000000])
def test_describe_impossible_fetch_says_so(pc: int) -> None:
    machine = Machine()
    machine.pc = pc
    text = describe(machine.state, machine.memory)
    assert text == f"{pc:#010x}: no instruction can be fetched from here"
