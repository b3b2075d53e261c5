"""Fetching beside a node: it begins to serve what comes, and ends in spite of all."""

import json
import threading
from collections.abc import Callable, Iterator
from queue import Queue
from threading import Event, Thread
from urllib.request import urlopen

import pytest
from support.testbeds.embedded import EmbeddedTestbed

import tinynn
from oracle.devnet.serving import serving
from oracle.errors import FetchStopped
from oracle.models import stocker
from oracle.models.library import Library
from oracle.models.models import Named
from oracle.models.stocker import FETCHING, Stocker
from oracle.node.honest import Honest
from oracle.node.loop import Loop
from oracle.node.worker.worker import Worker
from oracle.operator.metrics import application

PATIENCE_SECONDS = 20


class Shop:
    """A provider: what `outcomes` has for a model comes of the attempts, in order."""

    def __init__(self) -> None:
        self.outcomes: dict[str, Queue[Exception | tinynn.Model]] = {}
        self.attempts: Queue[str] = Queue()
        self.hangs = Event()

    def sells(self, name: str) -> Named:
        self.outcomes[name] = Queue()
        return Named(name, name.encode())

    def fetch(self, named: Named, stop: Event | None = None) -> tinynn.Model:
        assert stop is not None
        self.attempts.put(named.name)
        while not stop.is_set() or self.hangs.is_set():
            if not self.outcomes[named.name].empty():
                found = self.outcomes[named.name].get()
                if isinstance(found, Exception):
                    raise found
                return found
            stop.wait(0.01)
        raise FetchStopped()


@pytest.fixture
def shop() -> Iterator[Shop]:
    made = Shop()
    yield made
    made.hangs.clear()


def eventually(condition: Callable[[], bool]) -> None:
    pause = Event()
    for _ in range(PATIENCE_SECONDS * 100):
        if condition():
            return
        pause.wait(0.01)
    raise AssertionError("not in time")


def stocked(shop: Shop, library: Library, news: Callable[[], None]) -> Stocker:
    return Stocker(library, lambda: shop, news, first_pause_seconds=0.01)


def test_model_that_comes_is_served_without_a_restart(
    world: EmbeddedTestbed, shop: Shop
) -> None:
    model = tinynn.load(world.image)
    library = Library()
    library.offer(model.model_root)
    strategy = Honest(library)
    world.stake(world.senders[2])
    world.ask()
    worker = Worker(world.senders[2], world.contracts, strategy)
    loop = Loop(worker, poll_seconds=1)
    with stocked(shop, library, strategy.news.set) as beside:
        shop.sells("tiny")
        beside.order([Named("tiny", model.model_root, world.model_id)])
        with serving(
            application(loop, strategy, lambda: beside.awaited), "127.0.0.1", 0
        ) as url:
            loop._turn()
            assert beside.awaited == {"tiny": FETCHING}
            ready = json.load(urlopen(f"{url}/readyz"))
            assert ready["ok"] and ready["awaited"] == {"tiny": FETCHING}
            assert (
                "plumb_models_awaited 1.0" in urlopen(f"{url}/metrics").read().decode()
            )
            assert list(worker.declined.values())[0].startswith("no image held")
            assert not strategy.news.is_set() and not loop.pulse.sent
            shop.outcomes["tiny"].put(model)
            assert strategy.news.wait(PATIENCE_SECONDS)
            while not loop._turn():
                pass
            assert loop.pulse.sent == {"accept": 1, "submit": 1}
            ready = json.load(urlopen(f"{url}/readyz"))
            assert ready["ok"] and ready["awaited"] == {}
            assert (
                "plumb_models_served 1.0" in urlopen(f"{url}/metrics").read().decode()
            )


def test_model_that_fails_is_tried_again_and_holds_up_no_other(
    world: EmbeddedTestbed, shop: Shop
) -> None:
    """Whatever went wrong, a bug of ours included; one that hangs holds up nobody."""
    model = tinynn.load(world.image)
    library, news = Library(), Event()
    failing, hanging, good = map(shop.sells, ("failing", "hanging", "good"))
    with stocked(shop, library, news.set) as beside:
        beside.order([failing, hanging, good, good])
        for error in (OSError("no route"), RuntimeError("a bug"), MemoryError()):
            shop.outcomes["failing"].put(error)
            eventually(shop.outcomes["failing"].empty)
        shop.outcomes["good"].put(model)
        assert news.wait(PATIENCE_SECONDS)
        assert len(library) == 1 and set(beside.awaited) == {"failing", "hanging"}
        news.clear()
        shop.outcomes["failing"].put(model)
        assert news.wait(PATIENCE_SECONDS)
        assert beside.awaited == {"hanging": FETCHING}
    asked = sorted(shop.attempts.queue)
    assert asked == ["failing"] * 4 + ["good", "hanging"]


def test_pauses_between_attempts_grow_up_to_half_an_hour(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []

    class Stop(Event):
        def wait(self, timeout: float | None = None) -> bool:
            assert timeout is not None
            pauses.append(timeout)
            if len(pauses) == 11:
                self.set()
            return True

    named = shop.sells("never")
    beside = Stocker(Library(), lambda: shop, lambda: None)
    beside._stop = Stop()
    for _ in range(11):
        shop.outcomes["never"].put(OSError("away"))
    beside._run(named)
    assert pauses == [10 * 2**n for n in range(8)] + [1800] * 3


def test_stocker_ends_though_fetches_hang(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a resolver, which nobody can wake; the second is for all together."""
    waited: list[float] = []

    class Waited(Thread):
        def join(self, timeout: float | None = None) -> None:
            assert timeout is not None
            waited.append(timeout)
            super().join(timeout)

    monkeypatch.setattr(stocker, "Thread", Waited)
    monkeypatch.setattr(stocker, "LAST_SECONDS", 0.05)
    shop.hangs.set()
    with stocked(shop, Library(), lambda: None) as beside:
        beside.order([shop.sells(name) for name in ("one", "two", "three")])
        for _ in range(3):
            shop.attempts.get(timeout=PATIENCE_SECONDS)
    assert waited[0] <= 0.05 and waited[1:] == [0, 0]
    assert all(thread.is_alive() and thread.daemon for thread in beside._threads)
    shop.hangs.clear()
    for thread in beside._threads:
        Thread.join(thread, PATIENCE_SECONDS)
        assert thread not in threading.enumerate()


def test_model_that_own_claims_need_is_fetched_and_not_served(
    world: EmbeddedTestbed, shop: Shop
) -> None:
    library, news = Library(), Event()
    (registered,) = world.record().tables.models.values()
    name = shop.sells("0x" + world.model_id.hex()).name
    with stocked(shop, library, news.set) as beside:
        for _ in range(2):
            library.keep(registered)
        assert beside.awaited == {name: FETCHING}
        shop.outcomes[name].put(tinynn.load(world.image))
        assert news.wait(PATIENCE_SECONDS)
    assert library.holds(registered) and not library.serves(registered)
