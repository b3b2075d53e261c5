"""Solidity's numbers are Python's: both are read from their sources and compared."""

import ast
import re
from pathlib import Path

import pytest

import solidity
from mips_vm import constants, step
from mips_vm.constants import ARENA, MODEL, PROGRAM, Status
from mips_vm.hashing.tree import ZERO
from mips_vm.isa import syscalls
from mips_vm.isa.decode import TABLE, field

SOURCES = Path(solidity.__file__).parent / "src"
CONSTANT = re.compile(
    r"^\s*(?:uint256|bytes32) (?:internal|private) constant (\w+)\s*=\s*([^;]+);", re.M
)
LIBRARY = re.compile(r"^(?:library|contract) (\w+)[^{]*\{(.*?)^\}", re.M | re.S)

SPECIAL, REGIMM, SPECIAL2, SPECIAL3 = 0x00, 0x01, 0x1C, 0x1F
ROTATIONS = {"rotr": "srl", "rotrv": "srlv"}  # no function code of their own


def solidity_constants(path: str) -> dict[str, dict[str, int]]:
    """Literal constants by library or contract."""
    text = (SOURCES / path).read_text()
    found = {}
    for library, body in LIBRARY.findall(text):
        pairs = CONSTANT.findall(body)
        found[library] = {
            name: ast.literal_eval(value)
            for name, value in pairs
            if re.fullmatch(r"\d+|0x[0-9a-f]+", value)
        }
    return found


@pytest.fixture(scope="module")
def encodings():
    return solidity_constants("libraries/MipsEncoding.sol")


def twin(word: int) -> tuple[str, int]:
    """Where a row's constant lives in Solidity, and its value."""
    opcode = word >> 26
    if opcode == SPECIAL:
        return "Special", field(word, "funct")
    if opcode == REGIMM:
        return "Regimm", field(word, "rt")
    if opcode == SPECIAL2:
        return "Special2", field(word, "funct")
    if opcode != SPECIAL3:
        return "Opcode", opcode
    if field(word, "sa"):
        return "Bshfl", field(word, "sa")
    return "Special3", field(word, "funct")


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.mnemonic)
def test_instruction_code_in_solidity_is_the_table_s(encodings, row):
    library, value = twin(row.encoding.match)
    name = ROTATIONS.get(row.mnemonic, row.mnemonic).upper()
    assert encodings[library][name] == value


def test_instruction_codes_in_solidity_are_all_in_the_table(encodings):
    known = {row.mnemonic.upper() for row in TABLE}
    shared = {"SPECIAL", "REGIMM", "SPECIAL2", "SPECIAL3", "BSHFL"}
    named = {name for library in encodings.values() for name in library}
    assert named - shared == known - {name.upper() for name in ROTATIONS}
    assert encodings["Opcode"]["SPECIAL3"] == SPECIAL3
    assert encodings["Opcode"]["SPECIAL2"] == SPECIAL2
    assert encodings["Opcode"]["REGIMM"] == REGIMM
    assert encodings["Opcode"]["SPECIAL"] == SPECIAL


def test_tree_constants_are_python_s():
    assert solidity_constants("libraries/MemoryTree.sol")["MemoryTree"] == {
        "SMALL_REGION_DEPTH": PROGRAM.depth,
        "ARENA_DEPTH": ARENA.depth,
        "MODEL_DEPTH": MODEL.depth,
        "ZERO_SMALL_REGION": int.from_bytes(ZERO[PROGRAM.depth], "big"),
        "ZERO_ARENA": int.from_bytes(ZERO[ARENA.depth], "big"),
    }


def test_state_constants_are_python_s():
    assert solidity_constants("libraries/StateRoot.sol")["StateRoot"] == {
        **{status.name: status.value for status in Status},
        "PACKED_SIZE": constants.PACKED_STATE_BYTES,
    }


def test_verifier_constants_are_python_s():
    assert solidity_constants("MipsVerifier.sol")["MipsVerifier"] == {
        "PROGRAM_END": PROGRAM.end,
        "WRITABLE_BASE": constants.WRITABLE_BASE,
        "WRITABLE_END": constants.WRITABLE_END,
        "MODEL_BASE": MODEL.base,
        "SYSCALL_HALT": constants.SYSCALL_HALT,
        "SYSCALL_YIELD": constants.SYSCALL_YIELD,
        "V0": syscalls.V0,
        "REGIONS_SIZE": 4 * 32,
    }


def test_instruction_constants_are_python_s():
    path = "libraries/MipsInstructions.sol"
    assert solidity_constants(path)["MipsInstructions"] == {
        "RA": step.RA,
        "ROTATE": 1,
        "JUMP_REGION": step.JUMP_REGION,
    }
