"""Foundry's anvil as a process, if there is one: a node with a real mempool."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

GIVEN = "PLUMB_ANVIL"
PATIENCE_SECONDS = 20.0
GENESIS = "--timestamp", "1800000000"


def program() -> str | None:
    """Where anvil is: in the variable, or on the path."""
    return os.environ.get(GIVEN) or shutil.which("anvil")


@contextmanager
def anvil(*options: object) -> Iterator[str]:
    """Its address, until the end of the block."""
    found = program()
    assert found is not None, "ask `program` first"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = [found, "--port", port, "--silent", *GENESIS, *options]
    process = subprocess.Popen(list(map(str, command)))
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
