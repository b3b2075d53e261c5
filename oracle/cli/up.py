"""`plumb up`: everything at once, in one terminal and on one port."""

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated
from urllib.parse import urlsplit

import typer

from oracle.cli.common.output import console, facts, stage

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
) -> None:
    """Serve a devnet, a worker, a challenger and a page of it all, until Ctrl-C.

    The chain is gone afterwards. Its accounts' keys are known to everyone.
    """
    from oracle import logs
    from oracle.devnet.serving import serving, stopping
    from oracle.devnet.setup import set_up
    from oracle.web.application import application
    from oracle.web.company import Company
    from oracle.web.guarding import Later, hosts_of
    from oracle.web.onlooker import Onlooker
    from solidity.deployment import Parameters

    logs.configure(False)
    with ExitStack() as stack:
        stop = stack.enter_context(stopping())
        with stage("deploying"):
            ready = set_up(Parameters())
        later = Later()
        url = stack.enter_context(serving(later, "127.0.0.1", port))
        folder = Path(stack.enter_context(TemporaryDirectory()))
        written = ready.deployments.write(folder / "deployments")
        company = stack.enter_context(Company(ready, block_time))
        later.app = company.chain_only()
        company.begin(f"{url}/rpc")
        onlooker = stack.enter_context(Onlooker(company.site, company.library, 0.5))
        hosts = hosts_of("127.0.0.1", urlsplit(url).port or 0)
        later.app = application(onlooker, hosts, ["/rpc"], company.besides)
        console().print(
            facts(
                {
                    "page": url,
                    "JSON-RPC": f"{url}/rpc",
                    "contracts": written,
                    "worker": "dev:2",
                    "challenger": "dev:4",
                    "ask": "plumb request send mnist docs/seven.json --through "
                    f"DigitReader --account dev:1 --rpc-url {url}/rpc "
                    f"--deployments {written.parent}",
                }
            )
        )
        console().print("Stop all of it with Ctrl-C.")
        stop.wait()
