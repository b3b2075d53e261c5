"""`plumb watch`: recompute every claim, and only tell."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from oracle.cli.common.options import SERVING
from oracle.cli.common.output import AsJson, print_json
from oracle.cli.common.settled import settled

if TYPE_CHECKING:
    from mips_vm.json_text import JsonObject
    from oracle.models.library import Library
    from oracle.node.challenger.watcher import Finding, Watcher
    from oracle.node.notifier import Tell
    from oracle.node.roles.roles import ChallengerSettings, Place

app = typer.Typer(add_completion=False)


@app.command()
@settled("challenger", *SERVING, "sample", "min_value")
def watch(
    settings: "ChallengerSettings",
    once: Annotated[
        bool, typer.Option("--once", help="Look once; exit status 1 at a false claim.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Recompute every claim, and tell which are false; needs no account.

    Exit status 1 if one was, or with --once if one could not be checked.
    """
    from oracle import logs
    from oracle.cli.onchain.nodes import place_of
    from oracle.devnet.serving import stopping
    from oracle.node.challenger.watcher import Watcher
    from oracle.node.honest import Honest
    from oracle.node.loop import OUTAGES
    from oracle.node.notifier import Notifier

    logs.configure(settings.log_json)
    log = logs.logger(__name__)
    place = place_of(settings)
    listed: list[Finding] = []
    lies = 0
    with ExitStack() as stack:
        stop = stack.enter_context(stopping())
        executors = stack.enter_context(settings.executors())
        strategy = Honest(stocked(settings, place, once, stack), executors=executors)
        watcher = Watcher(place.record(audited=True), strategy, settings.choice)
        with settings.telling() as tell:
            watcher.record.heard = Notifier(watcher.record, None, tell).hear
            while not stop.is_set():
                try:
                    found = list(looked(watcher, tell))
                except OUTAGES as error:
                    if once:
                        raise
                    log.warning("chain unavailable", reason=str(error))
                    found = []
                lies += sum(not finding.true for finding in found)
                if once:
                    listed = found
                    break
                stop.wait(settings.poll)
    if as_json:
        print_json({"claims": [finding.as_json() for finding in listed]})
    if lies or (once and watcher.troubles.reasons):
        raise typer.Exit(1)


def stocked(
    settings: "ChallengerSettings", place: "Place", once: bool, stack: ExitStack
) -> "Library":
    """The models; who looks more than once does so while the missing ones come."""
    from oracle.cli.onchain.nodes import providers
    from oracle.models.stocker import Stocker

    if once:
        return place.library(settings)
    library, missing = place.at_hand(settings)
    stocker = Stocker(library, providers(settings), lambda: None)
    stack.enter_context(stocker).order(missing)
    return library


def looked(watcher: "Watcher", tell: "Tell") -> "Iterator[Finding]":
    """What is found now; a false claim is told as well."""
    from oracle import logs

    log = logs.logger(__name__)
    for finding in watcher.look():
        facts = finding.as_json()
        words = in_words(facts)
        if finding.true:
            log.info("true claim", **words)
        else:
            log.warning("false claim", **words)
            tell({"event": "false claim"} | facts)
        yield finding


def in_words(facts: "JsonObject") -> "JsonObject":
    """For a line of the log, which begins with whether the claim is true."""
    told = {name: value for name, value in facts.items() if name != "true"}
    disputed = "somebody acts against it" if told.pop("disputed") else "nobody yet"
    return told if facts["true"] else told | {"dispute": disputed}
