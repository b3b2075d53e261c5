"""`plumb vm`: the same steps, outputs and roots as the machine's own interface."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from support.machine.assembler import assemble
from support.programs.command import Plumb, plumb_in

import tinynn
from mips_vm import Machine, Status
from mips_vm.constants import INPUT, OUTPUT, Region
from mips_vm.debugging.session import CHUNK, Session
from tinynn import guest, models

GUEST, MNIST = guest.elf_path(), models.path("mnist")
FAULTING = 0x0000000D  # break


@pytest.fixture
def plumb(capsys: pytest.CaptureFixture[str]) -> Plumb:
    return plumb_in(capsys)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pixels = np.random.default_rng(1).integers(0, 256, 784, dtype=np.uint8)
    pixels[pixels < 200] = 0
    path = tmp_path_factory.mktemp("image") / "digit.bin"
    path.write_bytes(pixels.tobytes())
    return path


def test_run_guest_leaves_the_native_answer(plumb: Plumb, image: Path) -> None:
    model = tinynn.load(MNIST)
    report = plumb(
        "vm", "run", GUEST, "--model", MNIST, "--input", image, "--json"
    ).json()
    assert report["status"] == "halted"
    assert report["yields"] == model.segments - 1
    assert report["steps"] <= sum(model.bounded_instructions)
    assert report["output"] == "0x" + model.answer(image.read_bytes()).hex()
    last = model.execution(image.read_bytes())
    last.seek(last.segments)
    assert report["state_root"] == "0x" + last.machine.state_root().hex()


def test_run_output_option_writes_bytes(
    plumb: Plumb, image: Path, tmp_path: Path
) -> None:
    target = tmp_path / "out.bin"
    common = ["vm", "run", GUEST, "--model", MNIST, "--input", image]
    assert plumb(*common, "--output", target).status == 0
    answer = tinynn.load(MNIST).answer(image.read_bytes())
    assert target.read_bytes() == answer


def test_run_stops_after_given_steps_on_either_engine(plumb: Plumb) -> None:
    reports = [
        plumb(
            "vm", "run", GUEST, "--model", MNIST, "--input-hex", "00" * 784,
            "--steps", 5000, "--engine", engine, "--json",
        ).json()
        for engine in ("translated", "reference")
    ]  # fmt: skip
    for report in reports:
        assert report["steps"] == 5000 and report["status"] == "running"
    assert reports[0]["state_root"] == reports[1]["state_root"]


def test_run_fault_has_status_1(
    plumb: Plumb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = FAULTING.to_bytes(4, "little")
    monkeypatch.setattr(Machine, "from_elf", lambda path: Machine.from_program(program))
    ended = plumb("vm", "run", "any.elf", "--json")
    assert ended.status == 1
    assert json.loads(ended.out)["status"] == "faulted"


def test_run_long_shows_how_far_it_is(
    plumb: Plumb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CHUNK, "translated", 1000)
    monkeypatch.setenv("FORCE_COLOR", "1")  # rich takes it for a terminal
    shown: list[int] = []
    session = Session.start(GUEST, bytes(784), MNIST, "translated")
    session.advance(3500, shown.append)
    assert shown == [1000, 2000, 3000, 3500]
    ended = plumb(
        "vm", "run", GUEST, "--model", MNIST, "--input-hex", "00" * 784,
        "--steps", 3500,
    )  # fmt: skip
    assert "running guest.elf" in ended.err and "3,500 instructions" in ended.err


def test_root_at_step_is_the_machine_s(plumb: Plumb) -> None:
    machine = Machine.from_elf(GUEST)
    machine.load_input(b"\1\2")
    for at in range(0, 12, 3):
        report = plumb("vm", "root", GUEST, "--input-hex", "0x0102", "--at", at,
                       "--json").json()  # fmt: skip
        assert report["steps"] == at
        assert report["pc"] == machine.pc
        assert report["state_root"] == "0x" + machine.state_root().hex()
        assert report["memory_root"] == "0x" + machine.memory.root().hex()
        for _ in range(3):
            machine.step()


def test_trace_window_tells_each_step(plumb: Plumb) -> None:
    machine = Machine.from_elf(GUEST)
    machine.load_input(b"\7")  # of the wrong length, so the guest halts soon
    rows = plumb(
        "vm", "trace", GUEST, "--input-hex", "07", "--steps", 100, "--json"
    ).json()["instructions"]
    for index, row in enumerate(rows):
        assert row["step"] == index
        assert row["pc"] == machine.pc
        assert row["word"] == machine.memory.load_word(machine.pc)
        machine.step()
        assert row["state_root"] == "0x" + machine.state_root().hex()
    assert rows[-1]["status"] == "halted" and machine.status is Status.HALTED
    assert [row["status"] for row in rows[:-1]] == ["running"] * (len(rows) - 1)


def test_step_names_operands_and_changes(plumb: Plumb) -> None:
    (row,) = plumb("vm", "step", GUEST, "--json").json()["instructions"]
    assert row["instruction"] == "lui $sp, 0x4000"
    assert row["reads"] == {}
    assert row["writes"] == {"sp": 0x40000000}
    assert "state_root" not in row


def test_step_goes_on_after_a_yield(plumb: Plumb) -> None:
    common = ["--model", MNIST, "--input-hex", "00" * 784]
    first = tinynn.load(MNIST).machine(bytes(784))
    first.resume()
    length = first.run()
    rows = plumb(
        "vm", "step", GUEST, *common, "--at", length - 1, "--steps", 2, "--json"
    ).json()["instructions"]
    assert [row["status"] for row in rows] == ["yielded", "running"]
    assert rows[1]["pc"] == 0


def test_tables_are_for_people(plumb: Plumb) -> None:
    ended = plumb("vm", "trace", GUEST, "--steps", 2)
    assert "lui $sp, 0x4000" in ended.out and "state root after" in ended.out
    ended = plumb("vm", "run", GUEST, "--input-hex", "00")
    assert "halted" in ended.out and ended.err == ""


LOADS = assemble(
    "lui $t0, 0xA000",
    "lui $t1, 0x4000",
    "lw $t2, 16($t0)",
    "sw $t2, 4($t1)",
    "lbu $t3, 6($t1)",
    "bne $t2, $zero, 0x8",
    "nop",
)
WEIGHT = 0xDEADBEEF


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any file is a program that loads a word of the model and stores it."""

    def machine(path: Path) -> Machine:
        made = Machine.from_program(LOADS)
        made.memory.write(0xA000_0010, WEIGHT.to_bytes(4, "little"))
        made.memory.write(0x4000_0004, (0x01020304).to_bytes(4, "little"))
        return made

    monkeypatch.setattr(Machine, "from_elf", machine)


@pytest.mark.usefixtures("loads")
@pytest.mark.parametrize("command", ["step", "trace"])
def test_window_tells_the_words_that_loads_and_stores_access(
    command: str, plumb: Plumb
) -> None:
    window = ["vm", command, "any.elf", "--at", 2, "--steps", 4]
    load, store, byte, branch = plumb(*window, "--json").json()["instructions"]
    assert load["reads"] == {"t0": 0xA000_0000, "[a0000010]": WEIGHT}
    assert load["writes"] == {"t2": WEIGHT}
    assert store["reads"] == {
        "t1": 0x4000_0000,
        "t2": WEIGHT,
        "[40000004]": 0x0102_0304,
    }
    assert store["writes"] == {"[40000004]": WEIGHT}
    assert byte["reads"] == {"t1": 0x4000_0000, "[40000004]": WEIGHT}
    assert byte["writes"] == {"t3": 0xAD}
    assert branch["instruction"] == "bne $t2, $zero, 0x8"
    assert branch["writes"] == {"next_pc": 8}
    table = plumb(*window).out
    assert "  t0=a0000000 [a0000010]=deadbeef" in table
    assert "[40000004]=1020304  [40000004]=deadbeef" in table
    assert "bne $t2, $zero, 0x8" in table


@pytest.mark.parametrize("command", ["step", "trace"])
def test_window_behind_the_end_says_where_that_was(command: str, plumb: Plumb) -> None:
    length = plumb("vm", "run", GUEST, "--input-hex", "00", "--json").json()["steps"]
    common = ["vm", command, GUEST, "--input-hex", "00", "--at", length]
    ended = plumb(*common)
    assert ended.out == f"nothing left: halted after {length:,} instructions\n"
    assert plumb(*common, "--json").json() == {"instructions": []}


@pytest.mark.parametrize(("last", "status"), [("break", "faulted"), ("nop", None)])
def test_run_with_a_length_that_cannot_be_still_tells_a_fault(
    last: str, status: str | None, plumb: Plumb, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = assemble("lui $t0, 0x2000", "sw $t1, 0($t0)", last)

    def machine(path: Path) -> Machine:
        made = Machine.from_program(program)
        made.registers[9] = 0xFFFF_FFFF
        return made

    monkeypatch.setattr(Machine, "from_elf", machine)
    ended = plumb("vm", "run", "any.elf", "--steps", 3, "--json")
    assert ended.status == 1
    if status is None:
        assert "output: expected a length up to" in ended.err
    else:
        report = json.loads(ended.out)
        assert (report["status"], report["pc"], report["output"]) == (status, 8, "0x")


@pytest.mark.parametrize("read", ["elf", "input", "model"])
def test_run_over_a_file_that_it_reads_refused(
    read: str, plumb: Plumb, tmp_path: Path, image: Path
) -> None:
    files = {"elf": GUEST, "input": image, "model": MNIST}
    copies = {name: tmp_path / name for name in files}
    for name, file in files.items():
        copies[name].write_bytes(file.read_bytes())
    (tmp_path / "out").symlink_to(read)
    ended = plumb(
        "vm", "run", copies["elf"], "--input", copies["input"],
        "--model", copies["model"], "--output", tmp_path / "out",
    )  # fmt: skip
    assert ended.status == 2 and "expected a file other than" in ended.err
    assert copies[read].read_bytes() == files[read].read_bytes()


def test_run_output_to_nowhere_refused_before_it_runs(
    plumb: Plumb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Session, "start", None)
    for target, reason in (
        (tmp_path, "Is a directory"),
        (tmp_path / "absent" / "out", "No such file"),
    ):
        ended = plumb("vm", "run", GUEST, "--output", target)
        assert ended.status == 1 and reason in ended.err


def test_run_of_another_elf_says_why_not(plumb: Plumb) -> None:
    ended = plumb("vm", "run", "/bin/true")
    assert ended.status == 1
    assert "/bin/true: expected" in ended.err and "64" in ended.err


@pytest.mark.parametrize(
    ("output", "shown"),
    [
        (b"[/nope] [red]x", "[/nope] [red]x"),
        (b"\x1b[2J", "1b5b324a"),
        (b"\xf0\xf1", "f0f1"),
        (b"one\ntwo\n", "one"),
    ],
    ids=["markup", "escape", "bytes", "lines"],
)
def test_run_prints_an_output_that_looks_like_markup(
    output: bytes, shown: str, plumb: Plumb, monkeypatch: pytest.MonkeyPatch
) -> None:
    def machine(path: Path) -> Machine:
        made = Machine.from_program(assemble("nop"))
        made.memory.write(OUTPUT.base, len(output).to_bytes(4, "little") + output)
        return made

    monkeypatch.setattr(Machine, "from_elf", machine)
    told = plumb("vm", "run", "any.elf", "--steps", 1).out
    (line,) = (line for line in told.splitlines() if line.startswith("output"))
    assert line.split(maxsplit=1)[1].rstrip() == shown


@pytest.mark.parametrize("command", ["run", "step", "root", "trace"])
def test_input_without_an_end_refused(
    command: str, plumb: Plumb, monkeypatch: pytest.MonkeyPatch
) -> None:
    reduced = Region("input", INPUT.base, 4096, writable=False)
    monkeypatch.setattr("oracle.cli.inputs.programs.INPUT", reduced)
    ended = plumb("vm", command, GUEST, "--input", "/dev/zero")
    assert ended.status == 1
    assert ended.err == "plumb: /dev/zero: expected at most 4,092 bytes, got more\n"


def test_input_larger_than_its_region_refused_with_the_sizes(
    plumb: Plumb, tmp_path: Path
) -> None:
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    ended = plumb("vm", "run", GUEST, "--input", path)
    assert ended.status == 1
    assert "expected at most 268,435,452 bytes, got 1,099,511,627,776\n" in ended.err


@pytest.mark.parametrize("kind", ["device", "pipe"])
def test_model_that_is_no_file_refused(kind: str, plumb: Plumb, tmp_path: Path) -> None:
    path = Path("/dev/zero")
    if kind == "pipe":
        path = tmp_path / "pipe"
        os.mkfifo(path)
    ended = plumb("vm", "run", GUEST, "--model", path)
    assert ended.status == 1
    assert f"{path}: expected a regular file, got" in ended.err
