"""Workers and challengers, by what became of what they did."""

from collections import Counter
from statistics import median

from oracle.chain import events
from oracle.web.scene.onlooker import Scene
from oracle.web.views.basics import Data, hexed
from oracle.web.views.stakes import Stakes

WORKER_COUNTS = (
    *("accepted", "answered", "final", "missed", "slashed"),
    *("tests", "silent"),  # of audits: answers false on purpose, secrets withheld
)


def worker_rows(scene: Scene, stakes: Stakes) -> list[Data]:
    """Whoever has accepted anything: what became of it."""
    counts: dict[bytes, Counter[str]] = {}
    earned: Counter[bytes] = Counter()
    accepted: dict[int, int] = {}
    latencies: dict[bytes, list[int]] = {}
    for told in scene.told:
        event = told.event
        match event:
            case events.Accepted():
                counts.setdefault(event.worker, Counter())["accepted"] += 1
                accepted[event.request_id] = told.time
            case events.Claimed():
                counts.setdefault(event.worker, Counter())["answered"] += 1
                took = told.time - accepted.get(event.request_id, told.time)
                latencies.setdefault(event.worker, []).append(took)
            case events.Finalized():
                counts.setdefault(event.worker, Counter())["final"] += 1
                earned[event.worker] += event.paid
            case events.LeaseExpired():
                counts.setdefault(event.worker, Counter())["missed"] += 1
            case events.ClaimKilled():
                counts.setdefault(event.worker, Counter())["slashed"] += 1
            case events.Confessed():
                counts.setdefault(event.worker, Counter())["tests"] += 1
            case events.SecretWithheld():
                counts.setdefault(event.worker, Counter())["silent"] += 1
            case _:
                pass
    staked, programs = stakes.of(scene, counts), scene.tables.programs
    return [
        {
            "worker": hexed(worker),
            "stake": staked[worker],
            "audited_bps": programs[worker].rate_bps if worker in programs else 0,
            "earned_wei": str(earned[worker]),
            "usual_seconds": _middle(latencies.get(worker, [])),
        }
        | {name: count[name] for name in WORKER_COUNTS}
        for worker, count in sorted(counts.items(), key=lambda item: -earned[item[0]])
    ]


def _middle(seconds: list[int]) -> float | None:
    """The median."""
    return float(median(seconds)) if seconds else None


def challenger_rows(scene: Scene, stakes: Stakes) -> list[Data]:
    """Whoever has challenged anything: what became of it, in wei."""
    count: dict[bytes, Counter[str]] = {}
    won: Counter[bytes] = Counter()
    lost: Counter[bytes] = Counter()
    bonds: dict[bytes, int] = {}
    for told in scene.told:
        event = told.event
        match event:
            case events.Challenged():
                count.setdefault(event.challenger, Counter())["games"] += 1
                bonds[event.game_id] = event.bond
            case events.WorkerLost():
                count.setdefault(event.challenger, Counter())["won"] += 1
                won[event.challenger] += event.paid
            case events.Collected():
                count.setdefault(event.challenger, Counter())["prizes"] += 1
                won[event.challenger] += event.share
            case events.ChallengerLost():
                count.setdefault(event.challenger, Counter())["lost"] += 1
                lost[event.challenger] += bonds.get(event.game_id, 0)
            case _:
                pass
    staked = stakes.of(scene, count)
    return [
        {
            "challenger": hexed(who),
            "stake": staked[who],
            "won_wei": str(won[who]),
            "lost_wei": str(lost[who]),
        }
        | {name: each[name] for name in ("games", "won", "lost", "prizes")}
        for who, each in sorted(count.items(), key=lambda item: -won[item[0]])
    ]
