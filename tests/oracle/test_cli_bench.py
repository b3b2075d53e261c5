"""`plumb bench`: one form for every figure, and no invented number for a peer."""

import pytest
from support.command import Plumb, plumb_in

from oracle.bench import figure, tree
from oracle.bench.figure import Figure


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
        assert row["value"] > 0 and row["peer_value"] > 0
        assert row["ratio"] == pytest.approx(row["value"] / row["peer_value"], rel=1e-2)


def test_bench_tree_prints_a_table(
    plumb: Plumb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree, "PAIRS", 1 << 10)
    monkeypatch.setattr(tree, "PEER_PAIRS", 1 << 8)
    monkeypatch.setattr(tree, "IMAGE_BYTES", 1 << 20)
    ended = plumb("bench", "tree")
    assert ended.status == 0
    assert "keccak-256 of 64 bytes" in ended.out
