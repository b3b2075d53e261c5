"""`deployments/<chainId>.json`: where the contracts of a chain lie.

Written by whoever deploys, read by everyone else. Hexadecimal inside, as other tools
expect it.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any, Self

from eth_utils.address import to_checksum_address

from mips_vm.json_text import JsonObject, parse
from oracle.chain.chain import Contract, contract_of
from oracle.chain.contracts import Contracts
from oracle.errors import BadDeployments, ManyChains, NoDeployments
from oracle.naming import DISTRIBUTION
from solidity import artifact

PROTOCOL = (
    "MipsVerifier",
    "ModelRegistry",
    "Staking",
    "InferenceOracle",
    "DisputeGame",
    "Audits",
)


@dataclass(frozen=True, slots=True)
class Placed:
    """One contract, and the transaction that created it."""

    name: str
    address: bytes
    block: int
    transaction: bytes

    def as_json(self) -> JsonObject:
        return {
            "address": to_checksum_address(self.address),
            "block": self.block,
            "transaction": "0x" + self.transaction.hex(),
            "version": metadata.version(DISTRIBUTION),
        }

    @classmethod
    def from_json(cls, name: str, entry: Any) -> Self:
        """As a file has it. Raises `KeyError`, `TypeError` or `ValueError` where that
        is something else."""
        address, transaction = entry["address"], entry["transaction"]
        return cls(
            name,
            bytes.fromhex(address.removeprefix("0x")),
            int(entry["block"]),
            bytes.fromhex(transaction.removeprefix("0x")),
        )


@dataclass(frozen=True, slots=True)
class Deployments:
    """All that is known to lie on one chain. `models`: names for models' ids."""

    chain_id: int
    placed: Mapping[str, Placed]
    models: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def contracts(self) -> Contracts:
        """The six contracts of the protocol."""
        first = min(self.placed[name].block for name in PROTOCOL)
        verifier, registry, staking, oracle, game, audits = map(self.contract, PROTOCOL)
        return Contracts(verifier, registry, staking, oracle, game, audits, first)

    def contract(self, name: str) -> Contract:
        return contract_of(artifact(name), self.placed[name].address)

    def write(self, folder: Path) -> Path:
        """Makes, or replaces, the file of this chain."""
        from converters.files import write_atomically  # with all that converts

        data = {
            "chainId": self.chain_id,
            "contracts": {name: at.as_json() for name, at in self.placed.items()},
            "models": {name: "0x" + id.hex() for name, id in self.models.items()},
        }
        path = file_of(folder, self.chain_id)
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(path, (json.dumps(data, indent=2) + "\n").encode())
        return path


def file_of(folder: Path, chain_id: int) -> Path:
    return folder / f"{chain_id}.json"


def only_chain(folder: Path) -> int:
    """The id of the one chain of which the folder knows. Raises `ManyChains`."""
    found = sorted(int(path.stem) for path in folder.glob("*.json") if _numbered(path))
    if len(found) != 1:
        raise ManyChains(folder, found)
    return found[0]


def _numbered(path: Path) -> bool:
    return path.stem.isascii() and path.stem.isdigit()


def read_deployments(folder: Path, chain_id: int) -> Deployments:
    """What the file says; raises `NoDeployments` or `BadDeployments`."""
    path = file_of(folder, chain_id)
    if not path.exists():
        raise NoDeployments(path, chain_id)
    try:
        data = parse(path.read_bytes())
        placed = _placed(data["contracts"])
        models = {
            name: bytes.fromhex(identity.removeprefix("0x"))
            for name, identity in data.get("models", {}).items()
        }
        found = int(data["chainId"])
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
    ) as error:
        raise BadDeployments(path, f"{type(error).__name__}: {error}") from error
    missing = [name for name in PROTOCOL if name not in placed]
    if found != chain_id or missing:
        actual = f"chain {found}" if found != chain_id else f"no {missing[0]}"
        raise BadDeployments(path, actual)
    return Deployments(chain_id, placed, models)


def placed_by_name(all_placed: Iterable[Placed]) -> dict[str, Placed]:
    return {placed.name: placed for placed in all_placed}


def _placed(entries: Mapping[str, object]) -> dict[str, Placed]:
    return {name: Placed.from_json(name, entry) for name, entry in entries.items()}
