"""The game's libraries against twins in Python, and fast forms against plain ones."""

from itertools import pairwise

import pytest
from eth_abi import encode
from eth_utils import keccak
from support.chains.evm import Chain
from support.games.made_up import Interval, merkle, pair

INTERVAL = "(uint8,uint64,uint64,uint64)"
TYPES = ["uint256", INTERVAL, "bytes32", "bytes32"]


@pytest.fixture(scope="module")
def libraries() -> Chain:
    chain = Chain(protocol=False)
    chain.deploy("Dissections")
    return chain


def root(i: int) -> bytes:
    return keccak(i.to_bytes(8))


@pytest.mark.parametrize("count", range(1, 65))
def test_root_plain_and_fast_and_python_agree(libraries, count):
    boundaries = [root(i) for i in range(count + 1)]
    expected = merkle([pair(*ends) for ends in pairwise(boundaries)])[-1][0]
    args = (boundaries[0], boundaries[1:-1], boundaries[-1])
    assert libraries.call("Dissections", "rootPlain", *args) == expected
    assert libraries.call("Dissections", "root", *args) == expected


@pytest.mark.parametrize("k", [2, 3, 32, 64])
@pytest.mark.parametrize("length", [1, 2, 3, 31, 32, 33, 63, 64, 65, 1000, 2**36])
def test_parts_cover_the_interval_without_gap_or_overlap(libraries, k, length):
    whole = Interval(2, 7, 11, length)
    count = min(k, length)
    parts = [
        libraries.call("Dissections", "part", whole, count, i) for i in range(count)
    ]
    assert parts[0].start == 11
    assert all(one.start + one.length == two.start for one, two in pairwise(parts))
    assert parts[-1].start + parts[-1].length == 11 + length
    assert {part.length for part in parts} <= {length // count, -(-length // count)}
    assert all(part[:2] == (2, 7) and part.length for part in parts)
    twins = [whole.part(k, i) for i in range(count)]
    assert [tuple(p) for p in parts] == [
        (t.level, t.segment, t.start, t.length) for t in twins
    ]


def test_positions_are_hashes_of_their_abi_encoding(libraries):
    interval = (2, 3, 5, 7)
    dissected = libraries.call("Dissections", "dissected", interval, root(1))
    assert dissected == keccak(encode(TYPES, (1, interval, root(1), bytes(32))))
    disputed = libraries.call("Dissections", "disputed", interval, root(1), root(2))
    assert disputed == keccak(encode(TYPES, (2, interval, root(1), root(2))))


@pytest.mark.parametrize("k", [2, 3, 8, 32, 64])
@pytest.mark.parametrize("steps", [1, 2, 31, 32, 33, 1024, 1025, 2**32, 2**36])
def test_rounds_suffice_and_none_is_spare(libraries, k, steps):
    rounds = libraries.call("Dissections", "rounds", k, steps)
    longest, needed = steps, 0
    while longest > 1:
        longest, needed = -(-longest // k), needed + 1
    assert rounds == needed
