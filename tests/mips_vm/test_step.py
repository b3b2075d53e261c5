"""What one instruction's second opinion does not show: faults, slots, reboots."""

import pytest
from support.machine.assembler import assemble

from mips_vm import Machine, Status
from mips_vm.constants import ARENA, INPUT, MODEL, OUTPUT, PROGRAM, STACK

# Label -> (instruction, registers); all of them fault.
FAULTS = {
    "unknown opcode": (".word 0xffffffff", {}),
    "reserved srl": (".word 0x00472042", {}),
    "add overflow": ("add $v1, $a0, $a1", {4: 0x7FFFFFFF, 5: 1}),
    "add negative overflow": ("add $v1, $a0, $a1", {4: 0x80000000, 5: 0xFFFFFFFF}),
    "addi overflow": ("addi $v1, $a0, 1", {4: 0x7FFFFFFF}),
    "addi overflow into r0": ("addi $zero, $a0, 1", {4: 0x7FFFFFFF}),
    "sub overflow": ("sub $v1, $a0, $a1", {4: 0x80000000, 5: 1}),
    "lh odd": ("lh $v1, 1($a0)", {4: ARENA.base}),
    "lhu odd": ("lhu $v1, 3($a0)", {4: ARENA.base}),
    "lw unaligned": ("lw $v1, 2($a0)", {4: ARENA.base}),
    "lw unaligned into r0": ("lw $zero, 2($a0)", {4: ARENA.base}),
    "sh odd": ("sh $v1, 1($a0)", {4: ARENA.base}),
    "sw unaligned": ("sw $v1, 2($a0)", {4: ARENA.base}),
    "sw to program": ("sw $v1, 0($a0)", {4: PROGRAM.base + 64}),
    "sw to program's end": ("sw $v1, -4($a0)", {4: PROGRAM.end}),
    "sb to input": ("sb $v1, 0($a0)", {4: INPUT.base}),
    "sb to input's end": ("sb $v1, -1($a0)", {4: OUTPUT.base}),
    "swl to model": ("swl $v1, 0($a0)", {4: MODEL.base}),
    "swr to model's end": ("swr $v1, -1($a0)", {4: 0}),
    "sh to model": ("sh $v1, 0($a0)", {4: MODEL.base}),
    "break": ("break", {}),
    "syscall 0": ("syscall", {2: 0}),
    "syscall 4000": ("syscall", {2: 4000}),
    "syscall of Linux write": ("syscall", {2: 4004}),
    "teq": ("teq $a0, $a1", {4: 7, 5: 7}),
    "tnei": ("tnei $a0, -1", {4: 7}),
}

# The same instructions on the other side of the fault's border.
NO_FAULTS = {
    "add to the limit": ("add $v1, $a0, $a1", {4: 0x7FFFFFFE, 5: 1}),
    "sub to the limit": ("sub $v1, $a0, $a1", {4: 0x80000001, 5: 1}),
    "lw from program": ("lw $v1, 0($a0)", {4: PROGRAM.base}),
    "lw from model's end": ("lw $v1, -4($a0)", {4: 0}),
    "lb from input": ("lb $v1, 3($a0)", {4: INPUT.base}),
    "sw to output": ("sw $v1, 0($a0)", {4: OUTPUT.base}),
    "sb to arena's end": ("sb $v1, -1($a0)", {4: MODEL.base}),
    "teq apart": ("teq $a0, $a1", {4: 7, 5: 8}),
    "div by zero": ("div $a0, $a1", {4: 7, 5: 0}),
    "div of the least by -1": ("div $a0, $a1", {4: 0x80000000, 5: 0xFFFFFFFF}),
}


def machine_at(line: str, registers: dict[int, int]) -> Machine:
    machine = Machine.from_program(assemble(line))
    machine.hi, machine.lo = 0x1111, 0x2222
    for number, value in registers.items():
        machine.registers[number] = value
    return machine


@pytest.mark.parametrize("label", FAULTS)
def test_step_fault_changes_only_the_status(label: str) -> None:
    machine = machine_at(*FAULTS[label])
    pre_root = machine.state_root()
    machine.step()
    assert machine.status is Status.FAULTED
    assert machine.state_root() == bytes([Status.FAULTED]) + pre_root[1:]


@pytest.mark.parametrize("label", NO_FAULTS)
def test_step_beside_a_fault_runs_on(label: str) -> None:
    machine = machine_at(*NO_FAULTS[label])
    machine.step()
    assert (machine.status, machine.pc) == (Status.RUNNING, 4)


@pytest.mark.parametrize("pc", [1, 2, 3, PROGRAM.end, STACK.base, 0xFFFFFFFC, 6])
def test_step_fetch_from_elsewhere_faults(pc: int) -> None:
    machine = Machine()
    machine.pc = pc
    machine.step()
    assert (machine.status, machine.pc) == (Status.FAULTED, pc)


def test_step_last_word_of_program_executes() -> None:
    machine = Machine()
    machine.pc, machine.next_pc = PROGRAM.end - 4, PROGRAM.end
    machine.step()
    assert (machine.status, machine.pc) == (Status.RUNNING, PROGRAM.end)
    machine.step()
    assert machine.status is Status.FAULTED


@pytest.mark.parametrize("status", [Status.YIELDED, Status.HALTED, Status.FAULTED])
def test_step_not_running_is_identity(status: Status) -> None:
    machine = Machine.from_program(assemble("addiu $t0, $t0, 1"))
    machine.status = status
    pre_root = machine.state_root()
    machine.step()
    assert machine.state_root() == pre_root
    assert machine.run(10, engine="reference") == 0


# Label -> (program, pcs visited from 0 on). Registers: t0 = 1, s0 = 0x20.
TRACES = {
    "taken branch runs its slot": (
        ["bne $t0, $zero, 0x10", "nop", "nop", "nop", "nop"],
        [0, 4, 0x10, 0x14],
    ),
    "branch not taken": (["beq $t0, $zero, 0x10", "nop"], [0, 4, 8]),
    "likely taken": (["bnel $t0, $zero, 0x10", "nop"], [0, 4, 0x10]),
    "likely not taken skips": (["beql $t0, $zero, 0x10", "break"], [0, 8, 0xC]),
    "branch in a taken branch's slot": (
        ["bne $t0, $zero, 0x10", "bne $t0, $zero, 0x20"],
        [0, 4, 0x10, 0x20, 0x24],
    ),
    "jump in a jump's slot": (["j 0x40", "j 0x80"], [0, 4, 0x40, 0x80]),
    "skipping likely in a slot": (
        ["j 0x40", "beql $t0, $zero, 0x10"],
        [0, 4, 0x44, 0x48],
    ),
    "jr in a slot": (["j 0x40", "jr $s0"], [0, 4, 0x40, 0x20]),
    "branch to itself": (["beq $zero, $zero, 0x0", "nop"], [0, 4, 0, 4]),
    "branch backwards past zero": (["beq $zero, $zero, -0x4"], [0, 4, 0xFFFFFFFC]),
}


@pytest.mark.parametrize("label", TRACES)
def test_step_control_flow_visits(label: str) -> None:
    lines, expected = TRACES[label]
    machine = Machine.from_program(assemble(*lines))
    machine.registers[8], machine.registers[16] = 1, 0x20
    visited = [machine.pc]
    while len(visited) < len(expected):
        machine.step()
        visited.append(machine.pc)
    assert visited == expected
    assert machine.status is Status.RUNNING


def test_step_jump_keeps_the_top_of_the_slot_address() -> None:
    machine = Machine()
    machine.memory.write(0x0FFFFFFC, assemble("j 0x40"))
    machine.pc, machine.next_pc = 0x0FFFFFFC, 0x10000000
    machine.step()
    assert machine.next_pc == 0x1000_0040


@pytest.mark.parametrize("line", ["bltzal $ra, 0x40", "bgezal $ra, 0x40"])
def test_step_link_from_ra_reads_before_writing(line: str) -> None:
    machine = Machine.from_program(assemble(line))
    machine.registers[31] = 0x80000000
    machine.step()
    assert machine.registers[31] == 8
    assert machine.next_pc == (0x40 if line.startswith("bltz") else 8)


def test_step_jalr_onto_its_own_register_jumps_to_what_it_held() -> None:
    machine = Machine.from_program(assemble("jalr $s0, $s0"))
    machine.registers[16] = 0x40
    machine.step()
    assert (machine.next_pc, machine.registers[16]) == (0x40, 8)


def reboot_machine(number: int) -> Machine:
    machine = Machine.from_program(assemble(*["nop"] * 4, "syscall"), entry=16)
    for value in range(1, 32):
        machine.registers[value] = 0xDEAD0000 + value
    machine.registers[2] = number
    machine.hi, machine.lo = 5, 6
    for region in (INPUT, OUTPUT, STACK, ARENA, MODEL):
        machine.memory.write(region.base, b"abc")
        machine.memory.write(region.end - 3, b"xyz")
    return machine


@pytest.mark.parametrize(
    ("number", "status", "wiped"),
    [(4162, Status.YIELDED, (STACK,)), (4001, Status.HALTED, (STACK, ARENA))],
    ids=["yield", "halt"],
)
def test_syscall_ours_reboots_and_wipes(
    number: int, status: Status, wiped: tuple[object, ...]
) -> None:
    machine = reboot_machine(number)
    machine.step()
    assert machine.status is status
    assert (machine.pc, machine.next_pc, machine.hi, machine.lo) == (0, 4, 0, 0)
    assert list(machine.registers) == [0] * 32
    for region in (INPUT, OUTPUT, STACK, ARENA, MODEL):
        ends = machine.memory.read(region.base, 3) + machine.memory.read(
            region.end - 3, 3
        )
        assert ends == (bytes(6) if region in wiped else b"abcxyz"), region.name


def test_syscall_in_a_delay_slot_reboots_all_the_same() -> None:
    machine = Machine.from_program(assemble("j 0x40", "syscall"))
    machine.registers[2] = 4162
    assert machine.run(engine="reference") == 2
    assert (machine.status, machine.pc, machine.next_pc) == (Status.YIELDED, 0, 4)
