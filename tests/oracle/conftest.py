"""What the oracle's tests share."""

from pathlib import Path

import pytest
from support.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A chain with everything deployed and a tiny model registered."""
    return World.made(tmp_path)
