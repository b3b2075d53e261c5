"""`plumb request`: ask for inference, and follow what becomes of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from oracle.amounts import brief_wei, parse_wei
from oracle.cli.common.output import (
    AsJson,
    console,
    facts,
    hexadecimal,
    print_json,
    remark,
    stage,
)
from oracle.cli.common.settled import settled
from oracle.cli.inputs.prompts import (
    Label,
    MaxTokens,
    Penalty,
    Prompt,
    Seed,
    Temperature,
    TopK,
    TopP,
    check_what,
)

if TYPE_CHECKING:
    from mips_vm.json_text import JsonObject
    from oracle.config import Settings
    from oracle.node.roles.node_config import NodeSettings
    from oracle.requester.fees import Reckoned
    from oracle.requester.requests import Situation
    from oracle.sending.sender import Receipt, Sender

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)

ModelName = Annotated[
    str, typer.Argument(metavar="MODEL", help="Its id, or a name that it has here.")
]
Input = Annotated[
    Path | None,
    typer.Argument(metavar="INPUT", help=".npy, .npz, .json, a picture, or raw bytes."),
]
LONGEST_SECONDS, MOST_GAS = (1 << 32) - 1, (1 << 32) - 1
"""Both are uint32 in the contract."""
Through = Annotated[
    str | None,
    typer.Option(
        metavar="CONTRACT",
        help="Have this contract ask, on its own terms: a name or an address; it has "
        "read(bytes) and CALLBACK_GAS().",
    ),
]
AbiFile = Annotated[
    list[Path] | None,
    typer.Option(help="The requester's ABI, or its artifact: names its errors."),
]
AskWorkers = Annotated[
    list[str] | None,
    typer.Option(
        "--ask",
        metavar="URL",
        help="Of a worker's --metrics: asked why it doesn't take the request.",
    ),
]
RequestId = Annotated[int, typer.Argument(metavar="REQUEST", min=1)]
CallbackGas = Annotated[
    int, typer.Option(min=0, max=MOST_GAS, help="Gas for the requester's callback.")
]
Fee = Annotated[
    str | None,
    typer.Option(help="Such as 0.001ether; by default what is reckoned, and half."),
]
Window = Annotated[
    int,
    typer.Option(
        metavar="SECONDS",
        min=0,
        max=LONGEST_SECONDS,
        help="In which it can be challenged.",
    ),
]
Patience = Annotated[
    int,
    typer.Option(
        metavar="SECONDS",
        min=1,
        max=LONGEST_SECONDS,
        help="In which it must be answered: a minute and a least lease, or more.",
    ),
]
MinBond = Annotated[str, typer.Option(help="What a false answer must cost at least.")]
Audits = Annotated[
    bool,
    typer.Option(
        "--audits",
        help="Let its worker be audited: made to answer falsely first, now and then, "
        "so that somebody checks. The answer may come a window later.",
    ),
]


@app.command()
@settled("node")
def send(
    settings: "NodeSettings",
    model: ModelName,
    data: Input = None,
    text: Prompt = None,
    max_tokens: MaxTokens = 64,
    temperature: Temperature = 0.0,
    top_k: TopK = 40,
    top_p: TopP = 1.0,
    penalty: Penalty = 1.0,
    seed: Seed = "block",
    label: Label = None,
    fee: Fee = None,
    callback_gas: CallbackGas = 0,
    window: Window = 600,
    patience: Patience = 3600,
    min_bond: MinBond = "0",
    through: Through = None,
    audits: Audits = False,
    as_json: AsJson = False,
) -> None:
    """Ask for a model's output on an input, for what a language model says, or for a
    picture of a model that draws.

    With --through, --window is only for reckoning the fee: name the contract's own.
    """
    from oracle.cli.onchain.asking import (
        audit_advice,
        consumer_of,
        image_of,
        model_id_of,
        question_of,
        reckoned_facts,
        reckoned_json,
        sizes_of,
        window_advice,
    )
    from oracle.cli.onchain.nodes import place_of
    from oracle.requester.fees import reckoned
    from oracle.requester.metered import Passes, ask_metered
    from oracle.requester.requests import Terms, ask, ask_through, min_lease_of
    from oracle.sending.connection import sender_of
    from tinynn.asking import Asking

    check_what(data, text, label)
    if audits and through is not None:
        raise typer.BadParameter("the contract of --through has terms of its own")
    place = place_of(settings)
    found = image_of(place, settings, model)
    asking = Asking(max_tokens, temperature, top_k, top_p, penalty)
    asked = question_of(found, data, text, asking, seed, label)
    request = asked.data
    sender = sender_of(settings, place.chain)
    contracts, model_id = place.deployments.contracts, model_id_of(place, model)
    consumer = None if through is None else consumer_of(place, through)
    if consumer is not None:
        callback_gas = place.chain.call(consumer, "CALLBACK_GAS")
    bond = parse_wei(min_bond)
    sizes = sizes_of(found, asked, callback_gas, window, bond, audits)
    guess = reckoned(place.chain, contracts, model_id, sizes)
    wei = guess.offer_wei if fee is None else parse_wei(fee)
    min_lease = min_lease_of(place.chain, contracts)
    with telling_of(sender):
        if consumer is not None:
            receipt = ask_through(sender, contracts, consumer, request, wei)
        else:
            terms = Terms(callback_gas, window, patience, bond, wei, audits)
            about = (sender, contracts, model_id, request, terms)
            if found.tables.varies or asked.from_block:
                price = 0  # unless its passes vary: what isn't run comes back
                if found.tables.varies:
                    price = min(guess.pass_price_wei, wei // max(1, sizes.passes))
                passes = Passes(price, sizes.passes, asked.from_block)
                _, receipt = ask_metered(*about, passes)
            else:
                _, receipt = ask(*about)
    told = posted(receipt, min_lease)
    if as_json:
        print_json(told | {"fee_wei": wei} | reckoned_json(guess))
    else:
        shown = {name: value for name, value in told.items() if value is not None}
        console().print(facts(shown | {"fee": brief_wei(wei)} | reckoned_facts(guess)))
    if told["request_id"] is None:
        from oracle.cli.common.errors import NothingAsked

        raise NothingAsked(consumer.name if consumer else "the oracle")
    if advice := window_advice(place.chain.endpoint.chain_id, window):
        remark(advice)
    if audits and (advice := audit_advice(place, window)):
        remark(advice)
    if wei < guess.least_wei:
        wanted = brief_wei(guess.least_wei)
        remark(f"A worker is reckoned to want {wanted}: it may find none.")


@contextmanager
def telling_of(sender: "Sender") -> Iterator[None]:
    """Whatever goes wrong once a transaction is on its way, its hash is told."""
    try:
        yield
    except BaseException:
        if sender.sent:
            hash = hexadecimal(sender.sent)
            remark(f"Sent as {hash}: see what became of it before you send it again.")
        raise


def posted(receipt: "Receipt", min_lease: int) -> "JsonObject":
    """What was asked for: one request, or several of a contract that asks for more."""
    from oracle.pricing.leases import last_instant
    from oracle.requester.requests import requested

    found = requested(receipt)
    ids = [request.id for request in found]
    told: JsonObject = {"request_id": ids[0] if ids else None}
    if len(ids) > 1:
        told["request_ids"] = ids
    told |= {"transaction": hexadecimal(receipt.transaction), "block": receipt.block}
    last = [last_instant(request.deadline, min_lease) for request in found]
    return told | {"last_accept": min(last, default=None)}


@app.command()
@settled("node")
def simulate(
    settings: "NodeSettings",
    model: ModelName,
    data: Input = None,
    text: Prompt = None,
    max_tokens: MaxTokens = 64,
    temperature: Temperature = 0.0,
    top_k: TopK = 40,
    top_p: TopP = 1.0,
    penalty: Penalty = 1.0,
    seed: Seed = "block",
    label: Label = None,
    callback_gas: CallbackGas = 0,
    window: Window = 600,
    patience: Patience = 3600,
    min_bond: MinBond = "0",
    through: Through = None,
    abi: AbiFile = None,
    as_json: AsJson = False,
) -> None:
    """Run the model here, and say what a request of it would cost.

    With --through the request and its callback are rehearsed by the node as well.
    """
    from oracle.chain.reasons import read_abi
    from oracle.cli.onchain.asking import (
        consumer_of,
        image_of,
        model_id_of,
        question_of,
        reckoned_facts,
        reckoned_json,
        sizes_of,
        told_callback,
        window_advice,
    )
    from oracle.cli.onchain.nodes import place_of
    from oracle.cli.show.portrait import as_numbers
    from oracle.cli.show.standing import listed
    from oracle.pricing.leases import last_instant
    from oracle.requester.fees import reckoned
    from oracle.requester.rehearsal import rehearse
    from oracle.requester.requests import check_patience, min_lease_of
    from tinynn.asking import Asking, answered_text

    check_what(data, text, label)
    place = place_of(settings)
    check_patience(place.chain, place.deployments.contracts, patience)
    found = image_of(place, settings, model)
    asking = Asking(max_tokens, temperature, top_k, top_p, penalty)
    asked = question_of(found, data, text, asking, seed, label)
    request = asked.data
    answer = found.answer(request)
    contracts = place.deployments.contracts
    played = None
    if through is not None:
        consumer = consumer_of(place, through)
        callback_gas = place.chain.call(consumer, "CALLBACK_GAS")
        abis = [read_abi(path) for path in abi or ()]
        played = rehearse(place.chain, contracts, consumer, request, answer, abis)
    asked_bond, model_id = parse_wei(min_bond), model_id_of(place, model)
    sizes = sizes_of(found, asked, callback_gas, window, asked_bond)
    guess = reckoned(place.chain, contracts, model_id, sizes)
    fee, bond = guess.offer_wei, guess.bond_wei
    min_lease = min_lease_of(place.chain, contracts)
    last = last_instant(place.chain.now() + patience, min_lease)
    named = zip(found.outputs, found.decode_output(answer), strict=True)
    outputs = {spec.name: array for spec, array in named}
    if as_json:
        costs = {"fee_wei": fee, "worker_bond_wei": bond, "callback_gas": callback_gas}
        costs |= {"last_accept": last, "min_lease": min_lease} | reckoned_json(guess)
        gas = {"callback_gas_needed": played.callback_gas if played else None}
        failure = {"callback_failure": played.failure or None if played else None}
        numbers = {name: as_numbers(array) for name, array in outputs.items()}
        told: JsonObject = {"outputs": numbers, "bytes": hexadecimal(answer)}
        if text is not None:
            told["text"] = answered_text(answer)
        if found.tables.varies:
            costs |= passes_json(guess, sizes.passes, found.passes_of(answer))
        print_json({**told, **costs, **gas, **failure})
    else:
        lines = {"fee": brief_wei(fee)} | reckoned_facts(guess)
        lines["worker's bond"] = brief_wei(bond)
        lines["last instant to accept"] = f"{last}, if it were asked now"
        told = {"callback": told_callback(played, callback_gas)} if through else {}
        shown = listed(outputs)
        if text is not None:
            shown = {"text": answered_text(answer)}
        if found.tables.varies:
            ran = found.passes_of(answer)
            back = brief_wei(guess.refund_wei(sizes.passes, ran))
            shown["passes"] = f"{ran} of {sizes.passes}: {back} come back"
        console().print(facts(shown | lines | told))
        if asked.from_block:
            remark("The seed was zeros here; a block will draw another.")
    if advice := window_advice(place.chain.endpoint.chain_id, window):
        remark(advice)


def passes_json(guess: "Reckoned", most: int, ran: int) -> dict[str, int]:
    """What is paid by passes, and what of that comes back."""
    told = {"passes": ran, "max_passes": most, "pass_price_wei": guess.pass_price_wei}
    return told | {"refund_wei": guess.refund_wei(most, ran)}


@app.command()
@settled("node", "confirmations")
def status(
    settings: "NodeSettings",
    request_id: RequestId,
    abi: AbiFile = None,
    ask_workers: AskWorkers = None,
    as_json: AsJson = False,
) -> None:
    """Say where a request stands, and what comes next; while nobody takes it, why."""
    from oracle.cli.onchain.declining import with_declines
    from oracle.cli.onchain.sites import site_of
    from oracle.cli.onchain.situations import situation
    from oracle.cli.show.standing import outputs_of, show

    place = site_of(settings)
    now = situation(settings, place, request_id, abi)
    now = with_declines(place, now, ask_workers or (), remark)
    show(now, as_json, outputs_of(settings, now))


@app.command()
@settled("node", "confirmations")
def wait(
    settings: "NodeSettings",
    request_id: RequestId,
    until: Annotated[
        str, typer.Option(metavar="STATUS", help="Or only until it is `claimed`.")
    ] = "final",
    timeout: Annotated[
        float, typer.Option(metavar="SECONDS", min=0, help="0: for ever.")
    ] = 0,
    abi: AbiFile = None,
    ask_workers: AskWorkers = None,
    as_json: AsJson = False,
) -> None:
    """Follow a request to its end; exit status 1 if that is not a final answer.

    What nobody can answer any more has come to an end, too. What blocks may still undo
    has not. While no worker takes it, it says why.
    """
    from oracle.cli.onchain.declining import with_declines
    from oracle.cli.onchain.sites import site_of
    from oracle.cli.onchain.situations import situation
    from oracle.cli.show.standing import outputs_of, show
    from oracle.record.record import Status
    from oracle.requester.following import Obstacles, followed

    goal = Status[until.upper()] if until.upper() in Status.__members__ else None
    if goal is None:
        raise typer.BadParameter(
            f"expected one of {', '.join(s.name.lower() for s in Status)}, got {until}",
            param_hint="--until",
        )
    place, obstacles = site_of(settings), Obstacles(remark)

    def look() -> "Situation":
        now = situation(settings, place, request_id, abi)
        return obstacles.look(with_declines(place, now, ask_workers or ()))

    with stage("waiting") as tell:
        now, reached = followed(
            look,
            goal,
            timeout,
            settings.poll,
            tell,
        )
    show(now, as_json, outputs_of(settings, now))
    cancelled = now.asked.status is Status.CANCELLED
    if not reached or now.callback_failed or (cancelled and goal != Status.CANCELLED):
        raise typer.Exit(1)


@app.command()
@settled()
def cancel(
    settings: "Settings",
    request_id: RequestId,
    through: Annotated[
        str | None,
        typer.Option(metavar="CONTRACT", help="That asked for you."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take back a request that no worker holds, or whose worker never answered.

    It can be taken back from a minute after it was asked. Its fee becomes a credit of
    whom the request names for it; `plumb worker withdraw` brings it home.
    """
    from oracle.cli.onchain.asking import consumer_of
    from oracle.cli.onchain.nodes import place_of
    from oracle.cli.onchain.situations import situation
    from oracle.cli.show.standing import show
    from oracle.requester.requests import take_back
    from oracle.sending.connection import sender_of

    place = place_of(settings)
    asked = situation(settings, place, request_id).asked
    consumer = None if through is None else consumer_of(place, through)
    contracts = place.deployments.contracts
    take_back(sender_of(settings, place.chain), contracts, asked, consumer)
    show(situation(settings, place, request_id), as_json)


@app.command()
@settled()
def finalize(
    settings: "Settings", request_id: RequestId, as_json: AsJson = False
) -> None:
    """Have an answer paid and delivered whose window is over, if its worker doesn't."""
    from oracle.cli.onchain.nodes import place_of
    from oracle.cli.onchain.situations import bring, situation
    from oracle.cli.show.standing import show
    from oracle.record.record import Status

    place = place_of(settings)
    asked = situation(settings, place, request_id).asked
    bring(settings, place, "finalize", asked, Status.CLAIMED)
    show(situation(settings, place, request_id), as_json)


@app.command("retry-callback")
@settled()
def retry_callback(
    settings: "Settings",
    request_id: RequestId,
    abi: AbiFile = None,
    as_json: AsJson = False,
) -> None:
    """Make a failed callback again, with all the gas there is."""
    from oracle.chain.errors import Refused
    from oracle.chain.reasons import explained, read_abi
    from oracle.cli.common.errors import CallbackFailsAgain
    from oracle.cli.onchain.nodes import place_of
    from oracle.cli.onchain.situations import bring, situation
    from oracle.cli.show.standing import show
    from oracle.record.record import Status

    place = place_of(settings)
    asked = situation(settings, place, request_id).asked
    try:
        bring(settings, place, "retryCallback", asked, Status.FINAL)
    except Refused as refused:
        if refused.name != "CallbackStillFails":
            raise
        told = explained(refused.arguments["reason"], [read_abi(p) for p in abi or ()])
        raise CallbackFailsAgain(request_id, told) from None
    show(situation(settings, place, request_id), as_json)
