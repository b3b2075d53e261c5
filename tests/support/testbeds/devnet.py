"""A devnet, the commands of its people, and nodes that are stepped by hand."""

from pathlib import Path
from typing import Any

from support.programs.command import Ended, Plumb
from web3.types import RPCEndpoint

from oracle.chain.chain import Chain
from oracle.chain.contracts import Contracts
from oracle.chain.endpoint import RemoteEndpoint
from oracle.chain.local.accounts import development_accounts
from oracle.devnet.setup import Ready
from oracle.models.library import Library
from oracle.node.honest import Honest
from oracle.node.roles.roles import Place, WorkerSettings
from oracle.node.worker.worker import Worker
from oracle.sending.sender import Sender
from tinynn import models

SEVEN = Path(__file__).parents[3] / "docs" / "seven.json"


class DevnetTestbed:
    """A devnet, its people's commands, and workers that are stepped by hand."""

    def __init__(self, url: str, ready: Ready, folder: Path, plumb: Plumb) -> None:
        self.chain = Chain(RemoteEndpoint(url, 31337))
        self.place = Place(self.chain, ready.deployments)
        self._plumb = plumb
        ready.deployments.write(folder)
        self.home = folder / "home"
        self.shared = ("--rpc-url", url, "--deployments", folder, "--home", self.home)

    @property
    def contracts(self) -> Contracts:
        return self.place.deployments.contracts

    def address(self, index: int) -> bytes:
        """Of a development account."""
        account = development_accounts(index + 1)[index].address
        return bytes.fromhex(account.removeprefix("0x"))

    def plumb(self, *arguments: object, account: int = 1) -> Ended:
        return self._plumb(*arguments, "--account", f"dev:{account}", *self.shared)

    def json(self, *arguments: object, account: int = 1) -> Any:
        return self.plumb(*arguments, "--json", account=account).json()

    def worker(self, index: int, lie: str | None = None) -> Worker:
        sender = Sender(self.chain, development_accounts(index + 1)[index])
        library = Library([models.path("mnist")])
        return self.place.worker(WorkerSettings.read(), sender, Honest(library), lie)

    def work(self, worker: Worker) -> None:
        while worker.step() is not None:
            pass

    def travel(self, seconds: int) -> None:
        manager = self.chain.endpoint.web3.manager
        manager.request_blocking(RPCEndpoint("evm_increaseTime"), [seconds])
        manager.request_blocking(RPCEndpoint("evm_mine"), [])

    def send(self, *options: object) -> int:
        told = self.json("request", "send", "mnist", SEVEN, *options)
        assert told["fee_wei"] > 0
        return int(told["request_id"])
