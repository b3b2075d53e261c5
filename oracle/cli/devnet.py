"""`plumb devnet`: a chain to try things on, with the contracts in place."""

from copy import copy
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import typer.core

from oracle.chain.local.known import CHAIN_ID, FIRST_BASE_FEE, MNEMONIC, PATH
from oracle.cli.common.output import AsJson, console, facts, print_json, stage

if TYPE_CHECKING:
    from mips_vm.json_text import JsonObject
    from oracle.devnet.setup import Ready

CLOCK_SECONDS = 10 * 60


class UpByDefault(typer.core.TyperGroup):
    """`plumb devnet --port 0` means `plumb devnet up --port 0`."""

    def parse_args(self, context: Any, arguments: list[str]) -> list[str]:
        named = bool(arguments) and arguments[0] in {*self.commands, "--help"}
        given = arguments if named else ["up", *arguments]
        parsed: list[str] = super().parse_args(context, given)
        return parsed

    def format_help(self, context: Any, formatter: Any) -> None:
        """With the options of `up`, which can be given here."""
        shown = copy(self)
        shown.params = [*self.params, *self.commands["up"].params[:-1]]
        super(UpByDefault, shown).format_help(context, formatter)


app = typer.Typer(cls=UpByDefault, add_completion=False, help=__doc__)


@app.callback()
def devnet() -> None:
    """Serve a development chain over JSON-RPC (`up`), or move its clock (`travel`).

    `up` may be left out: `plumb devnet --port 8546`.
    """


@app.command()
def up(
    host: Annotated[str, typer.Option(help="Where to listen.")] = "127.0.0.1",
    port: Annotated[
        int,
        typer.Option(min=0, max=65535, envvar="PLUMB_PORT", help="0: any free."),
    ] = 8545,
    state: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Keep the chain here across restarts."),
    ] = None,
    block_time: Annotated[
        float,
        typer.Option(
            metavar="SECONDS",
            min=0,
            help="Empty blocks in between, so that time passes; 0: none.",
        ),
    ] = 2,
    deployments: Annotated[
        Path, typer.Option(metavar="DIR", help="Where to write 31337.json.")
    ] = Path("deployments"),
    parts: Annotated[
        int, typer.Option("--k", min=2, max=64, help="Parts of a dissection.")
    ] = 32,
    clock: Annotated[
        int, typer.Option(metavar="SECONDS", min=60, help="One side's time for a game.")
    ] = CLOCK_SECONDS,
    base_fee: Annotated[
        int,
        typer.Option(
            metavar="WEI",
            min=0,
            help="A new chain's first base fee; with 0 it has no fees, ever.",
        ),
    ] = FIRST_BASE_FEE,
    inference: Annotated[
        bool,
        typer.Option("--inference", help="With the precompile of docs/precompile.md."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Serve a development chain until interrupted; transactions are mined at once."""
    from oracle.devnet.server import Service, application
    from oracle.devnet.serving import serving, stopping
    from oracle.devnet.setup import set_up
    from solidity.deployment import Parameters

    with stopping() as stop:
        with stage("deploying"):
            ready = set_up(
                Parameters(parts, clock),
                state,
                first_base_fee=base_fee,
                inference=inference,
            )
        written = ready.deployments.write(deployments)
        service = Service(ready.devnet, ready.disk)
        with serving(application(service, block_time), host, port) as url:
            tell(url, ready, written, as_json)
            stop.wait()
    if ready.disk is not None:
        ready.disk.close()


def tell(url: str, ready: "Ready", written: Path, as_json: bool) -> None:
    """What somebody needs in order to use it."""
    from oracle.devnet.setup import ACCOUNTS, BALANCE_WEI, ETHER

    found = ready.deployments
    addresses = ready.devnet.addresses()
    if as_json:
        contracts = {name: at.as_json() for name, at in found.placed.items()}
        data: JsonObject = {
            "rpc_url": url,
            "chain_id": CHAIN_ID,
            "deployments": str(written),
            "accounts": addresses,
            "contracts": {name: at["address"] for name, at in contracts.items()},
            "models": {name: f"0x{id.hex()}" for name, id in found.models.items()},
        }
        print_json(data)
    else:
        ether = BALANCE_WEI // ETHER
        rows: dict[str, object] = {
            "JSON-RPC": f"{url}, chain {CHAIN_ID}",
            "contracts": written,
            "accounts": f"dev:0 to dev:{ACCOUNTS - 1}, {ether:,} ether each, from",
            "": f"{MNEMONIC} ({PATH}/0 ...)",
        }
        rows |= {f"model {n}": f"0x{id.hex()}" for n, id in found.models.items()}
        console().print(facts(rows))
        console().print("Everyone knows these accounts' keys. Stop with Ctrl-C.")


@app.command()
def travel(
    seconds: Annotated[int, typer.Argument(min=1)],
    rpc_url: Annotated[
        str, typer.Option(envvar="ETH_RPC_URL", help="The devnet's address.")
    ] = "http://127.0.0.1:8545",
    as_json: AsJson = False,
) -> None:
    """Let time pass on a devnet: move its clock on and mine a block."""
    from web3.types import RPCEndpoint

    from oracle.sending.connection import endpoint_at

    web3 = endpoint_at((rpc_url,), CHAIN_ID).web3
    for method, arguments in (("evm_increaseTime", [seconds]), ("evm_mine", [])):
        web3.manager.request_blocking(RPCEndpoint(method), arguments)
    head = web3.eth.get_block("latest")
    number, instant = head["number"], head["timestamp"]
    if as_json:
        print_json({"block": number, "time": instant})
    else:
        told = f"{datetime.fromtimestamp(instant, UTC):%Y-%m-%d %H:%M:%S} UTC"
        console().print(f"block {number}: it is {told} there")
