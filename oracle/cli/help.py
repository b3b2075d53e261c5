"""`plumb help`: what many commands have in common."""

from typing import Annotated, Final

import typer

from oracle.cli.common.options import CHAIN, NODE, Chosen
from oracle.cli.common.output import console, facts
from oracle.naming import flag_of, key_of, variable_of

TOPICS: Final[dict[str, tuple[str, tuple[Chosen, ...]]]] = {
    "chain": ("Every command that meets a chain takes these.", CHAIN),
    "node": ("Workers, challengers and watchers take these, too.", NODE),
}
ORDER: Final = (
    "A flag wins, then the environment variable, then the key in plumb.toml (or in the "
    "file that --config names), where [worker] and [challenger] may have tables of "
    "their own."
)

app = typer.Typer(add_completion=False)


@app.command("help")
def explain(
    topic: Annotated[
        str, typer.Argument(metavar="TOPIC", help="`chain` or `node`.")
    ] = "chain",
) -> None:
    """The options that commands share, with their variables and keys."""
    if topic not in TOPICS:
        expected = " or ".join(TOPICS)
        raise typer.BadParameter(f"expected {expected}, got {topic}")
    about, chosen = TOPICS[topic]
    console().print(about)
    for name, _, text, *metavar in chosen:
        flag = " ".join((flag_of(name), *metavar))
        console().print(f"\n{flag}")
        where = {"variable": variable_of(name), "key": key_of(name), "": text}
        console().print(facts({f"  {k}": v for k, v in where.items()}))
    console().print(f"\n{ORDER}")
