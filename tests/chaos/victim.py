"""A node that is killed: at a random request, or right before or after a send."""

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

from chaos.devnet_process import DevnetProcess
from chaos.fork_server import ForkServer, alive
from chaos.fuse import SEND, Death, Fuse, Moment
from chaos.testbed import NOTHING
from support.endpoints.faulty import Fault, Proxy, proxy

MOMENTS = (Moment.ANYWHERE, Moment.BEFORE, Moment.AFTER)
SENDING = (Moment.BEFORE, Moment.AFTER)
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


class Victim:
    """One node: a command line, restarted whenever it is dead while it should live.

    `name` gives a signed transaction the name of its move.
    """

    def __init__(
        self,
        fork_server: ForkServer,
        arguments: list[str],
        log: Path,
        devnet: DevnetProcess,
        name: Callable[[str], str],
        rng: Random,
    ) -> None:
        self._fork_server, self._arguments, self._log = fork_server, arguments, log
        self._devnet, self._name, self._rng = devnet, name, rng
        self._process: int | None = None
        self._fuse: Fuse | None = None
        self.deadly = True
        self.kills: Counter[tuple[str, Moment]] = Counter()
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
            self._fuse = Fuse.lit(self._rng, MOMENTS) if self.deadly else None
            arguments = [*self._arguments, "--rpc-url", self.proxy.url]
            self._process = self._fork_server.birth(arguments, self._log)
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
        move = self._name(params[0]) if method == SEND else ""
        moment = self._moment(method, move)
        if moment in (Moment.ANYWHERE, Moment.BEFORE):
            self._kill(move, moment)
        answer = self._devnet.answer(method, params, move)
        if moment is Moment.AFTER:
            self._kill(move, moment)
        return dict(answer)

    def _moment(self, method: str, move: str) -> Moment | None:
        """When it dies at this request: by its fuse; and once right before and once
        right after each kind of move, the first time that it is made."""
        if self._fuse is None:
            return None
        burnt = self._fuse.burn(method)
        if burnt is None and move not in ("", NOTHING) and self.deadly:
            missing = (m for m in SENDING if not self.kills[move, m])
            return next(missing, None)
        return burnt

    def _kill(self, move: str, moment: Moment) -> None:
        if self._process is None or not self.deadly:
            return
        self.kills[move, moment] += 1
        os.kill(self._process, signal.SIGKILL)
        raise Death
