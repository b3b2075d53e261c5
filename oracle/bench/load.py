"""What a request costs its worker when there are many: it must not grow with them.

A devnet here, one worker as a process at its usual command line, and so many digits
that are asked one after the other, answered, and paid for after their window. Counted
is what the worker itself took: processor time with its children's, calls to the chain,
requests of HTTP, and gas. `make load` is the same on anvil among liars.
"""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.request import urlopen

from web3.types import RPCEndpoint

from oracle.bench.errors import CommandFailed
from oracle.bench.figure import Figure
from oracle.bench.processes import cpu_seconds
from oracle.chain.chain import Chain
from oracle.chain.endpoint import RemoteEndpoint
from oracle.chain.local.accounts import development_accounts
from oracle.chain.local.known import CHAIN_ID
from oracle.devnet.server import Service, application
from oracle.devnet.serving import serving
from oracle.devnet.setup import WINDOW_SECONDS, Ready, set_up
from oracle.record.record import Record, Status
from oracle.requester.requests import Terms, ask
from oracle.sending.sender import Sender
from solidity.deployment import Parameters

PLUMB: Final = "import sys; from oracle.cli import main; sys.exit(main())"
SIZES: Final = (100, 1000)
WHOLE: Final = 10_000
LOCAL, PARTS, CLOCK_SECONDS = "127.0.0.1", 32, 600
ASKER, WORKER, MODEL = 1, 2, "mnist"
FEE_WEI, STAKE_WEI = 10**16, 9000 * 10**18
BLOCK_SECONDS = 1.0
"""Between blocks without transactions."""
PAUSE_SECONDS, PATIENCE_SECONDS = 0.5, 3600.0
CALLS, POSTS = "plumb_rpc_calls_total", "plumb_rpc_requests_total"
DIGIT_BYTES: Final = 784


@dataclass(frozen=True, slots=True)
class Spent:
    """By the worker until a moment. `gas` is of all its transactions."""

    cpu_seconds: float
    calls: int
    posts: int
    gas: int

    def since(self, before: "Spent", requests: int) -> "dict[str, float]":
        """A request's share."""
        return {
            "cpu_seconds": (self.cpu_seconds - before.cpu_seconds) / requests,
            "rpc_calls": (self.calls - before.calls) / requests,
            "http_requests": (self.posts - before.posts) / requests,
            "gas": (self.gas - before.gas) / requests,
        }


UNITS: Final = {
    "cpu_seconds": "s",
    "rpc_calls": "calls",
    "http_requests": "requests",
    "gas": "gas",
}


def figures(sizes: Sequence[int]) -> Iterator[Figure]:
    """The peer of each size but the first is the first: the ratio is to be 1 at most,
    but for noise."""
    first: dict[str, float] = {}
    for size in sizes:
        cost = cost_of(size)
        for name, value in cost.items():
            peer = f"at {sizes[0]} requests" if first else None
            unit = f"{UNITS[name]} a request"
            yield Figure(f"load.{name}_{size}", value, unit, peer, first.get(name))
        first = first or cost


def cost_of(size: int) -> dict[str, float]:
    """Of each of so many, from before the first was asked until all are paid."""
    ready = set_up(Parameters(PARTS, CLOCK_SECONDS))
    app = application(Service(ready.devnet), BLOCK_SECONDS)
    with (
        serving(app, LOCAL, 0) as url,
        TemporaryDirectory(prefix="plumb-load-") as folder,
    ):
        ready.deployments.write(Path(folder))
        world = World(ready, url, Chain(RemoteEndpoint(url, CHAIN_ID)), Path(folder))
        world.stake()
        with world.worker() as spent:
            before = spent()
            world.ask(size)
            world.wait(size, Status.CLAIMED)
            world.travel(WINDOW_SECONDS)
            world.wait(size, Status.FINAL)
            return spent().since(before, size)


@dataclass(slots=True)
class World:
    ready: Ready
    url: str
    chain: Chain
    folder: Path

    def sender(self, index: int) -> Sender:
        return Sender(self.chain, development_accounts(index + 1)[index])

    def stake(self) -> None:
        sender, contracts = self.sender(WORKER), self.ready.deployments.contracts
        address = sender.address
        sender.send(contracts.staking, "deposit", address, value=STAKE_WEI)

    def ask(self, size: int) -> None:
        """Digits that differ: an answer that is known costs nothing."""
        contracts = self.ready.deployments.contracts
        model_id, sender = self.ready.deployments.models[MODEL], self.sender(ASKER)
        for number in range(size):
            data = number.to_bytes(4, "big") * (DIGIT_BYTES // 4)
            ask(sender, contracts, model_id, data, Terms(fee_wei=FEE_WEI))

    def wait(self, size: int, reached: Status) -> None:
        """Until all requests are so far."""
        record = Record(self.chain, self.ready.deployments.contracts)
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            record.refresh()
            asked = record.tables.requests.values()
            far = sum(request.status >= reached for request in asked)
            if far == size:
                return
            if time.monotonic() > end:
                raise CommandFailed("plumb worker start", 0, f"{far} of {size} done")
            time.sleep(PAUSE_SECONDS)

    def travel(self, seconds: int) -> None:
        manager = self.chain.endpoint.web3.manager
        manager.request_blocking(RPCEndpoint("evm_increaseTime"), [seconds])
        manager.request_blocking(RPCEndpoint("evm_mine"), [])

    @contextmanager
    def worker(self) -> Iterator[Callable[[], Spent]]:
        """A running one; what it has spent. Raises `CommandFailed` if it ends."""
        with socket.create_server((LOCAL, 0)) as listener:
            port = listener.getsockname()[1]
        page = f"{LOCAL}:{port}"
        who = ["worker", "start", "--account", f"dev:{WORKER}", "--model", MODEL]
        # One asker's claims may bind all of its stake.
        bound = ["--claim-share", "1", "--requester-share", "1", "--least-fee", "0"]
        where = ["--rpc-url", self.url, "--deployments", str(self.folder)]
        home = ["--home", str(self.folder / "home"), "--metrics", page]
        command = [sys.executable, "-c", PLUMB, *who, *bound, *where, *home]
        log = self.folder / "worker.log"
        with log.open("w") as errors:
            process = subprocess.Popen(command, cwd=self.folder, stderr=errors)
        try:
            while "started" not in (told := log.read_text()):
                if process.poll() is not None:
                    raise CommandFailed("worker start", process.returncode, told)
                time.sleep(PAUSE_SECONDS)
            yield lambda: self._spent(process.pid, f"http://{page}/metrics")
        finally:
            process.terminate()
            process.wait()

    def _spent(self, process: int, url: str) -> Spent:
        with urlopen(url) as page:  # noqa: S310, our own
            told = page.read().decode()
        calls, posts = (total(told, name) for name in (CALLS, POSTS))
        gas = self._gas_of(self.sender(WORKER).address)
        return Spent(cpu_seconds(process), calls, posts, gas)

    def _gas_of(self, address: bytes) -> int:
        provider, used = self.chain.endpoint.web3.manager, 0
        ours = "0x" + address.hex()
        for number in range(self.chain.height + 1):
            method = RPCEndpoint("eth_getBlockReceipts")
            receipts = provider.request_blocking(method, [hex(number)])
            used += sum(
                int(receipt["gasUsed"], 16)
                for receipt in receipts
                if str(receipt["from"]).lower() == ours
            )
        return used


def total(page: str, metric: str) -> int:
    """Of a metric of Prometheus, over all its labels."""
    rows = re.findall(rf"^{metric}(?:\{{.*\}})? (.*)$", page, re.MULTILINE)
    return int(sum(map(float, rows)))
