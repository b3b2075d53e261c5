"""The game's libraries against twins in Python, and fast forms against plain ones."""

from itertools import pairwise

import pytest
from eth_abi import encode
from eth_utils import keccak
from hypothesis import given, settings
from hypothesis import strategies as st
from support.chains.evm import Chain, Reverted
from support.games.made_up import (
    Interval,
    merkle,
    pair,
    parts_of,
    path,
    rounds,
    status,
)

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
    boundaries = [status(root(i), 1 + i % 3) for i in range(count + 1)]
    expected = merkle([pair(*ends) for ends in pairwise(boundaries)])[-1][0]
    whole = Interval(1, 0, 0, count)
    args = (boundaries[0], boundaries[1:-1], boundaries[-1], 64, whole)
    assert libraries.call("Dissections", "rootPlain", *args) == expected
    assert libraries.call("Dissections", "root", *args) == expected


@pytest.mark.parametrize("level", [1, 2])
@pytest.mark.parametrize("told", [0, 1, 3, 4, 255])
@pytest.mark.parametrize("place", [0, 1, 17, 30, 31])
def test_root_refuses_what_the_plain_one_refuses(libraries, level, told, place):
    """A status at each place, that of both ends too, which are not looked at."""
    boundaries = [status(root(i), 1) for i in range(33)]
    boundaries[place + 1] = status(root(place), told)
    whole = Interval(level, 0, 0, 1024)
    args = (boundaries[0], boundaries[1:-1], boundaries[-1], 32, whole)
    inner = place < 31
    if inner and (told > 3 or told < (1 if level == 1 else 0)):
        for form in ("root", "rootPlain"):
            with pytest.raises(Reverted) as caught:
                libraries.call("Dissections", form, *args)
            assert (caught.value.name, caught.value.values) == (
                "WrongRootStatus",
                (place, told),
            )
    else:
        found = libraries.call("Dissections", "root", *args)
        assert found == libraries.call("Dissections", "rootPlain", *args)


@pytest.mark.parametrize("count", [0, 30, 32, 33])
def test_root_of_another_number_of_boundaries_is_refused(libraries, count):
    inner = [status(root(i), 1) for i in range(count)]
    args = (root(100), inner, root(101), 32, Interval(1, 0, 0, 1024))
    for form in ("root", "rootPlain"):
        with pytest.raises(Reverted) as caught:
            libraries.call("Dissections", form, *args)
        assert (caught.value.name, caught.value.values) == (
            "WrongRootCount",
            (31, count),
        )


@pytest.mark.parametrize("depth", range(7))
@pytest.mark.parametrize("index", [0, 1, 2, 21, 42, 63])
def test_climbed_plain_and_fast_and_python_agree(libraries, depth, index):
    index %= 1 << depth
    layers = merkle([root(i) for i in range(1 << depth)])
    args = (root(index), index, path(layers, index))
    assert libraries.call("Dissections", "climbed", *args) == layers[-1][0]
    assert libraries.call("Dissections", "climbedPlain", *args) == layers[-1][0]


@given(
    length=st.one_of(st.integers(1, 5000), st.integers(1, 2**36)), k=st.integers(2, 64)
)
@settings(max_examples=300, deadline=None)
def test_parts_take_no_more_rounds_than_k_and_are_least(libraries, length, k):
    """By the longest part that is left each time, until one step is."""
    assert libraries.call("Dissections", "parts", k, length) == parts_of(k, length)
    left, needed = length, 0
    while left > 1:
        count = parts_of(k, left)
        assert 2 <= count <= k
        left, needed = -(-left // count), needed + 1
    assert needed == rounds(k, length)


@pytest.mark.parametrize("k", [2, 3, 32, 64])
@pytest.mark.parametrize("length", [1, 2, 3, 31, 32, 33, 63, 64, 65, 1000, 2**36])
def test_parts_cover_the_interval_without_gap_or_overlap(libraries, k, length):
    whole = Interval(2, 7, 11, length)
    count = parts_of(k, length)
    assert libraries.call("Dissections", "parts", k, length) == count
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
    args = (2, interval, root(1), root(2))
    assert libraries.call("Dissections", "supplied", *args) == disputed
    assert libraries.call("Dissections", "ofMemoryPlain", *args) == disputed


@pytest.mark.parametrize("k", [2, 3, 8, 32, 64])
@pytest.mark.parametrize("steps", [1, 2, 31, 32, 33, 1024, 1025, 2**32, 2**36])
def test_rounds_suffice_and_none_is_spare(libraries, k, steps):
    rounds = libraries.call("Dissections", "rounds", k, steps)
    longest, needed = steps, 0
    while longest > 1:
        longest, needed = -(-longest // k), needed + 1
    assert rounds == needed
