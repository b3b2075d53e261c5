"""Cuts, roots and paths of dissections."""

import pytest
from eth_abi import encode
from eth_utils import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from challenge.claim import Interval
from challenge.dissection import EMPTY_LEAF, Disputed, Dissection, cuts, parts_of
from challenge.errors import PartOutOfRange, WrongRootCount

MODEST = settings(max_examples=60, deadline=None)
LENGTHS = st.one_of(st.integers(1, 100), st.integers(1, 2**36))
KS = st.integers(2, 64)


def dissection(length: int, k: int) -> Dissection:
    interval = Interval(2, 9, 1000, length)
    count = parts_of(length, k) + 1
    return Dissection(interval, k, tuple(keccak(bytes([i])) for i in range(count)))


@MODEST
@given(start=st.integers(0, 2**36), length=LENGTHS, k=KS)
def test_cuts_any_interval_tile_it_evenly(start: int, length: int, k: int) -> None:
    at = cuts(Interval(1, 0, start, length), k)
    sizes = [end - begin for begin, end in zip(at, at[1:], strict=False)]
    assert (at[0], at[-1]) == (start, start + length)
    assert len(sizes) == parts_of(length, k)
    assert min(sizes) >= 1
    assert max(sizes) - min(sizes) <= 1


@MODEST
@given(length=LENGTHS, k=KS, data=st.data())
def test_path_of_any_part_leads_to_the_root(
    length: int, k: int, data: st.DataObject
) -> None:
    shown = dissection(length, k)
    index = data.draw(st.integers(0, shown.parts - 1))
    part = shown.part(index)
    node = keccak(part.start_root + part.end_root)
    for level, sibling in enumerate(shown.path(index)):
        right = index >> level & 1
        node = keccak(sibling + node if right else node + sibling)
    assert node == shown.root()
    assert len(shown.path(index)) == (shown.parts - 1).bit_length()


def test_root_of_three_parts_is_padded_with_a_zero_leaf() -> None:
    a, b, c, d = dissection(3, 4).boundaries
    left = keccak(keccak(a + b) + keccak(b + c))
    right = keccak(keccak(c + d) + EMPTY_LEAF)
    assert dissection(3, 4).root() == keccak(left + right)


def test_root_of_one_part_is_its_leaf() -> None:
    shown = dissection(1, 4)
    assert shown.root() == keccak(b"".join(shown.boundaries))
    assert shown.path(0) == ()


def test_commitments_are_abi_encodings_of_kind_interval_and_roots() -> None:
    shown = dissection(10, 4)
    types = ["uint8", "(uint8,uint64,uint64,uint64)", "bytes32", "bytes32"]
    interval = (2, 9, 1000, 10)
    expected = encode(types, [1, interval, shown.root(), bytes(32)])
    assert shown.commitment() == keccak(expected)
    disputed = Disputed(shown.interval, b"a" * 32, b"b" * 32)
    expected = encode(types, [2, interval, b"a" * 32, b"b" * 32])
    assert disputed.commitment() == keccak(expected)


@pytest.mark.parametrize("count", [0, 4, 6])
def test_dissection_with_another_number_of_roots_is_refused(count: int) -> None:
    with pytest.raises(WrongRootCount) as caught:
        Dissection(Interval(1, 0, 0, 10), 4, (bytes(32),) * count)
    assert (caught.value.expected, caught.value.actual) == (5, count)


@pytest.mark.parametrize("index", [-1, 4])
def test_part_outside_of_the_dissection_is_refused(index: int) -> None:
    shown = dissection(10, 4)
    for ask in (shown.part, shown.path):
        with pytest.raises(PartOutOfRange) as caught:
            ask(index)
        assert (caught.value.parts, caught.value.actual) == (4, index)
