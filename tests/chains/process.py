"""A chain that is somebody else's program: started, stopped, and killed.

Each kind of chain says what its command line is, and what has to be there before; all
of them speak JSON-RPC, keep their state in a folder, and have the development accounts
`dev:0` to `dev:9` with money.
"""

import json
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from oracle.chain.local.accounts import development_accounts

ETHER = 10**18
RICH = 10
"""Development accounts that have money on every chain; those behind them have none."""
BALANCE_WEI = 100_000 * ETHER
START_SECONDS, STOP_SECONDS, ANSWER_SECONDS = 90.0, 30.0, 20.0
PAUSE_SECONDS = 0.1


class ChainFailed(Exception):
    """The program didn't start, or ended; says what it said last."""


@dataclass(frozen=True)
class Rollback:
    """The heads (block numbers) before a kill, and right after the next start."""

    before: int
    after: int

    @property
    def blocks(self) -> int:
        return max(0, self.before - self.after)


@dataclass
class ChainProcess:
    """`block_seconds` between blocks as they were asked for; `version` is what the
    program says of itself. `survives`: whether a killed one goes on from its folder;
    `travels`: whether its clock can be set; `block_gas`: what a block has room for."""

    name: str
    version: str
    command: Sequence[object]
    folder: Path
    port: int
    block_seconds: float
    survives: bool = True
    travels: bool = False
    feeless: bool = False
    block_gas: int = 30_000_000
    rollbacks: list[Rollback] = field(default_factory=list)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Until it tells a block. Raises `ChainFailed`."""
        log = self.folder / "chain.log"
        with log.open("ab") as out:
            command = list(map(str, self.command))
            self._process = subprocess.Popen(command, stdout=out, stderr=out)
        end = time.monotonic() + START_SECONDS
        while self.height() is None:
            if self._process.poll() is not None or time.monotonic() > end:
                said = log.read_text(errors="replace")[-2000:]
                raise ChainFailed(f"{self.name} doesn't answer: {said}")
            time.sleep(PAUSE_SECONDS)

    def stop(self) -> None:
        """Asks it to end, and to keep what it has."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(STOP_SECONDS)

    def kill(self) -> None:
        """No time to write anything down; and it is started again."""
        before = self.height() or 0
        self.end()
        self.start()
        self.rollbacks.append(Rollback(before, self.height() or 0))

    def end(self) -> None:
        """Gone, whatever becomes of its state."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait(STOP_SECONDS)

    def height(self) -> int | None:
        """None while nothing answers."""
        try:
            return int(self.rpc("eth_blockNumber"), 16)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def rpc(self, method: str, *params: Any) -> Any:
        """The result. Raises `OSError` without an answer, `KeyError` with an error."""
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        headers = {"Content-Type": "application/json"}
        asked = Request(self.url, json.dumps(body).encode(), headers)  # noqa: S310
        with urlopen(asked, timeout=ANSWER_SECONDS) as answer:  # noqa: S310
            return json.load(answer)["result"]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def rich_addresses() -> list[str]:
    """Of the development accounts with money, checksummed."""
    return [account.address for account in development_accounts(RICH)]


def said_by(*command: object) -> str:
    """What a command prints. Raises `ChainFailed` if it fails."""
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, timeout=START_SECONDS
    )
    if done.returncode:
        raise ChainFailed(f"{command[0]} {command[1]}: {done.stderr.strip()[-500:]}")
    return done.stdout
