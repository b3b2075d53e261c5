"""Witnesses, read by a decoder that knows only docs/state-encoding.md.

`Reader` plays the verifier: it rejects whatever the byte table does not allow, and from
a witness alone it derives the memory root after a store.
"""

import random

import pytest
import sha3
from eth_abi import encode as abi_encode
from support.machine.assembler import assemble
from support.machine.scenarios import scenarios

from mips_vm import Machine, Status
from mips_vm.constants import ARENA, INPUT, MODEL, OUTPUT, PROGRAM, STACK
from mips_vm.isa.decode import TABLE, Instruction


def keccak(data: bytes) -> bytes:
    return sha3.keccak_256(data).digest()


ZERO = [bytes(32)]
for _ in range(27):
    ZERO.append(keccak(ZERO[-1] * 2))


class Reader:
    """Consumes a witness from the front, as the verifier does."""

    def __init__(self, machine: Machine) -> None:
        self.witness = machine.witness()
        self.rest = self.witness.data

    def take(self, size: int) -> bytes:
        assert len(self.rest) >= size
        taken, self.rest = self.rest[:size], self.rest[size:]
        return taken

    def word(self) -> int:
        return int.from_bytes(self.take(4), "big")

    def state(self) -> dict[str, int | bytes | list[int]]:
        packed = self.witness.data[:176]
        assert bytes(1) + keccak(packed)[1:] == self.witness.pre_root
        fields: dict[str, int | bytes | list[int]] = {"memory_root": self.take(32)}
        for name in ("pc", "next_pc", "lo", "hi"):
            fields[name] = self.word()
        fields["registers"] = [self.word() for _ in range(32)]
        return fields

    def leaf_proof(self, address: int, levels: int, model_root: bytes) -> "Proof":
        leaf, bitmap = self.take(32), self.word()
        assert bitmap >> levels == 0
        siblings = []
        for level in range(levels):
            if bitmap >> level & 1:
                sibling = self.take(32)
                assert sibling != ZERO[level] and level != 26
                siblings.append(sibling)
            else:
                siblings.append(model_root if level == 26 else ZERO[level])
        return Proof(leaf, siblings, address)


class Proof:
    def __init__(self, leaf: bytes, siblings: list[bytes], address: int) -> None:
        self.leaf, self.siblings, self.address = leaf, siblings, address

    def root(self, leaf: bytes | None = None) -> bytes:
        node = self.leaf if leaf is None else leaf
        for level, sibling in enumerate(self.siblings):
            right = self.address // 32 >> level & 1
            node = keccak(sibling + node if right else node + sibling)
        return node

    def word(self) -> int:
        offset = self.address % 32 & ~3
        return int.from_bytes(self.leaf[offset : offset + 4], "little")

    def root_with(self, word: int) -> bytes:
        offset = self.address % 32 & ~3
        data = word.to_bytes(4, "little")
        return self.root(self.leaf[:offset] + data + self.leaf[offset + 4 :])


def populated(machine: Machine, rng: random.Random) -> Machine:
    """Something in every region, so that siblings of many levels are not zero."""
    for region in (PROGRAM, INPUT, OUTPUT, STACK, ARENA, MODEL):
        for _ in range(3):
            address = region.base + rng.randrange(region.size - 40)
            machine.memory.write(address, rng.randbytes(40))
    return machine


LOADS_AND_STORES = [r for r in TABLE if r.mnemonic[0] in "ls" and r.alignment > 1]
LOADS_AND_STORES += [
    row
    for row in TABLE
    if row.mnemonic in ("lb", "lbu", "lwl", "lwr", "sb", "swl", "swr")
]


@pytest.mark.parametrize("row", LOADS_AND_STORES, ids=lambda row: row.mnemonic)
def test_witness_load_or_store_proves_code_and_data(row: Instruction) -> None:
    rng = random.Random(row.mnemonic)
    for scenario in scenarios(row, seed=1, count=12):
        machine = populated(scenario.machine(), rng)
        # What was written at random may lie on the instruction.
        machine.memory.write(scenario.pc, scenario.word.to_bytes(4, "little"))
        check_data_access(row, machine, scenario.word)


def check_data_access(row: Instruction, machine: Machine, word: int) -> None:
    reader = Reader(machine)
    witness = reader.witness
    fields = reader.state()
    code = reader.leaf_proof(machine.pc, 23, witness.model_root)
    assert code.root() == witness.program_root
    assert code.word() == word
    offset = (word & 0xFFFF ^ 0x8000) - 0x8000
    address = (machine.registers[word >> 21 & 31] + offset) % 2**32
    store = row.mnemonic[0] == "s"
    faults = address % row.alignment or (
        store and not 0x20000000 <= address < 0x80000000
    )
    if faults:
        assert reader.rest == b""
        return
    in_model = address >= 0x80000000
    data = reader.leaf_proof(address, 26 if in_model else 27, witness.model_root)
    assert reader.rest == b""
    assert data.root() == (witness.model_root if in_model else fields["memory_root"])
    assert data.word() == machine.memory.load_word(address & ~3)
    machine.step()
    if store:
        stored = machine.memory.load_word(address & ~3)
        assert data.root_with(stored) == machine.memory.root()


@pytest.mark.parametrize("number", [4001, 4162])
def test_witness_of_our_syscalls_carries_the_regions(number: int) -> None:
    machine = populated(Machine(), random.Random(number))
    machine.memory.write(0, assemble("syscall"))
    machine.registers[2] = number
    reader = Reader(machine)
    witness = reader.witness
    fields = reader.state()
    assert reader.leaf_proof(0, 23, b"").root() == witness.program_root
    inp, out, stack, arena = (reader.take(32) for _ in range(4))
    assert reader.rest == b""

    def compose(stack: bytes, arena: bytes) -> bytes:
        low = keccak(keccak(witness.program_root + inp) + keccak(out + stack))
        return keccak(keccak(low + arena) + witness.model_root)

    assert compose(stack, arena) == fields["memory_root"]
    machine.step()
    wiped = compose(ZERO[23], ZERO[25] if number == 4001 else arena)
    assert wiped == machine.memory.root()


@pytest.mark.parametrize(
    "line", ["addu $v0, $a0, $a1", "break", ".word 0xffffffff", "syscall", "j 0x0"]
)
def test_witness_without_data_ends_after_the_code_proof(line: str) -> None:
    machine = populated(Machine(), random.Random(line))
    machine.memory.write(0x1230, assemble(line, base=0x1230))
    machine.pc = 0x1230
    reader = Reader(machine)
    reader.state()
    proof = reader.leaf_proof(0x1230, 23, b"")
    assert proof.root() == reader.witness.program_root
    assert reader.rest == b""


@pytest.mark.parametrize("pc", [1, 2, 0x10000000, 0xFFFFFFFC])
def test_witness_of_an_impossible_fetch_is_the_state_alone(pc: int) -> None:
    machine = populated(Machine(), random.Random(pc))
    machine.pc = pc
    reader = Reader(machine)
    assert reader.state()["pc"] == pc
    assert reader.rest == b""


@pytest.mark.parametrize("status", [Status.YIELDED, Status.HALTED, Status.FAULTED])
def test_witness_not_running_is_empty(status: Status) -> None:
    machine = Machine()
    machine.status = status
    assert machine.witness().data == b""
    assert machine.witness().pre_root == machine.state_root()


def test_calldata_is_the_abi_encoding_of_the_call() -> None:
    machine = populated(Machine(), random.Random(0))
    witness = machine.witness()
    selector = keccak(b"step(bytes32,bytes32,bytes32,bytes)")[:4]
    arguments = abi_encode(
        ["bytes32", "bytes32", "bytes32", "bytes"],
        [witness.pre_root, witness.program_root, witness.model_root, witness.data],
    )
    assert witness.calldata() == selector + arguments


def test_witness_at_both_ends_of_every_region_verifies() -> None:
    for region in (PROGRAM, INPUT, OUTPUT, STACK, ARENA, MODEL):
        for address in (region.base + 4, region.end - 4):
            machine = populated(Machine(), random.Random(address))
            line = "lw $t0, 0($a0)"
            machine.memory.write(0, assemble(line))
            machine.registers[4] = address
            row = next(row for row in TABLE if row.mnemonic == "lw")
            check_data_access(row, machine, int.from_bytes(assemble(line), "little"))
