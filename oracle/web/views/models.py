"""Models: who published them, what they take and give."""

from typing import Any

from oracle.chain import events
from oracle.legible import legible
from oracle.record.record import Asked
from oracle.web.scene.onlooker import Scene
from oracle.web.views.basics import Data, hexed, model_name
from oracle.web.views.cards import Cards


def model_rows(scene: Scene, cards: Cards) -> list[Data]:
    """In the order in which they were registered."""
    asked: dict[bytes, list[Asked]] = {}
    for each in scene.tables.requests.values():
        asked.setdefault(each.request.model_id, []).append(each)
    return [
        _row(scene, registered, cards, asked.get(registered.model_id, []))
        for registered in scene.tables.models.values()
    ]


def model_row(scene: Scene, registered: events.ModelRegistered, cards: Cards) -> Data:
    """As the list has it."""
    identity, requests = registered.model_id, scene.tables.requests.values()
    of_it = [each for each in requests if each.request.model_id == identity]
    return _row(scene, registered, cards, of_it)


def _row(
    scene: Scene, registered: events.ModelRegistered, cards: Cards, of_it: list[Asked]
) -> Data:
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
        "requests": len(of_it),
        "last_fee_wei": str(of_it[-1].request.fee) if of_it else None,
        "workers": sorted({hexed(a.claim.worker) for a in of_it if a.claim}),
        "card": cards.of(model),
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
