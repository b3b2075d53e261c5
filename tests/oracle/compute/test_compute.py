"""Executors: other processes that compute, and what becomes of their deaths."""

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from subprocess import PIPE, Popen
from sys import executable

import pytest
from support.testbeds.embedded import EmbeddedTestbed, tiny_image

import tinynn
from oracle.compute.executors import Inline, delivered
from oracle.compute.pool import Pool
from oracle.compute.task import Order, Task, carry_out
from oracle.errors import ComputationFailed, ExecutorDied, NoCluster
from oracle.models.library import Library
from oracle.node.honest import Honest
from oracle.node.roles.node_config import NodeSettings
from oracle.node.worker.worker import Worker

PATIENCE_SECONDS = 30.0


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("images") / "tiny.plumb"
    path.write_bytes(tiny_image())
    return path


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with Pool(2) as pool:
        yield pool


def task_of(image: Path, data: bytes = b"abcd", steps: int = 10**9) -> Task:
    return Task(tinynn.load(image), data, steps)


def gone(pid: int) -> bool:
    """Whether no such process runs; a zombie does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


def test_pool_many_tasks_each_gets_its_own_output(image: Path, pool: Pool) -> None:
    tasks = [task_of(image, bytes([n, 1, 2, 3])) for n in range(20)]
    found = [promise.result() for promise in [pool.submit(task) for task in tasks]]
    assert found == [Inline().submit(task).result() for task in tasks]
    assert len(pool.pids) == 2 and os.getpid() not in pool.pids


def test_pool_failure_is_told_and_the_child_lives(image: Path, pool: Pool) -> None:
    pool.submit(task_of(image)).result()
    before = set(pool.pids)
    altered = tinynn.load(image)
    altered.__dict__["model_root"] = b"\1" * 32
    with pytest.raises(ComputationFailed, match="WrongImage"):
        pool.submit(Task(altered, b"abcd", 0)).result()
    assert set(pool.pids) >= before


def test_pool_killed_child_costs_one_task_only(image: Path) -> None:
    with Pool(1) as pool:
        expected = pool.submit(task_of(image)).result()
        (pid,) = pool.pids
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(ExecutorDied, match="ended with -9"):
            pool.submit(task_of(image)).result()
        assert pool.submit(task_of(image)).result() == expected
        assert pool.pids != [pid]


def test_pool_left_ends_its_children(image: Path) -> None:
    with Pool(1) as pool:
        pool.submit(task_of(image)).result()
        (pid,) = pool.pids
        late = [pool.submit(task_of(image)) for _ in range(3)]
    assert pid is not None and gone(pid)
    assert all(promise.done() for promise in late)


PARENT = """
import sys, time
import tinynn
from oracle.compute.pool import Pool
from oracle.compute.task import Task
if __name__ == "__main__":
    pool = Pool(1)
    pool.submit(Task(tinynn.load(sys.argv[1]), b"abcd", 0)).result()
    print(pool.pids[0], flush=True)
    time.sleep(600)
"""


def test_pool_parent_killed_leaves_no_orphan(image: Path, tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    with Popen([executable, str(script), str(image)], stdout=PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert not gone(child)
        parent.kill()
    end = time.monotonic() + PATIENCE_SECONDS
    while not gone(child):
        assert time.monotonic() < end, "the child lives on"
        time.sleep(0.02)


def test_order_of_another_image_is_not_carried_out(image: Path) -> None:
    order = replace(Order.of(task_of(image)), model_root=b"\1" * 32)
    with pytest.raises(ComputationFailed, match="WrongImage"):
        delivered(carry_out(order))


class Steady:
    """A pace that is known from the start."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def seconds(self, task: Task) -> float:
        return self._seconds


class Promises:
    """Executors that do nothing until they are told to."""

    width = 1

    def __init__(self) -> None:
        self.made: list[tuple[Task, Future[bytes]]] = []
        self.pace = Steady(1.0)

    def submit(self, task: Task, due: float = 0.0) -> Future[bytes]:
        self.made.append((task, Future()))
        return self.made[-1][1]

    def hasten(self, promise: Future[bytes], due: float) -> None:
        pass

    def __enter__(self) -> "Promises":
        return self

    def __exit__(self, *_: object) -> None:
        pass


def test_worker_goes_on_while_answers_are_computed(world: EmbeddedTestbed) -> None:
    """All leases are worked on at once, and answered in the order of completion."""
    requests = [world.ask(bytes([n, 1, 2, 3])) for n in range(3)]
    world.stake(world.senders[2])
    promises = Promises()
    strategy = Honest(Library([world.image]), executors=promises)
    worker = Worker(world.senders[2], world.contracts, strategy)
    for _ in requests:
        assert worker.step() is not None
    assert worker.step() is None and len(promises.made) == strategy.under_way == 3
    task, last = promises.made[2]
    last.set_result(task.compute())
    done = worker.step()
    assert done is not None
    asked = requests[task.data[0]]  # a worker accepts in an order of its own
    assert (done.action.function, done.action.request_id) == ("submit", asked)
    promises.made[0][1].set_exception(ExecutorDied(-9))
    assert worker.step() is None and len(promises.made) == 3
    assert "ended with -9" in next(iter(worker.troubles.reasons.values()))


def test_cluster_without_ray_says_what_to_install() -> None:
    if find_spec("ray") is not None:
        pytest.skip("Ray is there")
    with pytest.raises(NoCluster, match=r"install -e '\.\[cluster\]'"):
        NodeSettings.read(cluster="local").executors()


def test_cluster_computes_what_processes_compute(image: Path) -> None:
    pytest.importorskip("ray", reason="no Ray here: pip install -e '.[cluster]'")
    with NodeSettings.read(cluster="local").executors() as cluster:
        tasks = [task_of(image, bytes([n, 1, 2, 3])) for n in range(4)]
        found = [promise.result(120) for promise in map(cluster.submit, tasks)]
        assert found == [task.compute() for task in tasks]
        altered = tinynn.load(image)
        altered.__dict__["model_root"] = b"\1" * 32
        with pytest.raises(ComputationFailed, match="WrongImage"):
            cluster.submit(Task(altered, b"abcd", 0)).result(120)
