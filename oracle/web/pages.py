"""The pages: the same views as the API's, in HTML."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from eth_utils.address import to_checksum_address
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from oracle.amounts import brief_wei
from oracle.chain.events import ModelRegistered
from oracle.legible import legible, number_of
from oracle.web import views
from oracle.web.disputes import Disputes
from oracle.web.drawing import drawn
from oracle.web.forms import form_of
from oracle.web.offers import WINDOW_SECONDS
from oracle.web.onlooker import Onlooker, Scene

TEMPLATES: Final = Path(__file__).parent / "templates"
ROWS: Final = 50
DAY: Final = 86_400


def environment() -> Environment:
    """Strangers' text is escaped wherever it stands."""
    found = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {
        "short": short,
        "ether": lambda wei: brief_wei(int(wei)),
        "instant": instant,
        "span": span,
        "counted": number_of,
        "legible": legible,
        "bytes": as_bytes,
    }
    return found


def router(
    onlooker: Onlooker,
    disputes: Disputes,
    rpc_urls: list[str],
    trying: Mapping[str, Any],
    tokens: Mapping[str, bytes],
) -> APIRouter:
    """Pages show one block each, and say which. `trying`: what those are told that let
    people try things out. `tokens` of pictures by name."""
    templates, pages = environment(), APIRouter(include_in_schema=False)

    def page(
        request: Request, scene: Scene, name: str, status: int = 200, **data: Any
    ) -> Response:
        data |= {
            "replay": False,
            "as_of": views.as_of(scene),
            "counts": views.counts(scene),
        }
        text = templates.get_template(f"{name}.html").render(
            data, path=request.url.path, rpc_urls=rpc_urls, replay=False, **trying
        )
        return HTMLResponse(text, status, {"Cache-Control": "no-store"})

    def absent(request: Request, scene: Scene, what: str) -> Response:
        return page(request, scene, "absent", 404, what=legible(what[:80]))

    @pages.get("/")
    def requests(request: Request, before: int | None = None) -> Response:
        scene = onlooker.scene
        rows = views.request_rows(scene, before, ROWS)
        more = rows[-1]["id"] if len(rows) == ROWS and rows[-1]["id"] > 1 else None
        return page(
            request, scene, "requests", rows=rows, more=more, first=before is None
        )

    @pages.get("/requests/{request_id}")
    def one(request: Request, request_id: str) -> Response:
        scene = onlooker.scene
        number = int(request_id) if request_id.isdecimal() else 0
        whole = views.request_whole(scene, number)
        if whole is None:
            return absent(request, scene, f"request {request_id}")
        return page(request, scene, "request", asked=whole)

    @pages.get("/disputes")
    def games(request: Request) -> Response:
        scene = onlooker.scene
        rows = views.game_rows(scene)
        return page(request, scene, "disputes", rows=rows)

    @pages.get("/disputes/{game}")
    def dispute(request: Request, game: str) -> Response:
        scene = onlooker.scene
        digits = game.removeprefix("0x")
        known = len(digits) == 64 and all(c in "0123456789abcdef" for c in digits)
        whole = disputes.whole(scene, bytes.fromhex(digits)) if known else None
        if whole is None:
            return absent(request, scene, f"dispute {game}")
        picture = drawn(whole["levels"])
        return page(request, scene, "dispute", game=whole, picture=picture)

    @pages.get("/models")
    def models(request: Request) -> Response:
        scene = onlooker.scene
        rows = views.model_rows(scene)
        return page(request, scene, "models", rows=rows)

    @pages.get("/models/{model_id}/ask")
    def ask(request: Request, model_id: str) -> Response:
        scene = onlooker.scene
        known = (m for m in scene.tables.models.values() if matches(m, model_id))
        registered = next(known, None)
        if registered is None:
            return absent(request, scene, f"model {model_id}")
        row, model = views.model_row(scene, registered, 0), scene.model_of(registered)
        form = form_of(model) if model else None
        asked = {"model": row, "form": form, "window": WINDOW_SECONDS}
        return page(request, scene, "ask", asked=asked)

    @pages.get("/workers")
    def workers(request: Request) -> Response:
        scene = onlooker.scene
        rows, others = views.worker_rows(scene), views.challenger_rows(scene)
        return page(request, scene, "workers", rows=rows, challengers=others)

    @pages.get("/health")
    def health(request: Request) -> Response:
        scene = onlooker.scene
        found = scene.site.deployments.contracts
        contracts = {c.name: views.hexed(c.address) for c in found.all}
        held = len(scene.library)
        return page(request, scene, "health", contracts=contracts, held=held)

    @pages.get("/pictures")
    def gallery(request: Request) -> Response:
        placed = {name: to_checksum_address(at) for name, at in tokens.items()}
        return page(request, onlooker.scene, "gallery", tokens=placed)

    @pages.get("/search")
    def search(request: Request, q: str = "") -> Response:
        scene = onlooker.scene
        found = views.found(scene, q[:200])
        return RedirectResponse(found, 303) if found else absent(request, scene, q)

    return pages


def matches(registered: ModelRegistered, model_id: str) -> bool:
    return views.hexed(registered.model_id) == model_id


def short(text: str | None) -> str:
    """The beginning and the end of a hash or an address."""
    return "" if text is None else f"{text[:8]}…{text[-4:]}" if len(text) > 14 else text


def instant(seconds: int) -> str:
    """In UTC, as the chain's clock has it."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"


def span(seconds: float) -> str:
    """A length of time, roughly."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min"
    return f"{whole // 3600} h" if whole < DAY else f"{whole // DAY} d"


def as_bytes(size: int) -> str:
    """A number of bytes, roughly."""
    for unit, step in (("GB", 10**9), ("MB", 10**6), ("KB", 10**3)):
        if size >= step:
            return f"{size / step:.1f} {unit}"
    return f"{size} B"
