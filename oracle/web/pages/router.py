"""The pages' routes: the same views as the API's, in HTML."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from oracle.legible import legible
from oracle.web.pages.looks import environment
from oracle.web.pages.page import Absent, Elsewhere, Page, Visit
from oracle.web.pages.registry import PAGES, TABS
from oracle.web.pages.rendered import Answer, Rendered
from oracle.web.pages.saving import saved
from oracle.web.scene.onlooker import Onlooker, Scene
from oracle.web.views.basics import as_of, counts
from oracle.web.views.kept import Kept

MOST_NAMED = 80


def router(
    onlooker: Onlooker,
    kept: Kept,
    rendered: Rendered,
    rpc_urls: list[str],
    told_all: Mapping[str, Any],
) -> APIRouter:
    """Pages show one block each, and say which; those that are the same for all go to
    `rendered`. `told_all`: what each is told besides, of people who try things out, and
    where tokens of pictures are."""
    templates, pages = environment(), APIRouter(include_in_schema=False)

    def render(page: Page, scene: Scene, request: Request) -> Answer:
        visit = Visit(scene, kept, request.path_params, request.query_params)
        told = page.show(visit)
        if isinstance(told, Elsewhere):
            return Answer(303, told.path)
        name, status = page.template, 200
        if isinstance(told, Absent):
            name, status = "absent", 404
            told = {"what": legible(told.what[:MOST_NAMED])}
        text = templates.get_template(f"{name}.html").render(
            told,
            as_of=as_of(scene),
            counts=counts(scene),
            path=request.url.path,
            tabs=TABS,
            section=page.under,
            rpc_urls=rpc_urls,
            replay=False,
            **told_all,
        )
        return Answer(status, text)

    def answer(page: Page, request: Request) -> Response:
        scene = onlooker.scene
        found = render(page, scene, request)
        if page.for_all and found.status == 200:
            rendered.keep(scene, request.scope, found)
        if found.status == 303:
            return RedirectResponse(found.text, 303)
        return HTMLResponse(found.text, found.status, {"Cache-Control": "no-store"})

    def answering(page: Page) -> Callable[[Request], Response]:
        def endpoint(request: Request) -> Response:
            return answer(page, request)

        return endpoint

    @pages.get("/requests/{request_id}/saved")
    def file(request_id: int) -> Response:
        """An answer's check, to be kept."""
        found = saved(onlooker.scene, request_id)
        if found is None:
            raise HTTPException(404, f"no answer to request {request_id} to check here")
        name = f"plumbline-request-{request_id}.html"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HTMLResponse(found, headers=headers)

    for page in PAGES:
        pages.add_api_route(page.path, answering(page), response_class=HTMLResponse)
    return pages
