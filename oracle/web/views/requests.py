"""Requests: as a list has them, and one with all that is known of it."""

from dataclasses import asdict

from oracle.chain import events
from oracle.chain.reasons import explained
from oracle.legible import legible
from oracle.record.record import Asked, Status
from oracle.web.scene.onlooker import Scene
from oracle.web.tensors.pictures import shown_input, shown_output
from oracle.web.views.basics import Data, hexed, model_name
from oracle.web.views.games import claims_on, game_row, games_about
from oracle.web.views.timeline import timeline

MOST_REASON = 512
"""Bytes of what a contract says when it fails, that are shown."""
STATUS_WORDS = {
    Status.UNSEEDED: "waiting for its seed",
    Status.OPEN: "waiting",
    Status.ACCEPTED: "being answered",
    Status.CLAIMED: "answered",
    Status.FINAL: "final",
    Status.CANCELLED: "taken back",
}


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


def request_rows(
    scene: Scene, before: int | None, limit: int, model_id: bytes | None = None
) -> list[Data]:
    """The newest first, with ids below `before`; of one model, or of any."""
    requests = scene.tables.requests
    ids = sorted(
        (
            i
            for i, asked in requests.items()
            if (before is None or i < before)
            and (model_id is None or asked.request.model_id == model_id)
        ),
        reverse=True,
    )
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
        "callback": callback(scene, request_id),
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


def callback(scene: Scene, request_id: int) -> Data | None:
    """What became of telling the contract that asked: `result` is succeeded, failed or
    skipped; None while it wasn't tried, and where none was asked for."""
    for told in reversed(scene.told):
        event = told.event
        if getattr(event, "request_id", None) != request_id:
            continue
        match event:
            case events.CallbackSucceeded():
                return {"result": "succeeded", "reason": ""}
            case events.CallbackFailed():
                reason = legible(explained(event.reason[:MOST_REASON]))
                return {"result": "failed", "reason": reason}
            case events.CallbackSkipped():
                return {"result": "skipped", "reason": ""}
            case _:
                pass
    return None


def claim_data(asked: Asked) -> Data | None:
    """The struct's fields in their order, for whoever hashes them."""
    if asked.claim is None:
        return None
    return {
        name: hexed(value) if isinstance(value, bytes) else str(value)
        for name, value in asdict(asked.claim).items()
    }
