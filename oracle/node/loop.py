"""A node that goes on until it is told to stop, step by step and block by block.

What the chain or its endpoint does wrong is waited out, longer each time; what is a bug
of ours is logged with its traceback, and waited out as well: a node that defends claims
must not stay down.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event

from web3.exceptions import Web3Exception

from oracle.chain.errors import ChainError, FeeAboveCap, WrongChain
from oracle.chain.words import said
from oracle.errors import OracleError
from oracle.logs import logger
from oracle.node.actions import Done
from oracle.node.node import Node
from oracle.node.tempo import Tempo

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 60.0
NAP_SECONDS = 0.05
OUTAGES = (ChainError, Web3Exception, OSError)

log = logger(__name__)


@dataclass(slots=True)
class Pulse:
    """How the loop is doing. Instants are of the process's own steady clock."""

    started_at: float = field(default_factory=time.monotonic)
    turned_at: float = 0.0
    steps: int = 0
    failures_in_a_row: int = 0
    failures: int = 0
    sent: dict[str, int] = field(default_factory=dict)

    def note(self, done: Done) -> None:
        function = done.action.function
        self.sent[function] = self.sent.get(function, 0) + 1


class Loop:
    """Runs one node. When nothing is to do it looks at the chain when the next block is
    due, but no sooner than after `poll_seconds`, and then if nobody can tell."""

    def __init__(
        self,
        node: Node,
        poll_seconds: float,
        heard: Callable[[Done], None] | None = None,
        news: Event | None = None,
    ) -> None:
        """`news` is set by whoever has worked something out for the node: then it looks
        at once."""
        self.node, self.pulse = node, Pulse()
        node.head_seconds = poll_seconds / 2
        self._refusals: set[str] = set()
        self._waited = False
        self._tempo, self._heard = Tempo(poll_seconds), heard
        self._news = Event() if news is None else news

    def run(self, stop: Event) -> None:
        """Until `stop` is set; a step that has begun is finished first."""
        self.node.sender.stop = stop
        log.info("started", account="0x" + self.node.address.hex())
        while not stop.is_set():
            self._news.clear()
            self._rest(self._turn(), stop)
        log.info("stopped", transactions=sum(self.pulse.sent.values()))

    def _rest(self, seconds: float, stop: Event) -> None:
        """So long, unless there is news, or it is to stop."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and not self._news.is_set():
            if stop.wait(min(left, NAP_SECONDS)):
                return

    def _turn(self) -> float:
        """One look; the seconds to wait after it. Raises what is fatal."""
        self.pulse.turned_at = time.monotonic()
        before = set(self.node.posted.actions)
        busy = False
        try:
            for done in self.node.act():
                self._told(done)
                busy = True
        except WrongChain:
            raise  # waiting does not make it the right one
        except Exception as error:
            return self._failed(error)
        self.pulse.steps += 1
        self.pulse.failures_in_a_row = 0
        self._tell_refusals()
        # Where blocks come at once, so does what follows from what was sent just now.
        busy = busy or not before.issuperset(self.node.posted.actions)
        return self._tempo.pause(self.node.chain.latest, busy)

    def _tell_refusals(self) -> None:
        """Those that were not told before: they come again with every step. A fee that
        is too high is told when that begins and when it ends."""
        waits = self.node.waits
        if waits and not self._waited:
            log.warning("waits", reason=waits, cure="raise --max-fee, or let it wait")
        elif self._waited and not waits:
            log.info("goes on", reason="the fee is no longer above --max-fee")
        self._waited = bool(waits)
        refused = [r for r in self.node.refused if not isinstance(r, FeeAboveCap)]
        reasons = {str(reason) for reason in refused}
        for reason in sorted(reasons - self._refusals):
            log.info("refused", reason=reason)
        self._refusals = reasons

    def _told(self, done: Done) -> None:
        self.pulse.note(done)
        action, receipt = done.action, done.receipt
        facts: dict[str, object] = {}
        if action.request_id:
            facts["request_id"] = action.request_id
        if action.view is not None:
            facts["challenger"] = "0x" + action.view.challenger.hex()
            facts["claim"] = "0x" + action.view.claim_hash.hex()
        log.info(
            action.function,
            **facts,
            transaction="0x" + receipt.transaction.hex(),
            block=receipt.block,
            gas=receipt.gas_used,
        )
        if self._heard is not None:
            self._heard(done)

    def _failed(self, error: Exception) -> float:
        self.pulse.failures += 1
        self.pulse.failures_in_a_row += 1
        doubled: float = FIRST_PAUSE_SECONDS * (
            1 << min(self.pulse.failures_in_a_row, 16)
        )
        pause = min(doubled, LONGEST_PAUSE_SECONDS)
        if isinstance(error, FeeAboveCap):
            log.warning("waits", reason=str(error), retry_in=pause)
        elif isinstance(error, OUTAGES):
            log.warning("chain unavailable", reason=_brief(error), retry_in=pause)
        elif isinstance(error, OracleError):
            log.error("cannot go on", reason=_brief(error), retry_in=pause)
        else:
            log.exception("unexpected", retry_in=pause)
        return pause


def _brief(error: Exception) -> str:
    text = " ".join(said(error).split())
    return f"{type(error).__name__}: {text[:300]}"
