"""Worker and challenger as processes, killed where it hurts."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.process import Running, running
from web3 import HTTPProvider, Web3
from web3.types import RPCEndpoint

from oracle.chain import events
from oracle.chain.accounts import development_accounts
from oracle.chain.chain import Chain
from oracle.chain.endpoint import RemoteEndpoint
from oracle.chain.sender import Sender
from oracle.devnet.server import Service, application
from oracle.devnet.setup import WINDOW_SECONDS, set_up
from oracle.record import Record, Status
from oracle.requests import Terms, ask
from oracle.serving import serving
from solidity.deployment import Parameters

pytestmark = pytest.mark.slow

ETHER = 10**18
ASKER, WORKER, LIAR, CHALLENGER = 1, 2, 3, 4
PATIENCE_SECONDS = 90


@dataclass
class Town:
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
        sender = eth.get_transaction_count(
            Web3.to_checksum_address(self.sender(index).address)
        )
        names = {
            entry.selector: name
            for contract in self.record.contracts.all
            for name, entry in contract.abi.functions.items()
        }
        account = "0x" + self.sender(index).address.hex()
        sent = [
            bytes(transaction["input"])  # type: ignore[index]
            for number in range(self.chain.height + 1)
            for transaction in eth.get_block(number, True)["transactions"]
            if transaction["from"].lower() == account  # type: ignore[index]
        ]
        assert len(sent) == sender
        return [names[data[:4]] for data in sent]

    def events(self, *kinds: type[events.Event]) -> list[events.Event]:
        contracts = self.record.contracts
        told = self.chain.events(contracts.telling, contracts.block, self.chain.height)
        return [event for event in told if isinstance(event, kinds)]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    ready = set_up(Parameters(32, 600))
    ready.deployments.write(tmp_path)
    service = Service(ready.devnet)
    with serving(application(service, 0.5), "127.0.0.1", 0) as url:
        chain = Chain(RemoteEndpoint(url, 31337))
        record = Record(chain, ready.deployments.contracts)
        yield Town(url, tmp_path, chain, record, ready.deployments.models["mnist"])


def eventually(condition: Callable[[], bool], *processes: Running) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        for process in processes:
            assert process.process.poll() is None, process.log.read_text()
        logs = [process.log.read_text() for process in processes]
        assert time.monotonic() < end, "\n".join(logs)
        time.sleep(0.02)


def test_worker_killed_after_each_step_is_paid_once(town: Town) -> None:
    town.stake(WORKER)
    request = town.ask()
    command = town.node("worker", WORKER)
    for reached in (Status.ACCEPTED, Status.CLAIMED):
        with running(town.folder, *command) as worker:
            eventually(lambda r=reached: town.status(request) >= r, worker)  # type: ignore[misc]
            worker.kill()
    town.travel(WINDOW_SECONDS)
    with running(town.folder, *command) as worker:
        eventually(lambda: town.status(request) is Status.FINAL, worker)
        assert worker.stop() == 0
    assert town.functions(WORKER) == ["deposit", "accept", "submit", "finalize"]


def test_worker_asked_to_stop_ends_well(town: Town) -> None:
    with running(town.folder, *town.node("worker", WORKER)) as worker:
        eventually(lambda: "started" in worker.log.read_text(), worker)
        assert worker.stop() == 0
        assert "stopped" in worker.log.read_text()


def test_challenger_killed_in_the_game_still_wins(town: Town) -> None:
    bond, _ = town.chain.call(town.record.contracts.oracle, "bondFor", 0)
    town.stake(LIAR, bond)
    town.ask()
    attack = town.node("challenger", CHALLENGER)
    with running(town.folder, *town.node("worker", LIAR, "--lie", "digit")) as liar:
        for step in (events.Challenged, events.Selected):
            with running(town.folder, *attack) as challenger:
                eventually(lambda s=step: bool(town.events(s)), challenger, liar)  # type: ignore[misc]
                challenger.kill()
        with running(town.folder, *attack) as challenger:
            eventually(lambda: bool(town.events(events.WorkerLost)), challenger, liar)
            eventually(
                lambda: "withdraw" in town.functions(CHALLENGER), challenger, liar
            )
            assert challenger.stop() == 0
        assert liar.stop() == 0
    called = town.functions(CHALLENGER)
    assert called.count("challenge") == 1 and called.count("prove") <= 1
    assert len(town.events(events.WorkerLost)) == 1


def test_worker_waits_while_the_chain_is_away(tmp_path: Path) -> None:
    arguments = ("devnet", "up", "--state", "chain.db", "--json", "--port")
    with running(tmp_path, *arguments, 0) as devnet:
        url = devnet.wait_for_json()["rpc_url"]
        shared = ("--rpc-url", url, "--home", tmp_path, "--account", "dev:2")
        command = ("worker", "start", "--model", "mnist", "--poll", 0.1, *shared)
        with running(tmp_path, *command) as worker:
            eventually(lambda: "started" in worker.log.read_text(), worker)
            devnet.kill()
            eventually(lambda: "chain unavailable" in worker.log.read_text(), worker)
            with running(tmp_path, *arguments, url.rpartition(":")[2]) as again:
                again.wait_for_json()
                chain = Chain(RemoteEndpoint(url, 31337))
                sender = Sender(chain, development_accounts(3)[2])
                before = Web3(HTTPProvider(url)).eth.block_number
                assert before >= 7 and sender.nonce == 0
                assert worker.stop() == 0
