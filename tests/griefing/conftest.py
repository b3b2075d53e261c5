"""A village for each test."""

from pathlib import Path

import pytest
from griefing.village import Village
from support.world import World


@pytest.fixture
def village(tmp_path: Path) -> Village:
    return Village(World.made(tmp_path))
