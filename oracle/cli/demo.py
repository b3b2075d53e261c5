"""`plumb demo`: the whole story on an embedded chain."""

from typing import Annotated

import typer

from oracle.cli.common.output import AsJson, console, grid, page, print_json

LIST = "list"

app = typer.Typer()


@app.command()
def demo(
    as_json: AsJson = False,
    lie: Annotated[
        str | None,
        typer.Option(
            metavar="KIND", help="Where the lie is planted; `list` shows the kinds."
        ),
    ] = None,
    seed: Annotated[
        int, typer.Option(help="Equal seeds tell equal stories.", min=0)
    ] = 0,
) -> None:
    """The whole story on an embedded chain: request, answer, lie, dispute, slash."""
    if lie == LIST:
        show_kinds(as_json)
        return
    from oracle.demo.narrator import Narrator
    from oracle.demo.story import Story, script
    from oracle.demo.teller import Mute, Teller
    from tinynn import models

    chosen = script(models.path("mnist"), seed, lie)
    teller: Teller = Mute() if as_json else Narrator(page())
    outcome = Story(chosen, teller).tell()
    if as_json:
        print_json(outcome.as_json())
    if not outcome.conserved:
        raise typer.Exit(1)


def show_kinds(as_json: bool) -> None:
    """Every kind of lie that a worker or a challenger can tell."""
    from challenge.lies import FALSE_CHALLENGERS
    from oracle.node.worker.liars import WORKER_LIES

    tables = (("worker", WORKER_LIES), ("challenger", FALSE_CHALLENGERS))
    rows = [
        (kind.name, liar, kind.description)
        for liar, kinds in tables
        for kind in kinds.values()
    ]
    if as_json:
        names = ("kind", "by", "description")
        print_json({"lies": [dict(zip(names, row, strict=True)) for row in rows]})
    else:
        console().print(grid(None, ("kind", "by", "description"), rows))
