"""Where the chaos happens: a devnet with contracts, a tiny model, and everyone's money.

The chain is in this process; the nodes under test are others, behind proxies.
"""

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.world import tiny_image
from web3 import Web3
from web3.providers import BaseProvider
from web3.types import RPCEndpoint, RPCResponse

import tinynn
from oracle.chain.accounts import development_accounts
from oracle.chain.chain import Chain
from oracle.chain.embedded import CHAIN_ID, EmbeddedChain
from oracle.chain.endpoint import EmbeddedEndpoint
from oracle.chain.events import ModelRegistered
from oracle.chain.sender import Sender
from oracle.contracts import Contracts
from oracle.deploy import deploy
from oracle.deployments import Deployments, Placed
from oracle.devnet.clock import Clock
from oracle.devnet.methods import Devnet
from oracle.devnet.server import Service
from oracle.honest import Honest
from oracle.library import Library
from oracle.record import Record
from oracle.requests import Terms, ask
from solidity.deployment import Parameters

ETHER = 10**18
K, CLOCK_SECONDS, WINDOW_SECONDS = 8, 600, 600
PUBLISHER, ASKER, WORKER, LIAR, CHALLENGER, SLANDERER = range(6)
FEE_WEI = ETHER // 100


class ServiceProvider(BaseProvider):
    """The devnet's service, asked from within its process."""

    def __init__(self, service: Service) -> None:
        super().__init__()
        self._service = service

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        asked = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        response: RPCResponse = self._service.answer(json.dumps(asked).encode())
        return response


@dataclass
class TownEndpoint:
    """That provider, as nodes in this process know it."""

    provider: ServiceProvider
    chain_id: int = CHAIN_ID
    poll_seconds: float = 0.0
    web3: Web3 = field(init=False)

    def __post_init__(self) -> None:
        self.web3 = Web3(self.provider)

    def travel(self, seconds: int) -> None:
        self.provider.make_request(RPCEndpoint("evm_increaseTime"), [seconds])
        self.provider.make_request(RPCEndpoint("evm_mine"), [])


@dataclass
class Town:
    """`image` is the model's file, `folder` where everyone's homes are."""

    folder: Path
    image: Path
    provider: ServiceProvider
    chain: Chain
    contracts: Contracts
    model_id: bytes
    record: Record

    @classmethod
    def founded(cls, folder: Path) -> "Town":
        image = folder / "tiny.plumb"
        image.write_bytes(tiny_image())
        accounts = development_accounts(6)
        given = {bytes.fromhex(a.address[2:]): 10**6 * ETHER for a in accounts}
        clock = Clock()
        embedded = EmbeddedChain(
            given, next_time=clock.next_time, genesis_time=int(time.time())
        )
        publisher = Sender(Chain(EmbeddedEndpoint.over(embedded)), accounts[0])
        deployed = deploy(publisher, Parameters(K, CLOCK_SECONDS))
        contracts = deployed.contracts
        model = tinynn.load(image)
        identity = (model.model_root, model.program_root, 0, [])
        receipt = publisher.send(contracts.registry, "register", *identity)
        (told,) = (e for e in receipt.events if isinstance(e, ModelRegistered))
        placed = {
            contract.name: Placed(
                contract.name, contract.address, r.block, r.transaction
            )
            for contract in contracts.all
            for r in deployed.receipts
            if r.contract == contract.address
        }
        Deployments(CHAIN_ID, placed, {"tiny": told.model_id}).write(folder)
        provider = ServiceProvider(Service(Devnet(embedded, accounts, clock)))
        chain = Chain(TownEndpoint(provider))
        record = Record(chain, contracts)
        return cls(folder, image, provider, chain, contracts, told.model_id, record)

    def ask_rpc(self, method: str, *params: Any) -> Any:
        """The result of a request to the devnet."""
        return self.provider.make_request(RPCEndpoint(method), params)["result"]

    def sender(self, index: int) -> Sender:
        return Sender(self.chain, development_accounts(index + 1)[index])

    def honest(self) -> Honest:
        return Honest(Library([self.image]))

    def stake(self, index: int, wei: int) -> None:
        sender = self.sender(index)
        sender.send(self.contracts.staking, "deposit", sender.address, value=wei)

    def bond(self) -> int:
        """What a worker locks."""
        return int(self.chain.call(self.contracts.oracle, "bondFor", 0)[0])

    def request(self, data: bytes) -> int:
        terms = Terms(fee_wei=FEE_WEI, window=WINDOW_SECONDS)
        asker = self.sender(ASKER)
        return ask(asker, self.contracts, self.model_id, data, terms)[0]

    def wealth(self, index: int) -> int:
        """Balance and stake, free and locked, and what fees took, in wei."""
        address = self.sender(index).address
        free, locked = self.chain.call(self.contracts.staking, "balanceOf", address)
        return self.chain.balance(address) + int(free) + int(locked)
