"""A small world for the nodes' tests: a chain, a model of a few weights, accounts."""

from dataclasses import dataclass, field
from pathlib import Path

import tinynn
from oracle.bench.griefing.tiny import tiny_image
from oracle.chain.chain import Chain
from oracle.chain.contracts import Contracts
from oracle.chain.events import ModelRegistered, Requested
from oracle.chain.local.accounts import development_accounts
from oracle.chain.local.embedded import EmbeddedChain
from oracle.chain.local.endpoint import EmbeddedEndpoint
from oracle.chain.local.known import FIRST_BASE_FEE
from oracle.compute.work import work_of
from oracle.models.library import Library
from oracle.node.honest import Honest
from oracle.pricing.guard import Guard
from oracle.record.record import Record
from oracle.sending.deploy import deploy
from oracle.sending.sender import Receipt, Sender
from solidity.deployment import Parameters

ETHER = 10**18
WINDOW = 600
CLOCK = 600
PATIENCE = 24 * 3600
FEE = ETHER // 1000
NO_CAPS = Guard(claim_share=1, requester_share=1)
"""Of a worker whose stake may all be bound at once, for one requester."""


@dataclass
class EmbeddedTestbed:
    """`senders` by index; the first deployed everything and published the model."""

    endpoint: EmbeddedEndpoint
    chain: Chain
    senders: list[Sender]
    contracts: Contracts
    model_id: bytes
    image: Path
    requests: list[int] = field(default_factory=list)

    @classmethod
    def made(
        cls,
        folder: Path,
        k: int = 8,
        accounts: int = 6,
        first_base_fee: int = FIRST_BASE_FEE,
        data: bytes | None = None,
    ) -> "EmbeddedTestbed":
        """With a base fee of 0, a chain without fees. `data`: another model's image."""
        image = folder / "tiny.plumb"
        image.write_bytes(tiny_image() if data is None else data)
        keys = development_accounts(accounts)
        given = {bytes.fromhex(key.address[2:]): 100 * ETHER for key in keys}
        endpoint = EmbeddedEndpoint(given, first_base_fee)
        chain = Chain(endpoint)
        senders = [Sender(chain, key) for key in keys]
        contracts = deploy(senders[0], Parameters(k, CLOCK)).contracts
        model = tinynn.load(image)
        identity = (model.model_root, model.program_root, 500, [])
        receipt = senders[0].send(contracts.registry, "register", *identity)
        (told,) = (e for e in receipt.events if isinstance(e, ModelRegistered))
        stated = (told.model_id, work_of(model.tables))
        senders[0].send(contracts.registry, "stateWork", *stated)
        return cls(endpoint, chain, senders, contracts, told.model_id, image)

    @property
    def embedded(self) -> EmbeddedChain:
        return self.endpoint.chain

    def honest(self) -> Honest:
        """A strategy that knows nothing yet."""
        return Honest(Library([self.image]))

    def record(self) -> Record:
        """All that the chain has told, read afresh."""
        record = Record(self.chain, self.contracts)
        record.refresh()
        return record

    def ask(
        self,
        data: bytes = b"\x10\x80\x00\xff",
        patience: int = PATIENCE,
        window: int = WINDOW,
    ) -> int:
        """A request by the second account; its id."""
        deadline = self.chain.now() + patience
        asker, oracle = self.senders[1], self.contracts.oracle
        terms = (self.model_id, data, 50_000, deadline, window, 0, asker.address)
        receipt = asker.send(oracle, "request", *terms, value=FEE)
        (told,) = (e for e in receipt.events if isinstance(e, Requested))
        self.requests.append(told.request_id)
        return told.request_id

    def ask_metered(
        self,
        data: bytes,
        *,
        pass_price: int = 0,
        max_passes: int = 0,
        from_block: bool = False,
        fee: int = FEE,
        patience: int = PATIENCE,
    ) -> int:
        """The same, of a model that runs a loop."""
        deadline = self.chain.now() + patience
        asker, oracle = self.senders[1], self.contracts.oracle
        terms = (self.model_id, data, 50_000, deadline, WINDOW, 0, asker.address)
        meter = (pass_price, max_passes, from_block)
        receipt = asker.send(oracle, "requestMetered", *terms, *meter, value=fee)
        (told,) = (e for e in receipt.events if isinstance(e, Requested))
        self.requests.append(told.request_id)
        return told.request_id

    def stake(self, sender: Sender, amount: int = ETHER) -> Receipt:
        staking = self.contracts.staking
        return sender.send(staking, "deposit", sender.address, value=amount)

    def travel(self, seconds: int) -> None:
        self.endpoint.travel(seconds)
