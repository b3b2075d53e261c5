"""What a swarm's contract has told: its rounds, as a fold over its events.

Nothing here asks the chain. A round's phase is the contract's `phaseOf`, reckoned from
the same facts and an instant.
"""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final

from mips_vm.hashing.keccak import keccak256
from oracle.swarm import ring

MIN_AGENTS: Final = 10


class Rule(IntEnum):
    """How the winner is chosen."""

    RANKING = 0
    MAJORITY = 1
    STAKE = 2


class Phase(IntEnum):
    """What a round waits for; as in ISwarm.sol."""

    NONE = 0
    ENTRY = 1
    DRAW = 2
    REVEAL = 3
    SEAL = 4
    SHOW = 5
    TALLY = 6
    SETTLE = 7
    OVER = 8
    VOID = 9


@dataclass(frozen=True, slots=True)
class Terms:
    """A round's terms; wei, instants and seconds."""

    rule: Rule
    max_agents: int
    cut_bps: int
    ticket: int
    entry_end: int
    reveal_seconds: int
    seal_seconds: int
    show_seconds: int

    def abi(self) -> tuple[int, ...]:
        return (
            self.rule,
            self.max_agents,
            self.cut_bps,
            self.ticket,
            self.entry_end,
            self.reveal_seconds,
            self.seal_seconds,
            self.show_seconds,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What an agent revealed; its place in the list is its index."""

    agent: bytes
    weight: int
    salt: bytes
    answer: bytes


@dataclass(frozen=True, slots=True)
class Draw:
    """The block's part of the seed, and when and in which block it was taken."""

    drawn: int
    at: int
    block: int


@dataclass(frozen=True, slots=True)
class Prize:
    """`winner` is empty if no answer may win; the wei went back then."""

    winner: bytes
    prize: int
    rank_pay: int


@dataclass(slots=True)
class Round:
    """One round, as far as it has come."""

    id: int
    asker: bytes
    terms: Terms
    reward: int
    prompt: bytes
    seals: dict[bytes, bytes] = field(default_factory=dict)
    """By agent."""
    draw: Draw | None = None
    answers: list[Answer] = field(default_factory=list)
    ranking_seals: dict[int, bytes] = field(default_factory=dict)
    rankings: dict[int, int] = field(default_factory=dict)
    """By index."""
    tallied: int = 0
    settled: int = 0
    refunded: bool = False
    """Void, and the asker has its reward back."""
    swept: set[bytes] = field(default_factory=set)
    prize: Prize | None = None
    best: int = 0
    best_score: int = 0

    @property
    def reveal_end(self) -> int:
        assert self.draw is not None
        return self.draw.at + self.terms.reveal_seconds

    @property
    def seal_end(self) -> int:
        return self.reveal_end + self.terms.seal_seconds

    @property
    def show_end(self) -> int:
        return self.seal_end + self.terms.show_seconds

    def phase(self, now: int) -> Phase:
        """At that instant."""
        if now < self.terms.entry_end:
            return Phase.ENTRY
        if self.draw is None:
            late = now >= self.terms.entry_end + self.terms.reveal_seconds
            return Phase.VOID if late or len(self.seals) < MIN_AGENTS else Phase.DRAW
        if now < self.reveal_end:
            return Phase.REVEAL
        if len(self.answers) < MIN_AGENTS:
            return Phase.VOID
        if self.terms.rule is Rule.RANKING:
            if now < self.seal_end:
                return Phase.SEAL
            if now < self.show_end:
                return Phase.SHOW
            if self.tallied < len(self.answers):
                return Phase.TALLY
        return Phase.SETTLE if self.settled < len(self.answers) else Phase.OVER

    def began(self, now: int) -> int:
        """The instant from which the phase at `now` could be acted on."""
        phase = self.phase(now)
        if phase is Phase.DRAW or self.draw is None:
            return self.terms.entry_end
        if phase in (Phase.TALLY, Phase.SETTLE, Phase.OVER):
            ranked = self.terms.rule is Rule.RANKING
            return self.show_end if ranked else self.reveal_end
        return self.reveal_end

    @property
    def seed(self) -> bytes:
        """Of the ring, by the salts that are revealed."""
        assert self.draw is not None
        mix = 0
        for answer in self.answers:
            mix ^= int.from_bytes(answer.salt[16:])
        return keccak256(
            ring.word(self.id) + ring.word(self.draw.drawn) + ring.word(mix)
        )

    def index_of(self, agent: bytes) -> int | None:
        for index, answer in enumerate(self.answers):
            if answer.agent == agent:
                return index
        return None

    def targets(self, index: int) -> list[Answer]:
        """What the agent has to rank, the next in the ring first."""
        found = ring.targets(self.seed, len(self.answers), index)
        return [self.answers[target] for target in found]

    @property
    def hidden(self) -> list[bytes]:
        """Agents that have not revealed, and were not swept."""
        shown = {answer.agent for answer in self.answers} | self.swept
        return [agent for agent in self.seals if agent not in shown]


class Rounds:
    """All rounds of one contract."""

    def __init__(self) -> None:
        self.by_id: dict[int, Round] = {}

    def hear(self, name: str, arguments: list[Any], block: int) -> None:
        """One event, in order; of those that say nothing of a round's state, nothing
        is kept."""
        match name, arguments:
            case "Asked", (id, asker, terms, reward, prompt):
                known = Terms(Rule(terms[0]), *terms[1:])
                self.by_id[id] = Round(id, asker, known, reward, prompt)
            case "Entered", (id, agent, seal, _):
                self.by_id[id].seals[agent] = seal
            case "Drawn", (id, drawn, at):
                self.by_id[id].draw = Draw(drawn, at, block)
            case "Revealed", (id, agent, _, weight, salt, answer):
                self.by_id[id].answers.append(Answer(agent, weight, salt, answer))
            case "RankingSealed", (id, index, seal):
                self.by_id[id].ranking_seals[index] = seal
            case "RankingRevealed", (id, index, ranking):
                self.by_id[id].rankings[index] = ranking
            case "Tallied", (id, _, to, best, score):
                round = self.by_id[id]
                round.tallied, round.best, round.best_score = to, best, score
            case "Won", (id, agent, _, prize, rank_pay):
                winner = agent if any(agent) else b""
                self.by_id[id].prize = Prize(winner, prize, rank_pay)
            case "Distributed", (id, _, to, *_):
                self.by_id[id].settled, self.by_id[id].refunded = to, True
            case "Swept", (id, agents, *_):
                self.by_id[id].swept.update(agents)
