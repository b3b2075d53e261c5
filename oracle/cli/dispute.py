"""`plumb dispute`: look into disputes, also those that could be."""

import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from oracle.amounts import brief_wei
from oracle.cli.common.errors import NotOver
from oracle.cli.common.options import FETCHING
from oracle.cli.common.output import (
    AsJson,
    console,
    facts,
    grid,
    hexadecimal,
    print_json,
    remark,
    stage,
)
from oracle.cli.common.settled import settled
from oracle.legible import number_of

if TYPE_CHECKING:
    from challenge.whatif import WhatIf
    from mips_vm.json_text import JsonObject
    from oracle.config import Settings
    from oracle.node.actions import Done
    from oracle.node.challenger.joining import Terms
    from oracle.node.node import Node
    from oracle.node.roles.roles import ChallengerSettings
    from oracle.record.disputes import Dispute
    from oracle.record.history import History
    from oracle.record.record import Answered, Record

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)

RequestId = Annotated[int, typer.Argument(metavar="REQUEST", min=1)]
ABBREVIATED = 10
POLL_SECONDS = 1.0


@app.command("list")
@settled()
def list_disputes(
    settings: "Settings",
    finished: Annotated[
        bool, typer.Option("--all", help="Also those that are over.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Every dispute: whose move it is, and how long they have."""
    from oracle.cli.onchain.sites import site_of
    from oracle.record.disputes import disputes_of

    record = site_of(settings).record()
    found = [dispute.as_json() for dispute in disputes_of(record, finished)]
    if as_json:
        print_json({"disputes": found})
        return
    if not found:
        console().print(
            "There is none." if finished else "None is open: --all lists all."
        )
        return
    columns = ("request_id", "worker", "challenger", "stage", "mover", "seconds_left")
    rows = [[_short(dispute[column]) for column in columns] for dispute in found]
    titles = ("request", "worker", "challenger", "stage", "to move", "seconds left")
    console().print(grid(None, titles, rows, numbers=("request", "seconds left")))
    remark(
        "A worker answered, a challenger says: falsely. Who is to move has so many "
        "seconds of its clock left, and loses when they are over."
    )


@app.command()
@settled()
def show(
    settings: "Settings",
    request_id: RequestId,
    until_over: Annotated[
        bool, typer.Option("--wait", help="Until there was one, and all are over.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """How the disputes of a request's claims have narrowed so far."""
    from oracle.cli.onchain.sites import site_of
    from oracle.record.disputes import ends_of, told_end
    from oracle.record.history import history_of

    record = site_of(settings).record()
    with stage("waiting for the end"):
        found = disputes_about(record, request_id)
        while until_over and not (found and all(d.played.over for d in found)):
            time.sleep(POLL_SECONDS)
            found = disputes_about(record, request_id)
    histories = {d.played.id: history_of(record, d) for d in found}
    ends = ends_of(record) if any(d.played.over for d in found) else {}
    ended = {id: told_end(end) for id, end in ends.items()}
    if as_json:
        print_json(
            {
                "disputes": [
                    d.as_json()
                    | histories[d.played.id].as_json()
                    | {"outcome": ended.get(d.played.id)}
                    for d in found
                ]
            }
        )
        return
    for dispute in found:
        console().print(facts(shown(dispute)))
        for part in history_tables(histories[dispute.played.id]):
            console().print(part)
        if dispute.played.id in ended:
            console().print(ended[dispute.played.id])
    if not found:
        console().print("Nobody has challenged it.")


@app.command()
@settled("challenger", *FETCHING)
def whatif(
    settings: "ChallengerSettings",
    request_id: RequestId,
    as_json: AsJson = False,
) -> None:
    """Before any money moves: is the claim false, and what would a dispute bring?"""
    from challenge.whatif import whatif as foretell
    from oracle.cli.onchain.nodes import place_of
    from oracle.node.challenger.joining import pointing_rightly, terms_of
    from oracle.node.honest import Honest
    from oracle.record.disputes import claim_of
    from oracle.record.views import view_of
    from oracle.sending.connection import sender_of

    place = place_of(settings)
    record = place.record()
    record.refresh()
    answered = claim_of(record, request_id)
    challenger = sender_of(settings, place.chain).address
    with stage("computing the truth"):
        honest = Honest(place.library(settings))
        trace = honest.trace(answered.asked)
        longest = honest.longest_run(answered.asked).instructions
        view = view_of(record, answered, challenger)
        terms = terms_of(record, view)
        found = foretell(view, trace, longest, terms.price_wei)
        right = pointing_rightly(record, view, trace)
    if as_json:
        print_json(foretold(found, terms, right))
    else:
        shown = {
            "the claim is": ("true" if found.claim_is_true else "false")
            + ", and may be a test" * answered.may_be_test,
            "it leaves the truth in": found.divergence or "no segment",
            "moves left": found.moves_left,
            "own gas left": f"{found.gas_left:,}",
            "bond at risk": f"{brief_wei(found.bond_at_risk_wei)}, of it rent "
            f"{brief_wei(terms.rent_wei)}; a gas unit at {brief_wei(terms.price_wei)}",
            "gain": brief_wei(found.gain_wei),
            "others' games": f"open: {terms.open_games}, pointing rightly: {right}",
            "may lack of its gas": f"{brief_wei(terms.may_lack_wei)}, if others win",
        }
        console().print(facts(shown))
        console().print(advice(answered, found.claim_is_true, place.chain.now()))


def advice(answered: "Answered", true: bool, now: int) -> str:
    from oracle.record.record import Status

    if not answered.alive:
        fallen = "It was a test, false on purpose" * answered.confessed
        return f"{fallen or 'It has fallen already'}."
    if answered.asked.status is Status.FINAL:
        return "It is final: nobody can challenge it any more."
    if true:
        return "Don't challenge it: you would lose the bond."
    left = answered.claim.window_end - now
    if left <= 0:
        return "Too late: the time in which it could be challenged is over."
    left_for_it = number_of(left, "second")
    return f"`plumb challenger start` brings it down, within {left_for_it}."


@app.command()
@settled()
def claim(
    settings: "Settings",
    request_id: Annotated[
        int | None,
        typer.Argument(
            metavar="[REQUEST]", min=1, help="Only if its disputes are over."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Settle the account's own games that are decided, and take its free stake home.

    With a request, its disputes must be over: exit status 1 while they aren't.
    """
    from oracle.cli.onchain.nodes import place_of
    from oracle.node.collector import Collector
    from oracle.sending.connection import sender_of

    place = place_of(settings)
    if request_id is not None:
        check_over(place.record(), request_id)
    sender = sender_of(settings, place.chain)
    collector = Collector(sender, place.deployments.contracts)
    with stage("collecting"):
        done = list(until_idle(collector))
    withdrawn = [d.action.arguments[1] for d in done if d.action.function == "withdraw"]
    told: JsonObject = {
        "account": hexadecimal(sender.address),
        "settled": len(done) - len(withdrawn),
        "still_open": collector.open_challenges,
    }
    if as_json:
        print_json(told | {"withdrawn_wei": sum(withdrawn)})
    else:
        shown = {name.replace("_", " "): value for name, value in told.items()}
        console().print(facts(shown | {"withdrawn": brief_wei(sum(withdrawn))}))
    for reason in collector.troubles.reasons.values():
        remark(f"Not all was done: {reason}")
    if collector.troubles.reasons:
        raise typer.Exit(1)


def check_over(record: "Record", request_id: int) -> None:
    """Raises `NotOver`, also if nobody has challenged its answer."""
    found = disputes_about(record, request_id)
    still = sum(not dispute.played.over for dispute in found)
    if still or not found:
        raise NotOver(request_id, still)


def until_idle(node: "Node") -> "Iterator[Done]":
    """What comes true until there is nothing to do and nothing on its way."""
    while True:
        done = list(node.act())
        yield from done
        if not done and not node.sender.on_its_way:
            return
        if not done:
            time.sleep(POLL_SECONDS)


def disputes_about(record: "Record", request_id: int) -> "list[Dispute]":
    """Those of all claims on the request, over or not."""
    from oracle.record.disputes import claim_of, disputes_of

    record.refresh()
    claim_of(record, request_id)
    return [
        dispute
        for dispute in disputes_of(record, True)
        if dispute.view.claim.request_id == request_id
    ]


def history_tables(history: "History") -> Iterator[Table]:
    """Each move, and the instruction in which a game ended."""
    titles = ("shown", "of", "at", "clock used", "gas", "transaction")
    rows = [
        (
            step.shown,
            step.of,
            datetime.fromtimestamp(step.time, UTC).strftime("%Y-%m-%d %H:%M:%S"),
            "" if step.clock_used is None else f"{step.clock_used:,} s",
            f"{step.gas_used:,}",
            step.transaction,
        )
        for step in history.steps
    ]
    yield grid(None, titles, rows, numbers=("clock used", "gas"))
    if history.proof is not None:
        proof = asdict(history.proof)
        yield facts({k.replace("_", " "): v for k, v in proof.items() if v})


def foretold(found: "WhatIf", terms: "Terms", right: int) -> "JsonObject":
    return {
        "claim_is_true": found.claim_is_true,
        "divergence": str(found.divergence) if found.divergence else None,
        "moves_left": found.moves_left,
        "gas_left": found.gas_left,
        "bond_at_risk_wei": found.bond_at_risk_wei,
        "gain_wei": found.gain_wei,
        "net_wei": found.net_wei,
        "gas_price_wei": terms.price_wei,
        "rent_wei": terms.rent_wei,
        "open_games": terms.open_games,
        "pointing_rightly": right,
        "may_lack_wei": terms.may_lack_wei,
    }


def shown(dispute: "Dispute") -> dict[str, object]:
    told = dispute.as_json()
    del told["worker_bond_wei"]
    told["worker_bond"] = brief_wei(dispute.view.claim.bond)
    return {
        name.replace("_", " "): value
        for name, value in told.items()
        if value is not None
    }


def _short(value: Any) -> str:
    """An address by its beginning."""
    text = "" if value is None else str(value)
    return f"{text[:ABBREVIATED]}.." if text.startswith("0x") else text
