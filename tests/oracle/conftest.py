"""What the oracle's tests share."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A chain with everything deployed and a tiny model registered."""
    return World.made(tmp_path)


@pytest.fixture(autouse=True)
def unconfigured_logs() -> Iterator[None]:
    """Commands that run in this process may configure our logger, for themselves."""
    ours = logging.getLogger("oracle")
    before = ours.handlers, ours.propagate, ours.level
    yield
    ours.handlers, ours.propagate = before[:2]
    ours.setLevel(before[2])
