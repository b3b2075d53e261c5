"""What the verifier's tests share."""

import pytest
from support.verifier import Verifier


@pytest.fixture(scope="session")
def verifier() -> Verifier:
    return Verifier()
