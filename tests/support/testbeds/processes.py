"""A devnet whose people are processes, and what they have done."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.programs.process import Running
from web3 import Web3
from web3.types import RPCEndpoint

from oracle.chain import events
from oracle.chain.chain import Chain
from oracle.chain.endpoint import RemoteEndpoint
from oracle.chain.local.accounts import development_accounts
from oracle.devnet.server import Service, application
from oracle.devnet.serving import serving
from oracle.devnet.setup import set_up
from oracle.record.record import Record, Status
from oracle.requester.requests import Terms, ask
from oracle.sending.sender import Sender
from solidity.deployment import Parameters

ETHER = 10**18
ASKER = 1
PATIENCE_SECONDS = 90
BLOCK_SECONDS = 0.5


@dataclass
class ProcessTestbed:
    """A devnet, and the folder that its inhabitants live in."""

    url: str
    folder: Path
    chain: Chain
    record: Record
    model_id: bytes

    def sender(self, index: int) -> Sender:
        return Sender(self.chain, development_accounts(index + 1)[index])

    def node(self, role: str, index: int, *options: object) -> tuple[object, ...]:
        """The command line of one that looks at the chain often."""
        home = self.folder / f"home{index}"
        shared = ("--rpc-url", self.url, "--deployments", self.folder, "--home", home)
        who = ("--account", f"dev:{index}", "--model", "mnist", "--poll", 0.1)
        return (role, "start", *who, *shared, *options)

    def stake(self, index: int, wei: int = ETHER) -> None:
        sender = self.sender(index)
        staking = self.record.contracts.staking
        sender.send(staking, "deposit", sender.address, value=wei)

    def ask(self, grey: int = 9) -> int:
        terms = Terms(fee_wei=ETHER // 100)
        asker = self.sender(ASKER)
        data = bytes([grey]) * 784
        return ask(asker, self.record.contracts, self.model_id, data, terms)[0]

    def travel(self, seconds: int) -> None:
        manager = self.chain.endpoint.web3.manager
        manager.request_blocking(RPCEndpoint("evm_increaseTime"), [seconds])
        manager.request_blocking(RPCEndpoint("evm_mine"), [])

    def status(self, request: int) -> Status:
        self.record.refresh()
        return self.record.tables.requests[request].status

    def functions(self, index: int) -> list[str]:
        """What the account has called, in order."""
        eth = self.chain.endpoint.web3.eth
        # One height for both: the account may send while we read.
        height = self.chain.height
        sender = eth.get_transaction_count(
            Web3.to_checksum_address(self.sender(index).address), height
        )
        names = {
            entry.selector: name
            for contract in self.record.contracts.all
            for name, entry in contract.abi.functions.items()
        }
        account = "0x" + self.sender(index).address.hex()
        sent = [
            bytes(transaction["input"])  # type: ignore[index]
            for number in range(height + 1)
            for transaction in eth.get_block(number, True)["transactions"]
            if transaction["from"].lower() == account  # type: ignore[index]
        ]
        assert len(sent) == sender
        return [names[data[:4]] for data in sent]

    def events(self, *kinds: type[events.Event]) -> list[events.Event]:
        contracts = self.record.contracts
        told = self.chain.events(contracts.telling, contracts.block, self.chain.height)
        return [event for event in told if isinstance(event, kinds)]


@contextmanager
def settled(
    folder: Path, wall: Callable[[], float] = time.time
) -> Iterator[ProcessTestbed]:
    """The devnet, whose clock is `wall`, and a folder for its people."""
    ready = set_up(Parameters(32, 600), wall=wall)
    ready.deployments.write(folder)
    app = application(Service(ready.devnet), BLOCK_SECONDS)
    with serving(app, "127.0.0.1", 0) as url:
        chain = Chain(RemoteEndpoint(url, 31337))
        record = Record(chain, ready.deployments.contracts)
        yield ProcessTestbed(
            url, folder, chain, record, ready.deployments.models["mnist"]
        )


def eventually(condition: Callable[[], bool], *processes: Running) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        for process in processes:
            assert process.process.poll() is None, process.log.read_text()
        logs = [process.log.read_text() for process in processes]
        assert time.monotonic() < end, "\n".join(logs)
        time.sleep(0.02)
