"""What to deploy, in which order, with which arguments: pure, no chain needed.

The contracts know each other by addresses computed before any of them exists, and
their constructors check those, so that nobody can set or change one afterwards:

    MipsVerifier()
    ModelRegistry()
    Staking(oracle, game)
    InferenceOracle(registry, staking, game, min_lease_seconds, audits)
    DisputeGame(oracle, verifier, parts, clock_seconds)
    Audits(oracle)
"""

from dataclasses import dataclass
from functools import partial

import rlp  # type: ignore[import-untyped]
from eth_utils.address import to_canonical_address, to_checksum_address
from eth_utils.crypto import keccak

Argument = str | int


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a deployment may choose; all else is constant in the sources.

    `k`: parts of a dissection, 2 to 64. `clock_seconds`: one side's time for a whole
    game; see docs/economics.md for how long it must be. `min_lease_seconds`: how long a
    lease lasts at least, up to 1,800: some 25 blocks, so that an answer can be mined.
    """

    k: int = 32
    clock_seconds: int = 7 * 24 * 3600
    min_lease_seconds: int = 300


@dataclass(frozen=True, slots=True)
class Deployment:
    """One contract to create: its artifact's name, its address, its arguments."""

    name: str
    address: str
    args: tuple[Argument, ...]


def plan(
    deployer: str, nonce: int, parameters: Parameters | None = None
) -> tuple[Deployment, ...]:
    """The six creations, in order, by `deployer` from its next nonce on."""
    chosen = parameters or Parameters()
    at = partial(create_address, deployer)
    verifier, registry, staking = at(nonce), at(nonce + 1), at(nonce + 2)
    oracle, game, audits = at(nonce + 3), at(nonce + 4), at(nonce + 5)
    return (
        Deployment("MipsVerifier", verifier, ()),
        Deployment("ModelRegistry", registry, ()),
        Deployment("Staking", staking, (oracle, game)),
        Deployment(
            "InferenceOracle",
            oracle,
            (registry, staking, game, chosen.min_lease_seconds, audits),
        ),
        Deployment(
            "DisputeGame", game, (oracle, verifier, chosen.k, chosen.clock_seconds)
        ),
        Deployment("Audits", audits, (oracle,)),
    )


def create_address(deployer: str, nonce: int) -> str:
    """Address of the contract that a transaction creates (yellow paper, 7)."""
    fields: bytes = rlp.encode([to_canonical_address(deployer), nonce])
    return to_checksum_address(keccak(fields)[12:])
