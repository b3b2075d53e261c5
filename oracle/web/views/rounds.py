"""Rounds of the swarm: who entered, answered, ranked and won."""

from collections.abc import Mapping
from typing import Final

from oracle.legible import legible
from oracle.swarm.asking import standings
from oracle.swarm.record import MIN_AGENTS, Phase, Round, Rule
from oracle.swarm.ring import degree, order, unpacked
from oracle.web.scene.onlooker import Scene
from oracle.web.views.basics import Data, hexed

MOST_SHOWN: Final = 2_000
"""Characters of a prompt or an answer; the chain has the rest."""
WEIGHT_ONE: Final = 1 << 16
WORDS: Final = {
    Phase.ENTRY: "agents enter",
    Phase.DRAW: "to be drawn",
    Phase.REVEAL: "answers are revealed",
    Phase.SEAL: "rankings are sealed",
    Phase.SHOW: "rankings are revealed",
    Phase.TALLY: "to be tallied",
    Phase.SETTLE: "to be settled",
    Phase.OVER: "over",
    Phase.VOID: "void",
}


def round_rows(scene: Scene, before: int | None, limit: int) -> list[Data]:
    """The newest first, with ids below `before`; none where there is no swarm."""
    rounds, now = _rounds(scene), scene.head.timestamp
    ids = sorted((i for i in rounds if before is None or i < before), reverse=True)
    return [_row(rounds[i], now) for i in ids[:limit]]


def round_whole(scene: Scene, round_id: int) -> Data | None:
    """One, with its phases, agents and ring; None if there is no such round."""
    found, now = _rounds(scene).get(round_id), scene.head.timestamp
    if found is None:
        return None
    return _row(found, now) | {
        "prompt": _text(found.prompt),
        "asker": hexed(found.asker),
        "ticket_wei": str(found.terms.ticket),
        "most_agents": found.terms.max_agents,
        "cut": found.terms.cut_bps / 10_000,
        "phases": _phases(found, now),
        "answers": _answers(found),
        "hidden": [hexed(agent) for agent in found.hidden],
        "swept": [hexed(agent) for agent in sorted(found.swept)],
        "ring": _ring(found, now),
        "prize": _prize(found),
    }


def _rounds(scene: Scene) -> Mapping[int, Round]:
    return scene.rounds or {}


def _row(found: Round, now: int) -> Data:
    phase = found.phase(now)
    return {
        "id": found.id,
        "phase": phase.name.lower(),
        "words": WORDS[phase],
        "rule": found.terms.rule.name.lower(),
        "agents": len(found.seals),
        "revealed": len(found.answers),
        "ranked": len(found.rankings),
        "reward_wei": str(found.reward),
        "question": _text(found.prompt)[:80],
    }


def _text(data: bytes) -> str:
    return legible(data.decode(errors="replace")[:MOST_SHOWN])


def _phases(found: Round, now: int) -> list[Data]:
    """Those that have an end, in order: until when, and how long that still is."""
    drawn, terms = found.draw is not None, found.terms
    ends = [(Phase.ENTRY, terms.entry_end)]
    if not drawn:
        ends.append((Phase.DRAW, terms.entry_end + terms.reveal_seconds))
    else:
        ends.append((Phase.REVEAL, found.reveal_end))
        if terms.rule is Rule.RANKING:
            ends += [(Phase.SEAL, found.seal_end), (Phase.SHOW, found.show_end)]
    current = found.phase(now)
    return [
        {
            "phase": phase.name.lower(),
            "words": WORDS[phase],
            "end": end,
            "left": max(0, end - now),
            "current": phase is current,
        }
        for phase, end in ends
    ]


def _answers(found: Round) -> list[Data]:
    """Best first, where rankings are there."""
    return [
        {
            "index": each.index,
            "agent": hexed(each.answer.agent),
            "answer": _text(each.answer.answer),
            "weight": each.answer.weight / WEIGHT_ONE,
            "score": each.score,
            "sealed": each.index in found.ranking_seals,
            "ranked": each.ranked,
            "won": each.won,
        }
        for each in standings(found)
    ]


def _ring(found: Round, now: int) -> Data | None:
    """Agents by their places, once no more may reveal; whom each ranks, and how: the
    places that it gives to the agents behind it, the next one first."""
    count = len(found.answers)
    drawn = found.draw is not None and now >= found.reveal_end
    if not drawn or found.terms.rule is not Rule.RANKING or count < MIN_AGENTS:
        return None
    around, m = order(found.seed, count), degree(count)
    rankings = {i: unpacked(each, m) for i, each in found.rankings.items()}
    return {"order": around, "degree": m, "rankings": rankings}


def _prize(found: Round) -> Data | None:
    if found.prize is None:
        return None
    winner = found.prize.winner
    return {
        "winner": hexed(winner) if winner else None,
        "prize_wei": str(found.prize.prize),
        "rank_pay_wei": str(found.prize.rank_pay),
    }
