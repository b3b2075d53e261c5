"""Loading, encoding, identity; what does not fit is an error with both sides named."""

import os
from pathlib import Path

import numpy as np
import pytest
from support.images.models import digit_reader

import tinynn
from mips_vm import Status
from mips_vm.constants import INPUT, MODEL, PROGRAM
from mips_vm.errors import BadMapping
from mips_vm.hashing.tree import region_root_of
from tinynn import GraphBuilder, InputError, Model, TensorSpec, guest

IMAGE = digit_reader()


@pytest.fixture(scope="module")
def model() -> Model:
    return tinynn.load(IMAGE)


def two_inputs() -> Model:
    graph = GraphBuilder("two inputs")
    wide = graph.input("wide", "float32", (2, 3))
    narrow = graph.input("narrow", "uint8", (5,))
    graph.output(graph.relu(wide), "wide")
    graph.output(graph.scale_u8(narrow, 2.0), "narrow")
    return tinynn.load(graph.build())


def test_load_describes_the_model(model: Model) -> None:
    assert model.name == "digit reader"
    assert model.inputs == (TensorSpec("image", "uint8", (36,)),)
    assert model.outputs == (
        TensorSpec("probabilities", "float32", (10,)),
        TensorSpec("digit", "int32", (1,)),
    )
    assert model.segments == 6
    assert len(model.bounded_instructions) == 6


def test_load_from_file_equals_load_from_bytes(model: Model, tmp_path: Path) -> None:
    path = tmp_path / "model.plumb"
    path.write_bytes(IMAGE)
    mapped = tinynn.load(path)
    data = bytes(range(36))
    assert mapped.model_root == model.model_root
    assert mapped.answer(data) == model.answer(data)
    assert mapped.machine(data).state_root() == model.machine(data).state_root()


def changed(image: bytes) -> bytes:
    """Another model, of the same size and name."""
    return image[:-40] + bytes([image[-40] ^ 1]) + image[-39:]


def test_machine_after_the_file_was_replaced_runs_the_model_that_was_loaded(
    model: Model, tmp_path: Path
) -> None:
    path, other = tmp_path / "model.plumb", tmp_path / "other.plumb"
    path.write_bytes(IMAGE)
    other.write_bytes(changed(IMAGE))
    held, data = tinynn.load(path), bytes(range(36))
    before = held.machine(data).state_root()
    os.replace(other, path)
    assert tinynn.load(path).model_root != held.model_root
    machine = held.machine(data)
    assert machine.memory.region_root(MODEL) == held.model_root
    assert machine.state_root() == before
    assert held.answer(data) == model.answer(data)
    execution = held.execution(data)
    while execution.advance() is Status.YIELDED:
        pass
    assert execution.machine.output() == model.answer(data)


def test_machine_after_the_file_was_changed_in_place_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.plumb"
    path.write_bytes(IMAGE)
    held, written_ns = tinynn.load(path), path.stat().st_mtime_ns
    path.write_bytes(changed(IMAGE))
    os.utime(path, ns=(written_ns + 1, written_ns + 1))
    with pytest.raises(BadMapping, match=f"{path}: .*changed in place"):
        held.machine(bytes(36))


def test_run_gives_arrays_of_the_output_specs(model: Model) -> None:
    probabilities, digit = model.run(np.arange(36, dtype=np.uint8))
    assert probabilities.dtype == np.float32 and probabilities.shape == (10,)
    assert digit.dtype == np.int32 and digit.shape == (1,)
    assert abs(float(probabilities.sum()) - 1) < 1e-5
    assert digit[0] == probabilities.argmax()


def test_run_takes_several_inputs_in_order() -> None:
    model = two_inputs()
    wide = np.array([[1, -2, 3], [-4, 5, -6]], np.float32)
    narrow = np.arange(5, dtype=np.uint8)
    results = model.run([wide, narrow])
    assert results[0].tolist() == [[1, 0, 3], [0, 5, 0]]
    assert results[1].tolist() == [0, 2, 4, 6, 8]
    assert model.encode_input([wide, narrow]) == wide.tobytes() + narrow.tobytes()


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ([], "number of inputs: expected 1, got 0"),
        (np.zeros(35, np.uint8), r"input image: expected uint8 \(36,\), got .*\(35,\)"),
        (np.zeros((6, 6), np.uint8), r"expected uint8 \(36,\), got .*\(6, 6\)"),
        (np.zeros(36, np.float32), "expected uint8 .* got .*float32"),
    ],
)
def test_run_wrong_input_is_refused(
    model: Model, inputs: np.ndarray | list, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        model.run(inputs)


@pytest.mark.parametrize("size", [0, 35, 37])
def test_answer_to_a_wrong_length_is_empty(model: Model, size: int) -> None:
    assert model.answer(bytes(size)) == b""


@pytest.mark.parametrize("size", [0, 43, 45])
def test_decode_output_of_a_wrong_length_is_refused(model: Model, size: int) -> None:
    with pytest.raises(InputError, match=f"expected 44, got {size}"):
        model.decode_output(bytes(size))


def test_model_root_is_the_root_of_the_model_region(model: Model) -> None:
    machine = model.machine(bytes(36))
    assert machine.memory.region_root(MODEL) == model.model_root
    assert model.model_root == region_root_of(IMAGE, 26)


def test_program_root_is_the_root_of_the_program_region(model: Model) -> None:
    machine = model.machine(bytes(36))
    assert machine.memory.region_root(PROGRAM) == model.program_root
    assert model.program_root == guest.program_root()


def test_machine_runs_the_guest_that_program_root_names(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = model.program_root
    other = tmp_path / "guest.elf"
    data = bytearray(guest.elf_path().read_bytes())
    data[0x1000:0x1004] = bytes(4)
    other.write_bytes(data)
    monkeypatch.setattr(guest, "elf_path", lambda: other)  # as an upgrade would
    machine = model.machine(bytes(36))
    assert machine.memory.region_root(PROGRAM) == expected


def test_machine_starts_as_a_claim_does(model: Model) -> None:
    data = bytes(range(36))
    machine = model.machine(data)
    header = (36).to_bytes(4, "little")
    assert machine.status is Status.YIELDED
    assert (machine.pc, machine.next_pc, machine.lo, machine.hi) == (0, 4, 0, 0)
    assert not any(machine.registers[i] for i in range(32))
    assert machine.memory.region_root(INPUT) == region_root_of(header + data, 23)
