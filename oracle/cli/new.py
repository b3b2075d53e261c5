"""`plumb new`: a folder to start from."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from oracle.cli.common.output import AsJson, console, print_json
from oracle.cli.common.settled import settled

if TYPE_CHECKING:
    from oracle.node.roles.roles import WorkerSettings

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

    from oracle.naming import DISTRIBUTION
    from solidity.template import Tool, write_template

    tool = Tool.HARDHAT if hardhat else Tool.FOUNDRY
    written = write_template(folder, tool, metadata.version(DISTRIBUTION))
    _tell(folder, written, NEXT[tool], as_json)


@app.command()
@settled("worker", "models")
def worker(
    settings: "WorkerSettings",
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="New, or empty.")],
    as_json: AsJson = False,
) -> None:
    """Make a folder that a worker runs in: settings, addresses, a unit for systemd.

    The chain is the one whose contracts lie in --deployments; nothing is asked or sent.
    README.md there says what comes next.
    """
    from oracle.chain.deployments import only_chain, read_deployments
    from oracle.service.folder import WorkerFolder

    chain_id = settings.chain_id or only_chain(settings.deployments)
    deployments = read_deployments(settings.deployments, chain_id)
    named = settings.models or tuple(deployments.models)
    models = tuple(str(Path(m).resolve()) if Path(m).is_file() else m for m in named)
    made = WorkerFolder(folder, settings.rpc_url, deployments, models, settings.account)
    stake = "plumb worker stake 1ether"
    steps = (*made.first, stake, "plumb worker doctor", "plumb worker start")
    _tell(folder, made.write(), steps, as_json)


def _tell(
    folder: Path, written: list[str], steps: tuple[str, ...], as_json: bool
) -> None:
    commands = [f"cd {shlex.quote(str(folder))}", *steps]
    if as_json:
        print_json({"folder": str(folder), "files": [*written], "next": [*commands]})
    else:
        console().print(f"written: {len(written)} files; now")
        for command in commands:
            console().print(f"  {command}")
