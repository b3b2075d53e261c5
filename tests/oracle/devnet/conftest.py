"""One devnet a file, in this process, and a client of it."""

from collections.abc import Iterator

import pytest
from support.testbeds.devnet_client import rpc
from web3 import HTTPProvider, Web3

from oracle.devnet.server import Service, application
from oracle.devnet.serving import serving
from oracle.devnet.setup import Ready, set_up
from solidity.deployment import Parameters


@pytest.fixture(scope="module")
def ready() -> Ready:
    return set_up(Parameters(8, 600))


@pytest.fixture(scope="module")
def url(ready: Ready) -> Iterator[str]:
    with serving(application(Service(ready.devnet)), "127.0.0.1", 0) as url:
        yield url


@pytest.fixture
def web3(url: str) -> Iterator[Web3]:
    """A client, whose doings are taken back."""
    client = Web3(HTTPProvider(url))
    before = rpc(client, "evm_snapshot")
    yield client
    assert rpc(client, "evm_revert", before)
