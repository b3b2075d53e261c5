"""A company of twelve on a chain of its own, its books audited afterwards."""

from collections.abc import Iterator

import pytest
from support.games.swarm import Company


@pytest.fixture
def company() -> Iterator[Company]:
    company = Company(12)
    yield company
    company.audit()


@pytest.fixture
def veterans() -> Iterator[Company]:
    """Twelve who have burned their tickets as newcomers, and ranked honestly."""
    company = Company(12)
    for _ in range(3):
        company.play()
    yield company
    company.audit()
