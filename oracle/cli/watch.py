"""`plumb watch`: recompute every claim, and only tell."""

import json
import urllib.request
from typing import Annotated

import typer

from oracle import logs
from oracle.cli.nodes import place_of
from oracle.cli.options import (
    Cluster,
    IpfsGateways,
    LogJson,
    MaxModelBytes,
    MinValue,
    Models,
    Poll,
    Processes,
    Sample,
)
from oracle.cli.output import AsJson, print_json
from oracle.cli.settled import settled
from oracle.honest import Honest
from oracle.loop import OUTAGES
from oracle.roles import ChallengerSettings
from oracle.serving import stopping
from oracle.watcher import Finding, Watcher

app = typer.Typer(add_completion=False)
log = logs.logger(__name__)

WEBHOOK_SECONDS = 10


@app.command()
@settled(ChallengerSettings)
def watch(
    settings: ChallengerSettings,
    models: Models = None,
    sample: Sample = None,
    min_value: MinValue = None,
    max_model_bytes: MaxModelBytes = None,
    ipfs_gateways: IpfsGateways = None,
    processes: Processes = None,
    cluster: Cluster = None,
    poll: Poll = None,
    log_json: LogJson = None,
    once: Annotated[
        bool, typer.Option("--once", help="Look once; exit status 1 at a false claim.")
    ] = False,
    webhook: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Post each false claim there, as JSON."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Recompute every claim, and tell which are false; needs no account."""
    logs.configure(settings.log_json)
    place = place_of(settings)
    with stopping() as stop, settings.executors() as executors:
        mind = Honest(place.library(settings), executors=executors)
        watcher = Watcher(place.record(), mind, settings.choice)
        if once:
            findings = [told(finding, webhook) for finding in watcher.look()]
            if as_json:
                print_json({"claims": [finding.as_json() for finding in findings]})
            if not all(finding.true for finding in findings):
                raise typer.Exit(1)
            return
        while not stop.is_set():
            try:
                for finding in watcher.look():
                    told(finding, webhook)
            except OUTAGES as error:
                log.warning("chain unavailable", reason=str(error))
            stop.wait(settings.poll)


def told(finding: Finding, webhook: str | None) -> Finding:
    """Logs the finding; a false claim is posted as well."""
    facts = finding.as_json()
    if finding.true:
        log.info("true claim", **facts)
        return finding
    log.warning("false claim", **facts)
    if webhook is not None:
        body = json.dumps({"event": "false claim"} | facts).encode()
        headers = {"content-type": "application/json"}
        asked = urllib.request.Request(webhook, body, headers)
        try:
            urllib.request.urlopen(asked, timeout=WEBHOOK_SECONDS).close()
        except (OSError, ValueError) as error:
            log.error("webhook failed", reason=str(error))
    return finding
