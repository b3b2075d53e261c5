"""A chain of one validator, `wasmd` on this machine, for tests and measurements.

The program is somebody else's: `PLUMB_WASMD` names it, or `make cosmos` has built it.
"""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from oracle.cosmos.errors import CosmosError, NodeUnreachable
from oracle.cosmos.node import Node

VARIABLE: Final = "PLUMB_WASMD"
BUILT: Final = Path("build/wasmd/wasmd")
"""Where `make cosmos` puts it, seen from the repository's root."""

CHAIN_ID: Final = "plumb-1"
DENOM: Final = "stake"
VALIDATOR_COINS: Final = 10**12
START_SECONDS: Final = 60.0
END_SECONDS: Final = 20.0

PACE: Final = {
    "timeout_propose": "1s",
    "timeout_commit": "300ms",
    "pprof_laddr": "",
}
"""Of config.toml: blocks of a third of a second."""


class NoWasmd(CosmosError):
    """Raised where a chain is to start, and its program is not there."""

    def __init__(self, actual: str) -> None:
        super().__init__(
            f"wasmd: expected its program ({VARIABLE} names it, or make cosmos builds "
            f"it), got {actual}"
        )


class Failed(CosmosError):
    """wasmd does not do what it is told."""

    def __init__(self, what: str, said: str) -> None:
        super().__init__(f"wasmd {what}: expected to succeed, got: {said[-600:]}")


def program() -> Path | None:
    """wasmd, if there is any."""
    named = os.environ.get(VARIABLE)
    found = Path(named) if named else BUILT
    return found.resolve() if found.is_file() else None


class Chain:
    """In a folder of its own; `start` and `stop` as often as one likes."""

    def __init__(self, folder: Path, funded: Mapping[str, int]) -> None:
        binary = program()
        if binary is None:
            raise NoWasmd(os.environ.get(VARIABLE) or "none")
        self._binary, self.home = binary, folder
        self._process: subprocess.Popen[bytes] | None = None
        self._port, self._peers, self._grpc = (free_port() for _ in range(3))
        self.url = f"http://127.0.0.1:{self._port}"
        self.node = Node(self.url)
        self._create(funded)

    def command(self, *words: str) -> str:
        """What it prints; raises `Failed`."""
        done = subprocess.run(
            [str(self._binary), *words, "--home", str(self.home)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Failed(" ".join(words[:2]), done.stderr or done.stdout)
        return done.stdout

    def _create(self, funded: Mapping[str, int]) -> None:
        keys = ("--keyring-backend", "test")
        self.command("init", "plumb", "--chain-id", CHAIN_ID)
        self.command("keys", "add", "validator", *keys)
        coins = f"{VALIDATOR_COINS}{DENOM}"
        self.command("genesis", "add-genesis-account", "validator", coins, *keys)
        for address, amount in funded.items():
            given = f"{amount}{DENOM}"
            self.command("genesis", "add-genesis-account", address, given)
        bonded = f"{VALIDATOR_COINS // 10}{DENOM}"
        chain = ("--chain-id", CHAIN_ID)
        self.command("genesis", "gentx", "validator", bonded, *chain, *keys)
        self.command("genesis", "collect-gentxs")
        config = self.home / "config" / "config.toml"
        text = config.read_text()
        for name, value in PACE.items():
            text, count = re.subn(
                rf'^{name} = ".*"$', f'{name} = "{value}"', text, flags=re.MULTILINE
            )
            if not count:
                raise Failed("init", f"a config.toml without {name}")
        config.write_text(text)

    def start(self) -> None:
        """Until there is a new block: before it, a node that was started again answers,
        and simulates nothing."""
        log = (self.home / "log").open("ab")
        with log:
            self._process = subprocess.Popen(
                [
                    *(str(self._binary), "start", "--home", str(self.home)),
                    *("--rpc.laddr", f"tcp://127.0.0.1:{self._port}"),
                    *("--p2p.laddr", f"tcp://127.0.0.1:{self._peers}"),
                    *("--minimum-gas-prices", f"0{DENOM}"),
                    # Without gRPC the node simulates no transactions.
                    *("--grpc.address", f"127.0.0.1:{self._grpc}"),
                ],
                stdout=log,
                stderr=log,
            )
        end, heights = time.monotonic() + START_SECONDS, set[int]()
        while len(heights - {0}) < 2:
            heights.add(self._height())
            if self._process.poll() is not None or time.monotonic() > end:
                said = (self.home / "log").read_text(errors="replace")
                self.stop()
                raise Failed("start", said)
            time.sleep(0.2)

    def _height(self) -> int:
        try:
            return self.node.height()
        except NodeUnreachable:
            return 0

    def kill(self) -> None:
        """At once, whatever it is doing."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """Gently, and then not."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None


@contextmanager
def running(folder: Path, funded: Mapping[str, int]) -> Iterator[Chain]:
    """A new chain, gone afterwards with its folder."""
    chain = Chain(folder, funded)
    try:
        chain.start()
        yield chain
    finally:
        chain.stop()
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])
