"""`plumb challenger`: recompute every claim, and bring down what is false."""

import json
from typing import TYPE_CHECKING

import typer

from oracle.amounts import brief_wei
from oracle.cli.common.options import SERVING
from oracle.cli.common.output import (
    AsJson,
    console,
    facts,
    grid,
    hexadecimal,
    print_json,
)
from oracle.cli.common.settled import settled

if TYPE_CHECKING:
    from oracle.audits.terms import Checking
    from oracle.node.challenger.vigil import Vigil
    from oracle.node.honest import Honest
    from oracle.node.node import Node
    from oracle.node.roles.roles import ChallengerSettings, Place
    from oracle.sending.sender import Sender

SECONDS = 5.0
"""That a running node has to answer."""

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)


@app.callback()
def group() -> None:
    """Recompute every claim, and bring down what is false."""


@app.command()
@settled("challenger", *SERVING, "metrics", "sample", "min_value")
def start(settings: "ChallengerSettings") -> None:
    """Watch, challenge, play, collect; until interrupted."""
    from oracle.cli.onchain.nodes import run_node

    def make(place: "Place", sender: "Sender", strategy: "Honest") -> "Node":
        return place.challenger(settings, sender, strategy)

    run_node(settings, make)


@app.command()
@settled("challenger", "models", "sample", "min_value", "processes", "metrics")
def status(settings: "ChallengerSettings", as_json: AsJson = False) -> None:
    """Say whether the challenger keeps up; exit status 1 if it won't check all in time.

    The one that runs is asked, if --metrics says where it listens. Else what waits is
    read from the chain, and foretold as if it began now.
    """
    from oracle.cli.onchain.nodes import place_of
    from oracle.node.challenger.vigil import vigil_from_chain
    from oracle.node.honest import Honest
    from oracle.sending.connection import sender_of

    found = told_by(settings) if settings.metrics else None
    if found is None:
        place = place_of(settings)
        sender = sender_of(settings, place.chain)
        with settings.executors() as executors:
            strategy = Honest(place.library(settings), executors=executors)
            challenger = place.challenger(settings, sender, strategy)
            found = vigil_from_chain(challenger, strategy.models)
    if as_json:
        print_json(found.as_json())
    else:
        show(found)
    if found.overdue or found.unpaid:
        raise typer.Exit(1)


def told_by(settings: "ChallengerSettings") -> "Vigil | None":
    """What the challenger says that listens there; None if there is none."""
    from urllib.request import urlopen

    from oracle.cli.onchain.nodes import LOCAL
    from oracle.node.challenger.vigil import Vigil

    assert settings.metrics is not None
    host, _, port = settings.metrics.rpartition(":")
    try:
        with urlopen(f"http://{host or LOCAL}:{port}/status", timeout=SECONDS) as page:
            return Vigil.from_json(json.load(page))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def show(found: "Vigil") -> None:
    console().print(
        facts(
            {
                "account": hexadecimal(found.account),
                "told by": "itself" if found.running else "the chain alone",
                "models held": found.models,
                "claims": f"waiting: {found.waiting}, being checked: {found.checking}, "
                f"too late for: {len(found.overdue)}, missed so far: {found.unchecked}",
                "games": found.games,
                "bonds locked": brief_wei(found.locked_wei),
                "free stake": brief_wei(found.free_wei),
                "earned by checking": brief_wei(found.earned_wei),
            }
        )
    )
    if found.overdue:
        rows = [
            (o.request_id, brief_wei(o.value_wei), o.window_end) for o in found.overdue
        ]
        titles = ("request", "at stake", "window ends at")
        console().print(grid("Will not be checked in time", titles, rows))
    if found.audits:
        columns = ("worker", "claims now", "tests", "prize", "a check earns", "alone")
        earning = [audits_row(each) for each in found.audits]
        title = "What checking earns, though nobody lies"
        console().print(grid(title, columns, earning))
    if found.unpaid:
        unpaid = list(found.unpaid.items())
        console().print(grid("False, and not paid for", ("request", "reason"), unpaid))
    console().print(found.verdict)


def audits_row(checking: "Checking") -> tuple[object, ...]:
    """On average, less the gas of challenging; what computing costs isn't taken off."""
    return (
        hexadecimal(checking.worker),
        checking.claims,
        f"{checking.terms.rate_bps / 100:g} %, so far {checking.tests}",
        brief_wei(checking.prize_wei),
        f"{brief_wei(checking.income_wei)}, if two others look",
        brief_wei(checking.alone_wei),
    )
