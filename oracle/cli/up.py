"""`plumb up`: everything at once, in one terminal and on one port."""

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from oracle.cli.common.output import AsJson, console, facts, print_json, stage

PORT = 8600

app = typer.Typer(add_completion=False)


@app.command()
def up(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="0: any that is free.")
    ] = PORT,
    block_time: Annotated[
        float,
        typer.Option(metavar="SECONDS", min=0.1, help="Between blocks, at most."),
    ] = 2,
    model: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="Register and serve this image, too. Repeatable.",
        ),
    ] = None,
    pictures: Annotated[
        bool,
        typer.Option(
            "--pictures", help="With nets in the chain that draw, and their page."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Serve a devnet, a worker, a challenger and a page of it all, until Ctrl-C.

    The chain is gone afterwards. Its accounts' keys are known to everyone.
    """
    from oracle import logs
    from oracle.devnet.serving import stopping
    from oracle.web.trial.company import RPC, everything

    logs.configure(False)
    with ExitStack() as stack:
        stop = stack.enter_context(stopping())
        with stage("deploying"):
            found = stack.enter_context(
                everything(port, block_time, images=model or (), pictures=pictures)
            )
        folder = Path(stack.enter_context(TemporaryDirectory()))
        written = found.ready.deployments.write(folder / "deployments")
        told = {
            "page": found.url,
            "rpc_url": found.url + RPC,
            "deployments": str(written),
        }
        if as_json:
            print_json(told)
        else:
            accounts = "dev:2 works, dev:4 challenges, dev:3 lies when told to"
            console().print(facts(told | {"accounts": accounts}))
            console().print("Everyone knows these accounts' keys. Stop with Ctrl-C.")
        stop.wait()
