"""Figures of chains of CosmWasm: what is measured here, and what is not without a
chain."""

import pytest

from oracle.bench import cosmos
from oracle.cosmos.local import VARIABLE

pytest.importorskip("wasmtime", reason="no wasmtime: pip install -e '.[wasm]'")


def test_figures_without_a_chain_have_operators_and_no_gas(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setenv(VARIABLE, f"{tmp_path}/nowhere")
    found = {figure.name: figure.value for figure in cosmos.figures()}
    gas = {name for name, value in found.items() if value is None}
    assert gas == {name for name in found if name.endswith("_gas")}
    assert {"cosmos.digit_gas", "cosmos.token_gas"} <= gas
    assert 10**5 < (found["cosmos.digit_operators"] or 0) < 2 * 10**6
    assert 10**5 < (found["cosmos.step_operators"] or 0) < 2 * 10**6


def test_steps_are_those_with_the_longest_proofs() -> None:
    sizes = [len(witness.data) for witness, _ in cosmos.steps(cosmos.LOOKED_AT)]
    assert sizes == sorted(sizes) and sizes[0] < sizes[-1]
    assert [len(witness.data) for witness, _ in cosmos.steps(3)] == sizes[-3:]
