"""`plumb deploy`: put the contracts on a chain."""

from typing import TYPE_CHECKING, Annotated

import typer

from oracle.cli.common.output import AsJson, console, facts, print_json, stage
from oracle.cli.common.settled import settled

if TYPE_CHECKING:
    from oracle.chain.deployments import Placed
    from oracle.config import Settings
    from oracle.sending.sender import Receipt

WEEK_SECONDS = 7 * 24 * 3600

app = typer.Typer(add_completion=False)


@app.command()
@settled()
def deploy(
    settings: "Settings",
    parts: Annotated[
        int, typer.Option("--k", min=2, max=64, help="Parts of a dissection.")
    ] = 32,
    clock: Annotated[
        int, typer.Option(metavar="SECONDS", min=60, help="One side's time for a game.")
    ] = WEEK_SECONDS,
    as_json: AsJson = False,
) -> None:
    """Put the contracts on a chain, and write where to deployments/<chainId>.json."""
    from oracle.chain.deployments import Deployments, placed_by_name
    from oracle.sending.connection import connected, sender_of
    from oracle.sending.deploy import deploy as deploy_all
    from solidity.deployment import Parameters

    chain = connected(settings)
    with stage("deploying six contracts"):
        deployed = deploy_all(sender_of(settings, chain), Parameters(parts, clock))
    placed = placed_by_name(map(placed_by, deployed.names, deployed.receipts))
    found = Deployments(chain.endpoint.chain_id, placed)
    path = found.write(settings.deployments)
    if as_json:
        contracts = {name: at.as_json() for name, at in placed.items()}
        print_json({"deployments": str(path), "contracts": contracts})
    else:
        console().print(facts({n: f"0x{at.address.hex()}" for n, at in placed.items()}))
        console().print(f"written to {path}")


def placed_by(name: str, receipt: "Receipt") -> "Placed":
    from oracle.chain.deployments import Placed

    return Placed(name, receipt.contract, receipt.block, receipt.transaction)
