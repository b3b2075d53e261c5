"""Foundry's anvil as a process: a node that is not ours, with a real mempool."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from support.programs.foundry import program

PATIENCE_SECONDS = 20.0
GENESIS = "--timestamp", "1800000000"


@contextmanager
def anvil(*options: object, log: Path | None = None) -> Iterator[str]:
    """Its address, until the end of the block. `log` gets each request's method."""
    found = program("anvil")
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
