"""The API below /api/v1: what the pages show, to be read by programs. Only reads."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Response
from fastapi.responses import FileResponse, StreamingResponse
from starlette.concurrency import run_in_threadpool

from oracle.web import views
from oracle.web.disputes import Disputes
from oracle.web.onlooker import Onlooker

MOST_ROWS = 100
TELL_SECONDS = 15.0
"""After so long without a block a stream says that it lives."""
MOST_STREAMS = 500

Data = dict[str, Any]
Before = Annotated[int | None, Query(ge=0, le=1 << 62)]
Limit = Annotated[int, Query(ge=1, le=MOST_ROWS)]


def router(onlooker: Onlooker, disputes: Disputes) -> APIRouter:
    """The routes. What is found goes with the block that it is as of."""
    api = APIRouter(prefix="/api/v1")
    streams = [0]

    def with_block(**found: Any) -> Data:
        return {"as_of": views.as_of(onlooker)} | found

    @api.get("/status")
    def status() -> Data:
        """How fresh all this is, and how much there is of it."""
        with onlooker.reading():
            return with_block(**views.counts(onlooker))

    @api.get("/requests")
    def requests(before: Before = None, limit: Limit = 50) -> Data:
        """The newest first; `next` is the `before` of the next page, or null."""
        with onlooker.reading():
            rows = views.request_rows(onlooker, before, limit)
            more = len(rows) == limit and rows[-1]["id"] > 1
            return with_block(requests=rows, next=rows[-1]["id"] if more else None)

    @api.get("/requests/{request_id}")
    def request(request_id: int) -> Data:
        """One, with input, output, claim, and all that happened to it."""
        with onlooker.reading():
            whole = views.request_whole(onlooker, request_id)
            if whole is None:
                raise HTTPException(404, f"no request {request_id} on this chain")
            return with_block(request=whole)

    @api.get("/models")
    def models() -> Data:
        with onlooker.reading():
            return with_block(models=views.model_rows(onlooker))

    @api.get("/models/{model_id}/image")
    def image(model_id: str) -> Response:
        """The image, if it is here: whoever checks an answer hashes it himself."""
        with onlooker.reading():
            registered = onlooker.tables.models.get(bytes_of(model_id))
            model = onlooker.model_of(registered) if registered else None
        if model is None:
            raise HTTPException(404, "no image of that model here")
        headers = {"Cache-Control": "public, max-age=31536000, immutable"}
        kind = "application/octet-stream"
        if isinstance(model.source, Path):
            return FileResponse(model.source, media_type=kind, headers=headers)
        return Response(model.source, media_type=kind, headers=headers)

    @api.get("/workers")
    def workers() -> Data:
        with onlooker.reading():
            return with_block(workers=views.worker_rows(onlooker))

    @api.get("/disputes")
    def games() -> Data:
        with onlooker.reading():
            return with_block(disputes=views.game_rows(onlooker))

    @api.get("/disputes/{game}")
    def game(game: str) -> Data:
        """One, level by level and move by move."""
        whole = disputes.whole(bytes_of(game))
        if whole is None:
            raise HTTPException(404, "no such dispute on this chain")
        return with_block(dispute=whole)

    @api.get("/contracts")
    def contracts() -> Data:
        """Where to ask the chain oneself."""
        found = onlooker.site.deployments.contracts
        addresses = {c.name: views.hexed(c.address) for c in found.all}
        return {"chain_id": onlooker.site.deployments.chain_id, "contracts": addresses}

    @api.get("/events")
    async def events() -> StreamingResponse:
        """Server-sent: one message a block that was looked at, `status` as data."""
        if streams[0] >= MOST_STREAMS:
            raise HTTPException(503, f"at most {MOST_STREAMS} listen at a time")

        async def told() -> AsyncIterator[str]:
            streams[0] += 1
            version = -1
            try:
                while True:
                    found = await run_in_threadpool(_next, onlooker, version)
                    yield f": {found}\n\n" if found == version else _message(onlooker)
                    version = found
                    await asyncio.sleep(0)
            finally:
                streams[0] -= 1

        headers = {"Cache-Control": "no-store"}
        return StreamingResponse(told(), 200, headers, media_type="text/event-stream")

    return api


def _next(onlooker: Onlooker, version: int) -> int:
    return onlooker.wait(version, TELL_SECONDS)


def _message(onlooker: Onlooker) -> str:
    with onlooker.reading():
        told = views.as_of(onlooker) | {"events": len(onlooker.told)}
    return f"event: block\ndata: {json.dumps(told)}\n\n"


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
