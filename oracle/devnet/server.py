"""The devnet behind HTTP and WebSocket.

One request at a time is answered, and what it changed is kept whole or not at all.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from threading import Event, Lock, Thread
from typing import Any

from eth_utils.exceptions import ValidationError
from fastapi import FastAPI, Request, Response, WebSocket, WebSocketDisconnect
from fastapi.middleware.cors import CORSMiddleware
from starlette.concurrency import run_in_threadpool
from web3.types import RPCEndpoint

from mips_vm.json_text import parse
from oracle.chain.errors import DiskUnusable
from oracle.chain.local.rpc import failure
from oracle.devnet.disk import DiskDB
from oracle.devnet.methods import BAD_PARAMETERS, Devnet
from oracle.devnet.subscriptions import Ask, Subscriber

log = logging.getLogger(__name__)

PARSE_ERROR, INVALID_REQUEST, INTERNAL_ERROR = -32700, -32600, -32603
TELL_SECONDS = 0.05
READS = ("eth_get", "eth_call", "eth_estimate", "eth_chainId", "eth_block", "net_")
"""Methods that leave nothing to keep, by how their names begin."""


class Service:
    """Answers requests to one devnet, from any thread."""

    def __init__(self, devnet: Devnet, disk: DiskDB | None = None) -> None:
        self._devnet, self._disk = devnet, disk
        self._lock = Lock()
        self._broken: DiskUnusable | None = None

    def answer(self, body: bytes, ask: Ask | None = None) -> Any:
        """The answer to a request, or to a batch of them; None if none is wanted.

        `ask` may answer some methods otherwise.
        """
        asking = self.ask if ask is None else ask
        try:
            asked = parse(body)
        except ValueError as error:
            return failure(PARSE_ERROR, f"not JSON: {error}") | {"id": None}
        if isinstance(asked, list):
            answers = [_one(request, asking) for request in asked]
            return [answer for answer in answers if answer is not None]
        return _one(asked, asking)

    def mine(self) -> None:
        """One empty block."""
        self.ask("evm_mine", [])

    def ask(self, method: str, params: list[Any]) -> Any:
        with self._lock:
            if self._broken is None:
                try:
                    return self._keep(method, params)
                except DiskUnusable as error:
                    log.error("%s", error)
                    self._broken = error
            # What is in memory may not be on the disk: nobody must hear of it.
            return failure(INTERNAL_ERROR, str(self._broken))

    def _keep(self, method: str, params: list[Any]) -> Any:
        answer = self._devnet.make_request(RPCEndpoint(method), params)
        if self._disk is not None and not method.startswith(READS):
            self._disk.forget() if "error" in answer else self._disk.keep()
        return answer


def _one(request: Any, ask: Ask) -> Any:
    if not isinstance(request, dict) or not isinstance(request.get("method"), str):
        return failure(INVALID_REQUEST, "expected a JSON-RPC request") | {"id": None}
    method, params = request["method"], request.get("params") or []
    try:
        answer = ask(method, params)
    except (TypeError, ValueError, ValidationError) as error:
        answer = failure(BAD_PARAMETERS, f"invalid parameters of {method}: {error}")
    return {**answer, "id": request["id"]} if "id" in request else None


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


class Conversation:
    """One client's WebSocket. What it subscribed to is told within `TELL_SECONDS`."""

    def __init__(self, connection: WebSocket, service: Service) -> None:
        self._connection, self._service = connection, service
        self._subscriber = Subscriber(service.ask)
        # The answer to a subscription comes before what it tells.
        self._turn = asyncio.Lock()

    async def hold(self) -> None:
        """Until the client goes."""
        await self._connection.accept()
        telling = asyncio.create_task(self._tell())
        try:
            while (message := await self._connection.receive()).get("code") is None:
                # Some clients send their text as bytes.
                await self._answer(message.get("bytes") or message["text"].encode())
        except WebSocketDisconnect:
            pass
        finally:
            telling.cancel()
            self._subscriber.close()

    async def _answer(self, body: bytes) -> None:
        async with self._turn:
            answer = await run_in_threadpool(
                self._service.answer, body, self._subscriber.ask
            )
            if answer is not None:
                await self._connection.send_text(json.dumps(answer))

    async def _tell(self) -> None:
        with suppress(WebSocketDisconnect):
            while True:
                await asyncio.sleep(TELL_SECONDS)
                async with self._turn:
                    for message in await run_in_threadpool(self._subscriber.news):
                        await self._connection.send_text(json.dumps(message))


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

    @app.websocket("/")
    async def socket(connection: WebSocket) -> None:
        await Conversation(connection, service).hold()

    @app.get("/healthz")
    async def healthz() -> dict[str, bool]:
        return {"ok": True}

    return app
