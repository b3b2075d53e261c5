"""Who is there when somebody tries it out: a devnet, a worker and a challenger, each in
a thread of this process, and the chain at a path of the page's own server."""

from collections.abc import Callable, Mapping
from threading import Event, Thread
from typing import Self

from starlette.types import ASGIApp

from oracle.chain.chain import Chain
from oracle.chain.endpoint import RemoteEndpoint
from oracle.chain.local.accounts import development_accounts
from oracle.chain.local.known import CHAIN_ID
from oracle.devnet.server import Service, Ticker
from oracle.devnet.server import application as devnet_application
from oracle.devnet.setup import ETHER, Ready
from oracle.models.library import Library
from oracle.node.honest import Honest
from oracle.node.loop import Loop
from oracle.node.node import Node
from oracle.node.roles.roles import ChallengerSettings, Place, WorkerSettings
from oracle.record.site import Site
from oracle.sending.sender import Sender
from oracle.web.guarding import Guard
from tinynn import models

WORKER, CHALLENGER = 2, 4
"""Development accounts, as in docs/quickstart.md."""
STAKE_WEI = ETHER
POLL_SECONDS = 0.5
RPC = "/rpc"

Made = Callable[[Place, Sender, Honest], Node]


class Company:
    """A context: within it blocks come, and, once begun, worker and challenger act."""

    def __init__(self, ready: Ready, block_seconds: float) -> None:
        self._ready = ready
        service = Service(ready.devnet, ready.disk)
        self._ticker = Ticker(service.mine, block_seconds)
        self.besides: Mapping[str, ASGIApp] = {RPC: devnet_application(service)}
        self.library = Library([models.path("mnist")])
        self._stop = Event()
        self._threads: list[Thread] = []
        self._rpc_url = ""

    def chain_only(self) -> ASGIApp:
        """What can be served before anyone has looked at the chain."""
        return Guard(self.besides[RPC], (), "default-src 'none'", self.besides)

    def begin(self, rpc_url: str) -> None:
        """Stakes, and sets both to work on the chain that is served there."""
        self._rpc_url = rpc_url
        self._set_to_work(WORKER, _worker)
        self._set_to_work(CHALLENGER, _challenger)

    @property
    def site(self) -> Site:
        """The chain, by a connection of its own."""
        return self._place()

    def _place(self) -> Place:
        return Place(
            Chain(RemoteEndpoint(self._rpc_url, CHAIN_ID)), self._ready.deployments
        )

    def _set_to_work(self, account: int, made: Made) -> None:
        place = self._place()
        sender = Sender(place.chain, development_accounts(account + 1)[account])
        staking = place.deployments.contracts.staking
        sender.send(staking, "deposit", sender.address, value=STAKE_WEI)
        strategy = Honest(self.library)
        loop = Loop(made(place, sender, strategy), POLL_SECONDS, news=strategy.news)
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


def _worker(place: Place, sender: Sender, strategy: Honest) -> Node:
    return place.worker(WorkerSettings.read(), sender, strategy)


def _challenger(place: Place, sender: Sender, strategy: Honest) -> Node:
    return place.challenger(ChallengerSettings.read(), sender, strategy)
