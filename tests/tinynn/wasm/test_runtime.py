"""The guest in wasmtime: answers, roots, and what it does without what it needs.

That its bits are the guest's is in every test that says `assert_guest_agrees`.
"""

import sys

import numpy as np
import pytest
from support.images.models import dense_layer, digit_reader, random_floats
from support.machine.float_mode import flushing

import tinynn
from mips_vm.constants import IO_HEADER_BYTES, MODEL, OUTPUT
from mips_vm.hashing.keccak import keccak256
from mips_vm.hashing.tree import region_root_of
from tinynn.errors import WasmUnusable
from tinynn.image.image import Bytes
from tinynn.wasm import BUILDS, runtime
from tinynn.wasm.runtime import Instance, WasmProgram

pytest.importorskip("wasmtime", reason="no wasmtime: pip install -e '.[wasm]'")


@pytest.fixture(scope="module")
def reader() -> tinynn.Model:
    return tinynn.load(digit_reader())


@pytest.mark.parametrize("build", BUILDS)
def test_program_answers_as_the_model_does(build: str, reader: tinynn.Model) -> None:
    rng = np.random.default_rng(1)
    program = WasmProgram(reader.image, build)
    for _ in range(3):
        data = rng.bytes(reader.tables.input_bytes)
        assert program.answer(data) == reader.answer(data)
    assert program.answer(b"too short") == reader.answer(b"too short") == b""
    assert program.answer(bytes(1 << 16)) == b""


@pytest.mark.parametrize("build", BUILDS)
def test_program_roots_are_the_trees(build: str, reader: tinynn.Model) -> None:
    program = WasmProgram(reader.image, build)
    assert program.model_root() == reader.model_root
    output = program.answer(bytes(reader.tables.input_bytes))
    region = len(output).to_bytes(IO_HEADER_BYTES, "little") + output
    assert program.output_root() == region_root_of(region, OUTPUT.depth)


@pytest.mark.parametrize("size", [0, 1, 31, 32, 33, 64, 65, 96, 128, 1000, 4096, 4097])
@pytest.mark.parametrize("depth", [8, 23, MODEL.depth, 27])
def test_region_root_any_size_is_the_trees(size: int, depth: int) -> None:
    instance = Instance()
    room = instance.call("image_room", size)
    data = np.random.default_rng(size).bytes(size)
    instance.memory(room, size)[:] = np.frombuffer(data, np.uint8)
    assert instance.region_root(room, size, depth) == region_root_of(data, depth)


def test_region_root_full_region_is_the_trees() -> None:
    instance = Instance()
    room = instance.call("image_room", 64)
    for depth in (1, 2):
        data = bytes(range(32 << depth))
        instance.memory(room, len(data))[:] = np.frombuffer(data, np.uint8)
        assert instance.region_root(room, len(data), depth) == region_root_of(
            data, depth
        )


@pytest.mark.parametrize("size", [0, 1, 135, 136, 137, 271, 272, 273, 500])
def test_keccak_any_length_is_keccak(size: int) -> None:
    data = np.random.default_rng(size).bytes(size)
    assert Instance().keccak256(data) == keccak256(data)


def test_program_under_flushed_subnormals_answers_the_same() -> None:
    """wasmtime computes in the thread's float mode, so that is made exact."""
    model = dense_layer(np.full((8, 8), 1e-40, np.float32), np.zeros(8, np.float32))
    data = np.full(8, 0.5, np.float32).tobytes()
    expected = model.answer(data)
    assert any(expected)
    with flushing():
        program = WasmProgram(model.image)
        assert program.answer(data) == expected
        program.begin(data)
        assert program.call("advance", 1 << 20) and program.output() != expected


@pytest.mark.parametrize("build", BUILDS)
def test_instance_under_flushed_subnormals_finds_itself_inexact(build: str) -> None:
    instance = Instance(build)
    assert instance.call("exact")
    with flushing():
        assert not instance.call("exact")


def test_program_joined_or_row_by_row_takes_the_same_rows(
    reader: tinynn.Model,
) -> None:
    data = bytes(reader.tables.input_bytes)
    program = WasmProgram(reader.image)
    program.begin(data)
    taken = 1
    while program.advance(1):
        assert program.call("row") == taken
        taken += 1
    assert taken == len(reader.tables.segments) == program.call("most_rows")


def test_program_memory_is_image_arena_and_little_more() -> None:
    rng = np.random.default_rng(1)
    model = dense_layer(random_floats(rng, 512, 512), random_floats(rng, 512))
    program = WasmProgram(model.image)
    program.answer(bytes(model.tables.input_bytes))
    needed = model.tables.image_bytes + model.tables.arena_bytes
    assert program.memory_bytes - needed < 1 << 20


@pytest.mark.parametrize(
    "image", [b"", b"PLMB" + bytes(200), digit_reader()[:-64], bytes(300)]
)
def test_program_of_what_is_no_image_is_refused(image: bytes) -> None:
    with pytest.raises(WasmUnusable, match="expected a model image"):
        WasmProgram(np.frombuffer(image, np.uint8))


def test_program_of_a_spoiled_image_harms_nobody(reader: tinynn.Model) -> None:
    """It may trap; the next instance is as good as ever."""
    import wasmtime

    rng = np.random.default_rng(1)
    for _ in range(30):
        image: Bytes = reader.image.copy()
        image[rng.integers(128, 1500, 20)] = rng.integers(0, 256, 20)
        try:
            WasmProgram(image).answer(bytes(reader.tables.input_bytes))
        except (wasmtime.Trap, WasmUnusable):
            pass
    data = bytes(reader.tables.input_bytes)
    assert WasmProgram(reader.image).answer(data) == reader.answer(data)


def test_program_without_wasmtime_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "wasmtime", None)
    runtime._compiled.cache_clear()
    with pytest.raises(WasmUnusable, match="expected the package wasmtime, got none"):
        Instance()
