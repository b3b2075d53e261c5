"""`plumb web`: a page of what happens on the chain, for a browser."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from oracle.cli.common.errors import BadInputFile
from oracle.cli.common.output import AsJson, console, print_json
from oracle.cli.common.settled import settled

if TYPE_CHECKING:
    from oracle.models.library import Library
    from oracle.node.roles.node_config import NodeSettings
    from oracle.node.roles.roles import Place

PORT = 8600
LOCAL = ("127.0.0.1", "localhost", "::1")

app = typer.Typer(add_completion=False)


@app.command()
@settled("node", "models", "poll", "log_json")
def web(
    settings: "NodeSettings",
    host: Annotated[str, typer.Option(help="Where to listen.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="0: any that is free.")
    ] = PORT,
    page_rpc: Annotated[
        list[str] | None,
        typer.Option(
            metavar="URL",
            help="An endpoint that visitors' browsers may ask; everyone sees it. By "
            "default the chain's, if that is on this machine. Repeatable.",
        ),
    ] = None,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Answer to this name, too, such as example.org. Repeatable.",
        ),
    ] = None,
    behind_proxy: Annotated[
        bool,
        typer.Option(
            "--behind-proxy",
            help="Tell visitors apart by X-Forwarded-For, which a proxy in front sets.",
        ),
    ] = False,
    replay: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="Show a dispute that /api/v1/disputes/GAME gave, without a chain.",
        ),
    ] = None,
    save: Annotated[
        int | None,
        typer.Option(
            metavar="REQUEST",
            min=1,
            help="Serve nothing: write a page that checks this answer by itself.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where --save writes to."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Serve pages and an API of what happens on the chain, until interrupted.

    It reads; it holds no keys. Answers are checked by the visitor's browser.
    """
    from oracle import logs
    from oracle.cli.onchain.nodes import place_of
    from oracle.devnet.serving import serving, stopping
    from oracle.evm.places import read_places
    from oracle.swarm.reader import Reader
    from oracle.web.scene.onlooker import Onlooker
    from oracle.web.server.application import application
    from oracle.web.server.guarding import Later, hosts_of

    logs.configure(settings.log_json)
    if replay is not None:
        show_replay(replay, host, port, allow_host or (), as_json)
        return
    rpc_urls = list(page_rpc or filter(is_local, settings.rpc_url))
    if save is not None:
        file = output or Path(f"plumbline-request-{save}.html")
        save_check(settings, save, file, next(iter(rpc_urls), ""), as_json)
        return
    with ExitStack() as stack:
        stop = stack.enter_context(stopping())
        place = place_of(settings)
        later = Later()
        url = stack.enter_context(serving(later, host, port))
        library = images_of(place, settings)
        swarm = Reader.found(place.chain, place.deployments, settings.deployments)
        onlooker = Onlooker(place, library, settings.poll, swarm)
        stack.enter_context(onlooker)
        hosts = hosts_of(host, urlsplit(url).port or 0, allow_host or ())
        tokens = read_places(
            settings.deployments, place.chain.endpoint.chain_id
        ).pictures
        later.app = application(
            onlooker, hosts, rpc_urls, behind_proxy=behind_proxy, tokens=tokens
        )
        if as_json:
            print_json({"url": url, "rpc_urls": rpc_urls})
        else:
            console().print(f"{url}  Stop with Ctrl-C.")
        stop.wait()


def save_check(
    settings: "NodeSettings", request_id: int, file: Path, rpc_url: str, as_json: bool
) -> None:
    """Writes the page that checks one answer."""
    from converters.files import write_atomically
    from oracle.cli.common.errors import NothingToCheck
    from oracle.cli.onchain.nodes import place_of
    from oracle.web.pages.saving import saved
    from oracle.web.scene.onlooker import Onlooker

    place = place_of(settings)
    onlooker = Onlooker(place, images_of(place, settings))
    onlooker.look()
    page = saved(onlooker.scene, request_id, rpc_url)
    if page is None:
        raise NothingToCheck(request_id)
    write_atomically(file, page.encode())
    if as_json:
        print_json({"file": str(file), "bytes": len(page.encode())})
    else:
        console().print(f"written: {file}; any browser opens it")


def show_replay(
    file: Path, host: str, port: int, allow_host: Sequence[str], as_json: bool
) -> None:
    """Serves one page until interrupted."""
    from oracle.devnet.serving import serving, stopping
    from oracle.web.server.guarding import Later, hosts_of
    from oracle.web.server.replay import BadReplay, application, read

    try:
        dispute = read(file)
    except BadReplay as error:
        raise BadInputFile(file, error.expected, error.actual) from None
    with ExitStack() as stack:
        stop = stack.enter_context(stopping())
        later = Later()
        url = stack.enter_context(serving(later, host, port))
        hosts = hosts_of(host, urlsplit(url).port or 0, allow_host)
        later.app = application(dispute, hosts)
        if as_json:
            print_json({"url": url})
        else:
            console().print(f"{url}  Stop with Ctrl-C.")
        stop.wait()


def is_local(url: str) -> bool:
    """Others may have a key in them, which is nobody's business."""
    return urlsplit(url).hostname in LOCAL


def images_of(place: "Place", settings: "NodeSettings") -> "Library":
    """Those that are on this machine, of models that were named: nothing is fetched."""
    names = [*settings.models, *place.deployments.models]
    library, _ = place.provider(settings).at_hand(names, offer_all=True)
    return library
