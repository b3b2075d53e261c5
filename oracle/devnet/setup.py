"""What a new devnet starts with: contracts, the demo's model, a contract that reads.

All of it is made by the first account, in the first blocks; so a devnet that goes on
from a state file finds everything where it would put it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import tinynn
from oracle.chain.chain import Chain, contract_of
from oracle.chain.contracts import Contracts
from oracle.chain.deployments import Deployments, Placed, placed_by_name
from oracle.chain.events import ModelRegistered
from oracle.chain.local.accounts import development_accounts
from oracle.chain.local.embedded import EmbeddedChain
from oracle.chain.local.endpoint import EmbeddedEndpoint
from oracle.chain.local.known import CHAIN_ID, FIRST_BASE_FEE
from oracle.compute.work import work_of
from oracle.devnet.clock import Clock
from oracle.devnet.disk import DiskDB
from oracle.devnet.methods import Devnet
from oracle.sending.deploy import deploy
from oracle.sending.sender import Sender
from solidity import artifact
from solidity.deployment import Parameters, create_address, plan
from tinynn import models

ETHER = 10**18
ACCOUNTS = 20
BALANCE_WEI = 10_000 * ETHER
MODEL, READER = "mnist", "DigitReader"
ROYALTY_BPS = 500
WINDOW_SECONDS = 10 * 60
"""In which a reading can be challenged: short, for people who try things out."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A devnet to be served, and where its contracts lie."""

    devnet: Devnet
    deployments: Deployments
    disk: DiskDB | None


def set_up(
    parameters: Parameters,
    state: Path | None = None,
    wall: Callable[[], float] = time.time,
    first_base_fee: int = FIRST_BASE_FEE,
    inference: bool = False,
) -> Ready:
    """The devnet, new or as it was left. `wall` is the clock that it begins with; a
    new one's base fee begins at `first_base_fee` wei, and stays at 0 if that is 0.
    With `inference` the chain has the precompile of docs/precompile.md."""
    accounts = development_accounts(ACCOUNTS)
    clock = Clock(wall)
    disk = None if state is None else DiskDB(state)
    given = {bytes.fromhex(a.address[2:]): BALANCE_WEI for a in accounts}
    chain = EmbeddedChain(
        given,
        database=disk,
        next_time=clock.next_time,
        genesis_time=int(wall()),
        first_base_fee=first_base_fee,
        inference=inference,
    )
    clock.settle(chain.head.timestamp)
    publisher = Sender(Chain(EmbeddedEndpoint.over(chain)), accounts[0])
    if chain.head.block_number == 0:
        _furnish(publisher, parameters)
        if disk is not None:
            disk.keep()
    return Ready(Devnet(chain, accounts, clock), _found(chain, publisher), disk)


def _furnish(publisher: Sender, parameters: Parameters) -> None:
    """Deploys and registers everything."""
    contracts = deploy(publisher, parameters).contracts
    model_id = _register(publisher, contracts)
    code = artifact(READER)
    address = create_address("0x" + publisher.address.hex(), publisher.nonce)
    reader = contract_of(code, bytes.fromhex(address.removeprefix("0x")))
    arguments = (contracts.oracle.address, model_id, WINDOW_SECONDS)
    publisher.deploy(reader, reader.abi.creation(code.bytecode, arguments))
    work = work_of(tinynn.load(models.path(MODEL)).tables)
    publisher.send(contracts.registry, "stateWork", model_id, work)


def _register(publisher: Sender, contracts: Contracts) -> bytes:
    path = models.path(MODEL)
    model = tinynn.load(path)
    identity = (model.model_root, model.program_root, ROYALTY_BPS)
    uris = [path.resolve().as_uri()]
    receipt = publisher.send(contracts.registry, "register", *identity, uris)
    (told,) = (e for e in receipt.events if isinstance(e, ModelRegistered))
    return told.model_id


def _found(chain: EmbeddedChain, publisher: Sender) -> Deployments:
    """What lies on the chain, looked up by the addresses that follow from nonces."""
    deployer = "0x" + publisher.address.hex()
    names = {bytes.fromhex(c.address[2:]): c.name for c in plan(deployer, 0)}
    reader = create_address(deployer, len(names) + 1)
    names[bytes.fromhex(reader[2:])] = READER
    placed = placed_by_name(
        Placed(names[mined.contract], mined.contract, number, mined.hash)
        for number, mined in chain.mined.items()
        if mined.contract in names
    )
    found = Deployments(CHAIN_ID, placed)
    model_id = publisher.chain.call(found.contract(READER), "modelId")
    return Deployments(CHAIN_ID, placed, {MODEL: model_id})
