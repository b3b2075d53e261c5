"""Whatever goes wrong at one call, a node does all else that it has to do.

A few of all faults; `make faults` plays the others.
"""

from collections.abc import Iterator
from random import Random

import pytest
from faults.injector import Call
from faults.run import Failure, calls_of, faults_of, undone
from faults.scenes import Scene, challenger_scene, worker_scene

from oracle.sending.troubles import Troubles

SAMPLE, SEED = 6, 20
SCENES = {"worker": worker_scene, "challenger": challenger_scene}


@pytest.fixture(params=SCENES, scope="module")
def scene(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    yield SCENES[request.param](tmp_path_factory.mktemp(request.param))


@pytest.fixture(scope="module")
def calls(scene: Scene) -> list[Call]:
    return calls_of(scene)


def test_node_asks_chain_store_and_mind(scene: Scene, calls: list[Call]) -> None:
    """So that faults are met in all of them, about one thing and about all."""
    kinds = {call.kind for call in calls}
    assert {"eth_getLogs", "eth_estimateGas", "eth_sendRawTransaction"} <= kinds
    assert {"eth_getTransactionReceipt", "outbox.add", "outbox.mined"} <= kinds
    assert {"outbox.add_attempt", "journal.append", "player.attempts"} <= kinds
    assert kinds & {"strategy.answer", "strategy.doubts"}
    assert {call.about is None for call in calls} == {True, False}


def test_node_does_all_else_whatever_goes_wrong(
    scene: Scene, calls: list[Call]
) -> None:
    rng, met = Random(SEED), 0
    for fault in rng.sample(list(faults_of(calls)), SAMPLE):
        missing = undone(scene, fault)
        met += missing is not None
        assert not missing, Failure(scene.folder.name, fault, frozenset(missing))
    assert met > SAMPLE // 2, "most of them were met"


def test_node_that_lets_everything_through_is_found_out(
    scene: Scene, calls: list[Call], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What this test is worth: without the guard, one game stops the others."""
    monkeypatch.setattr(Troubles, "_is_everyones", lambda *_: True)
    worst = max(
        len(undone(scene, fault) or ())
        for fault in faults_of(calls)
        if fault.lasting
        and fault.call == next(c for c in calls if c.kind == "player.attempts")
        and isinstance(fault.error, RuntimeError)
    )
    assert worst > 1
