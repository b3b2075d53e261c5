"""The pages that there are. A new one needs a function, a template and a line here."""

from typing import Any, Final

from oracle.chain.events import ModelRegistered
from oracle.node.loop import OUTAGES
from oracle.web.pages.circle import ring_drawn
from oracle.web.pages.drawing import drawn
from oracle.web.pages.page import Absent, Elsewhere, Page, Visit
from oracle.web.pages.saving import hashes
from oracle.web.tensors.forms import form_of
from oracle.web.views import games, models, people, requests, rounds
from oracle.web.views.basics import Data, hexed
from oracle.web.views.offers import WINDOW_SECONDS
from oracle.web.views.search import found

ROWS: Final = 50
SHOWN: Final = 10
"""Of a model, on its own page."""
MOST_SEARCHED: Final = 200


def requests_page(visit: Visit) -> Data:
    """The newest first, with ids below `before`."""
    before = visit.number("before")
    rows = requests.request_rows(visit.scene, before, ROWS)
    more = rows[-1]["id"] if len(rows) == ROWS and rows[-1]["id"] > 1 else None
    return {"rows": rows, "more": more, "first": before is None}


def request_page(visit: Visit) -> Data | Absent:
    whole = requests.request_whole(visit.scene, visit.number("request_id") or 0)
    if whole is None:
        return Absent(f"request {visit.parts['request_id']}")
    return {"asked": whole}


def disputes_page(visit: Visit) -> Data:
    return {"rows": games.game_rows(visit.scene)}


def dispute_page(visit: Visit) -> Data | Absent:
    game = visit.hash("game")
    whole = visit.kept.disputes.whole(visit.scene, game) if game else None
    if whole is None:
        return Absent(f"dispute {visit.parts['game']}")
    return {"game": whole, "picture": drawn(whole["levels"])}


def models_page(visit: Visit) -> Data:
    return {"rows": models.model_rows(visit.scene, visit.kept.cards)}


def model_page(visit: Visit) -> Data | Absent:
    scene, registered = visit.scene, registered_in(visit)
    if registered is None:
        return Absent(f"model {visit.parts['model_id']}")
    row = models.model_row(scene, registered, visit.kept.cards)
    try:
        offer = visit.kept.offers.offer(scene, registered)
    except OUTAGES:  # a page says the rest without the chain
        offer = None
    of_it = requests.request_rows(scene, None, SHOWN, registered.model_id)
    return {"model": row, "offer": offer, "rows": of_it}


def ask_page(visit: Visit) -> Data | Absent:
    scene, registered = visit.scene, registered_in(visit)
    if registered is None:
        return Absent(f"model {visit.parts['model_id']}")
    row = models.model_row(scene, registered, visit.kept.cards)
    model = scene.model_of(registered)
    form = form_of(model) if model else None
    return {"asked": {"model": row, "form": form, "window": WINDOW_SECONDS}}


def registered_in(visit: Visit) -> ModelRegistered | None:
    """The model that the path names."""
    model_id = visit.hash("model_id")
    return visit.scene.tables.models.get(model_id) if model_id else None


def workers_page(visit: Visit) -> Data:
    scene, stakes = visit.scene, visit.kept.stakes
    return {
        "rows": people.worker_rows(scene, stakes),
        "challengers": people.challenger_rows(scene, stakes),
    }


def rounds_page(visit: Visit) -> Data:
    """The newest first, with ids below `before`."""
    scene, before = visit.scene, visit.number("before")
    rows = rounds.round_rows(scene, before, ROWS)
    more = rows[-1]["id"] if len(rows) == ROWS and rows[-1]["id"] > 1 else None
    return {"rows": rows, "more": more, "placed": scene.rounds is not None}


def round_page(visit: Visit) -> Data | Absent:
    whole = rounds.round_whole(visit.scene, visit.number("round_id") or 0)
    if whole is None:
        return Absent(f"round {visit.parts['round_id']}")
    return {"round": whole, "picture": ring_drawn(whole)}


def pictures_page(visit: Visit) -> Data:
    """The browser asks the chain for them; where the tokens are, all pages are told."""
    return {}


def health_page(visit: Visit) -> Data:
    scene = visit.scene
    contracts: dict[str, Any] = {
        each.name: hexed(each.address) for each in scene.site.deployments.contracts.all
    }
    held = len(scene.library)
    return {"contracts": contracts, "held": held, "hashes": hashes()}


def search_page(visit: Visit) -> Absent | Elsewhere:
    words = visit.query.get("q", "")[:MOST_SEARCHED]
    path = found(visit.scene, words)
    return Elsewhere(path) if path else Absent(words)


PAGES: Final = (
    Page("/", "requests", requests_page, tab="Requests"),
    Page("/requests/{request_id}", "request", request_page, under="/"),
    Page("/disputes", "disputes", disputes_page, tab="Disputes"),
    Page("/disputes/{game}", "dispute", dispute_page, under="/disputes"),
    Page("/models", "models", models_page, tab="Models"),
    Page("/models/{model_id}", "model", model_page, under="/models"),
    Page("/models/{model_id}/ask", "ask", ask_page, under="/models"),
    Page("/workers", "workers", workers_page, tab="Workers"),
    Page("/rounds", "rounds", rounds_page, tab="Swarm"),
    Page("/rounds/{round_id}", "round", round_page, under="/rounds"),
    Page("/pictures", "gallery", pictures_page, tab="Pictures"),
    Page("/health", "health", health_page, tab="Health", for_all=False),
    Page("/search", "absent", search_page),
)
TABS: Final = tuple((page.path, page.tab) for page in PAGES if page.tab)
