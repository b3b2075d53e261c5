"""The judge in C: its module, and its numbers beside the table's.

What it computes and refuses is in tests/solidity/, beside the contract.
"""

import re
from pathlib import Path

import pytest
from support.machine.wasm_binary import import_count, operations

from mips_vm import judge
from mips_vm.errors import BuildError
from mips_vm.isa.decode import TABLE, field
from mips_vm.judge import build

ENCODING = (judge.FOLDER / "encoding.h").read_text()
MOST_BYTES = 64 << 10
OPCODE = 0x3F << 26


def numbers(enum: str) -> dict[str, int]:
    body = re.search(rf"enum {enum} \{{(.*?)\}}", ENCODING, re.DOTALL)
    assert body is not None
    return {
        name.lower(): int(value, 16)
        for name, value in re.findall(r"(\w+) = (0x[0-9a-f]+)", body.group(1))
    }


def test_encodings_are_those_of_the_table() -> None:
    """By name; `rotr` and `rotrv` share the numbers of `srl` and `srlv`, and `break`,
    which faults as any word does that is no instruction, has none."""
    opcodes = numbers("opcode")
    enums = {
        opcodes[name]: (name, part)
        for name, part in (
            ("special", "funct"),
            ("regimm", "rt"),
            ("special2", "funct"),
            ("special3", "funct"),
        )
    }
    shared = {"rotr": "srl", "rotrv": "srlv"}
    for row in TABLE:
        opcode, word = row.encoding.match >> 26, row.encoding.match
        name = shared.get(row.mnemonic, row.mnemonic)
        if row.mnemonic in ("wsbh", "seb", "seh"):
            assert numbers("bshfl")[name] == field(word, "sa")
        elif opcode in enums:
            enum, part = enums[opcode]
            if row.mnemonic != "break":
                assert numbers(enum)[name] == field(word, part)
        else:
            assert opcodes[name] == opcode


def test_module_is_small_and_needs_nothing() -> None:
    module = judge.MODULE.read_bytes()
    assert len(module) <= MOST_BYTES
    assert import_count(module) == 0
    floats = {*range(0x8B, 0xA7), 0x2A, 0x2B, 0x38, 0x39, 0x43, 0x44}
    assert not operations(module) & floats


@pytest.mark.toolchain
def test_module_is_its_sources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build.main(["--check"]) == 0
    other = tmp_path / "other.wasm"
    other.write_bytes(b"\0")
    monkeypatch.setattr(build, "MODULE", other)
    with pytest.raises(BuildError, match=r"other\.wasm: expected"):
        build.check()
    assert build.main(["--check"]) == 1
    assert build.main(["--other"]) == 2
    assert "usage" in capsys.readouterr().err
