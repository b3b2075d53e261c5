"""Models: who published them, what they take and give."""

from collections import Counter
from typing import Any

from oracle.chain import events
from oracle.legible import legible
from oracle.web.scene.onlooker import Scene
from oracle.web.views.basics import Data, hexed, model_name


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
