"""What the oracle's tests share."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.programs.command import plumb_in
from support.testbeds.devnet import DevnetTestbed
from support.testbeds.embedded import EmbeddedTestbed

from oracle.devnet.server import Service, application
from oracle.devnet.serving import serving
from oracle.devnet.setup import Ready, set_up
from solidity.deployment import Parameters


@pytest.fixture
def world(tmp_path: Path) -> EmbeddedTestbed:
    """A chain with everything deployed and a tiny model registered."""
    return EmbeddedTestbed.made(tmp_path)


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, Ready]]:
    """A devnet with everything on it, and its address."""
    ready = set_up(Parameters(8, 600))
    with serving(application(Service(ready.devnet)), "127.0.0.1", 0) as url:
        yield url, ready


@pytest.fixture
def testbed(
    served: tuple[str, Ready], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> DevnetTestbed:
    """The same, with the commands of its people."""
    return DevnetTestbed(*served, tmp_path, plumb_in(capsys))


@pytest.fixture(autouse=True)
def unconfigured_logs() -> Iterator[None]:
    """Commands that run in this process may configure our logger, for themselves."""
    ours = logging.getLogger("oracle")
    before = ours.handlers, ours.propagate, ours.level
    yield
    ours.handlers, ours.propagate = before[:2]
    ours.setLevel(before[2])
