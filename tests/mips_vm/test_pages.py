"""The tables of docs/machine.md and docs/state-encoding.md say what the code has."""

import re
from pathlib import Path

import pytest

from mips_vm import Machine, State, Status
from mips_vm.constants import (
    ARENA,
    INPUT,
    MODEL,
    OUTPUT,
    PACKED_STATE_BYTES,
    PROGRAM,
    REGIONS,
    STACK,
    SYSCALL_HALT,
    SYSCALL_YIELD,
    TREE_DEPTH,
    Region,
)
from mips_vm.hashing.tree import ZERO
from mips_vm.isa import syscalls
from mips_vm.isa.decode import TABLE, decode
from mips_vm.storage.memory import Memory

DOCS = Path(__file__).parents[2] / "docs"
MACHINE = (DOCS / "machine.md").read_text()
ENCODING = (DOCS / "state-encoding.md").read_text()

UNITS = {"MiB": 1 << 20, "GiB": 1 << 30}
NOP = 0
LOAD, STORE = 0x8D0A_0000, 0xAD0A_0000  # lw and sw of $t2 at ($t0)


def table(page: str, *columns: str) -> list[list[str]]:
    """The cells of the one table with this head, row by row, without backquotes."""
    head = f"| {' | '.join(columns)} |\n"
    assert page.count(head) == 1
    body = page[page.index(head) + len(head) :].split("\n\n")[0]
    rows = body.strip().splitlines()[1:]
    return [re.sub("`", "", row).strip("| ").split(" | ") for row in rows]


def named(words: str) -> Region:
    """The region that a cell's first word names."""
    (found,) = (region for region in REGIONS if words.startswith(region.name))
    return found


def test_region_table_of_the_machine_is_what_happens() -> None:
    rows = table(MACHINE, "range", "region", "fetch", "load", "store")
    assert [named(row[1]) for row in rows] == list(REGIONS)
    for span, words, *said in rows:
        region = named(words)
        assert span == f"0x{region.base:08x} to 0x{region.end - 1:08x}"
        for address in (region.base, region.end - 4):
            happens = [accesses(address, how) for how in ("fetch", "load", "store")]
            assert happens == [cell == "yes" for cell in said], f"{address:#x}"


def accesses(address: int, how: str) -> bool:
    """Whether one step that fetches from, loads from or stores to `address` works."""
    code = {"fetch": NOP, "load": LOAD, "store": STORE}[how]
    machine = Machine.from_program(code.to_bytes(4, "little"))
    machine.registers[8] = address
    if how == "fetch":
        machine.pc, machine.next_pc = address, 0
    machine.step()
    return machine.status is Status.RUNNING


def test_region_table_of_the_encoding_is_the_code_s() -> None:
    rows = table(ENCODING, "range", "size", "region", "node", "writable by the guest")
    assert [named(row[2]) for row in rows] == list(REGIONS)
    for base, size, words, node, writable in rows:
        region = named(words)
        number, unit = size.split()
        assert int(base, 16) == region.base
        assert int(number) * UNITS[unit] == region.size
        assert int(node) == region.node
        assert (writable == "yes") == region.writable


def test_depths_of_the_encoding_are_the_code_s() -> None:
    said = re.search(r"depth `d` \((\d+) for .*; (\d+) for .*; (\d+) for", ENCODING)
    assert said is not None
    depths = [int(number) for number in said.groups()]
    assert depths == [PROGRAM.depth, ARENA.depth, MODEL.depth]
    assert {r.depth for r in (PROGRAM, INPUT, OUTPUT, STACK)} == {PROGRAM.depth}
    assert f"Depth {TREE_DEPTH}: `2^{TREE_DEPTH}` leaves" in ENCODING


def test_packed_state_table_is_what_is_packed() -> None:
    rows = table(ENCODING, "offset", "bytes", "field")
    end = 0
    for offset, size, _ in rows:
        assert int(offset) == end
        end += int(size)
    assert end == PACKED_STATE_BYTES
    assert f"## Packed state: {PACKED_STATE_BYTES} bytes" in ENCODING
    names = [re.split(r"[\s.\[;]", field)[0] for *_, field in rows]
    assert names == ["memory_root", "pc", "next_pc", "lo", "hi", "r"]
    state = State(0x100, 0x104, 0x108, 0x10C, list(range(0x200, 0x220)))
    packed = state.pack(b"\7" * 32)
    values = [packed[int(o) : int(o) + int(n)] for o, n, _ in rows]
    assert values[0] == b"\7" * 32
    assert [int.from_bytes(v) for v in values[1:5]] == [0x100, 0x104, 0x108, 0x10C]
    assert values[5] == b"".join(n.to_bytes(4) for n in state.registers)


def test_status_table_is_the_code_s() -> None:
    rows = table(ENCODING, "status", "name", "meaning")
    assert {int(number): name for number, name, _ in rows} == {
        status.value: status.name.lower() for status in Status
    }


def test_system_call_table_is_what_happens() -> None:
    rows = table(MACHINE, "`r2`", "name", "effect")
    assert {name: int(number) for number, name, _ in rows} == {
        "halt": SYSCALL_HALT,
        "yield": SYSCALL_YIELD,
    }
    for number, _, effect in rows:
        state, memory = State(8, 12, 1, 2, [0, 1, int(number)] + [7] * 29), Memory()
        for region in REGIONS:
            memory.store_word(region.base, 1)
        syscalls.call(state, memory)
        wiped = {r.name for r in REGIONS if memory.load_word(r.base) == 0}
        assert wiped == set(re.findall(r"stack|arena", effect))
        assert effect.endswith(f"status {state.status.name.lower()}")
        rebooted = State()
        rebooted.reboot(state.status)
        assert state == rebooted == State(0, 4, 0, 0, [0] * 32, state.status)
    roots = re.findall(r"the (stack|arena) region becomes `ZERO\[(\d+)\]`", ENCODING)
    roots += re.findall(r"the (arena) becomes `ZERO\[(\d+)\]`", ENCODING)
    assert len(roots) == 2
    for name, level in roots:
        assert Memory().region_root(named(name)) == ZERO[int(level)]


def test_operand_table_has_every_operand_of_an_instruction() -> None:
    rows = table(MACHINE, "operand", "bits", "value")
    listed = {name for cell, *_ in rows for name in re.findall(r"[a-z]+", cell)}
    used = {name for row in TABLE for name in re.findall(r"[a-z]+", row.operands)}
    assert listed == used


@pytest.mark.parametrize(
    ("mnemonic", "low", "value"),
    [
        ("addiu", 0x8001, 0xFFFF_8001),
        ("sltiu", 0x8001, 0xFFFF_8001),
        ("tgeiu", 0x8001, 0xFFFF_8001),
        ("tltiu", 0x8001, 0xFFFF_8001),
        ("andi", 0x8001, 0x8001),
        ("lui", 0x8001, 0x8001_0000),
        ("lw", 0x8001, 0xFFFF_8001),
        ("beq", 0x8001, 0xFFFE_0004),
        ("j", 0x3FF_8001, 0xFFE_0004),
        ("sll", 0x0000_0480, 0x12),
    ],
)
def test_operand_is_read_as_its_row_says(mnemonic: str, low: int, value: int) -> None:
    (row,) = (row for row in TABLE if row.mnemonic == mnemonic)
    decoded = decode(row.encoding.match | low)
    assert decoded is not None and decoded.instruction is row
    assert decoded.immediate == value
