"""A testbed for each test."""

from pathlib import Path

import pytest
from griefing.testbed import GriefersTestbed
from support.testbeds.embedded import EmbeddedTestbed


@pytest.fixture
def testbed(tmp_path: Path) -> GriefersTestbed:
    return GriefersTestbed(EmbeddedTestbed.made(tmp_path))
