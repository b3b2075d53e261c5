"""The ring of a round and its seals: twins of `Ring.sol` and of Swarm's hashes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mips_vm.hashing.keccak import keccak256

LEAST: Final = 4
MOST: Final = 16
PLACE_BITS: Final = 4
ANSWER: Final = 1
RANKING: Final = 2

SEALED: Final = 1
REVEALED: Final = 2
RANKING_SEALED: Final = 3
RANKED: Final = 4
SWEPT: Final = 5
"""First bytes of commitments."""


def degree(agents: int) -> int:
    """How many answers each agent ranks."""
    return min(max(LEAST, (agents + 1) // 3), MOST)


def order(seed: bytes, agents: int) -> list[int]:
    """The agent, by its index, at each place of the ring."""
    ring = [0] * agents
    for i in range(agents):
        j = int.from_bytes(keccak256(seed + word(i))) % (i + 1)
        ring[i] = ring[j]
        ring[j] = i
    return ring


def targets(seed: bytes, agents: int, index: int) -> list[int]:
    """Whom the agent ranks, the next in the ring first."""
    ring = order(seed, agents)
    at = ring.index(index)
    return [ring[(at + d) % agents] for d in range(1, degree(agents) + 1)]


def packed(places: Sequence[int]) -> int:
    """A ranking as the contract keeps it: 4 bits a place, the next agent's lowest."""
    return sum(place << PLACE_BITS * i for i, place in enumerate(places))


def unpacked(ranking: int, m: int) -> list[int]:
    """The places that a ranking gives to the m agents behind its own."""
    return [ranking >> PLACE_BITS * i & 15 for i in range(m)]


def places(marks: Sequence[float]) -> list[int]:
    """A strict order of marks: the best has the highest place. Of equal ones the one
    that is nearer in the ring is better; NaN is worst."""
    known = [
        (mark == mark, mark if mark == mark else 0.0, -i)
        for i, mark in enumerate(marks)
    ]
    ranks = sorted(range(len(marks)), key=known.__getitem__)
    result = [0] * len(marks)
    for place, i in enumerate(ranks):
        result[i] = place
    return result


@dataclass(frozen=True, slots=True)
class Site:
    """Where a seal is meant for: `contract` has 20 bytes."""

    chain_id: int
    contract: bytes

    def answer_seal(
        self, round: int, agent: bytes, salt: bytes, answer: bytes
    ) -> bytes:
        return self._seal(ANSWER, round, agent, salt, keccak256(answer), bytes(32))

    def ranking_seal(
        self, round: int, agent: bytes, salt: bytes, seed: bytes, ranking: int
    ) -> bytes:
        return self._seal(RANKING, round, agent, salt, seed, word(ranking))

    def _seal(
        self, kind: int, round: int, agent: bytes, salt: bytes, x: bytes, y: bytes
    ) -> bytes:
        head = word(kind) + word(self.chain_id) + address_word(self.contract)
        return keccak256(head + word(round) + address_word(agent) + salt + x + y)


def tagged(tag: int, hash: bytes) -> bytes:
    """A commitment: a hash whose first byte says of what."""
    return bytes([tag]) + hash[1:]


def word(number: int) -> bytes:
    return number.to_bytes(32)


def address_word(address: bytes) -> bytes:
    return address.rjust(32, b"\0")
