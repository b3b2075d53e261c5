"""What pages show and the API gives, as plain data: one function a noun.

The same for both, so that whoever distrusts a page can ask for what it was made of.
Roots, hashes and addresses are hex with 0x; amounts are wei, as text in JSON where they
may pass 2^53.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from statistics import median
from typing import Any

from oracle.chain import events
from oracle.legible import legible
from oracle.record.record import Answered, Asked, Played, Status
from oracle.web.onlooker import Scene
from oracle.web.pictures import shown_input, shown_output
from oracle.web.timeline import timeline

Data = dict[str, Any]

STATUS_WORDS = {
    Status.UNSEEDED: "waiting for its seed",
    Status.OPEN: "waiting",
    Status.ACCEPTED: "being answered",
    Status.CLAIMED: "answered",
    Status.FINAL: "final",
    Status.CANCELLED: "taken back",
}
SHORTEST_SEARCH = 4


def hexed(data: bytes) -> str:
    return f"0x{data.hex()}"


def as_of(scene: Scene) -> Data:
    """The block that everything is as of, and how fresh that is."""
    head = scene.head
    return {
        "block": head.number,
        "hash": hexed(head.hash),
        "time": head.timestamp,
        "seconds_ago": round(scene.seconds_ago, 1),
        "stale": scene.stale,
        "problem": legible(scene.problem),
        "chain_id": scene.site.deployments.chain_id,
    }


def model_name(scene: Scene, registered: events.ModelRegistered) -> str:
    """The deployment's name, else the image's own, else the beginning of its id."""
    if name := scene.names.get(registered.model_id):
        return name
    model = scene.model_of(registered)
    return legible(model.name) if model else hexed(registered.model_id)[:10] + "…"


def request_row(scene: Scene, asked: Asked) -> Data:
    """As a list has it."""
    holder = asked.claim or asked.lease
    games = list(games_about(scene, asked.request.id))
    return {
        "id": asked.request.id,
        "status": asked.status.name.lower(),
        "words": STATUS_WORDS[asked.status],
        "disputed": any(not played.over for _, played in games),
        "disputes": len(games),
        "lies": sum(c.proved_false for c in claims_on(scene, asked.request.id)),
        "may_be_test": asked.may_be_test,
        "model_id": hexed(asked.request.model_id),
        "model": model_name(scene, asked.model),
        "requester": hexed(asked.request.requester),
        "worker": hexed(holder.worker) if holder else None,
        "fee_wei": str(asked.request.fee),
        "block": asked.block,
        "window_end": asked.claim.window_end if asked.claim else None,
        "deadline": asked.request.deadline,
    }


def request_rows(scene: Scene, before: int | None, limit: int) -> list[Data]:
    """The newest first, with ids below `before`."""
    requests = scene.tables.requests
    ids = sorted((i for i in requests if before is None or i < before), reverse=True)
    return [request_row(scene, requests[i]) for i in ids[:limit]]


def request_whole(scene: Scene, request_id: int) -> Data | None:
    """One, with all that is needed to check it; None if there is none."""
    asked = scene.tables.requests.get(request_id)
    if asked is None:
        return None
    registered, model = asked.model, scene.model_of(asked.model)
    whole = request_row(scene, asked) | {
        "input": hexed(asked.input),
        "output": hexed(asked.output) if asked.claim else None,
        "window": asked.request.window,
        "callback_gas": asked.request.callback_gas,
        "min_bond_wei": str(asked.request.min_bond),
        "permits_audits": asked.permits,
        "commitment": hexed(asked.commitment),
        "claim": claim_data(asked),
        "model_root": hexed(registered.model_root),
        "program_root": hexed(registered.program_root),
        "image": model is not None,
        "inputs": shown_input(model, asked.input) if model else [],
        "outputs": shown_output(model, asked.output) if model and asked.claim else [],
        "timeline": [e.as_json() for e in timeline(scene.told, request_id)],
        "games": [
            game_row(scene, claim, played)
            for claim, played in games_about(scene, request_id)
        ],
    }
    return whole


def claim_data(asked: Asked) -> Data | None:
    """The struct's fields in their order, for whoever hashes them."""
    if asked.claim is None:
        return None
    return {
        name: hexed(value) if isinstance(value, bytes) else str(value)
        for name, value in asdict(asked.claim).items()
    }


def claims_on(scene: Scene, request_id: int) -> Iterator[Answered]:
    """Alive or not, oldest first."""
    for answered in scene.tables.claims.values():
        if answered.claim.request_id == request_id:
            yield answered


def games_about(scene: Scene, request_id: int) -> Iterator[tuple[Answered, Played]]:
    """Over or not."""
    tables = scene.tables
    for played in tables.games.values():
        answered = tables.claims[played.claim_hash]
        if answered.claim.request_id == request_id:
            yield answered, played


def game_row(scene: Scene, answered: Answered, played: Played) -> Data:
    """As a list has it."""
    ends = {
        told.event.game_id: told.event
        for told in scene.told
        if isinstance(
            told.event, events.WorkerLost | events.ChallengerLost | events.Settled
        )
    }
    end = ends.get(played.id)
    winner = None
    if isinstance(end, events.WorkerLost):
        winner = "challenger"
    elif isinstance(end, events.ChallengerLost):
        winner = "worker"
    return {
        "game": hexed(played.id),
        "request_id": answered.claim.request_id,
        "worker": hexed(answered.claim.worker),
        "challenger": hexed(played.challenger),
        "over": played.over,
        "winner": winner,
        "moves": len(played.shown),
        "bond_wei": str(answered.claim.bond),
        "model": model_name(scene, answered.asked.model),
    }


def game_rows(scene: Scene) -> list[Data]:
    """The newest first."""
    tables = scene.tables
    rows = [
        game_row(scene, tables.claims[played.claim_hash], played)
        for played in tables.games.values()
    ]
    return rows[::-1]


def model_rows(scene: Scene) -> list[Data]:
    """In the order in which they were registered."""
    counts = Counter(a.request.model_id for a in scene.tables.requests.values())
    return [
        model_row(scene, registered, counts[registered.model_id])
        for registered in scene.tables.models.values()
    ]


def model_row(scene: Scene, registered: events.ModelRegistered, requests: int) -> Data:
    """Its image's own words only where that is here, and so was checked by its root."""
    model = scene.model_of(registered)
    return {
        "model_id": hexed(registered.model_id),
        "name": model_name(scene, registered),
        "publisher": hexed(registered.publisher),
        "model_root": hexed(registered.model_root),
        "program_root": hexed(registered.program_root),
        "royalty_bps": registered.royalty_bps,
        "uris": [legible(uri) for uri in registered.uris],
        "requests": requests,
        "held": model is not None,
        "image_bytes": int(model.image.size) if model else None,
        "instructions": str(model.most_instructions) if model else None,
        "inputs": _ports(model.inputs) if model else [],
        "outputs": _ports(model.outputs) if model else [],
    }


def _ports(specs: Any) -> list[str]:
    return [
        f"{legible(spec.name)}: {spec.dtype} {' × '.join(map(str, spec.shape))}"
        for spec in specs
    ]


def worker_rows(scene: Scene) -> list[Data]:
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
    programs = scene.tables.programs
    return [
        {
            "worker": hexed(worker),
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


def challenger_rows(scene: Scene) -> list[Data]:
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
    return [
        {
            "challenger": hexed(who),
            "won_wei": str(won[who]),
            "lost_wei": str(lost[who]),
        }
        | {name: each[name] for name in ("games", "won", "lost", "prizes")}
        for who, each in sorted(count.items(), key=lambda item: -won[item[0]])
    ]


def counts(scene: Scene) -> Data:
    """How many requests stand where, and how many disputes are open."""
    by_status = Counter(a.status for a in scene.tables.requests.values())
    return {
        "requests": len(scene.tables.requests),
        "waiting": by_status[Status.OPEN] + by_status[Status.ACCEPTED],
        "answered": by_status[Status.CLAIMED],
        "final": by_status[Status.FINAL],
        "disputes_open": sum(not each.over for each in scene.tables.games.values()),
        "disputes": len(scene.tables.games),
        "models": len(scene.tables.models),
    }


def found(scene: Scene, words: str) -> str | None:
    """The page of what somebody looks for: an id, a transaction, an address, a hash."""
    words = words.strip().lower().removeprefix("#")
    if words.isascii() and words.isdigit() and len(words) < 19:
        return (
            f"/requests/{int(words)}" if int(words) in scene.tables.requests else None
        )
    if len(words) < SHORTEST_SEARCH:
        return None
    for name, identity in scene.site.deployments.models.items():
        if words == name.lower() or hexed(identity).startswith(words):
            return f"/models#{hexed(identity)}"
    for played in scene.tables.games.values():
        if hexed(played.id).startswith(words):
            return f"/disputes/{hexed(played.id)}"
    for told in scene.told:
        event = told.event
        texts = (event.transaction, *(getattr(event, n, b"") for n in SEARCHED))
        request = getattr(event, "request_id", None)
        if request and any(t and hexed(t).startswith(words) for t in texts):
            return f"/requests/{request}"
    return None


WORKER_COUNTS = (
    *("accepted", "answered", "final", "missed", "slashed"),
    *("tests", "silent"),  # of audits: answers false on purpose, secrets withheld
)
SEARCHED = ("worker", "requester", "challenger", "claim_hash")
