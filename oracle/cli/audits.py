"""`plumb worker audits`: be made to answer falsely now and then, so that somebody
checks.

Some answers are false on purpose then; whoever challenges one is paid out of a pool,
and the true answer follows. docs/economics.md has the reasons and the sums.
"""

from typing import TYPE_CHECKING, Annotated

import typer

from oracle.amounts import brief_wei, with_unit
from oracle.cli.common.output import (
    AsJson,
    console,
    facts,
    grid,
    hexadecimal,
    print_json,
    stage,
)
from oracle.cli.common.settled import settled

if TYPE_CHECKING:
    from oracle.config import Settings
    from oracle.node.roles.roles import Place
    from oracle.sending.sender import Sender

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
Rate = Annotated[
    float, typer.Option(metavar="PERCENT", help="Of claims that must be false.")
]
Prize = Annotated[int, typer.Option(metavar="GAS", help="For one, in gas units.")]


@app.command()
@settled()
def join(
    settings: "Settings",
    deposit: Annotated[str, typer.Option(help="Into the pool, such as 0.05ether.")],
    rate: Rate = 1.0,
    prize: Prize = 3_000_000,
    feed: Annotated[
        float, typer.Option(metavar="PERCENT", help="Of fees that go to the pool.")
    ] = 10.0,
    check: Annotated[
        int, typer.Option(metavar="GAS", help="What a check may cost, so that it pays.")
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """Let requests that permit it be audited; `plumb worker start` does the rest."""
    from oracle.audits.auditee import Auditee
    from oracle.audits.errors import BadTerms
    from oracle.audits.terms import Terms
    from oracle.cli.onchain.nodes import place_of
    from oracle.sending.connection import sender_of

    place = place_of(settings)
    sender = sender_of(settings, place.chain)
    contracts = place.deployments.contracts
    terms = Terms(round(rate * 100), prize, round(feed * 100), check)
    bond = int(place.chain.call(contracts.game, "challengerBondGas"))
    if objections := terms.objections(bond):
        raise BadTerms(objections)
    with stage("drawing 65,536 secrets"):
        root = Auditee(sender, contracts).next_tree().root
    call = (root, terms.rate_bps, terms.prize_gas, terms.feed_bps, terms.check_gas)
    sender.send(contracts.audits, "join", *call, value=with_unit(deposit))
    tell(place, sender, as_json)


@app.command()
@settled()
def leave(settings: "Settings", as_json: AsJson = False) -> None:
    """Take no more audits; the pool becomes free stake, but for prizes set aside."""
    from oracle.cli.onchain.nodes import place_of
    from oracle.sending.connection import sender_of

    place = place_of(settings)
    sender = sender_of(settings, place.chain)
    sender.send(place.deployments.contracts.audits, "leave")
    tell(place, sender, as_json)


@app.command()
@settled()
def feed(
    settings: "Settings",
    amount: Annotated[str, typer.Argument(help="Such as 0.05ether.")],
    as_json: AsJson = False,
) -> None:
    """Put ether into the account's pool of prizes."""
    from oracle.cli.onchain.nodes import place_of
    from oracle.sending.connection import sender_of

    place = place_of(settings)
    sender = sender_of(settings, place.chain)
    audits = place.deployments.contracts.audits
    sender.send(audits, "feed", sender.address, value=with_unit(amount))
    tell(place, sender, as_json)


@app.command()
@settled()
def status(settings: "Settings", as_json: AsJson = False) -> None:
    """Say what the account has agreed to, and how it has kept it."""
    from oracle.cli.onchain.nodes import place_of
    from oracle.sending.connection import sender_of

    place = place_of(settings)
    tell(place, sender_of(settings, place.chain), as_json)


@app.command()
def simulate(
    rate: Rate = 1.0,
    prize: Prize = 3_000_000,
    as_json: AsJson = False,
) -> None:
    """Play 200,000 claims with challengers of all kinds: who earns, who pays."""
    from dataclasses import asdict

    from oracle.audits.simulation import cases, played
    from oracle.audits.terms import Terms

    with stage("playing"):
        found = [
            (case, played(case)) for case in cases(Terms(round(rate * 100), prize))
        ]
    if as_json:
        print_json({case.name: asdict(incomes) for case, incomes in found})
        return
    columns = ("who is there", "a checker", "who joins", "blind", "worker", "noticed")
    rows = [
        (
            case.name,
            *map(gas, (incomes.checker, incomes.lazy, incomes.blind, incomes.worker)),
            f"{incomes.noticed:.0%}",
        )
        for case, incomes in found
    ]
    console().print(grid("Gas units a claim, on average", columns, rows))


def gas(units: float | None) -> str:
    return "" if units is None else f"{units:,.0f}"


def tell(place: "Place", sender: "Sender", as_json: bool) -> None:
    contracts = place.deployments.contracts
    program = place.chain.call(contracts.audits, "getProgram", sender.address)
    root, pool, rate, feed_bps, prize, leaf, open_audits, silences = program
    told = {
        "account": hexadecimal(sender.address),
        "audited": bool(rate),
        "rate_bps": rate,
        "prize_gas": prize,
        "feed_bps": feed_bps,
        "pool_wei": pool,
        "root": hexadecimal(root),
        "leases": leaf,
        "open": open_audits,
        "silences": silences,
    }
    if as_json:
        print_json(told)
        return
    shown = {
        "account": told["account"],
        "audited": f"{rate / 100:g} % of its claims must be false" if rate else "no",
        "prize": f"{prize:,} gas units",
        "pool": f"{brief_wei(pool)}; {feed_bps / 100:g} % of its fees feed it",
        "audits": f"begun: {leaf}, open: {open_audits}, secrets withheld: {silences}",
    }
    console().print(facts(shown if any(root) else {**shown, "prize": "none"}))
