"""The committed modules: what they are made of, and that they are the sources'."""

import gzip
import re
from pathlib import Path

import pytest
from support.machine.wasm_binary import (
    F64_OPERATIONS,
    F64_TYPE,
    RELAXED,
    import_count,
    operations,
    types,
)

from tinynn import guest
from tinynn.errors import WasmBuildError
from tinynn.guest.build import sources_in
from tinynn.wasm import BUILDS, SCALAR, SIMD, path_of
from tinynn.wasm import build as wasm_build

MOST_BYTES = 160 << 10
GUEST = guest.elf_path().parent


@pytest.mark.parametrize("build", BUILDS)
def test_module_is_small_and_needs_nothing(build: str) -> None:
    module = path_of(build).read_bytes()
    assert len(module) <= MOST_BYTES
    assert len(gzip.compress(module, mtime=0)) <= MOST_BYTES // 3
    assert import_count(module) == 0


@pytest.mark.parametrize("build", BUILDS)
def test_module_has_no_doubles_and_nothing_that_differs_by_processor(
    build: str,
) -> None:
    module = path_of(build).read_bytes()
    used = operations(module)
    assert 0x92 in used, "f32.add"
    assert not used & F64_OPERATIONS
    assert F64_TYPE not in types(module)
    vectors = [each[1] for each in used if isinstance(each, tuple) and each[0] == 0xFD]
    assert max(vectors, default=0) < RELAXED
    assert bool(vectors) == (build == SIMD)


def function(body: bytes) -> bytes:
    """A module of one function, () -> (), without variables."""
    code = bytes([1, len(body) + 2, 0]) + body + b"\x0b"
    return b"\0asm\1\0\0\0\1\4\1\x60\0\0\3\2\1\0\x0a" + bytes([len(code)]) + code


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"\x44" + bytes(8) + b"\x1a", id="f64.const"),
        pytest.param(b"\x43" + bytes(4) + b"\xbb\x1a", id="f64.promote_f32"),
    ],
)
def test_double_in_a_module_is_found(body: bytes) -> None:
    assert operations(function(body)) & F64_OPERATIONS


def test_relaxed_vectors_in_a_module_are_found() -> None:
    zero = b"\xfd\x0c" + bytes(16)
    assert (0xFD, 0x105) in operations(function(zero * 3 + b"\xfd\x85\x02\x1a"))


@pytest.mark.toolchain
def test_modules_are_their_sources() -> None:
    wasm_build.check()


@pytest.mark.toolchain
def test_module_of_other_sources_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.wasm"
    other.write_bytes(path_of(SCALAR).read_bytes() + b"\0")
    monkeypatch.setattr(wasm_build, "BUILDS", (SCALAR,))
    monkeypatch.setattr(wasm_build, "path_of", lambda name: other)
    with pytest.raises(WasmBuildError, match=r"other\.wasm: expected"):
        wasm_build.check()


def test_module_takes_every_source_of_the_guest() -> None:
    taken = {path.name for path in wasm_build.sources()}
    assert {path.name for path in GUEST.rglob("*.c")} <= taken
    assert {path.name for path in sources_in()} <= taken


def test_guest_has_no_large_variables_but_scratch() -> None:
    """Else a module's memory would be as large as what any image may need."""
    sources = {*GUEST.rglob("*.[ch]"), *sources_in()}
    for path in sources:
        for line in path.read_text().splitlines():
            array = re.match(r"(static |extern )?\w[\w ]* \w+\[[^\]]*\];", line)
            assert array is None or path.name == "scratch.h", (path.name, line)
