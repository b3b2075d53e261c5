"""`plumb model register | list | fetch`: models as the chain knows them.

What meets the chain is imported when it is needed: the group's other commands don't.
"""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from oracle.cli.common.output import (
    AsJson,
    console,
    facts,
    hexadecimal,
    print_json,
    remark,
)
from oracle.cli.common.settled import settled

if TYPE_CHECKING:
    from mips_vm.json_text import JsonObject
    from oracle.chain.events import ModelRegistered
    from oracle.config import Settings
    from oracle.node.roles.node_config import NodeSettings

app = typer.Typer()


@app.command()
@settled("node")
def register(
    settings: "NodeSettings",
    image: Annotated[Path, typer.Argument(metavar="IMAGE", exists=True)],
    uri: Annotated[
        list[str] | None,
        typer.Option(
            help="Where others get the image; by default where it lies on this machine."
        ),
    ] = None,
    card_uri: Annotated[
        str | None,
        typer.Option(
            "--card-uri", help="Where others get the card that lies beside the image."
        ),
    ] = None,
    royalty_bps: Annotated[
        int, typer.Option(min=0, max=10_000, help="Of each fee, in 1/10,000.")
    ] = 0,
    name: Annotated[
        str | None,
        typer.Option(help="What to call it here, in deployments/<chainId>.json."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Register a model image, so that it can be requested; it is also kept at home."""
    from oracle.chain.errors import Refused
    from oracle.chain.events import ModelRegistered
    from oracle.cli.onchain.nodes import place_of
    from oracle.compute.work import work_of
    from oracle.sending.connection import sender_of

    place = place_of(settings)
    store = settings.model_store
    model = store.load(store.add(image))
    uris = uri or [image.resolve().as_uri()]
    if card_uri is not None:
        uris = [*uris, card_entry(image, model.model_root, card_uri)]
    parts = model.model_root, model.program_root, royalty_bps, uris
    sender = sender_of(settings, place.chain)
    registry = place.deployments.contracts.registry
    try:
        receipt = sender.send(registry, "register", *parts)
    except Refused as refused:
        if refused.name != "ModelExists":
            raise
        record = place.record()
        record.refresh()
        told = record.tables.models[refused.arguments["modelId"]]
        remark("It was registered before, as follows.")
        stated = record.tables.works.get(told.model_id)
    else:
        (told,) = (e for e in receipt.events if isinstance(e, ModelRegistered))
        stated = None
    if stated != (work := work_of(model.tables)):
        # What workers compare with the image, and fees are estimated by.
        sender.send(registry, "stateWork", told.model_id, work)
    if name is not None:
        named = dict(place.deployments.models) | {name: told.model_id}
        replace(place.deployments, models=named).write(settings.deployments)
    show(told, as_json)


@app.command("list")
@settled()
def list_models(settings: "Settings", as_json: AsJson = False) -> None:
    """Every model that is registered."""
    from oracle.cli.onchain.sites import site_of

    site = site_of(settings)
    record = site.record()
    record.refresh()
    found = list(record.tables.models.values())
    names = {id: name for name, id in site.deployments.models.items()}
    if as_json:
        print_json(
            {"models": [described(m) | {"name": names.get(m.model_id)} for m in found]}
        )
        return
    if not found:
        console().print("None is registered.")
    for told in found:
        shown = {
            "name": names.get(told.model_id, "none here"),
            "id": hexadecimal(told.model_id),
            "royalty": f"{told.royalty_bps / 100:g} %",
            "images": "\n".join(told.uris),
        }
        console().print(facts(shown))
        if told is not found[-1]:
            console().print()


@app.command()
@settled("node", "max_model_bytes", "ipfs_gateways", "fetch_from")
def fetch(
    settings: "NodeSettings",
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Its id, or a name.")],
    as_json: AsJson = False,
) -> None:
    """Get a model's image from where its publisher says it is, and check it."""
    from oracle.cli.onchain.nodes import place_of

    root = place_of(settings).provider(settings).bring(model)
    told = {"model_root": hexadecimal(root)}
    told["file"] = str(settings.model_store.path_of(root))
    if as_json:
        print_json(told)
    else:
        console().print(facts(told))


def card_entry(image: Path, model_root: bytes, uri: str) -> str:
    """The registry's entry of the card beside an image; BadCard without one."""
    from oracle.cards import card_path, card_uri, found_card
    from oracle.errors import BadCard

    path = card_path(image)
    if found_card(image, model_root) is None:
        raise BadCard(path, "the model's card", "none (plumb model convert writes one)")
    return card_uri(uri, path)


def show(told: "ModelRegistered", as_json: bool) -> None:
    if as_json:
        print_json(described(told))
    else:
        console().print(facts(described(told)))


def described(told: "ModelRegistered") -> "JsonObject":
    return {
        "model_id": hexadecimal(told.model_id),
        "publisher": hexadecimal(told.publisher),
        "model_root": hexadecimal(told.model_root),
        "royalty_bps": told.royalty_bps,
        "uris": list(told.uris),
    }
