"""A table to dispute at: a chain, the contracts, one model, and accounts by name."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

import tinynn
from oracle.chain.chain import Chain
from oracle.chain.contracts import Contracts
from oracle.chain.events import ModelRegistered
from oracle.chain.local.accounts import development_accounts
from oracle.chain.local.endpoint import EmbeddedEndpoint
from oracle.demo.dispute import Course, play
from oracle.models.library import Library
from oracle.node.actions import Done
from oracle.node.challenger.challenger import Challenger
from oracle.node.node import Node
from oracle.node.worker.worker import Worker
from oracle.record.record import Answered, Asked, Record, Status
from oracle.requester.requests import Terms, ask
from oracle.sending.deploy import deploy
from oracle.sending.sender import Sender
from solidity.deployment import Parameters

K: Final = 32
ETHER: Final = 10**18
SEATS: Final = 64
STAKE_WEI: Final = 100 * ETHER
CLOCK_SECONDS: Final = 600
TERMS: Final = Terms(window=1 << 16, patience=1 << 18, fee_wei=ETHER)


@dataclass
class Table:
    """Accounts get their seats in the order in which they are named."""

    endpoint: EmbeddedEndpoint
    chain: Chain
    contracts: Contracts
    model: tinynn.Model
    model_id: bytes
    library: Library
    record: Record
    senders: dict[str, Sender] = field(default_factory=dict)

    @classmethod
    def laid(cls, image: Path) -> Self:
        """With the model in this file, loaded and hashed."""
        keys = development_accounts(SEATS)
        given = {bytes.fromhex(key.address[2:]): 1000 * ETHER for key in keys}
        endpoint = EmbeddedEndpoint(given)
        chain = Chain(endpoint)
        publisher = Sender(chain, keys[0])
        contracts = deploy(publisher, Parameters(K, CLOCK_SECONDS)).contracts
        library = Library([image])
        (model,) = library
        identity = (model.model_root, model.program_root, 0)
        receipt = publisher.send(contracts.registry, "register", *identity, [])
        (told,) = (e for e in receipt.events if isinstance(e, ModelRegistered))
        record = Record(chain, contracts)
        held = {"publisher": publisher}
        return cls(
            *(endpoint, chain, contracts, model, told.model_id, library, record, held)
        )

    def sender(self, name: str) -> Sender:
        """The account of that name."""
        if name not in self.senders:
            key = development_accounts(SEATS)[len(self.senders)]
            self.senders[name] = Sender(self.chain, key)
        return self.senders[name]

    def stake(self, name: str) -> Sender:
        """The same, with a worker's stake."""
        sender, staking = self.sender(name), self.contracts.staking
        sender.send(staking, "deposit", sender.address, value=STAKE_WEI)
        return sender

    def ask(self, data: bytes) -> int:
        """A request's id."""
        asker = self.sender("asker")
        return ask(asker, self.contracts, self.model_id, data, TERMS)[0]

    def asked(self, request: int) -> Asked:
        """The request as it stands."""
        self.record.refresh()
        return self.record.tables.requests[request]

    def claimed(self, request: int) -> Answered:
        """The claim that answers it now."""
        claim = self.asked(request).claim
        assert claim is not None, "it was answered"
        return self.record.tables.claims[claim.hash()]

    def answer(self, worker: Worker, request: int) -> None:
        """Until its claim stands."""
        while self.asked(request).status in (Status.OPEN, Status.ACCEPTED):
            done = worker.step()
            assert done is not None, f"it could answer: {worker.refused}"

    def play(self, worker: Worker, challenger: Challenger, request: int) -> Course:
        """From the challenge to the end of the game."""
        return play(self.chain, self.claimed(request), challenger, worker, _seen)


def _seen(node: Node, done: Done) -> None:
    """Nobody watches."""
