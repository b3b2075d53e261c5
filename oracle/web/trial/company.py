"""Who is there when somebody tries it out: a devnet, a worker, one that lies when it is
told to, and a challenger, each in a thread of this process. The chain is at a path of
the page's own server."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Self
from urllib.parse import urlsplit

from starlette.types import ASGIApp

import tinynn
from oracle.chain.chain import Chain
from oracle.chain.endpoint import RemoteEndpoint
from oracle.chain.local.accounts import development_accounts
from oracle.chain.local.known import CHAIN_ID
from oracle.devnet.server import Service, Ticker
from oracle.devnet.server import application as devnet_application
from oracle.devnet.serving import serving
from oracle.devnet.setup import ETHER, MODEL, Ready, set_up
from oracle.models.library import Library
from oracle.node.actions import Done
from oracle.node.honest import Honest
from oracle.node.loop import Loop
from oracle.node.node import Node
from oracle.node.roles.roles import ChallengerSettings, Place, WorkerSettings
from oracle.record.site import Site
from oracle.sending.sender import Sender
from oracle.swarm.reader import Reader
from oracle.web.scene.onlooker import Onlooker
from oracle.web.server.application import application
from oracle.web.server.guarding import Guard, Later, hosts_of
from oracle.web.trial.exhibition import exhibited
from oracle.web.trial.published import published, seated
from solidity.deployment import Parameters
from tinynn import models

WORKER, LIAR, CHALLENGER = 2, 3, 4
"""Development accounts, as in docs/quickstart.md."""
STAKE_WEI = ETHER
LIE = "digit"
POLL_SECONDS = 0.5
CLOCK_SECONDS = 600
HOST, RPC = "127.0.0.1", "/rpc"

Made = Callable[[Place, Sender, Honest], Node]


class Company:
    """A context: within it blocks come, and, once begun, worker and challenger act."""

    def __init__(
        self, ready: Ready, block_seconds: float, images: Sequence[Path]
    ) -> None:
        self._ready = ready
        service = Service(ready.devnet, ready.disk)
        self._ticker = Ticker(service.mine, block_seconds)
        self.besides: Mapping[str, ASGIApp] = {RPC: devnet_application(service)}
        self.library, self._honest, self._liars = (
            Library([models.path(MODEL), *images]) for _ in range(3)
        )
        for model in self._liars:
            self._liars.withdraw(model.model_root)
        self._read = tinynn.load(models.path(MODEL)).model_root
        self._stop = Event()
        self._threads: list[Thread] = []
        self._rpc_url = ""

    def chain_only(self) -> ASGIApp:
        """What can be served before anyone has looked at the chain."""
        return Guard(self.besides[RPC], (), "default-src 'none'", self.besides)

    def begin(self, rpc_url: str) -> None:
        """Stakes, and sets all to work on the chain that is served there."""
        self._rpc_url = rpc_url
        self._set_to_work(WORKER, self._honest, _worker)
        self._set_to_work(LIAR, self._liars, _liar, self._lied)
        self._set_to_work(CHALLENGER, self.library, _challenger)

    def lie(self) -> None:
        """Has the next digit read by the worker that lies, and by no other."""
        self._honest.withdraw(self._read)
        self._liars.offer(self._read)

    def _lied(self, done: Done) -> None:
        """Once is enough."""
        if done.action.function == "submit":
            self._liars.withdraw(self._read)
            self._honest.offer(self._read)

    @property
    def site(self) -> Site:
        """The chain, by a connection of its own."""
        return self._place()

    def _place(self) -> Place:
        return Place(
            Chain(RemoteEndpoint(self._rpc_url, CHAIN_ID)), self._ready.deployments
        )

    def _set_to_work(
        self,
        account: int,
        library: Library,
        made: Made,
        heard: Callable[[Done], None] | None = None,
    ) -> None:
        place = self._place()
        sender = Sender(place.chain, development_accounts(account + 1)[account])
        staking = place.deployments.contracts.staking
        sender.send(staking, "deposit", sender.address, value=STAKE_WEI)
        strategy = Honest(library)
        node = made(place, sender, strategy)
        loop = Loop(node, POLL_SECONDS, heard, strategy.news)
        thread = Thread(target=loop.run, args=(self._stop,), daemon=True)
        self._threads.append(thread)
        thread.start()

    def __enter__(self) -> Self:
        self._ticker.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(5)
        self._ticker.stop()


@dataclass(frozen=True, slots=True)
class Up:
    """All of it, and where it is served."""

    url: str
    ready: Ready
    company: Company
    onlooker: Onlooker


@contextmanager
def everything(
    port: int,
    block_seconds: float,
    parts: int = 32,
    images: Sequence[Path] = (),
    pictures: bool = False,
) -> Iterator[Up]:
    """A devnet, its people and the page on one port; 0 takes any that is free. Models
    of other `images` are registered, and served, too. With `pictures` it has nets that
    draw.

    OSError if the port is taken.
    """
    ready = seated(published(set_up(Parameters(parts, CLOCK_SECONDS)), images))
    tokens = exhibited(ready) if pictures else {}
    with ExitStack() as stack:
        later = Later()
        url = stack.enter_context(serving(later, HOST, port))
        company = stack.enter_context(Company(ready, block_seconds, images))
        later.app = company.chain_only()
        company.begin(url + RPC)
        site = company.site
        swarm = Reader.found(site.chain, site.deployments, Path())
        onlooker = Onlooker(site, company.library, POLL_SECONDS, swarm)
        stack.enter_context(onlooker)
        hosts = hosts_of(HOST, urlsplit(url).port or 0)
        actions = {"lie": company.lie}
        besides = company.besides
        later.app = application(onlooker, hosts, [RPC], besides, actions, tokens=tokens)
        yield Up(url, ready, company, onlooker)


def _worker(place: Place, sender: Sender, strategy: Honest) -> Node:
    return place.worker(WorkerSettings.read(), sender, strategy)


def _liar(place: Place, sender: Sender, strategy: Honest) -> Node:
    return place.worker(WorkerSettings.read(), sender, strategy, LIE)


def _challenger(place: Place, sender: Sender, strategy: Honest) -> Node:
    return place.challenger(ChallengerSettings.read(), sender, strategy)
