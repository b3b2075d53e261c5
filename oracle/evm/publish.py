"""Puts a net on a chain, step by step; what is there already is left as it is."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from eth_utils.address import to_checksum_address

from converters.evm import Compiled
from oracle.chain.chain import Chain, Contract, contract_of
from oracle.chain.errors import NoCode
from oracle.evm.errors import BondTooSmall, NoFactory, NotCreated
from oracle.evm.places import Places
from oracle.evm.rehearsal import FACTORY, Rehearsal, Step
from oracle.sending.sender import Receipt, Sender
from solidity import artifact
from solidity.deployment import create_address

DIRECTORY = "NetDirectory"
MIN_BOND_WEI = 10**16
"""As NetDirectory has it; every directory that is used has its code."""

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Sent:
    """A step, and its transaction; None if there was nothing to send."""

    step: Step
    receipt: Receipt | None


def checked_bond(bond_wei: int) -> int:
    """The bond, if the directory would take it. Raises BondTooSmall."""
    if bond_wei < MIN_BOND_WEI:
        raise BondTooSmall(MIN_BOND_WEI, bond_wei)
    return bond_wei


def factory_at(chain: Chain, address: bytes) -> Contract:
    """The factory there. Raises NoFactory."""
    actual = chain.code(address)
    if actual != artifact(FACTORY).deployed_bytecode:
        raise NoFactory(to_checksum_address(address), len(actual))
    return contract_of(artifact(FACTORY), address)


def next_contract(sender: Sender, name: str) -> Contract:
    """Where the sender's next transaction would create the artifact."""
    address = create_address(to_checksum_address(sender.address), sender.nonce)
    return contract_of(artifact(name), bytes.fromhex(address.removeprefix("0x")))


def create_factory(sender: Sender, contract: Contract) -> Receipt:
    return sender.deploy(contract, artifact(FACTORY).bytecode)


def present(chain: Chain, made: Compiled) -> frozenset[bytes]:
    """The parts that the chain has already: their address says what they are."""
    return frozenset(
        address for _, address, code in made.parts if chain.code(address) == code
    )


def publish(
    sender: Sender, factory: Contract, played: Rehearsal, tell: Tell
) -> list[Sent]:
    """Sends what is missing, in order, the factory first.

    Raises NotCreated if the code is not there afterwards, and what the sender raises:
    then it goes on where it stopped.
    """
    sent = []
    for number, step in enumerate(played.steps, start=1):
        receipt = None
        if not step.present:
            tell(f"creating {step.name}, {number} of {len(played.steps)}")
            if step.address == factory.address:
                receipt = create_factory(sender, factory)
            else:
                receipt = sender.send(factory, "create", step.creation)
            actual = sender.chain.code(step.address)
            if actual != step.code:
                raise NotCreated(step.name, f"other code of {len(actual)} bytes")
        sent.append(Sent(step, receipt))
    return sent


def directory_at(chain: Chain, address: bytes | None, oracle: bytes) -> Contract | None:
    """The directory of this oracle there; None if another contract has that address, or
    none: it would keep a bond."""
    if address is None:
        return None
    contract = contract_of(artifact(DIRECTORY), address)
    try:
        chain.check_code(contract, artifact(DIRECTORY).deployed_bytecode)
    except NoCode:
        return None
    named = chain.call(contract, "oracle")
    return contract if named.lower() == to_checksum_address(oracle).lower() else None


def create_directory(sender: Sender, oracle: bytes) -> Contract:
    """A directory whose nets are struck by this oracle's claims."""
    contract = next_contract(sender, DIRECTORY)
    code = contract.abi.creation(artifact(DIRECTORY).bytecode, (oracle,))
    sender.deploy(contract, code)
    return contract


def noted(folder: Path, places: Places, root: bytes, made: Compiled) -> Path:
    """Writes down where the net lies."""
    nets = dict(places.nets) | {root: made.address}
    return replace(places, factory=made.factory, nets=nets).write(folder)
