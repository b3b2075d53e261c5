"""Foundry's anvil as a process: a node that is not ours, with a real mempool.

The one that the environment names, or that is on the path, or npm's, which is installed
into `build/` when it is first needed.
"""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

GIVEN = "PLUMB_ANVIL"
PACKAGE = "@foundry-rs/anvil@1.7.1"
FOLDER = Path(__file__).parents[2] / "build" / "anvil"  # git-ignored
BINARIES = "node_modules/@foundry-rs/anvil-*/bin/anvil*"
INSTALL_SECONDS, PATIENCE_SECONDS = 300.0, 20.0
GENESIS = "--timestamp", "1800000000"


def program() -> str:
    """Where anvil is. Skips the test if it is nowhere and can't be installed."""
    if found := os.environ.get(GIVEN) or shutil.which("anvil"):
        return found
    if not (binaries := list(FOLDER.glob(BINARIES))):
        _install()
        binaries = list(FOLDER.glob(BINARIES))
    if not binaries:
        pytest.skip(f"npm has no anvil for this machine: set {GIVEN} to one")
    return str(binaries[0])


def _install() -> None:
    """Gathered elsewhere and then moved, since several test processes may want it."""
    if shutil.which("npm") is None:
        pytest.skip(f"neither anvil nor npm here: install one, or set {GIVEN}")
    FOLDER.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER.parent, prefix="anvil-") as folder:
        flags = ["--no-save", "--ignore-scripts", "--no-audit", "--no-fund"]
        command = ["npm", "install", "--prefix", folder, *flags, PACKAGE]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=INSTALL_SECONDS
        )
        if done.returncode:
            pytest.skip(f"npm could not install {PACKAGE}: {done.stderr[-300:]}")
        try:
            Path(folder).rename(FOLDER)
        except OSError:
            assert FOLDER.is_dir(), "somebody else was quicker"
        else:
            Path(folder).mkdir()  # for its owner to remove


@contextmanager
def anvil(*options: object, log: Path | None = None) -> Iterator[str]:
    """Its address, until the end of the block. `log` gets each request's method."""
    found = program()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = [found, "--port", port, *GENESIS, *options]
    command += [] if log else ["--silent"]
    with log.open("w") if log else nullcontext() as out:
        process = subprocess.Popen(list(map(str, command)), stdout=out)
    try:
        end = time.monotonic() + PATIENCE_SECONDS
        while not _listens(port):
            assert process.poll() is None and time.monotonic() < end, "anvil is away"
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
