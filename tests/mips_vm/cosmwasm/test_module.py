"""The committed contracts: what chains look at before they take code."""

from pathlib import Path

import pytest
from support.machine.wasm_binary import (
    F64_OPERATIONS,
    F64_TYPE,
    Reader,
    operations,
    sections,
    types,
)

from mips_vm.cosmwasm import VERIFIER, build
from mips_vm.errors import BuildError
from tinynn.cosmwasm import MOST_CODE_BYTES, NET
from tinynn.cosmwasm import build as net_build
from tinynn.errors import WasmBuildError

IMPORTS, MEMORY, EXPORTS = 2, 5, 7
SIGN_EXTENSION = set(range(0xC0, 0xC5))
FLOATS = {*range(0x8B, 0xA7), 0x2A, 0x2B, 0x38, 0x39, 0x43, 0x44}
ENTRIES = {"allocate", "deallocate", "instantiate", "execute", "query"}
MODULES = pytest.mark.parametrize("path", [VERIFIER, NET], ids=["verifier", "net"])


def names(reader: Reader) -> list[str]:
    """The next text, as far as the section has any."""
    size = reader.number()
    reader.skip(size)
    return [reader.data[reader.at - size : reader.at].decode()]


def imported(module: bytes) -> set[str]:
    found = set()
    for number, reader in sections(module):
        if number == IMPORTS:
            for _ in range(reader.number()):
                place, name = names(reader) + names(reader)
                assert reader.byte() == 0, "a function"
                reader.number()
                found.add(f"{place}.{name}")
    return found


def exported(module: bytes) -> set[str]:
    found = set()
    for number, reader in sections(module):
        if number == EXPORTS:
            for _ in range(reader.number()):
                found.update(names(reader))
                reader.byte()
                reader.number()
    return found


@MODULES
def test_contract_has_what_chains_want_and_no_more(path: Path) -> None:
    module = path.read_bytes()
    assert len(module) <= MOST_CODE_BYTES // 4
    # The verifier keeps nothing.
    wanted = set() if path == VERIFIER else {"env.db_read", "env.db_write"}
    assert imported(module) == wanted
    extra = {"interface_version_8", "memory", "__heap_base"}
    assert exported(module) == ENTRIES | extra


@MODULES
def test_contract_is_of_the_first_version(path: Path) -> None:
    module = path.read_bytes()
    used = operations(module)
    assert not any(isinstance(operation, tuple) for operation in used), "0xfc, 0xfd"
    assert not used & (SIGN_EXTENSION | F64_OPERATIONS)
    assert F64_TYPE not in types(module)
    assert bool(used & FLOATS) == (path == NET)
    (memory,) = (reader for number, reader in sections(module) if number == MEMORY)
    assert (memory.byte(), memory.byte()) == (1, 0), "one memory, without a maximum"


@pytest.mark.toolchain
def test_contracts_are_their_sources() -> None:
    assert build.main(["--check"]) == 0
    assert net_build.main(["--check"]) == 0


def test_contract_of_other_sources_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.wasm"
    other.write_bytes(b"\0")
    monkeypatch.setattr(build, "VERIFIER", other)
    # Compiling takes a while, and is the other test's.
    monkeypatch.setattr(build, "contract", lambda sources: b"built")
    monkeypatch.setattr(net_build, "contract", lambda sources, include: b"built")
    with pytest.raises(BuildError, match=r"other\.wasm: expected"):
        build.check()
    assert build.main(["--check"]) == 1
    monkeypatch.setattr(net_build, "NET", other)
    with pytest.raises(WasmBuildError, match=r"other\.wasm: expected"):
        net_build.check()
    assert build.main(["--other"]) == net_build.main(["--other"]) == 2
    assert "usage" in capsys.readouterr().err
