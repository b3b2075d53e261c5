"""Snapshots on the way: which are kept, however many and however large they are."""

import pytest

from mips_vm import checkpoints
from mips_vm.checkpoints import Checkpoints
from mips_vm.constants import PAGE_BYTES
from mips_vm.machine import Snapshot
from mips_vm.state import State
from mips_vm.storage.memory import MemorySnapshot


def snapshot(*pages: bytes) -> Snapshot:
    return Snapshot(State(), MemorySnapshot(dict(enumerate(pages))))


def fresh(seed: int, shared: bytes) -> Snapshot:
    """One page that all have, and two of its own."""
    return snapshot(shared, bytes([seed]) * PAGE_BYTES, bytes([seed, 1]) * 2048)


def kept(held: Checkpoints) -> set[int]:
    return {held.nearest(at)[0] for at in range(held.latest + 1)}


@pytest.mark.parametrize(("most", "spacing"), [(64, 1), (20, 2), (10, 4), (5, 8)])
def test_checkpoints_by_number_are_evenly_spaced(
    most: int, spacing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "MAX_KEPT", most)
    held = Checkpoints(snapshot())
    for at in range(1, 38):
        held.keep(at, snapshot())
    assert held.spacing == spacing
    assert kept(held) == {*range(0, 38, spacing), 37}


@pytest.mark.parametrize(("pages", "spacing"), [(1000, 1), (75, 1), (74, 2), (20, 8)])
def test_checkpoints_by_bytes_count_a_shared_page_once(
    pages: int, spacing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """37 snapshots of two pages of their own, and one page for all."""
    monkeypatch.setattr(checkpoints, "MAX_BYTES", pages * PAGE_BYTES)
    shared, held = bytes(PAGE_BYTES), Checkpoints(snapshot())
    for at in range(1, 38):
        held.keep(at, fresh(at, shared))
    assert held.spacing == spacing
    assert kept(held) == {*range(0, 38, spacing), 37}


def test_checkpoints_keep_the_first_and_the_latest_however_large(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(checkpoints, "MAX_BYTES", 1)
    held = Checkpoints(snapshot())
    for at in range(1, 6):
        held.keep(at, fresh(at, bytes(PAGE_BYTES)))
    assert kept(held) == {0, 5}
