"""`plumb swarm`: rounds of agents that rank each other's answers."""

from pathlib import Path
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
from oracle.cli.simulation import simulate

if TYPE_CHECKING:
    from mips_vm.json_text import JsonObject
    from oracle.config import Settings
    from oracle.node.roles.node_config import NodeSettings
    from oracle.swarm.mind import Mind
    from oracle.swarm.place import Place
    from oracle.swarm.record import Round

DAY_SECONDS = 24 * 3600
FEW_BLOCKS = 8
"""Where a worker waits for finality, which takes longer than a reveal may."""
RULES = ("ranking", "majority", "stake")

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)

Seconds = typer.Option(metavar="SECONDS", min=60, max=30 * DAY_SECONDS)


@app.callback()
def group() -> None:
    """Rounds of agents that rank each other's answers."""


@app.command()
@settled()
def deploy(settings: "Settings", as_json: AsJson = False) -> None:
    """Put a swarm and its bank on a chain; the deployments file names them."""
    from oracle.chain.deployments import read_deployments
    from oracle.sending.connection import connected, sender_of
    from oracle.swarm import place

    chain = connected(settings)
    found = read_deployments(settings.deployments, chain.endpoint.chain_id)
    with stage("deploying two contracts"):
        placed = place.deploy(sender_of(settings, chain))
    path = place.with_swarm(found, placed).write(settings.deployments)
    if as_json:
        contracts = {name: at.as_json() for name, at in placed.items()}
        print_json({"deployments": str(path), "contracts": contracts})
        return
    console().print(facts({n: hexadecimal(at.address) for n, at in placed.items()}))
    console().print(f"written to {path}")


@app.command()
@settled()
def ask(
    settings: "Settings",
    prompt: Annotated[str, typer.Argument(metavar="PROMPT", help="What to answer.")],
    reward: Annotated[
        str, typer.Option(help="Four fifths for the winner, a fifth for the rankers.")
    ] = "0.01ether",
    ticket: Annotated[
        str | None,
        typer.Option(help="An agent's, such as 0.001ether; by default the least."),
    ] = None,
    rule: Annotated[
        str, typer.Option(help="How to choose: ranking, majority or stake.")
    ] = "ranking",
    agents: Annotated[int, typer.Option(min=10, max=1000, help="At most.")] = 100,
    cut: Annotated[
        float,
        typer.Option(
            min=0, max=0.5, help="Answers that score less lose their tickets."
        ),
    ] = 0.25,
    entry: Annotated[int, Seconds] = 600,
    reveal: Annotated[int, Seconds] = 600,
    seal: Annotated[int, Seconds] = 600,
    show: Annotated[int, Seconds] = 600,
    as_json: AsJson = False,
) -> None:
    """Open a round: whoever has an agent may answer, and all of them rank."""
    from oracle.sending.connection import sender_of
    from oracle.swarm.asking import Asking
    from oracle.swarm.asking import ask as asked
    from oracle.swarm.record import Rule

    if rule not in RULES:
        raise typer.BadParameter(
            f"expected {', '.join(RULES)}, got {rule}", param_hint="--rule"
        )
    place = place_of(settings)
    asking = Asking(
        rule=Rule(RULES.index(rule)),
        max_agents=agents,
        cut_bps=round(cut * 10_000),
        ticket=None if ticket is None else with_unit(ticket),
        entry_seconds=entry,
        reveal_seconds=reveal,
        seal_seconds=seal,
        show_seconds=show,
    )
    sender = sender_of(settings, place.chain)
    id, terms, receipt = asked(
        place, sender, asking, prompt.encode(), with_unit(reward)
    )
    if as_json:
        print_json(
            {
                "round": id,
                "transaction": hexadecimal(receipt.transaction),
                "ticket_wei": terms.ticket,
                "entry_end": terms.entry_end,
            }
        )
        return
    console().print(
        facts(
            {
                "round": id,
                "reward": reward,
                "ticket": brief_wei(terms.ticket),
                "entries until": f"{terms.entry_end}, in {entry} s",
            }
        )
    )
    console().print(f"`plumb swarm status {id}` says what becomes of it.")


@app.command()
@settled("node", "poll", "log_json", "confirmations")
def join(
    settings: "NodeSettings",
    model: Annotated[
        Path | None,
        typer.Option(help="Answer and rank with this language model's image."),
    ] = None,
    program: Annotated[
        str | None,
        typer.Option(
            metavar="COMMAND",
            help="Answer and rank with this program: JSON in, JSON out.",
        ),
    ] = None,
    max_tokens: Annotated[
        int, typer.Option(min=1, help="Of the model's answer, at most.")
    ] = 64,
    most_ticket: Annotated[
        str, typer.Option(help="Enter no round whose ticket is dearer.")
    ] = "0.01ether",
    least_reward: Annotated[
        str, typer.Option(help="Enter no round that pays less.")
    ] = "0wei",
    round: Annotated[
        int | None, typer.Option(min=1, help="End when this round is over.")
    ] = None,
) -> None:
    """Take part in every round with an agent, until interrupted."""
    from oracle import logs
    from oracle.devnet.serving import stopping
    from oracle.sending.connection import sender_of
    from oracle.swarm.notebook import FileNotebook
    from oracle.swarm.place import secret_of
    from oracle.swarm.player import Agent, Wishes
    from oracle.swarm.seat import Seat

    if (model is None) == (program is None):
        raise typer.BadParameter(
            "expected one of --model and --program", param_hint="--model"
        )
    logs.configure(settings.log_json)
    place = place_of(settings)
    sender = sender_of(settings, place.chain)
    agent = Agent(
        site=place.site,
        address=sender.address,
        secret=secret_of(sender, place.site),
        mind=mind_of(model, program, max_tokens),
        wishes=Wishes(
            most_ticket=with_unit(most_ticket),
            least_reward=with_unit(least_reward),
            confirmations=depth_of(settings, place),
        ),
        notebook=FileNotebook(settings.home / "swarm"),
    )
    seat = Seat(agent, sender, place.swarm, place.bank, place.since)
    with stopping() as stop:
        sender.stop = stop
        seat.run(stop, settings.poll, round)


@app.command()
@settled()
def status(
    settings: "Settings",
    round: Annotated[
        int | None,
        typer.Argument(metavar="ROUND", min=1, help="By default, all are listed."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say how far a round is, who answered what, and who won."""
    from oracle.swarm.errors import NoRound
    from oracle.swarm.reader import Reader

    place = place_of(settings)
    reader = Reader(place.chain, place.swarm, place.since)
    now = reader.look().timestamp
    rounds = reader.rounds.by_id
    if round is None:
        rows = [summary(known, now) for known in rounds.values()]
        if as_json:
            print_json({"rounds": list(rows)})
        else:
            titles = ("round", "phase", "rule", "agents", "reward")
            cells = [(r["round"], r["phase"], r["rule"], r["agents"], r["reward"])
                     for r in rows]  # fmt: skip
            console().print(grid(None, titles, cells))
        return
    if round not in rounds:
        raise NoRound(max(rounds, default=0), round)
    found = detailed(rounds[round], now)
    if as_json:
        print_json(found)
    else:
        show_round(rounds[round], now)


def summary(round: "Round", now: int) -> "JsonObject":
    return {
        "round": round.id,
        "phase": round.phase(now).name.lower(),
        "rule": round.terms.rule.name.lower(),
        "agents": len(round.seals),
        "reward": brief_wei(round.reward),
    }


def detailed(round: "Round", now: int) -> "JsonObject":
    from oracle.swarm.asking import standings

    answers: list[JsonObject] = [
        {
            "index": s.index,
            "agent": hexadecimal(s.answer.agent),
            "answer": s.answer.answer.decode(errors="replace"),
            "weight": s.answer.weight / 65_536,
            "score": s.score,
            "ranked": s.ranked,
            "won": s.won,
        }
        for s in standings(round)
    ]
    prize: JsonObject | None = None
    if round.prize is not None:
        prize = {
            "winner": hexadecimal(round.prize.winner) if round.prize.winner else None,
            "prize_wei": round.prize.prize,
            "rank_pay_wei": round.prize.rank_pay,
        }
    return {
        **summary(round, now),
        "prompt": round.prompt.decode(errors="replace"),
        "asker": hexadecimal(round.asker),
        "reward_wei": round.reward,
        "ticket_wei": round.terms.ticket,
        "revealed": len(round.answers),
        "rankings": len(round.rankings),
        "answers": list(answers),
        "prize": prize,
    }


def show_round(round: "Round", now: int) -> None:
    from oracle.swarm.asking import standings

    console().print(
        facts(
            {
                "prompt": round.prompt.decode(errors="replace"),
                "phase": round.phase(now).name.lower(),
                "rule": round.terms.rule.name.lower(),
                "reward": brief_wei(round.reward),
                "ticket": brief_wei(round.terms.ticket),
                "agents": f"{len(round.seals)} entered, {len(round.answers)} revealed,"
                f" {len(round.rankings)} ranked",
            }
        )
    )
    rows = [
        (
            hexadecimal(s.answer.agent),
            "" if s.score is None else f"{s.score:.3f}",
            f"{s.answer.weight / 65_536:.3f}",
            "won" if s.won else "" if s.ranked else "did not rank",
            s.answer.answer.decode(errors="replace"),
        )
        for s in standings(round)
    ]
    if rows:
        titles = ("agent", "score", "weight", "", "answer")
        console().print(grid(None, titles, rows))


def place_of(settings: "Settings") -> "Place":
    """The swarm that the deployments file names; raises `NoSwarm`."""
    from oracle.chain.deployments import read_deployments
    from oracle.sending.connection import connected
    from oracle.swarm.place import Place

    chain = connected(settings)
    found = read_deployments(settings.deployments, chain.endpoint.chain_id)
    return Place.of(chain, found, settings.deployments)


def mind_of(model: Path | None, program: str | None, max_tokens: int) -> "Mind":
    import shlex

    if program is not None:
        from oracle.swarm.mind import Program

        return Program(tuple(shlex.split(program)))
    from oracle.cli.common.errors import BadInputFile
    from oracle.cli.inputs.modelfile import loaded
    from oracle.swarm.text_mind import TextMind
    from tinynn.text import TextModel

    assert model is not None
    text = TextModel.of(loaded(model))
    if text is None:
        raise BadInputFile(model, "a language model", "a model of another kind")
    return TextMind(text, max_tokens)


def depth_of(settings: "NodeSettings", place: "Place") -> int:
    """Blocks on top of a draw, as many as a worker waits for where that is a number."""
    from oracle.chain.confirmations import wanted_on

    wanted = wanted_on(place.chain, settings.confirmations)
    return wanted if isinstance(wanted, int) else FEW_BLOCKS


app.command()(simulate)
