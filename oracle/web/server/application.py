"""What `plumb web` serves: pages, API, static files, behind the guard."""

import secrets
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Final

from eth_utils.address import to_checksum_address
from fastapi import FastAPI, HTTPException
from fastapi.responses import FileResponse
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from mips_vm import judge
from oracle.web.pages import router as pages
from oracle.web.pages.rendered import AtHand, Rendered
from oracle.web.scene.onlooker import Onlooker
from oracle.web.server import api
from oracle.web.server.guarding import Guard, policy_of
from oracle.web.server.rates import Rates
from oracle.web.views.kept import Kept
from tinynn.wasm import BUILDS, path_of

STATIC: Final = Path(__file__).parent.parent / "static"
MODULES: Final = {f"{build}.wasm": path_of(build) for build in BUILDS} | {
    judge.MODULE.name: judge.MODULE
}
WASM: Final = "application/wasm"


def application(
    onlooker: Onlooker,
    hosts: Collection[str],
    rpc_urls: list[str],
    besides: Mapping[str, ASGIApp] | None = None,
    actions: Mapping[str, Callable[[], None]] | None = None,
    behind_proxy: bool = False,
    tokens: Mapping[str, bytes] | None = None,
) -> ASGIApp:
    """`hosts` are the names that we may be called by, `rpc_urls` what a page may ask
    besides us; what is `besides`, by path, looks after itself.
    `actions` are what a page may have done, by name; with them it lets people try
    things out on a devnet. `behind_proxy`: visitors are told apart by what the proxy
    in front says of them. `tokens` are those of pictures, by their models' names."""
    app = FastAPI(
        title="Plumbline", version="1", docs_url=None, redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )  # fmt: skip
    kept = Kept()
    app.include_router(api.router(onlooker, kept))
    token = secrets.token_urlsafe()
    trying = {"token": token if actions else "", "trying": bool(actions)}
    placed = {name: to_checksum_address(at) for name, at in (tokens or {}).items()}
    told = trying | {"tokens": placed}
    rendered = Rendered()
    app.include_router(pages.router(onlooker, kept, rendered, rpc_urls, told))

    @app.get("/wasm/{name}", include_in_schema=False)
    def module(name: str) -> FileResponse:
        """The executors, as they are committed."""
        if name not in MODULES:
            raise HTTPException(404, f"expected {' or '.join(MODULES)}")
        return FileResponse(MODULES[name], media_type=WASM)

    @app.post("/api/v1/actions/{name}", include_in_schema=False)
    def act(name: str) -> dict[str, bool]:
        """Only where somebody tries it out; the guard has seen to it who asks."""
        if actions is None or name not in actions:
            raise HTTPException(404, "no such action here")
        actions[name]()
        return {"ok": True}

    @app.get("/healthz", include_in_schema=False)
    def healthz() -> dict[str, bool]:
        return {"ok": not onlooker.scene.stale}

    app.mount("/static", StaticFiles(directory=STATIC), "static")
    connect = [url for url in rpc_urls if not url.startswith("/")]
    limited = Rates(AtHand(app, onlooker, rendered), behind_proxy)
    return Guard(limited, hosts, policy_of(connect), besides, token)
