"""The page of what somebody looks for."""

from oracle.web.scene.onlooker import Scene
from oracle.web.views.basics import hexed

SHORTEST_SEARCH = 4
SEARCHED = ("worker", "requester", "challenger", "claim_hash")


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
            return f"/models/{hexed(identity)}"
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
