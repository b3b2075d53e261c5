"""The API below /api/v1: what the pages show, to be read by programs. Only reads."""

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Response
from fastapi.responses import FileResponse, StreamingResponse

from oracle.chain.words import said
from oracle.legible import legible
from oracle.node.loop import OUTAGES
from oracle.web.scene.onlooker import Onlooker, Scene
from oracle.web.server.streams import MOST_STREAMS, Streams
from oracle.web.views.basics import as_of, counts, hexed
from oracle.web.views.games import game_rows
from oracle.web.views.kept import Kept
from oracle.web.views.models import model_rows
from oracle.web.views.people import challenger_rows, worker_rows
from oracle.web.views.requests import request_rows, request_whole
from oracle.web.views.rounds import round_rows, round_whole

MOST_ROWS = 100

Data = dict[str, Any]
Before = Annotated[int | None, Query(ge=0, le=1 << 62)]
Limit = Annotated[int, Query(ge=1, le=MOST_ROWS)]


def router(onlooker: Onlooker, kept: Kept) -> APIRouter:
    """The routes. What is found goes with the block that it is as of."""
    api = APIRouter(prefix="/api/v1")
    streams = Streams(onlooker)

    def seen() -> Scene:
        return onlooker.scene

    Seen = Annotated[Scene, Depends(seen)]  # noqa: N806

    def with_block(scene: Scene, **found: Any) -> Data:
        return {"as_of": as_of(scene)} | found

    @api.get("/status")
    def status(scene: Seen) -> Data:
        """How fresh all this is, and how much there is of it."""
        return with_block(scene, **counts(scene))

    @api.get("/requests")
    def requests(scene: Seen, before: Before = None, limit: Limit = 50) -> Data:
        """The newest first; `next` is the `before` of the next page, or null."""
        rows = request_rows(scene, before, limit)
        more = len(rows) == limit and rows[-1]["id"] > 1
        return with_block(scene, requests=rows, next=rows[-1]["id"] if more else None)

    @api.get("/requests/{request_id}")
    def request(scene: Seen, request_id: int) -> Data:
        """One, with input, output, claim, and all that happened to it."""
        whole = request_whole(scene, request_id)
        if whole is None:
            raise HTTPException(404, f"no request {request_id} on this chain")
        return with_block(scene, request=whole)

    @api.get("/models")
    def models(scene: Seen) -> Data:
        return with_block(scene, models=model_rows(scene, kept.cards))

    @api.get("/models/{model_id}/image")
    def image(scene: Seen, model_id: str) -> Response:
        """The image, if it is here: whoever checks an answer hashes it himself."""
        registered = scene.tables.models.get(bytes_of(model_id))
        model = scene.model_of(registered) if registered else None
        if model is None:
            raise HTTPException(404, "no image of that model here")
        headers = {"Cache-Control": "public, max-age=31536000, immutable"}
        kind = "application/octet-stream"
        if isinstance(model.source, Path):
            return FileResponse(model.source, media_type=kind, headers=headers)
        return Response(model.source, media_type=kind, headers=headers)

    @api.get("/models/{model_id}/offer")
    def offer(scene: Seen, model_id: str) -> Data:
        """What to pay for an answer, so that a worker with usual settings gives it."""
        registered = scene.tables.models.get(bytes_of(model_id))
        try:
            found = kept.offers.offer(scene, registered) if registered else None
        except OUTAGES as error:
            told = f"the chain gives no answer: {legible(said(error))}"
            raise HTTPException(503, told) from None
        if found is None:
            raise HTTPException(404, "no image of that model here")
        return with_block(scene, offer=found)

    @api.get("/workers")
    def workers(scene: Seen) -> Data:
        return with_block(scene, workers=worker_rows(scene, kept.stakes))

    @api.get("/challengers")
    def challengers(scene: Seen) -> Data:
        return with_block(scene, challengers=challenger_rows(scene, kept.stakes))

    @api.get("/disputes")
    def games(scene: Seen) -> Data:
        return with_block(scene, disputes=game_rows(scene))

    @api.get("/disputes/{game}")
    def game(scene: Seen, game: str) -> Data:
        """One, level by level and move by move."""
        whole = kept.disputes.whole(scene, bytes_of(game))
        if whole is None:
            raise HTTPException(404, "no such dispute on this chain")
        return with_block(scene, dispute=whole)

    @api.get("/rounds")
    def rounds(scene: Seen, before: Before = None, limit: Limit = 50) -> Data:
        """Of the swarm, the newest first; `next` as of requests."""
        rows = round_rows(scene, before, limit)
        more = len(rows) == limit and rows[-1]["id"] > 1
        return with_block(scene, rounds=rows, next=rows[-1]["id"] if more else None)

    @api.get("/rounds/{round_id}")
    def round(scene: Seen, round_id: int) -> Data:
        """One, with its answers, rankings and ring."""
        whole = round_whole(scene, round_id)
        if whole is None:
            raise HTTPException(404, f"no round {round_id} on this chain")
        return with_block(scene, round=whole)

    @api.get("/contracts")
    def contracts(scene: Seen) -> Data:
        """Where to ask the chain oneself."""
        found = scene.site.deployments
        addresses = {n: hexed(at.address) for n, at in found.placed.items()}
        return {"chain_id": found.chain_id, "contracts": addresses}

    @api.get("/events")
    async def events() -> StreamingResponse:
        """Server-sent: one message a block that was looked at, `status` as data."""
        if streams.full:
            raise HTTPException(503, f"at most {MOST_STREAMS} listen at a time")
        headers = {"Cache-Control": "no-store"}
        kind = "text/event-stream"
        return StreamingResponse(streams.messages(), 200, headers, media_type=kind)

    return api


def bytes_of(text: str) -> bytes:
    """32 bytes from hex with 0x; 404 for anything else, since nothing has that name."""
    digits = text.removeprefix("0x")
    try:
        found = bytes.fromhex(digits)
    except ValueError:
        found = b""
    if len(found) != 32 or len(digits) != 64:
        raise HTTPException(404, "expected 32 bytes in hexadecimal, with 0x")
    return found
