"""Answers by WebAssembly: chosen by a setting, computed in the pool, the same bits."""

import sys
from pathlib import Path

import numpy as np
import pytest
from support.images.models import digit_reader

import tinynn
from oracle.compute.engines import Engine
from oracle.compute.pool import Pool
from oracle.compute.task import Order, Task, carry_out
from oracle.errors import NoEngine, SettingsError
from oracle.node.roles.node_config import NodeSettings
from tinynn.wasm import runtime


@pytest.fixture
def tasks(tmp_path: Path) -> list[Task]:
    path = tmp_path / "reader.plumb"
    path.write_bytes(digit_reader())
    model, rng = tinynn.load(path), np.random.default_rng(1)
    return [Task(model, rng.bytes(36), 10**9) for _ in range(4)]


def test_pool_with_wasm_computes_what_native_code_does(tasks: list[Task]) -> None:
    pytest.importorskip("wasmtime", reason="no wasmtime: pip install -e '.[wasm]'")
    executors = NodeSettings.read(executor="wasm", processes=1).executors()
    assert isinstance(executors, Pool)
    with executors:
        promises = [executors.submit(task) for task in tasks]
        found = [promise.result(60) for promise in promises]
    assert found == [task.compute() for task in tasks]


def test_order_by_wasm_is_carried_out_by_wasm(
    tasks: list[Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And held against the machine as native answers are."""
    monkeypatch.setattr(runtime.WasmProgram, "__init__", lambda self, image: None)
    monkeypatch.setattr(runtime.WasmProgram, "answer", lambda self, data: b"a lie")
    order = Order.of(tasks[0], Engine.WASM)
    assert carry_out(order).problem.startswith("CrossCheckFailed")
    assert carry_out(Order.of(tasks[0])).output == tasks[0].compute()


def test_wasm_without_wasmtime_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "wasmtime", None)
    runtime._compiled.cache_clear()
    with pytest.raises(NoEngine, match=r"--executor wasm: .*install -e '\.\[wasm\]'"):
        NodeSettings.read(executor="wasm").executors()


def test_executor_of_another_name_is_refused() -> None:
    with pytest.raises(SettingsError, match="executor"):
        NodeSettings.read(executor="abacus")
