"""What every test folder shares: the import path of `tests/support`, and the data."""

import os
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
sys.path.insert(0, str(TESTS))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of third-party data; the test is skipped where it is absent."""
    default = TESTS.parent.parent / "shared" / "data"
    folder = Path(os.environ.get("PLUMB_SHARED_DATA", default))
    if not folder.is_dir():
        pytest.skip("third-party data absent: set PLUMB_SHARED_DATA to its folder")
    return folder
