"""How hashes, blocks and models are written, in pages as in the API.

Roots, hashes and addresses are hex with 0x; amounts are wei, as text in JSON where they
may pass 2^53.
"""

from collections import Counter
from typing import Any

from oracle.chain import events
from oracle.legible import legible
from oracle.record.record import Status
from oracle.web.scene.onlooker import Scene

Data = dict[str, Any]


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
