"""Answers by WebAssembly and by a GPU: chosen by a setting, the same bits."""

import sys
from pathlib import Path

import numpy as np
import pytest
from support.images.gpu_twin import device_or_skip
from support.images.models import digit_reader

import tinynn
from oracle.compute import gpu
from oracle.compute.engines import Engine
from oracle.compute.pool import Pool
from oracle.compute.queue import Queue
from oracle.compute.task import Order, Task, carry_out, carry_out_all
from oracle.errors import NoEngine, SettingsError
from oracle.node.roles.node_config import NodeSettings
from tinynn.gpu import webgpu
from tinynn.gpu.program import GpuProgram
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


@pytest.mark.slow
def test_pool_with_a_gpu_computes_what_native_code_does(tasks: list[Task]) -> None:
    """Each answer is held against the machine, too."""
    device_or_skip()
    odd = Task(tasks[0].model, b"too short", 10**9)
    asked = [*tasks, odd, *tasks]
    with NodeSettings.read(executor="gpu", processes=1).executors() as executors:
        promises = [executors.submit(task) for task in asked]
        found = [promise.result(120) for promise in promises]
    assert found == [task.compute() for task in asked]


def test_orders_together_are_answered_at_once(
    tasks: list[Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    device_or_skip()
    sizes, plain = [], GpuProgram.answers

    def counted(self: GpuProgram, inputs: list[bytes]) -> list[bytes]:
        sizes.append(len(inputs))
        return plain(self, inputs)

    monkeypatch.setattr(GpuProgram, "answers", counted)
    orders = tuple(Order.of(task, Engine.GPU) for task in tasks)
    found = carry_out_all(orders)
    assert [one.output for one in found] == [task.compute() for task in tasks]
    assert sizes == [len(tasks)]


def test_orders_together_with_a_lie_among_them_fail_by_themselves(
    tasks: list[Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cross-check finds it, and the others are answered all the same."""
    lie = tasks[1].data

    def answers(self: Engine, model: tinynn.Model, inputs: list[bytes]) -> list[bytes]:
        return [b"a lie" if data == lie else model.answer(data) for data in inputs]

    monkeypatch.setattr(Engine, "answers", answers)
    orders = tuple(Order.of(task, Engine.GPU) for task in tasks)
    found = carry_out_all(orders)
    assert found[1].problem.startswith("CrossCheckFailed")
    assert [one.output for one in found[2:]] == [task.compute() for task in tasks[2:]]


def test_gpu_whose_driver_fails_leaves_all_to_native_code(
    tasks: list[Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    device_or_skip()

    def lost(self: GpuProgram, inputs: list[bytes]) -> list[bytes]:
        raise RuntimeError("device lost")

    gpu.trusted.cache_clear()
    monkeypatch.setattr(GpuProgram, "answers", lost)
    expected = [task.compute() for task in tasks]
    assert [task.compute(Engine.GPU) for task in tasks] == expected
    monkeypatch.undo()
    assert not gpu.trusted().trust.integers
    assert [task.compute(Engine.GPU) for task in tasks] == expected
    gpu.trusted.cache_clear()
    gpu._programs.clear()


def test_gpu_without_wgpu_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "wgpu", None)
    webgpu._adapter.cache_clear()
    with pytest.raises(NoEngine, match=r"--executor gpu: .*install -e '\.\[gpu\]'"):
        NodeSettings.read(executor="gpu").executors()
    webgpu._adapter.cache_clear()


def test_queue_some_are_of_one_model_and_the_nearest_due(tasks: list[Task]) -> None:
    other = Task(tinynn.load(digit_reader(seed=2)), tasks[0].data, 10**9)
    loose = Task(tasks[0].model, tasks[0].data, 0)
    queue = Queue()
    asked = [(other, 5.0), (tasks[0], 3.0), (tasks[1], 9.0), (loose, 1.0)]
    asked += [(tasks[2], 4.0), (other, 2.0)]
    promises = [queue.put(task, due) for task, due in asked]
    promises[2].cancel()
    taken = [queue.take_some(2) for _ in range(5)]
    assert [[one.due for one in some] for some in taken] == [
        [1.0],
        [2.0, 5.0],
        [3.0, 4.0],
        [],
        [],
    ]
