"""What the commands that start a node share."""

from collections.abc import Callable
from contextlib import ExitStack
from threading import Event
from typing import Annotated

import typer

from oracle import logs
from oracle.chain.sender import Sender
from oracle.config import Settings
from oracle.connection import connected, deployed_on, sender_of, store_of
from oracle.library import Library
from oracle.loop import Loop
from oracle.node import Node
from oracle.roles import NodeSettings, Place
from oracle.serving import stopping

Models = Annotated[
    list[str] | None,
    typer.Option(
        "--model",
        metavar="MODEL",
        help="Serve this one: an image, an id, or a name. Repeatable. [PLUMB_MODELS]",
    ),
]
Poll = Annotated[
    float | None,
    typer.Option(metavar="SECONDS", help="Between looks at the chain. [PLUMB_POLL]"),
]
LogJson = Annotated[
    bool | None,
    typer.Option("--log-json", help="One JSON object a line. [PLUMB_LOG_JSON]"),
]
MaxModelBytes = Annotated[
    int | None,
    typer.Option(help="Fetch no longer image. [PLUMB_MAX_MODEL_BYTES]"),
]

Make = Callable[[Place, Sender, Library], Node]


def place_of(settings: Settings) -> Place:
    """The chain of the settings, and the contracts on it."""
    chain = connected(settings)
    return Place(chain, deployed_on(settings, chain))


def run_node(settings: NodeSettings, make: Make) -> None:
    """Runs a node until the process is asked to stop."""
    logs.configure(settings.log_json)
    with ExitStack() as stack:
        stop: Event = stack.enter_context(stopping())
        place = place_of(settings)
        store = store_of(settings, place.chain)
        stack.callback(store.close)
        sender = sender_of(settings, place.chain, store)
        node = make(place, sender, place.library(settings))
        Loop(node, settings.poll).run(stop)
