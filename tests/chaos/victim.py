"""A node that is killed: at a random request, or right before or after a send."""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

from chaos.nursery import Nursery, alive
from chaos.town import ServiceProvider
from support.faulty import Fault, Proxy, proxy

SEND = "eth_sendRawTransaction"
MOST_REQUESTS, MOST_SENDS = 90, 3
FAULT_ONE_IN = 60
PASSING_FAULTS = (
    Fault.SERVER_ERROR,
    Fault.TOO_MANY,
    Fault.THROTTLED,
    Fault.TRUNCATED,
    Fault.NO_JSON,
    Fault.BEHIND,
    Fault.LOST_ANSWER,
    Fault.SWALLOWED,
)


class Death(ConnectionError):
    """Whoever asked is no more."""


class Victim:
    """One node: a command line, restarted whenever it is dead while it should live."""

    def __init__(
        self,
        nursery: Nursery,
        arguments: list[str],
        log: Path,
        upstream: ServiceProvider,
        rng: Random,
    ) -> None:
        self._nursery, self._arguments, self._log = nursery, arguments, log
        self._upstream, self._rng = upstream, rng
        self._process: int | None = None
        self._requests_left = self._sends_left = 0
        self._after = False
        self.deadly = True
        self.kills: Counter[str] = Counter()
        self.faults = 0
        self.proxy: Proxy

    @contextmanager
    def exposed(self) -> Iterator["Victim"]:
        """Its endpoint is there until the end of the block; so is it, at most."""
        with proxy(self.answer) as made:
            self.proxy = made
            try:
                yield self
            finally:
                self.end()

    def tend(self) -> None:
        """Gives birth again to what was killed, with another fuse; picks a fault."""
        if self._process is None or not alive(self._process):
            self._light_fuse()
            arguments = [*self._arguments, "--rpc-url", self.proxy.url]
            self._process = self._nursery.birth(arguments, self._log)
        if self._rng.randrange(FAULT_ONE_IN) == 0 and self.deadly:
            fault = self._rng.choice(PASSING_FAULTS)
            self.proxy.only = (SEND,) if fault is Fault.SWALLOWED else ()
            self.proxy.fault, self.proxy.times = fault, 1
            self.faults += 1

    def end(self) -> None:
        if self._process is not None and alive(self._process):
            os.kill(self._process, signal.SIGKILL)
        self._process = None

    def answer(self, method: str, params: list[Any]) -> dict[str, Any]:
        """The devnet's answer, if the victim lives to hear it."""
        self._requests_left -= 1
        if self._requests_left == 0:
            self._kill("anywhere")
        if method == SEND:
            self._sends_left -= 1
            if self._sends_left == 0 and not self._after:
                self._kill("before a send")
        answer: Any = self._upstream.make_request(method, params)  # type: ignore[arg-type]
        if method == SEND and self._sends_left == 0 and self._after:
            self._kill("after a send")
        return dict(answer)

    def _light_fuse(self) -> None:
        """By requests or by sends; the other counter never comes to zero."""
        self._requests_left = self._sends_left = -1
        if not self.deadly:
            return
        if self._rng.random() < 0.4:
            self._requests_left = self._rng.randint(1, MOST_REQUESTS)
        else:
            self._sends_left = self._rng.randint(1, MOST_SENDS)
            self._after = self._rng.random() < 0.5

    def _kill(self, moment: str) -> None:
        if self._process is None or not self.deadly:
            return
        self.kills[moment] += 1
        os.kill(self._process, signal.SIGKILL)
        raise Death
