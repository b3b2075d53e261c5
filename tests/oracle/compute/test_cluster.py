"""Answers and games on a real Ray cluster of three nodes here, of which some are lost.

`make cluster` makes the environment that it needs: Ray is half a gigabyte.
"""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from support.testbeds.embedded import EmbeddedTestbed, tiny_image

import tinynn
from challenge.lies import LIES
from oracle.compute.cluster import Cluster
from oracle.compute.task import Task
from oracle.models.library import Library
from oracle.node.challenger.challenger import Challenger
from oracle.node.honest import Honest
from oracle.node.roles.node_config import NodeSettings
from oracle.node.worker.liars import LyingWorker
from oracle.node.worker.worker import Worker
from oracle.record.record import Status
from tinynn import models

pytestmark = pytest.mark.heavy

ray = pytest.importorskip("ray", reason="no Ray here: make cluster")
ROOT = Path(__file__).parents[3]
PATIENCE_SECONDS = 120.0


@dataclass
class Machines:
    """A head that computes nothing, and machines of one processor, each with a home."""

    folder: Path
    cluster: Any
    nodes: list[Any] = field(default_factory=list)

    def start(self) -> None:
        home = self.folder / f"home{len(list(self.folder.iterdir()))}"
        home.mkdir()
        self.nodes.append(
            self.cluster.add_node(num_cpus=1, env_vars={"PLUMB_HOME": str(home)})
        )

    def lose(self, node_id: str) -> None:
        (node,) = [node for node in self.nodes if node.node_id == node_id]
        self.nodes.remove(node)
        self.cluster.remove_node(node, allow_graceful=False)

    def homes_with(self, model_root: bytes) -> int:
        """Machines that ever got that image."""
        found = self.folder.glob(f"home*/models/{model_root.hex()}.plumb")
        return len(list(found))


@pytest.fixture
def machines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machines]:
    from ray.cluster_utils import Cluster as Simulated

    paths = [str(ROOT), str(ROOT / "tests"), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
    monkeypatch.setenv("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    simulated = Simulated(initialize_head=True, head_node_args={"num_cpus": 0})
    (tmp_path / "machines").mkdir()
    found = Machines(tmp_path / "machines", simulated)
    found.start()
    found.start()
    try:
        yield found
    finally:
        ray.shutdown()
        simulated.shutdown()


def until(done: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not done():
        assert time.monotonic() < end
        time.sleep(0.01)


def node_of(actor: Any) -> str:
    """The machine that an actor lives on."""
    here = lambda self: ray.get_runtime_context().get_node_id()  # noqa: E731
    return str(ray.get(actor.__ray_call__.remote(here)))


def test_answers_survive_a_machine_that_is_lost(machines: Machines) -> None:
    model = tinynn.load(models.path("mnist-int8"))
    tasks = [Task(model, bytes([n]) * 784, 10**9) for n in range(200)]
    address = machines.cluster.address
    with NodeSettings.read(cluster=address).executors() as executors:
        assert isinstance(executors, Cluster) and executors.width == 2
        promises = [executors.submit(task) for task in tasks]
        until(lambda: sum(promise.done() for promise in promises) > 20)
        until(lambda: machines.homes_with(model.model_root) == 2)
        assert not all(promise.done() for promise in promises)
        machines.lose(machines.nodes[0].node_id)
        found = [promise.result(PATIENCE_SECONDS) for promise in promises]
    assert found == [model.answer(task.data) for task in tasks]


def test_game_goes_on_when_the_machine_that_plays_it_is_lost(
    machines: Machines, world: EmbeddedTestbed
) -> None:
    request = world.ask()
    bond, _ = world.chain.call(world.contracts.oracle, "bondFor", 0)
    world.stake(world.senders[2], bond)
    strategy = LyingWorker(world.honest(), LIES["activation"], 8, 1)
    liar = Worker(world.senders[2], world.contracts, strategy)
    while liar.step() is not None:
        pass
    address = machines.cluster.address
    settings = NodeSettings.read(cluster=address)
    with settings.executors() as executors, settings.players(executors) as arena:
        mind = Honest(Library([world.image]), executors=executors, players=arena)
        challenger = Challenger(world.senders[3], world.contracts, mind)
        done: list[str] = []
        lost: list[str] = []

        def turn() -> bool:
            for node in (challenger, liar):
                if (act := node.step()) is not None:
                    done.append(act.action.function)
            if done.count("select") == 1 and not lost:
                playing = {
                    node_of(seat.child._actor)  # type: ignore[union-attr]
                    for seat in arena._seats
                    if seat.child is not None
                }
                lost.extend(playing)
                machines.start()
                for node_id in playing:
                    machines.lose(node_id)
            return done[-1:] == ["withdraw"]

        until(turn)
    assert lost and done[0] == "challenge" and done[-2:] == ["prove", "withdraw"]
    assert world.record().tables.requests[request].status is Status.OPEN
    root = tinynn.load(tiny_image()).model_root
    assert machines.homes_with(root) >= 2
