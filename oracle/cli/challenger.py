"""`plumb challenger`: recompute every claim, and bring down what is false."""

import typer

from oracle.chain.sender import Sender
from oracle.cli.nodes import run_node
from oracle.cli.options import (
    Cluster,
    FetchFrom,
    IpfsGateways,
    LogJson,
    MaxModelBytes,
    Metrics,
    MinValue,
    Models,
    Poll,
    Processes,
    Sample,
    WebhookUrl,
)
from oracle.cli.settled import settled
from oracle.honest import Honest
from oracle.node import Node
from oracle.roles import ChallengerSettings, Place

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)


@app.callback()
def group() -> None:
    """Recompute every claim, and bring down what is false."""


@app.command()
@settled(ChallengerSettings)
def start(
    settings: ChallengerSettings,
    models: Models = None,
    sample: Sample = None,
    min_value: MinValue = None,
    max_model_bytes: MaxModelBytes = None,
    ipfs_gateways: IpfsGateways = None,
    fetch_from: FetchFrom = None,
    processes: Processes = None,
    cluster: Cluster = None,
    poll: Poll = None,
    log_json: LogJson = None,
    metrics: Metrics = None,
    webhook: WebhookUrl = None,
) -> None:
    """Watch, challenge, play, collect; until interrupted."""

    def make(place: Place, sender: Sender, mind: Honest) -> Node:
        return place.challenger(settings, sender, mind)

    run_node(settings, make)
