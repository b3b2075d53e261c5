"""Processes that are born quickly: forked from one that has imported everything.

They are real processes, and are killed for real. Run as a program, this is the parent:
it reads command lines of `plumb`, one a line, and prints the process id of each.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any


class ForkServer:
    """Asks the parent for children."""

    def __init__(self, parent: "subprocess.Popen[str]") -> None:
        self._parent, self._lock = parent, Lock()

    def birth(self, arguments: list[str], log: Path) -> int:
        """Starts `plumb` with these arguments; its process id."""
        assert self._parent.stdin is not None and self._parent.stdout is not None
        wanted = {"arguments": arguments, "log": str(log)}
        with self._lock:
            print(json.dumps(wanted), file=self._parent.stdin, flush=True)
            return int(self._parent.stdout.readline())


@contextmanager
def fork_server(folder: Path) -> Iterator[ForkServer]:
    """Its parent ends with the block; the children are whoever asked's to end."""
    ours = ("ETH_", "PLUMB_", "PYTHONPATH")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    parent = subprocess.Popen(
        [sys.executable, __file__],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    with parent:
        try:
            yield ForkServer(parent)
        finally:
            parent.kill()


def alive(process: int) -> bool:
    """Whether the process is there; its parent buries it at once when it ends."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def serve() -> None:
    """Reads actions, bears children."""
    import oracle.cli.challenger
    import oracle.cli.devnet
    import oracle.cli.onchain.nodes
    import oracle.cli.worker
    import oracle.devnet.server
    import oracle.devnet.setup  # noqa: F401

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        wanted = json.loads(line)
        child = os.fork()
        if child == 0:
            os._exit(live(wanted))
        print(child, flush=True)


def live(wanted: dict[str, Any]) -> int:
    """What the child does."""
    from oracle.cli import main

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with open(wanted["log"], "a") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    return main(wanted["arguments"])


if __name__ == "__main__":
    serve()
