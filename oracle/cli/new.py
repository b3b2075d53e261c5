"""`plumb new`: a folder to start from."""

from pathlib import Path
from typing import Annotated

import typer

from oracle.cli.common.output import AsJson, console, print_json

app = typer.Typer(add_completion=False, help=__doc__)

NEXT = {
    "foundry": ("forge test",),
    "hardhat": ("npm install", "npm test"),
}


@app.callback()
def new() -> None:
    """Make a folder to start from."""


@app.command()
def consumer(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="New, or empty.")],
    hardhat: Annotated[
        bool,
        typer.Option("--hardhat/--foundry", help="What compiles and tests it."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make a contract that asks for inference, with tests: it compiles at once.

    The tests have a mock of the oracle, so they need no chain. README.md there says how
    to deploy.
    """
    from importlib import metadata

    from solidity.template import Tool, write_template

    tool = Tool.HARDHAT if hardhat else Tool.FOUNDRY
    written = write_template(folder, tool, metadata.version("plumbline"))
    commands = [f"cd {folder}", *NEXT[tool]]
    if as_json:
        print_json({"folder": str(folder), "files": [*written], "next": [*commands]})
    else:
        console().print(f"written: {len(written)} files; now")
        for command in commands:
            console().print(f"  {command}")
