"""What all tests of the record have."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from oracle.store.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path / 'node.db'}")
    yield opened
    opened.close()
