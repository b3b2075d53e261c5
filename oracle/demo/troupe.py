"""All that the story needs: a chain, accounts, contracts, a model."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import tinynn
from oracle.chain.chain import Chain, Contract, contract_of
from oracle.chain.contracts import Contracts
from oracle.chain.events import ModelRegistered
from oracle.chain.local.accounts import development_accounts
from oracle.chain.local.embedded import EmbeddedChain
from oracle.chain.local.endpoint import EmbeddedEndpoint
from oracle.chain.local.rules import BUILDER
from oracle.compute.work import work_of
from oracle.demo.ledger import Books
from oracle.models.library import Library
from oracle.sending.deploy import deploy
from oracle.sending.sender import Receipt, Sender
from solidity import artifact
from solidity.deployment import Parameters, create_address

ETHER = 10**18
ROLES = ("publisher", "asker", "worker", "liar", "challenger", "slanderer")
ROYALTY_BPS = 500
WINDOW_SECONDS = 10 * 60
CLOCK_SECONDS = 10 * 60
"""Short ones: the requests must be answered within an hour even if a game is let run
out. `docs/dispute-game.md` says what a real deployment needs."""
PATIENCE_SECONDS = 3600
K = 32

Booked = Callable[[Receipt], None]


@dataclass(frozen=True, slots=True)
class Troupe:
    """Who plays. `senders` by role."""

    chain: Chain
    embedded: EmbeddedChain
    senders: dict[str, Sender]
    contracts: Contracts
    reader: Contract
    model_id: bytes
    library: Library

    @property
    def addresses(self) -> dict[str, bytes]:
        return {role: sender.address for role, sender in self.senders.items()}

    def books(self) -> Books:
        """The books of everyone, the builder of blocks included."""
        contracts = {c.name: c.address for c in (*self.contracts.all, self.reader)}
        accounts = self.addresses | {"block builder": BUILDER}
        return Books(self.chain, accounts, contracts)

    def bare_request(self) -> Receipt:
        """What asking costs an account that asks for itself.

        Asked at the end of the chain, and taken back: the story has no such request.
        """
        height = self.chain.height
        deadline = self.chain.now() + PATIENCE_SECONDS
        image = bytes(range(256)) * 3 + bytes(16)
        asker, oracle = self.senders["asker"], self.contracts.oracle
        window, whom = WINDOW_SECONDS, asker.address
        terms = (self.model_id, image, 0, deadline, window, 0, whom)
        receipt = asker.send(oracle, "request", *terms)
        self.embedded.rewind(height)
        return receipt

    def named(self, address: bytes) -> str:
        """The role that an address has."""
        roles = {address: role for role, address in self.addresses.items()}
        return roles[address]


def gather(image: Path, booked: Booked, k: int = K) -> Troupe:
    """A new chain with all contracts deployed and the model registered.

    `booked` gets every receipt; a dissection has up to `k` parts.
    """
    accounts = development_accounts(len(ROLES))
    given = {bytes.fromhex(a.address[2:]): 10 * ETHER for a in accounts}
    endpoint = EmbeddedEndpoint(given)
    chain = Chain(endpoint)
    senders = {
        role: Sender(chain, account)
        for role, account in zip(ROLES, accounts, strict=True)
    }
    deployed = deploy(senders["publisher"], Parameters(k, CLOCK_SECONDS))
    for receipt in deployed.receipts:
        booked(receipt)
    contracts = deployed.contracts
    model = tinynn.load(image)
    model_id = _register(senders["publisher"], contracts, model, booked)
    reader = _deploy_reader(senders["asker"], contracts, model_id, booked)
    stated = (model_id, work_of(model.tables))
    booked(senders["publisher"].send(contracts.registry, "stateWork", *stated))
    return Troupe(
        chain, endpoint.chain, senders, contracts, reader, model_id, Library([image])
    )


def _register(
    publisher: Sender, contracts: Contracts, model: tinynn.Model, booked: Booked
) -> bytes:
    identity = (model.model_root, model.program_root, ROYALTY_BPS)
    receipt = publisher.send(contracts.registry, "register", *identity, [])
    booked(receipt)
    (told,) = (e for e in receipt.events if isinstance(e, ModelRegistered))
    return told.model_id


def _deploy_reader(
    asker: Sender, contracts: Contracts, model_id: bytes, booked: Booked
) -> Contract:
    """The consumer: a contract that has digits read."""
    code = artifact("DigitReader")
    address = create_address("0x" + asker.address.hex(), asker.nonce)
    reader = contract_of(code, bytes.fromhex(address.removeprefix("0x")))
    arguments = (contracts.oracle.address, model_id, WINDOW_SECONDS)
    booked(asker.deploy(reader, reader.abi.creation(code.bytecode, arguments)))
    return reader
