"""`plumb swarm`: rounds of agents that rank each other's answers."""

import typer

from oracle.cli.simulation import simulate

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)


@app.callback()
def group() -> None:
    """Rounds of agents that rank each other's answers."""


app.command()(simulate)
