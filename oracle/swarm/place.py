"""A swarm on a chain: its contract, its bank, and how they get there."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Self

from mips_vm.hashing.keccak import keccak256
from oracle.chain.chain import Chain, Contract, contract_of
from oracle.chain.deployments import Deployments, Placed, file_of
from oracle.sending.sender import Sender
from oracle.swarm.errors import NoSwarm
from oracle.swarm.ring import Site
from solidity import artifact
from solidity.deployment import create_address

SWARM: Final = "Swarm"
BANK: Final = "SwarmStaking"
"""Their names in `deployments/<chainId>.json`."""


@dataclass(frozen=True, slots=True)
class Place:
    """`since`: the block of the contract's creation."""

    chain: Chain
    swarm: Contract
    bank: Contract
    since: int

    @classmethod
    def of(cls, chain: Chain, deployments: Deployments, folder: Path) -> Self:
        """Raises `NoSwarm`, or `NoCode` where something else lies there."""
        placed = deployments.placed
        if SWARM not in placed or BANK not in placed:
            raise NoSwarm(file_of(folder, deployments.chain_id))
        swarm = contract_of(artifact("Swarm"), placed[SWARM].address)
        bank = contract_of(artifact("Staking"), placed[BANK].address)
        for contract in (swarm, bank):
            chain.check_code(contract, artifact(contract.name).deployed_bytecode)
        return cls(chain, swarm, bank, placed[SWARM].block)

    @property
    def site(self) -> Site:
        return Site(self.chain.endpoint.chain_id, self.swarm.address)


def deploy(sender: Sender) -> Mapping[str, Placed]:
    """Creates the bank and the swarm, from the sender's next nonce on."""
    deployer, nonce = "0x" + sender.address.hex(), sender.nonce
    at = [
        bytes.fromhex(create_address(deployer, nonce + i).removeprefix("0x"))
        for i in range(2)
    ]
    bank = contract_of(artifact("Staking"), at[0])
    swarm = contract_of(artifact("Swarm"), at[1])
    placed = {}
    for name, contract, arguments in (
        (BANK, bank, (swarm.address, swarm.address)),
        (SWARM, swarm, (bank.address,)),
    ):
        bytecode = artifact(contract.name).bytecode
        receipt = sender.deploy(contract, contract.abi.creation(bytecode, arguments))
        placed[name] = Placed(
            name, contract.address, receipt.block, receipt.transaction
        )
    return placed


def with_swarm(found: Deployments, placed: Mapping[str, Placed]) -> Deployments:
    """The same file, and the swarm in it."""
    return replace(found, placed={**found.placed, **placed})


def secret_of(sender: Sender, site: Site) -> bytes:
    """What the account's salts are made of: its signature of a text that it signs for
    nothing else, the same each time (RFC 6979)."""
    where = f"chain {site.chain_id}, contract 0x{site.contract.hex()}"
    return keccak256(sender.sign(f"plumb swarm: salts of my seals, {where}"))
