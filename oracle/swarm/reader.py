"""Follows a swarm's contract: its rounds as of the latest block, reorganised or not."""

from pathlib import Path
from typing import Self

from oracle.chain.chain import Chain, Contract
from oracle.chain.deployments import Deployments
from oracle.chain.head import Head
from oracle.swarm.place import SWARM, Place
from oracle.swarm.record import Rounds

DEPTH = 64
"""Blocks behind the head that are taken for settled: no reorganisation is longer."""


class Reader:
    """`since` is the block of the contract's creation."""

    def __init__(self, chain: Chain, swarm: Contract, since: int) -> None:
        self._chain, self._swarm, self._since = chain, swarm, since
        self._kept: list[tuple[int, str, list[object]]] = []
        """Events of settled blocks, which are the same for ever."""
        self._next = since
        self._last: bytes = b""
        self.rounds = Rounds()

    @classmethod
    def found(cls, chain: Chain, deployments: Deployments, folder: Path) -> Self | None:
        """Of the swarm that the deployments name; None if they name none."""
        if SWARM not in deployments.placed:
            return None
        place = Place.of(chain, deployments, folder)
        return cls(chain, place.swarm, place.since)

    def look(self) -> Head:
        """The latest block, to which `rounds` belongs from now on.

        What is settled is read once. The rest is read again with every new block, so
        that nothing of a block that is gone is left.
        """
        head = self._chain.head()
        if head.hash == self._last:
            return head
        logs = self._chain.logs([self._swarm], self._next, head.number)
        told = [
            (log.block, *self._swarm.abi.event(log.topics, log.data))
            for log in logs
            if self._swarm.abi.tells(log.topics)
        ]
        settled = max(self._next, head.number - DEPTH)
        rounds = Rounds()
        for block, name, arguments in [*self._kept, *told]:
            rounds.hear(name, arguments, block)
        self._kept += [event for event in told if event[0] < settled]
        self._next = settled
        self.rounds, self._last = rounds, head.hash
        return head
