"""Asking a swarm, and reading what became of a round."""

from dataclasses import dataclass

from oracle.sending.sender import Receipt, Sender
from oracle.swarm.place import Place
from oracle.swarm.reader import Reader
from oracle.swarm.record import MIN_AGENTS, Answer, Round, Rule, Terms
from oracle.swarm.ring import order
from oracle.swarm.scoring import Ring


@dataclass(frozen=True, slots=True)
class Asking:
    """What a client wants. Wei and seconds; without a ticket the least there is."""

    rule: Rule = Rule.RANKING
    max_agents: int = 100
    cut_bps: int = 2_500
    ticket: int | None = None
    entry_seconds: int = 600
    reveal_seconds: int = 600
    seal_seconds: int = 600
    show_seconds: int = 600


def ask(
    place: Place, sender: Sender, asking: Asking, prompt: bytes, reward: int
) -> tuple[int, Terms, Receipt]:
    """The round that was opened, its terms, and the receipt."""
    now = place.chain.now()
    least = place.chain.call(place.swarm, "leastTicket")
    ranked = asking.rule is Rule.RANKING
    terms = Terms(
        rule=asking.rule,
        max_agents=asking.max_agents,
        cut_bps=asking.cut_bps,
        ticket=least + least // 8 if asking.ticket is None else asking.ticket,
        entry_end=now + asking.entry_seconds,
        reveal_seconds=asking.reveal_seconds,
        seal_seconds=asking.seal_seconds if ranked else 0,
        show_seconds=asking.show_seconds if ranked else 0,
    )
    receipt = sender.send(place.swarm, "ask", terms.abi(), prompt, value=reward)
    reader = Reader(place.chain, place.swarm, receipt.block)
    reader.look()
    own = [r for r in reader.rounds.by_id.values() if r.asker == sender.address]
    return max(r.id for r in own), terms, receipt


@dataclass(frozen=True, slots=True)
class Standing:
    """One answer of a round. `score` is a share of the scale; None: it has none."""

    index: int
    answer: Answer
    score: float | None
    ranked: bool
    won: bool


def standings(round: Round) -> list[Standing]:
    """Answers in the ring's order, best first where rankings are there."""
    count = len(round.answers)
    if not count:
        return []
    if round.terms.rule is not Rule.RANKING or count < MIN_AGENTS:
        best = leaders(round)
        return [
            Standing(i, answer, None, False, i in best)
            for i, answer in enumerate(round.answers)
        ]
    weights = [answer.weight for answer in round.answers]
    ring = Ring(order(round.seed, count), round.rankings, weights)
    scores = ring.scores()
    found = [
        Standing(
            index,
            round.answers[index],
            scores[index] / 2**32 if index in scores else None,
            index in round.rankings,
            bool(round.prize) and index == round.best - 1,
        )
        for index in ring.order
    ]
    known = {s.index: -1.0 if s.score is None else s.score for s in found}
    return sorted(found, key=lambda s: (s.won, known[s.index]), reverse=True)


def leaders(round: Round) -> set[int]:
    """Whose answer most gave; empty where stakes or rankings decide, or none leads."""
    if round.terms.rule is not Rule.MAJORITY or len(round.answers) < MIN_AGENTS:
        return set()
    said = [answer.answer for answer in round.answers]
    counts: dict[bytes, int] = {}
    leader = b""
    for answer in said:
        counts[answer] = counts.get(answer, 0) + 1
        if leader not in counts or counts[answer] > counts[leader]:
            leader = answer
    return {index for index, answer in enumerate(said) if answer == leader}
