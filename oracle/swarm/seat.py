"""One agent at its seat: looks at the chain, moves, and looks again."""

from collections.abc import Iterator
from threading import Event
from typing import Final

from web3.exceptions import Web3Exception

from oracle.chain.chain import Contract
from oracle.chain.errors import ChainError, Refused, WrongChain
from oracle.logs import logger
from oracle.sending.sender import Receipt, Sender
from oracle.swarm.errors import SwarmError
from oracle.swarm.player import Agent, Move
from oracle.swarm.reader import Reader
from oracle.swarm.record import Phase, Round

PAUSE_SECONDS: Final = 5.0
"""After something that the chain or its endpoint did wrong."""

log = logger(__name__)


class Seat:
    """An account in the rounds of one contract. `bank` is the swarm's own."""

    def __init__(
        self, agent: Agent, sender: Sender, swarm: Contract, bank: Contract, since: int
    ) -> None:
        self.agent, self.sender = agent, sender
        self._swarm, self._bank = swarm, bank
        self.reader = Reader(sender.chain, swarm, since)
        self._over: set[int] = set()

    def step(self) -> Iterator[tuple[Move, Receipt]]:
        """Every move that can be made now. A refusal is told, and the next look finds
        what has changed: others may have been quicker."""
        head = self.reader.look()
        for round in list(self.reader.rounds.by_id.values()):
            if round.id in self._over:
                continue
            try:
                free, _ = self.sender.chain.known(
                    self._bank, "balanceOf", self.agent.address
                )
                move = self.agent.move(round, head.timestamp, head.number, free)
                if move is not None:
                    yield move, self._send(move)
            except Refused as error:
                log.info("refused", round=round.id, reason=str(error))
            except SwarmError as error:
                log.error("cannot go on", round=round.id, reason=str(error))
            self._close(round, head.timestamp, head.number)

    def run(self, stop: Event, poll_seconds: float, last: int | None = None) -> None:
        """Until `stop` is set, or the round `last` is over."""
        log.info("started", account="0x" + self.agent.address.hex())
        while not stop.is_set() and last not in self._over:
            moved, pause = 0, poll_seconds
            try:
                for move, receipt in self.step():
                    moved += 1
                    log.info(move.function, round=move.round, gas=receipt.gas_used)
            except WrongChain:
                raise
            except (ChainError, Web3Exception, OSError) as error:
                log.warning("chain unavailable", reason=str(error)[:300])
                pause = PAUSE_SECONDS
            if not moved:
                stop.wait(pause)

    def _send(self, move: Move) -> Receipt:
        return self.sender.send(
            self._swarm,
            move.function,
            *move.arguments,
            value=move.value,
            key=move.key,
        )

    def _close(self, round: Round, now: int, block: int) -> None:
        """A round that is over for good is looked at no more."""
        phase = round.phase(now)
        done = phase is Phase.OVER or (phase is Phase.VOID and round.refunded)
        unpaid = round.settled < len(round.answers)
        if done and not unpaid and not round.hidden:
            self._over.add(round.id)
