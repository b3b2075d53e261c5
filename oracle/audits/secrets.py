"""A worker's secrets, by which it is drawn whether an answer must be false.

All follow from the account's key, so that there is nothing to lose in a crash:

    key of a tree = Sender.derived("plumbline audits", chain, contract, number)
    secret i      = keccak256(key of the tree, i)
    leaf i        = keccak256(secret i, i)

A tree has 2^16 leaves, a lease each; the contract takes no root twice, so an account
goes on to its next number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from challenge.abi import words
from mips_vm.hashing.keccak import hash_pairs, keccak256

DEPTH = 16
LEAVES = 1 << DEPTH
BPS = 10_000
MOST_TREES = 64
"""Four million leases: no account gets there."""
DOMAIN = b"plumbline audits"

Hashes = NDArray[np.uint8]  # (n, 32)


@dataclass(frozen=True)
class Secrets:
    """The tree of secrets of one key, 32 bytes."""

    key: bytes

    @property
    def root(self) -> bytes:
        return bytes(self._levels[-1][0])

    def secret(self, leaf: int) -> bytes:
        return bytes(self._secrets[leaf])

    def path(self, leaf: int) -> tuple[bytes, ...]:
        """The siblings, from below."""
        return tuple(
            level[(leaf >> i) ^ 1].tobytes()
            for i, level in enumerate(self._levels[:-1])
        )

    @cached_property
    def _secrets(self) -> Hashes:
        keys = np.frombuffer(self.key * LEAVES, np.uint8).reshape(LEAVES, 32)
        return hash_pairs(np.hstack([keys, _numbers()]))

    @cached_property
    def _levels(self) -> Sequence[Hashes]:
        levels = [hash_pairs(np.hstack([self._secrets, _numbers()]))]
        while len(levels[-1]) > 1:
            levels.append(hash_pairs(levels[-1].reshape(-1, 64)))
        return levels


@cache
def _numbers() -> Hashes:
    """Each leaf's, as a word."""
    numbers = np.zeros((LEAVES, 32), np.uint8)
    numbers[:, 30:] = np.arange(LEAVES, dtype=">u2").view(np.uint8).reshape(-1, 2)
    return numbers


def about(chain_id: int, contract: bytes, number: int) -> bytes:
    """What the key of an account's `number`th tree for that contract is derived by."""
    return DOMAIN + words(chain_id, contract, number)


def is_test(
    secret: bytes,
    *,
    oracle: bytes,
    chain_id: int,
    request_id: int,
    attempt: int,
    draw: bytes,
    rate_bps: int,
) -> bool:
    """Whether that claim must be false: `Audits.isTest`. `draw` is the hash of the
    block after the one that accepted."""
    claim_id = keccak256(words(oracle, chain_id, request_id, attempt))
    number = int.from_bytes(keccak256(words(secret, claim_id, draw)))
    return number < (2**256 - 1) // BPS * rate_bps


def false_output(truth: bytes, secret: bytes) -> bytes:
    """An output that isn't the true one: one bit of it is another, at a place that
    nobody can foretell, so that nothing but computing it again tells. Instead of an
    empty one, a byte."""
    if not truth:
        return secret[:1]
    at = int.from_bytes(keccak256(secret)) % (8 * len(truth))
    changed = bytearray(truth)
    changed[at // 8] ^= 1 << at % 8
    return bytes(changed)
