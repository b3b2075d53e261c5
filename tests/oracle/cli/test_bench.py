"""`plumb bench`: one form for every figure, and no invented number for a peer."""

import os
import shutil
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from support.programs.command import Plumb, plumb_in

import converters
import tinynn
from mips_vm import Machine, Status
from oracle.bench import figure, fresh, native, programs, start, tree, vm, zoo
from oracle.bench.errors import CommandFailed
from oracle.bench.figure import Figure
from oracle.bench.griefing.attacks import ATTACKS
from oracle.bench.griefing.outcome import Outcome
from oracle.bench.nets import synthetic
from oracle.bench.nets.zoo_nets import ZOO, Animal
from oracle.cli import bench


@pytest.fixture
def plumb(capsys: pytest.CaptureFixture[str]) -> Plumb:
    return plumb_in(capsys)


def test_figure_with_peer_has_ratio() -> None:
    assert Figure("speed", 3.0, "m/s", "a snail", 2.0).as_json() == {
        "name": "speed",
        "value": 3.0,
        "unit": "m/s",
        "peer": "a snail",
        "peer_value": 2.0,
        "ratio": 1.5,
    }


def test_figure_of_absent_peer_is_null() -> None:
    row = Figure("speed", 1.23456, "m/s", "a snail").as_json()
    assert row["value"] == 1.235
    assert row["peer"] == "a snail"
    assert row["peer_value"] is None and row["ratio"] is None


def test_least_seconds_takes_turns_after_a_warm_up() -> None:
    called: list[str] = []
    least = figure.least_seconds(
        lambda: called.append("a"), lambda: called.append("b"), repeats=3, seconds=0
    )
    assert called == ["a", "b"] * 4
    assert all(0 <= seconds < 1 for seconds in least)


def test_bench_native_json_has_figures_and_machine(plumb: Plumb) -> None:
    report = plumb("bench", "native", "--json").json()
    assert {"processor", "cores", "python"} <= set(report["machine"])
    for row in report["figures"]:
        if row["peer"] == native.RUNTIME and row["peer_value"] is None:
            continue  # not installed
        assert row["value"] > 0 and row["peer_value"] > 0
        assert row["ratio"] == pytest.approx(row["value"] / row["peer_value"], rel=1e-2)


def test_bench_tree_prints_a_table(
    plumb: Plumb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree, "PAIRS", 1 << 10)
    monkeypatch.setattr(tree, "IMAGE_BYTES", 1 << 20)
    cores = os.sched_getaffinity(0)
    ended = plumb("bench", "tree")
    assert ended.status == 0
    for name in ("keccak64_vs_pysha3", "root_64mib_seconds", "touch_100_pages_seconds"):
        assert f"tree.{name}" in ended.out
    assert os.sched_getaffinity(0) == cores


def test_bench_programs_worst_is_the_least_ratio(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ratios = iter([2.0, 1.5, 3.0, 1.6, 4.0])
    monkeypatch.setattr(programs.shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(programs, "build", lambda folder, kind: kind)
    monkeypatch.setattr(programs, "compare", lambda pair, qemu: next(ratios))
    *kinds, worst = programs.figures()
    assert [figure.value for figure in kinds] == [2.0, 1.5, 3.0, 1.6, 4.0]
    assert (worst.name, worst.value) == ("vm.worst_program_vs_qemu", 1.5)
    assert worst.ratio == 1.5


def test_bench_programs_all_kinds_have_their_source() -> None:
    for kind in programs.ROUNDS:
        assert "round_of" in (programs.FOLDER / f"{kind}.c").read_text()


def test_bench_vm_figures_have_the_promised_names(
    plumb: Plumb, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, name, value in (
        (vm, "LEAST_STEPS", 1),
        (vm, "WIDTHS", (16, 10)),
        (vm, "REFERENCE_STEPS", 100),
        (fresh, "LENGTH", 500),
        (programs, "ROUNDS", {"hash": 3}),
        (programs, "TURNS", 1),
    ):
        monkeypatch.setattr(module, name, value)
    rows = plumb("bench", "vm", "--json").json()["figures"]
    figures = {row["name"]: row["value"] for row in rows}
    names = (
        *("translated_vs_qemu", "instrumentation_overhead", "first_use_cold_seconds"),
        *("first_use_warm_seconds", "compile_10k_seconds", "resident_mib"),
        *("hash_program_vs_qemu", "worst_program_vs_qemu"),
    )
    assert {f"vm.{name}" for name in names} <= figures.keys()
    if shutil.which("qemu-mipsel") is None:
        assert figures["vm.translated_vs_qemu"] is None
        assert figures["vm.worst_program_vs_qemu"] is None
    assert figures["vm.first_use_warm_seconds"] < figures["vm.first_use_cold_seconds"]
    assert figures["vm.resident_mib"] > 64


def test_bench_start_figures_have_the_promised_names(
    plumb: Plumb, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command that reads the chain finds its request there, or it would raise."""
    monkeypatch.setattr(start, "REPEATS", 1)
    rows = plumb("bench", "start", "--json").json()["figures"]
    assert [row["name"] for row in rows] == [
        "start.help_cpu_seconds",
        "start.model_help_cpu_seconds",
        "start.chain_verb_cpu_seconds",
    ]
    assert all(row["value"] > row["peer_value"] > 0 for row in rows)


def test_bench_start_failing_command_is_no_figure() -> None:
    with pytest.raises(CommandFailed, match="request: expected status 0, got 2"):
        start.cpu_seconds(start.PLUMB, ["request"])


def test_bench_zoo_figures_have_the_promised_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In this process, of a few networks: a test counts no time."""
    monkeypatch.setattr(zoo, "SECONDS", 0)
    monkeypatch.setattr(zoo, "OPERATORS", 100)
    chosen = [net for net in ZOO if net.name in ("mlp_exp", "gru_20x32", "yolo_head")]
    figures = {figure.name: figure for figure in zoo.measured(chosen)}
    kinds = ("convolution", "recurrent", "transformer", "worst")
    promised = {f"zoo.{kind}_ratio" for kind in kinds}
    promised |= {"native.int8_vs_fp32", "planner.place_100_seconds"}
    assert promised | {f"zoo.{net.name}" for net in chosen} == figures.keys()
    compared = figures["zoo.gru_20x32"].ratio
    assert figures["zoo.recurrent_ratio"].value == compared
    assert figures["zoo.convolution_ratio"].value is None


@pytest.mark.parametrize("net", ZOO, ids=lambda net: net.name)
def test_zoo_network_is_converted_and_answers(net: Animal, tmp_path: Path) -> None:
    net.build(tmp_path / "net.onnx")
    model = tinynn.load(converters.convert(tmp_path / "net.onnx"))
    answer = model.answer(bytes(model.tables.input_bytes))
    assert np.isfinite(np.frombuffer(answer, np.float32)).all()


@pytest.mark.parametrize("instructions", [1, 500, 3000])
def test_synthetic_guest_halts_after_all_of_its_code(instructions: int) -> None:
    code = synthetic.program(instructions)
    executed = set()
    machine = Machine.from_program(code)
    while machine.status is Status.RUNNING:
        executed.add(machine.pc)
        machine.step()
    assert machine.status is Status.HALTED
    assert len(executed) >= 0.8 * len(code) // 4


def test_bench_without_peer_says_so() -> None:
    row = Figure("speed against a snail", None, "times", "a snail")
    assert row.as_json()["value"] is None and row.ratio is None
    assert list(bench.cells(row))[1] == "not measured"


def test_bench_griefing_counts_attacks_and_the_worst_that_they_do(
    plumb: Plumb, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes = {
        "harmless": Outcome(-5, {"worker": -7}),
        "harmful": Outcome(-1, {"worker": 3, "challenger": 11}),
        "paying": Outcome(0, {"worker": 0}),
    }
    attacks = {
        name: partial(lambda o: o, outcome) for name, outcome in outcomes.items()
    }
    monkeypatch.setattr("oracle.bench.griefing.figures.ATTACKS", attacks)
    report = plumb("bench", "griefing", "--json").json()
    found = {row["name"]: row["value"] for row in report["figures"]}
    assert found["griefing.attacks"] == 3
    assert found["griefing.worst_honest_loss_gas"] == 11
    assert found["griefing.attackers_ahead"] == 1
    assert found["harmful, lost by the challenger"] == 11


def test_griefing_every_attack_is_played_by_a_test() -> None:
    """Under the name that it has there."""
    folder = Path(__file__).parents[2] / "griefing"
    tests = "".join(path.read_text() for path in folder.glob("test_*.py"))
    for name, attack in ATTACKS.items():
        played = getattr(attack, "__name__", type(attack).__name__)
        assert f"{played}(" in tests, name
