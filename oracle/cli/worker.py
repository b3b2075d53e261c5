"""`plumb worker`: answer requests for money, and stand by the answers."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from oracle.amounts import brief_wei, with_unit
from oracle.cli import audits
from oracle.cli.common.errors import NoneFree
from oracle.cli.common.options import SERVING, TERMS
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
from oracle.errors import BadAmount, MissingSetting

if TYPE_CHECKING:
    from oracle.config import Settings
    from oracle.node.honest import Honest
    from oracle.node.node import Node
    from oracle.node.roles.roles import Place, WorkerSettings
    from oracle.operator.earnings import Earnings
    from oracle.operator.locked import Locked
    from oracle.sending.sender import Sender

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
app.add_typer(audits.app, name="audits")

SETTINGS_FILE = """\
rpc_url = "{rpc_url}"
account = "{account}"
password_file = "{password_file}"
home = "{home}"

[worker]
models = []         # images, ids or names to serve; "store": all that are held
least_profit = "0"  # after gas and the bond's rent; such as "0.001ether"
"""


@app.command()
@settled()
def init(settings: "Settings", as_json: AsJson = False) -> None:
    """Make a keystore, and a plumb.toml here unless there is one."""
    from oracle.config import DEFAULT_FILE
    from oracle.sending import keys

    name = settings.account or "worker"
    if settings.password_file is None:
        raise MissingSetting("a password file", "--password-file", "ETH_PASSWORD")
    path = settings.home / "keystores" / name
    address = keys.create(path, keys.password(settings))
    written = Path(DEFAULT_FILE)
    if fresh := not written.exists():
        text = SETTINGS_FILE.format(
            rpc_url=settings.rpc_url[0],
            account=name,
            password_file=settings.password_file.resolve(),
            home=settings.home.resolve(),
        )
        written.write_text(text)
    told = {
        "address": f"0x{address.hex()}",
        "keystore": str(path),
        "settings": str(written) if fresh else None,
    }
    if as_json:
        print_json(told)
    else:
        console().print(facts({name: value or "kept" for name, value in told.items()}))
        console().print(
            "Next: send it some ether, `plumb worker stake 1ether`, "
            "`plumb worker doctor`, `plumb worker start`."
        )


@app.command()
@settled("worker", "models")
def doctor(settings: "WorkerSettings", as_json: AsJson = False) -> None:
    """Look at all that a worker needs; exit status 1 if something is missing."""
    from oracle.operator.doctor import examine

    with stage("looking"):
        found = list(examine(settings))
    if as_json:
        print_json({"findings": [finding.as_json() for finding in found]})
    else:
        rows = [(f.subject, "ok" if f.well else "FAIL", f.told, f.cure) for f in found]
        console().print(grid(None, ("", "", "found", "cure"), rows))
    if not all(finding.well for finding in found):
        raise typer.Exit(1)


@app.command()
@settled()
def stake(
    settings: "Settings",
    amount: Annotated[str, typer.Argument(help="Such as 0.5ether.")],
    as_json: AsJson = False,
) -> None:
    """Deposit what bonds are locked from."""
    from oracle.cli.onchain.nodes import place_of
    from oracle.sending.connection import sender_of

    if not (wei := with_unit(amount)):
        raise BadAmount("more than nothing", amount)
    place = place_of(settings)
    sender = sender_of(settings, place.chain)
    staking = place.deployments.contracts.staking
    sender.send(staking, "deposit", sender.address, value=wei)
    tell_stake(place, sender, as_json)


@app.command()
@settled()
def withdraw(
    settings: "Settings",
    amount: Annotated[
        str | None,
        typer.Argument(help="Such as 0.5ether; by default all."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take free stake, earnings included, home to the account."""
    from oracle.cli.onchain.nodes import place_of
    from oracle.sending.connection import sender_of

    place = place_of(settings)
    sender = sender_of(settings, place.chain)
    staking = place.deployments.contracts.staking
    free, locked = place.chain.call(staking, "balanceOf", sender.address)
    wei = free if amount is None else with_unit(amount)
    if wei > free or not free:
        raise NoneFree(wei, free, locked)
    sender.send(staking, "withdraw", sender.address, wei)
    tell_stake(place, sender, as_json)


@app.command()
@settled("worker", *SERVING, "metrics", *TERMS)
def start(
    settings: "WorkerSettings",
    lie: Annotated[
        str | None,
        typer.Option(
            metavar="KIND",
            help="Answer falsely, to see a challenger bring it down. Only on a devnet; "
            "`plumb demo --lie list` lists the kinds.",
            rich_help_panel="For tests",
        ),
    ] = None,
) -> None:
    """Answer requests, defend the answers, collect; until interrupted.

    On a devnet, one that lies can be started with --lie.
    """
    from oracle.cli.onchain.nodes import run_node

    def make(place: "Place", sender: "Sender", strategy: "Honest") -> "Node":
        return place.worker(settings, sender, strategy, lie)

    run_node(settings, make)


@app.command()
@settled("worker", "models", "confirmations")
def status(settings: "WorkerSettings", as_json: AsJson = False) -> None:
    """Say whether the worker is earning, and if not, why."""
    from oracle.cli.onchain.nodes import place_of
    from oracle.node.honest import Honest
    from oracle.operator.earnings import earnings_of
    from oracle.sending.connection import sender_of

    place = place_of(settings)
    sender = sender_of(settings, place.chain)
    library, missing = place.at_hand(settings)
    worker = place.worker(settings, sender, Honest(library))
    awaited = [named.name for named in missing]
    found = earnings_of(worker, settings.confirmations, awaited)
    if as_json:
        print_json(found.as_json())
    else:
        show(found)


def show(found: "Earnings") -> None:
    earned = f"{brief_wei(found.earned_wei)}; answers paid: {found.paid}"
    if found.unconfirmed_wei:
        earned += f"; {brief_wei(found.unconfirmed_wei)} not confirmed yet"
    console().print(
        facts(
            {
                "account": hexadecimal(found.account),
                "balance": brief_wei(found.balance_wei),
                "stake": f"{brief_wei(found.free_wei)} free, "
                f"{brief_wei(found.locked_wei)} locked",
                "earned": earned,
                "at work on": f"leases: {found.leases}, claims: {found.claims}, "
                f"games: {found.games}",
                "claims lost": found.lost,
                "leases missed": f"{found.missed}; takes {found.leases_at_most} "
                "at a time",
            }
            | ({"not here yet": ", ".join(found.awaited)} if found.awaited else {})
        )
    )
    if found.locked:
        columns = ("request", "what", "bond", "until", "challenged by")
        table = [locked_row(locked) for locked in found.locked]
        console().print(grid("Locked", columns, table))
    if found.declined:
        rows = list(found.declined.items())
        console().print(grid("Open requests declined", ("request", "reason"), rows))
    console().print(found.verdict)


def locked_row(locked: "Locked") -> tuple[object, ...]:
    """`until` by the clock of the world, which block time follows."""
    until = datetime.fromtimestamp(locked.until, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    challengers = ", ".join(map(hexadecimal, locked.challengers))
    bond = brief_wei(locked.bond_wei)
    return locked.request_id, locked.what, bond, until, challengers


def tell_stake(place: "Place", sender: "Sender", as_json: bool) -> None:
    staking = place.deployments.contracts.staking
    free, locked = place.chain.call(staking, "balanceOf", sender.address)
    balance = place.chain.balance(sender.address)
    amounts = {"free": free, "locked": locked, "balance": balance}
    account = {"account": hexadecimal(sender.address)}
    if as_json:
        print_json(account | {f"{name}_wei": wei for name, wei in amounts.items()})
    else:
        shown = {name: brief_wei(wei) for name, wei in amounts.items()}
        console().print(facts(account | shown))
