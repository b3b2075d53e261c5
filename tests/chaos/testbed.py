"""Where the chaos happens: a devnet with contracts, a tiny model, and everyone's money.

The chain is a process that may die; the nodes under test are others, behind proxies.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chaos.devnet_process import DevnetProcess
from chaos.subject import Subject
from eth_account.typed_transactions import TypedTransaction
from hexbytes import HexBytes
from web3 import Web3
from web3.types import RPCEndpoint

import tinynn
from oracle.chain.chain import Chain
from oracle.chain.contracts import Contracts
from oracle.chain.deployments import read_deployments
from oracle.chain.events import ModelRegistered
from oracle.chain.local.accounts import development_accounts
from oracle.chain.local.known import CHAIN_ID
from oracle.models.library import Library
from oracle.node.honest import Honest
from oracle.record.record import Record
from oracle.requester.requests import Terms, ask
from oracle.sending.sender import Sender

ETHER = 10**18
K, CLOCK_SECONDS, WINDOW_SECONDS = 8, 3600, 3600
LEASE_SECONDS, PATIENCE_SECONDS = 30 * 60, 24 * 3600
PUBLISHER, ASKER, WORKER, LIAR, CHALLENGER, SLANDERER, RIVAL, LEASER = range(8)
FEE_WEI = ETHER // 100
NOTHING = "nothing"
"""A transfer to oneself, which closes a gap among nonces."""


@dataclass
class ChaosEndpoint:
    """The devnet, as nodes in this process know it."""

    devnet: DevnetProcess
    chain_id: int = CHAIN_ID
    poll_seconds: float = 0.0
    web3: Web3 = field(init=False)

    def __post_init__(self) -> None:
        self.web3 = Web3(self.devnet)

    def travel(self, seconds: int) -> None:
        self.devnet.make_request(RPCEndpoint("evm_increaseTime"), [seconds])
        self.devnet.make_request(RPCEndpoint("evm_mine"), [])


@dataclass
class ChaosTestbed:
    """`image` is the model's file, `folder` where everyone's homes are."""

    subject: Subject
    folder: Path
    image: Path
    devnet: DevnetProcess
    chain: Chain
    contracts: Contracts
    model_id: bytes
    record: Record

    @classmethod
    def founded(
        cls, subject: Subject, folder: Path, devnet: DevnetProcess
    ) -> "ChaosTestbed":
        image = folder / "tiny.plumb"
        image.write_bytes(subject.image)
        devnet.revive()
        contracts = read_deployments(folder, CHAIN_ID).contracts
        chain = Chain(ChaosEndpoint(devnet))
        publisher = Sender(chain, development_accounts(1)[PUBLISHER])
        model = tinynn.load(image)
        identity = (model.model_root, model.program_root, 0, [])
        receipt = publisher.send(contracts.registry, "register", *identity)
        (told,) = (e for e in receipt.events if isinstance(e, ModelRegistered))
        record = Record(chain, contracts)
        held = (folder, image, devnet, chain, contracts, told.model_id, record)
        return cls(subject, *held)

    @property
    def functions(self) -> dict[bytes, str]:
        """What the contracts' selectors are called."""
        return {
            entry.selector: name
            for contract in self.contracts.all
            for name, entry in contract.abi.functions.items()
        }

    def move_of(self, raw: str) -> str:
        """The name of what a signed transaction does."""
        data = TypedTransaction.from_bytes(HexBytes(raw)).as_dict()["data"]
        return self.functions.get(bytes(data)[:4], NOTHING)

    def ask_rpc(self, method: str, *params: Any) -> Any:
        """The result of a request to the devnet."""
        return self.devnet.make_request(RPCEndpoint(method), params)["result"]

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
        terms = Terms(fee_wei=FEE_WEI, window=WINDOW_SECONDS, patience=PATIENCE_SECONDS)
        asker = self.sender(ASKER)
        return ask(asker, self.contracts, self.model_id, data, terms)[0]

    def wealth(self, index: int) -> int:
        """Balance and stake, free and locked, and what fees took, in wei."""
        address = self.sender(index).address
        free, locked = self.chain.call(self.contracts.staking, "balanceOf", address)
        return self.chain.balance(address) + int(free) + int(locked)
