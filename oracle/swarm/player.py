"""An agent's next move in a round: a function of what the chain has told.

Salts follow from the agent's secret, the contract and the round, so that an agent that
was killed between a seal and its reveal needs nothing but its key.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from mips_vm.hashing.keccak import keccak256
from oracle.swarm.errors import ForgottenAnswer
from oracle.swarm.mind import Mind
from oracle.swarm.notebook import NoNotebook, Notebook
from oracle.swarm.record import Phase, Round, Rule
from oracle.swarm.ring import Site, packed, places, word

BATCH: Final = 250
"""Agents of a tally or a settlement: new ones cost 12 M gas."""
SWEEP_BATCH: Final = 200
TURN_SECONDS: Final = 5
"""Between two agents' tries at what any of them may do."""


@dataclass(frozen=True, slots=True)
class Move:
    """A call of the contract, with so many wei. `step`: how far the round was, where
    the same call is made again."""

    round: int
    function: str
    arguments: tuple[Any, ...]
    value: int = 0
    step: int = 0

    @property
    def key(self) -> str:
        """Names the move: what was sent for another draw or ring is another one."""
        parts = [
            part if isinstance(part, bytes) else str(part).encode()
            for part in self.arguments
        ]
        digest = keccak256(b"\0".join(parts)).hex()[:16]
        return f"swarm {self.round} {self.function} {self.step} {digest}"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What rounds an agent takes part in. Wei; `seconds` that it needs to answer."""

    most_ticket: int = 10**16
    least_reward: int = 0
    seconds: int = 10
    confirmations: int = 0
    """Blocks on top of a draw before a salt is shown: who could make the draw again,
    knowing the salts, would choose the ring."""


@dataclass(frozen=True, slots=True)
class Agent:
    """One account in rounds of one contract. `secret`: 32 bytes, its alone."""

    site: Site
    address: bytes
    secret: bytes
    mind: Mind
    wishes: Wishes = field(default_factory=Wishes)
    notebook: Notebook = field(default_factory=NoNotebook)

    def move(self, round: Round, now: int, block: int, free: int) -> Move | None:
        """What to send next, after the block with that number and instant; None for
        nothing yet. `free`: the account's wei in the bank."""
        phase = round.phase(now)
        if phase is Phase.ENTRY:
            return self._enter(round, now, free)
        if self.address not in round.seals:
            return None
        if phase is Phase.REVEAL:
            return self._reveal(round, now, block)
        if phase is Phase.SEAL:
            return self._seal(round)
        if phase is Phase.SHOW:
            return self._show(round)
        return self._chore(round, phase, now)

    def _enter(self, round: Round, now: int, free: int) -> Move | None:
        terms = round.terms
        wanted = (
            terms.rule is not Rule.STAKE
            and terms.ticket <= self.wishes.most_ticket
            and round.reward >= self.wishes.least_reward
            and len(round.seals) < terms.max_agents
            and now + self.wishes.seconds <= terms.entry_end
        )
        if self.address in round.seals or not wanted:
            return None
        seal = self._answer_seal(round, self._answer(round))
        missing = max(0, terms.ticket - free)
        return Move(round.id, "enter", (round.id, seal, 0), missing)

    def _reveal(self, round: Round, now: int, block: int) -> Move | None:
        """Once the draw is deep enough; in the second half of the time in any case."""
        assert round.draw is not None
        half = round.draw.at + round.terms.reveal_seconds // 2
        deep = block - round.draw.block >= self.wishes.confirmations
        settled = deep or now >= half
        if round.index_of(self.address) is not None or not settled:
            return None
        answer = self._answer(round)
        if self._answer_seal(round, answer) != round.seals[self.address]:
            raise ForgottenAnswer(round.id)
        salt = self._salt(round, b"answer")
        return Move(round.id, "reveal", (round.id, round.draw.drawn, answer, salt))

    def _seal(self, round: Round) -> Move | None:
        index = round.index_of(self.address)
        if index is None or index in round.ranking_seals:
            return None
        seal = self._ranking_seal(round, self._ranking(round, index))
        arguments = (round.id, index, round.seed, seal)
        return Move(round.id, "sealRanking", arguments)

    def _show(self, round: Round) -> Move | None:
        index = round.index_of(self.address)
        if index not in round.ranking_seals or index in round.rankings:
            return None
        assert index is not None
        ranking = self._ranking(round, index)
        if self._ranking_seal(round, ranking) != round.ranking_seals[index]:
            raise ForgottenAnswer(round.id)
        answer_hash = keccak256(round.answers[index].answer)
        salt = self._salt(round, b"ranking")
        arguments = (round.id, index, answer_hash, ranking, salt)
        return Move(round.id, "revealRanking", arguments)

    def _chore(self, round: Round, phase: Phase, now: int) -> Move | None:
        """What anyone may do: one agent after the other tries, so that seldom two pay
        for the same."""
        if now < round.began(now) + TURN_SECONDS * self._turn(round):
            return None
        if phase is Phase.DRAW:
            return Move(round.id, "draw", (round.id,))
        if phase is Phase.TALLY:
            return Move(round.id, "tally", (round.id, BATCH), step=round.tallied)
        if phase is Phase.SETTLE:
            return Move(round.id, "settle", (round.id, BATCH), step=round.settled)
        if phase is Phase.VOID:
            unpaid = not round.refunded or round.settled < len(round.answers)
            if unpaid:
                return Move(round.id, "settle", (round.id, BATCH), step=round.settled)
        if hidden := round.hidden[:SWEEP_BATCH]:
            return Move(round.id, "sweep", (round.id, tuple(hidden)))
        return None

    def _turn(self, round: Round) -> int:
        """Where the agent stands among the others of the round, by its own luck."""
        ranked = sorted(
            round.seals, key=lambda agent: keccak256(word(round.id) + agent)
        )
        return ranked.index(self.address)

    def _answer(self, round: Round) -> bytes:
        name = self._name(round, "answer")
        if (known := self.notebook.find(name)) is None:
            known = self.mind.answer(round.prompt)
            self.notebook.keep(name, known)
        return known

    def _ranking(self, round: Round, index: int) -> int:
        """Of the ring as it is now; another ring has another note."""
        name = self._name(round, f"marks-{round.seed.hex()[:16]}")
        answers = [answer.answer for answer in round.targets(index)]
        if (known := self.notebook.find(name)) is None:
            known = _packed(self.mind.marks(round.prompt, answers))
            self.notebook.keep(name, known)
        return packed(places(_unpacked(known)))

    def _name(self, round: Round, what: str) -> str:
        where = f"{self.site.chain_id}-{self.site.contract.hex()}"
        return f"{where}-{self.address.hex()}-{round.id}-{what}"

    def _answer_seal(self, round: Round, answer: bytes) -> bytes:
        salt = self._salt(round, b"answer")
        return self.site.answer_seal(round.id, self.address, salt, answer)

    def _ranking_seal(self, round: Round, ranking: int) -> bytes:
        salt = self._salt(round, b"ranking")
        return self.site.ranking_seal(round.id, self.address, salt, round.seed, ranking)

    def _salt(self, round: Round, what: bytes) -> bytes:
        """INVARIANT: a ranking's is bound to its ring, so that a seal for one ring says
        nothing of a seal for another."""
        bound = round.seed if what == b"ranking" else round.prompt
        where = word(self.site.chain_id) + self.site.contract + word(round.id)
        return keccak256(self.secret + where + what + keccak256(bound))


def _packed(marks: Sequence[float]) -> bytes:
    return struct.pack(f"<{len(marks)}d", *marks)


def _unpacked(data: bytes) -> Sequence[float]:
    return struct.unpack(f"<{len(data) // 8}d", data)
