"""Answers in the node's own process, and disputes where there is no LLVM."""

from concurrent.futures import Future
from random import Random

import pytest
from support.images.models import digit_reader
from support.testbeds.embedded import EmbeddedTestbed

import tinynn
from challenge.lies import FALSE_CHALLENGERS, LIES
from mips_vm.compiled import llvm
from oracle.chain.events import ChallengerLost
from oracle.compute.alone import Alone
from oracle.compute.engines import Engine
from oracle.compute.play import trace_of
from oracle.compute.task import Task
from oracle.errors import ExecutorDied, NoEngine, SettingsError
from oracle.node import honest
from oracle.node.challenger.challenger import Challenger
from oracle.node.roles.node_config import NodeSettings
from oracle.node.worker.liars import LyingChallenger
from oracle.node.worker.worker import Worker
from oracle.record.record import Status

K = 8


@pytest.fixture
def without_llvm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither for this process nor for any other."""
    llvm.installed()
    monkeypatch.setattr(llvm, "installed", lambda: False)


def test_alone_computes_what_native_code_does_in_order_of_due() -> None:
    pytest.importorskip("wasmtime", reason="no wasmtime: pip install -e '.[wasm]'")
    settings = NodeSettings.read(executor="wasm", processes=0)
    executors = settings.executors()
    assert isinstance(executors, Alone) and settings.alone
    model, rng = tinynn.load(digit_reader()), Random(1)
    tasks = [Task(model, rng.randbytes(36), 10**9) for _ in range(4)]
    ended: list[int] = []
    promises: list[Future[bytes]] = []
    for place, task in enumerate(tasks):
        promise = executors.submit(task, due=-place)
        promise.add_done_callback(lambda _, place=place: ended.append(place))
        promises.append(promise)
    executors.hasten(promises[0], -10)
    with executors:
        found = [promise.result(60) for promise in promises]
        assert executors.pace.seconds(tasks[0]) is not None
    assert found == [task.compute() for task in tasks]
    assert ended == [0, 3, 2, 1]
    with pytest.raises(ExecutorDied):
        executors.submit(tasks[0])


def test_alone_goes_on_after_an_answer_that_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = tinynn.load(digit_reader())
    tried: list[bytes] = []

    def answer(engine: Engine, model: tinynn.Model, data: bytes) -> bytes:
        tried.append(data)
        if len(tried) == 1:
            raise MemoryError("none left")
        return model.answer(data)

    monkeypatch.setattr(Engine, "answer", answer)
    with Alone(Engine.NATIVE) as executors:
        first = executors.submit(Task(model, bytes(36), 0))
        assert isinstance(first.exception(60), MemoryError)
        second = executors.submit(Task(model, bytes(36), 0))
        assert second.result(60) == model.answer(bytes(36))


def test_no_processes_need_the_wasm_executor() -> None:
    with pytest.raises(SettingsError, match="expected wasm with --processes 0"):
        NodeSettings.read(processes=0)


def test_native_executor_without_llvmlite_says_what_to_install(
    without_llvm: None,
) -> None:
    with pytest.raises(NoEngine, match="pip install llvmlite, or .*--executor wasm"):
        Engine.NATIVE.check()


def test_trace_without_llvm_has_the_same_roots_at_every_level(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = tinynn.load(digit_reader())
    data = Random(2).randbytes(36)
    expected = trace_of(model, data)
    places = [(0, 0), (0, 1), (1, 77), (2, 1000), (1, 10**9)]
    count = expected.segments()
    roots = [expected.boundary_root(b) for b in range(count + 1)]
    lengths = [expected.instructions(s) for s in range(count)]
    inside = [expected.state_root(*place) for place in places]
    monkeypatch.setattr(llvm, "installed", lambda: False)
    actual = trace_of(model, data)
    assert actual.segments() == count
    assert [actual.boundary_root(b) for b in range(count + 1)] == roots
    assert [actual.instructions(s) for s in range(count)] == lengths
    assert [actual.state_root(*place) for place in places] == inside


def test_worker_without_llvm_wins_its_game(
    world: EmbeddedTestbed, without_llvm: None
) -> None:
    lie = LIES["activation"]
    strategy = LyingChallenger(
        world.honest(), FALSE_CHALLENGERS["random"], lie, K, seed=3
    )
    world.stake(world.senders[2])
    slanderer = Challenger(world.senders[3], world.contracts, strategy)
    if pytest.importorskip("wasmtime", reason="no wasmtime"):
        executors = Alone(Engine.WASM)
    with executors:
        mind = honest.Honest(world.honest().library, executors=executors)
        worker = Worker(world.senders[2], world.contracts, mind)
        request = world.ask()
        asked = world.record().tables.requests[request]
        mind.answer(asked)
        while any([worker.step(), slanderer.step()]):
            pass
        told = world.chain.events(world.contracts.telling, 0, world.chain.height)
        assert any(isinstance(event, ChallengerLost) for event in told)
        world.travel(10_000)
        while worker.step() is not None:
            pass
    assert world.record().tables.requests[request].status is Status.FINAL


def test_worker_without_llvm_declines_what_it_could_not_defend(
    world: EmbeddedTestbed, without_llvm: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.stake(world.senders[2])
    worker = Worker(world.senders[2], world.contracts, world.honest())
    monkeypatch.setattr(honest, "MOST_INTERPRETED", 10)
    request = world.ask()
    assert worker.step() is None
    assert worker.declined[request].startswith(
        "defence: expected a run of at most 10 instructions"
    )
    monkeypatch.setattr(llvm, "installed", lambda: True)
    done = worker.step()
    assert done is not None and done.action.function == "accept"
