"""The chain as a process: a devnet that keeps its state, and dies like the others."""

import json
import os
import signal
import socket
import time
from collections import Counter
from pathlib import Path
from random import Random
from threading import Lock, Timer
from typing import Any

import requests
from chaos.fork_server import ForkServer, alive
from chaos.fuse import Death, Fuse, Moment
from web3.providers import BaseProvider
from web3.types import RPCEndpoint, RPCResponse

MOMENTS = tuple(Moment)
SLOWNESS = 2
"""A dead chain stops everyone: it dies less often than a node."""
LONGEST_SEND_SECONDS = 0.06
TIMEOUT_SECONDS, PATIENCE_SECONDS, PAUSE_SECONDS = 60.0, 60.0, 0.02


class DevnetProcess(BaseProvider):
    """`plumb devnet --state` at a port of its own, reborn whenever somebody misses it.

    `make_request` is for those who may wait for that; `answer` is for its victims.
    """

    def __init__(
        self, fork_server: ForkServer, folder: Path, rng: Random, *options: object
    ) -> None:
        super().__init__()
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self._port = listener.getsockname()[1]
        self._url = f"http://127.0.0.1:{self._port}"
        self._fork_server, self._log, self._rng = (
            fork_server,
            folder / "devnet.log",
            rng,
        )
        self._arguments = ["devnet", "up", "--state", str(folder / "chain.db")]
        self._arguments += ["--port", str(self._port), "--deployments", str(folder)]
        self._arguments += ["--block-time", "0", *map(str, options)]
        self._process: int | None = None
        self._lock = Lock()
        self._deadly = False
        self._fuse = Fuse.lit(rng, MOMENTS, SLOWNESS)
        self.kills: Counter[tuple[str, Moment]] = Counter()

    @property
    def deadly(self) -> bool:
        return self._deadly

    @deadly.setter
    def deadly(self, deadly: bool) -> None:
        with self._lock:
            self._deadly = deadly

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        """Asked again until it answers: what it did twice, it did once."""
        while True:
            try:
                return self._ask(method, params)
            except requests.RequestException:
                self.revive()

    def answer(self, method: str, params: Any, move: str) -> Any:
        """What it says, if it lives to say it. `move` names what a send does."""
        moment = self._fuse.burn(method)
        if moment in (Moment.ANYWHERE, Moment.BEFORE):
            self._kill(move, moment)
        if moment is Moment.DURING:
            delay = self._rng.uniform(0, LONGEST_SEND_SECONDS)
            Timer(delay, self._kill, (move, moment)).start()
        try:
            answer = self._ask(method, params)
        except requests.RequestException:
            raise Death from None
        if moment is Moment.AFTER:
            self._kill(move, moment)
        return answer

    def revive(self) -> None:
        """Starts it unless it is alive, and waits until it answers."""
        with self._lock:
            if self._process is None or not alive(self._process):
                self._fuse = Fuse.lit(self._rng, MOMENTS, SLOWNESS)
                self._process = self._fork_server.birth(self._arguments, self._log)
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            try:
                self._ask("eth_chainId", [])
                return
            except requests.RequestException:
                time.sleep(PAUSE_SECONDS)
            if self._process is not None and not alive(self._process):
                return  # killed again meanwhile, or it says why in its log
        raise AssertionError(f"the devnet is away: {self._log.read_text()[-2000:]}")

    def end(self) -> None:
        if self._process is not None and alive(self._process):
            os.kill(self._process, signal.SIGKILL)

    def _ask(self, method: str, params: Any) -> Any:
        asked = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        body = json.dumps(asked)
        return requests.post(self._url, data=body, timeout=TIMEOUT_SECONDS).json()

    def _kill(self, move: str, moment: Moment) -> None:
        with self._lock:
            if not self._deadly or self._process is None:
                return
            if alive(self._process):
                os.kill(self._process, signal.SIGKILL)
                self.kills[move, moment] += 1
