"""The devnet behind HTTP: one request at a time, each kept whole or not at all."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from threading import Event, Lock, Thread
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from starlette.concurrency import run_in_threadpool
from web3.types import RPCEndpoint

from oracle.chain.disk import DiskDB
from oracle.chain.rpc import failure
from oracle.devnet.methods import Devnet

PARSE_ERROR, INVALID_REQUEST = -32700, -32600
READS = ("eth_get", "eth_call", "eth_estimate", "eth_chainId", "eth_block", "net_")
"""Methods that leave nothing to keep, by how their names begin."""


class Service:
    """Answers requests to one devnet, from any thread."""

    def __init__(self, devnet: Devnet, disk: DiskDB | None = None) -> None:
        self._devnet, self._disk = devnet, disk
        self._lock = Lock()

    def answer(self, body: bytes) -> Any:
        """The answer to a request, or to a batch of them; None if none is wanted."""
        try:
            asked = json.loads(body)
        except ValueError as error:
            return failure(PARSE_ERROR, f"not JSON: {error}") | {"id": None}
        if isinstance(asked, list):
            answers = [self._one(request) for request in asked]
            return [answer for answer in answers if answer is not None]
        return self._one(asked)

    def mine(self) -> None:
        """One empty block."""
        self._ask("evm_mine", [])

    def _one(self, request: Any) -> Any:
        if not isinstance(request, dict) or not isinstance(request.get("method"), str):
            return failure(INVALID_REQUEST, "expected a JSON-RPC request") | {
                "id": None
            }
        answer = self._ask(request["method"], request.get("params") or [])
        return {**answer, "id": request["id"]} if "id" in request else None

    def _ask(self, method: str, params: Any) -> Any:
        with self._lock:
            answer = self._devnet.make_request(RPCEndpoint(method), params)
            if self._disk is not None and not method.startswith(READS):
                self._disk.forget() if "error" in answer else self._disk.keep()
            return answer


class Ticker:
    """A block every so many seconds, whether anything happened or not."""

    def __init__(self, tick: Callable[[], None], seconds: float) -> None:
        self._tick, self._seconds = tick, seconds
        self._stop = Event()
        self._thread = Thread(target=self._run, name="block time", daemon=True)

    def start(self) -> None:
        if self._seconds:
            self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._seconds):
            self._tick()


def application(service: Service, block_seconds: float = 0) -> FastAPI:
    """The web application. `block_seconds`: empty blocks in between; 0 for none."""
    ticker = Ticker(service.mine, block_seconds)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        ticker.start()
        yield
        ticker.stop()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    # A wallet in a browser asks from another origin; there is nothing here to protect.
    app.add_middleware(
        CORSMiddleware, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"]
    )

    @app.post("/")
    async def rpc(request: Request) -> Response:
        answer = await run_in_threadpool(service.answer, await request.body())
        if answer is None:
            return Response(status_code=204)
        return Response(json.dumps(answer), media_type="application/json")

    @app.get("/healthz")
    async def healthz() -> dict[str, bool]:
        return {"ok": True}

    return app
