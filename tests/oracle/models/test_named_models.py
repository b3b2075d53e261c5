"""A worker serves what its settings name; what it holds is enough to defend."""

from pathlib import Path

import pytest
from support.testbeds.embedded import WINDOW, EmbeddedTestbed

import tinynn
from challenge.lies import FALSE_CHALLENGERS, LIES
from oracle.chain.deployments import Deployments
from oracle.chain.events import ChallengerLost, ModelRegistered
from oracle.models.library import Library
from oracle.models.model_store import ModelStore
from oracle.models.models import ModelProvider
from oracle.node.challenger.challenger import Challenger
from oracle.node.challenger.watcher import Watcher
from oracle.node.honest import Honest
from oracle.node.node import Node
from oracle.node.roles.roles import ChallengerSettings, WorkerSettings
from oracle.node.worker.liars import LyingChallenger, LyingWorker
from oracle.node.worker.worker import Worker
from oracle.record.record import Status

K = 8


@pytest.fixture
def provider(world: EmbeddedTestbed, tmp_path: Path) -> ModelProvider:
    """Whose store holds the world's model, since somebody once looked at it."""
    store = ModelStore(tmp_path / "models")
    store.add(world.image)
    return ModelProvider(store, world.chain, Deployments(1, {}))


def library(provider: ModelProvider, *names: str, offer_all: bool = False) -> Library:
    found, missing = provider.at_hand(names, offer_all)
    assert missing == []
    return found


def worker(world: EmbeddedTestbed, models: Library) -> Worker:
    return Worker(world.senders[2], world.contracts, Honest(models))


def until_idle(*nodes: Node) -> list[str]:
    done: list[str] = []
    while acted := [act for node in nodes if (act := node.step()) is not None]:
        done += [act.action.function for act in acted]
    return done


def test_worker_model_that_lies_in_the_store_is_not_served(
    world: EmbeddedTestbed, provider: ModelProvider
) -> None:
    world.stake(world.senders[2])
    request = world.ask()
    looker = worker(world, library(provider))
    assert looker.step() is None and looker.models == 0
    named = f"not named by --model: model 0x{world.model_id.hex()}"
    assert looker.declined == {request: named}


@pytest.mark.parametrize("names", [["store"], ["{image}"], ["store", "{image}"]])
def test_worker_model_that_is_named_is_served(
    world: EmbeddedTestbed, provider: ModelProvider, names: list[str]
) -> None:
    world.stake(world.senders[2])
    world.ask()
    named = [name.format(image=world.image) for name in names]
    server = worker(world, library(provider, *named))
    assert server.models == 1
    assert until_idle(server) == ["accept", "submit"]


def test_challenger_checks_all_that_it_holds(
    world: EmbeddedTestbed, provider: ModelProvider
) -> None:
    """It risks nothing by that; a lie that nobody looks at stands."""
    bond, _ = world.chain.call(world.contracts.oracle, "bondFor", 0)
    world.stake(world.senders[2], bond)
    lying = LyingWorker(world.honest(), LIES["activation"], K, seed=1)
    world.ask()
    liar = Worker(world.senders[2], world.contracts, lying)
    strategy = Honest(library(provider, offer_all=ChallengerSettings.offers_all))
    assert strategy.models == 1
    challenger = Challenger(world.senders[3], world.contracts, strategy)
    assert "challenge" in until_idle(liar, challenger)
    assert not WorkerSettings.offers_all


def test_watcher_checks_what_it_could_not_once_the_model_is_here(
    world: EmbeddedTestbed, caplog: pytest.LogCaptureFixture
) -> None:
    world.stake(world.senders[2])
    world.ask()
    caplog.set_level("INFO", "oracle")
    until_idle(Worker(world.senders[2], world.contracts, world.honest()))
    models = Library()
    watcher = Watcher(world.record(), Honest(models))
    assert [list(watcher.look()), list(watcher.look())] == [[], []]
    assert [r.getMessage() for r in caplog.records].count("unchecked") == 1
    models.add(tinynn.load(world.image))
    (finding,) = watcher.look()
    assert finding.true and list(watcher.look()) == []


def test_worker_started_with_fewer_models_stands_by_what_it_said(
    world: EmbeddedTestbed, provider: ModelProvider, caplog: pytest.LogCaptureFixture
) -> None:
    """Attacked after a restart that names nothing, it wins, and is paid."""
    world.stake(world.senders[2])
    request = world.ask()
    until_idle(worker(world, library(provider, "store")))
    attack = LyingChallenger(
        world.honest(), FALSE_CHALLENGERS["random"], LIES["activation"], K, seed=1
    )
    slanderer = Challenger(world.senders[3], world.contracts, attack)
    again = worker(world, library(provider))
    until_idle(slanderer, again)
    while world.record().tables.open_games():
        world.travel(30)
        until_idle(slanderer, again)
    told = world.chain.events(world.contracts.telling, 0, world.chain.height)
    assert [type(e) for e in told].count(ChallengerLost) == 1
    world.travel(WINDOW)
    assert until_idle(again) == ["finalize"]
    assert world.record().tables.requests[request].status is Status.FINAL
    warnings = [r for r in caplog.records if "is not named" in r.getMessage()]
    assert len(warnings) == 1, "loud, but once"


def test_worker_started_with_fewer_models_answers_what_it_leased(
    world: EmbeddedTestbed, provider: ModelProvider
) -> None:
    world.stake(world.senders[2])
    world.ask()
    assert worker(world, library(provider, "store")).step() is not None
    assert until_idle(worker(world, library(provider))) == ["submit"]


def test_worker_does_not_end_a_lease_to_serve_what_is_not_named(
    world: EmbeddedTestbed, provider: ModelProvider
) -> None:
    world.stake(world.senders[2])
    world.stake(world.senders[4])
    world.ask()
    silent = Worker(world.senders[4], world.contracts, world.honest())
    assert silent.step() is not None
    world.travel(1800)
    assert worker(world, library(provider)).step() is None
    assert until_idle(worker(world, library(provider, "store"))) != []


def test_worker_whose_claims_image_is_gone_wants_it(
    world: EmbeddedTestbed, provider: ModelProvider
) -> None:
    """Before anybody challenges: it may take an hour to fetch."""
    world.stake(world.senders[2])
    world.ask()
    until_idle(worker(world, library(provider, "store")))
    empty, wanted = Library(), list[ModelRegistered]()
    empty.wanted = wanted.append
    again = worker(world, empty)
    for _ in range(3):
        assert again.step() is None
    assert [told.model_id for told in wanted] == [world.model_id]


def test_settings_models_store_is_a_word_or_a_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for text in ('"store"', '["store"]'):
        Path("plumb.toml").write_text(f"[worker]\nmodels = {text}\n")
        assert WorkerSettings.read().models == ("store",)
    monkeypatch.setenv("PLUMB_MODELS", "store, mnist")
    assert WorkerSettings.read().models == ("store", "mnist")
    assert WorkerSettings.read(models=["mnist"]).models == ("mnist",)
