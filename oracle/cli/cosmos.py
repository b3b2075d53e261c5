"""`plumb cosmos deploy | ask | answer | status`: models on chains of CosmWasm.

What meets the chain is imported when it is needed.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

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
from oracle.cli.inputs.modelfile import loaded
from oracle.cli.inputs.prompts import MaxTokens, Prompt, check_one

if TYPE_CHECKING:
    from oracle.config import Settings
    from oracle.cosmos.deploying import Deployed, Fees
    from oracle.cosmos.node import Node, Receipt
    from oracle.cosmos.sender import Sender
    from tinynn import Model

app = typer.Typer(no_args_is_help=True)

Address = Annotated[
    str, typer.Argument(metavar="CONTRACT", help="The contract's address.")
]
NodeUrl = Annotated[
    str,
    typer.Option(
        "--node",
        metavar="URL",
        envvar="PLUMB_COSMOS_NODE",
        help="A CometBFT node's RPC.",
    ),
]
Price = Annotated[
    str | None,
    typer.Option(
        "--gas-price", metavar="0.025stake", help="Of a unit; else it's free."
    ),
]
Prefix = Annotated[
    str, typer.Option("--prefix", metavar="WORD", help="What addresses begin with.")
]
Image = Annotated[
    Path | None,
    typer.Option("--image", metavar="MODEL", help="The model that it should be."),
]
Input = Annotated[
    Path | None,
    typer.Argument(metavar="INPUT", help=".npy, .npz, .json, a picture, or raw bytes."),
]
LOCAL = "http://127.0.0.1:26657"


@app.command()
@settled()
def deploy(
    settings: "Settings",
    image: Annotated[
        Path | None,
        typer.Argument(
            metavar="MODEL",
            help="Model image, or the name of one that comes with plumb.",
        ),
    ] = None,
    verifier: Annotated[
        bool,
        typer.Option("--verifier", help="The dispute game's verifier, and no model."),
    ] = False,
    node: NodeUrl = LOCAL,
    gas_price: Price = None,
    prefix: Prefix = "wasm",
    price: Annotated[
        str | None,
        typer.Option(metavar="100stake", help="For each answer, to the owner."),
    ] = None,
    reward: Annotated[
        str | None,
        typer.Option(metavar="20stake", help="More for requests, to who answers."),
    ] = None,
    in_code: Annotated[
        bool | None,
        typer.Option(
            "--in-code/--in-state",
            help="Where the image lies; by default in the code, if it fits.",
        ),
    ] = None,
    code_id: Annotated[
        int | None, typer.Option(min=1, help="Of the code, if it is stored already.")
    ] = None,
    contract: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="A deployment that was cut off: go on."),
    ] = None,
    samples: Annotated[
        int, typer.Option("--samples", min=1, help="Compare on so many inputs.")
    ] = 4,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Rehearse, send nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Put a model on a chain of CosmWasm as a contract that computes it, bit for bit.

    All of it is played here first, and the contract's answers are compared with the
    model's, before anything is paid.
    """
    from oracle.cosmos.deploying import planned, rehearse, verifier_plan

    if (image is None) != verifier:
        raise typer.BadParameter("expected MODEL or --verifier", param_hint="deploy")
    told: dict[str, Any] = {}
    label = "plumb verifier"
    plan = verifier_plan()
    if image is not None:
        model, fees = loaded(image), fees_of(price, reward)
        plan, label = planned(model, fees, in_code), f"plumb {model.name}"
        with stage(f"rehearsing {model.name}"):
            operators = rehearse(plan, model, sample_inputs(model, samples))
        told = {
            "model_root": hexadecimal(model.model_root),
            "image": "in the code" if plan.in_code else "in the state",
            "inputs_compared": samples,
            "operators_most": operators,
        }
    told["code_bytes"] = len(plan.code)
    if not dry_run:
        with stage("deploying") as tell:
            sender = sender_of(settings, node, prefix, gas_price)
            deployed = deployed_by(sender, plan, label, code_id, contract, tell)
        told |= {
            "contract": deployed.address,
            "code_id": deployed.code_id,
            "transactions": deployed.transactions,
            "gas_used": deployed.gas,
        }
    show(told, as_json)


def deployed_by(
    sender: "Sender",
    plan: Any,
    label: str,
    code_id: int | None,
    contract: str | None,
    tell: Any,
) -> "Deployed":
    from oracle.cosmos.deploying import Deployment

    return Deployment(sender, plan, tell).run(label, code_id, contract)


def fees_of(price: str | None, reward: str | None) -> "Fees | None":
    """Of one denomination; a fee that is left out is none."""
    from oracle.cosmos.deploying import Fees
    from oracle.cosmos.messages import Coin, parse_coin

    coins = [None if text is None else parse_coin(text) for text in (price, reward)]
    denoms = {coin.denom for coin in coins if coin is not None}
    if not denoms:
        return None
    if len(denoms) != 1:
        expected = "expected price and reward of one denomination, got "
        raise typer.BadParameter(expected + " and ".join(sorted(denoms)))
    denom = denoms.pop()
    paid = [coin or Coin(denom, 0) for coin in coins]
    return Fees(paid[0], paid[1])


def sample_inputs(model: "Model", count: int) -> list[bytes]:
    """Zeros, then any bits: operators are total over data."""
    from random import Random

    rng, size = Random(1), model.tables.input_bytes
    if model.tables.varies:  # short texts, or each token of a long one is computed
        size -= model.inputs[-1].size
        return [bytes(size) + b"A" * i for i in range(count)]
    return [bytes(size), b"\xff" * size, *(rng.randbytes(size) for _ in range(count))][
        :count
    ]


def sender_of(
    settings: "Settings", url: str, prefix: str, gas_price: str | None
) -> "Sender":
    """The settings' keystore: its key signs on these chains, too."""
    from coincurve import PrivateKey

    from oracle.cosmos.messages import parse_gas_price
    from oracle.cosmos.node import Node
    from oracle.cosmos.sender import Sender
    from oracle.sending import keys

    price = None if gas_price is None else parse_gas_price(gas_price)
    key = keys.find(settings).unlock(keys.password(settings)).key
    return Sender(Node(url), PrivateKey(bytes(key)), prefix, price)


@app.command()
@settled()
def ask(
    settings: "Settings",
    contract: Address,
    data: Input = None,
    image: Image = None,
    text: Prompt = None,
    max_tokens: MaxTokens = 64,
    query: Annotated[
        bool,
        typer.Option("--query", help="Free: the word of the node that is asked."),
    ] = False,
    later: Annotated[
        bool, typer.Option("--later", help="Pay, and let somebody else answer.")
    ] = False,
    node: NodeUrl = LOCAL,
    gas_price: Price = None,
    as_json: AsJson = False,
) -> None:
    """Ask a contract for its model's output, in a transaction.

    With --image the answer is decoded, and compared with what the model answers here.
    """
    from oracle.cosmos import asking
    from oracle.cosmos.address import prefix_of
    from oracle.cosmos.node import Node

    check_one(INPUT=data, text=text)
    prefix, model = prefix_of(contract), None if image is None else loaded(image)
    given = input_of(data, text, max_tokens, model)
    if query:
        answer = asking.answer_free(Node(node), contract, given)
        show(answer_data(model, given, answer), as_json)
        return
    sender = sender_of(settings, node, prefix, gas_price)
    if later:
        id_, receipt = asking.request(sender, contract, given)
        show({"request": id_, **receipt_data(receipt)}, as_json)
        return
    with stage("asking"):
        answer, receipt = asking.ask(sender, contract, given)
    show({**answer_data(model, given, answer), **receipt_data(receipt)}, as_json)


def input_of(
    data: Path | None, text: str | None, max_tokens: int, model: "Model | None"
) -> bytes:
    """The request's bytes. Without a model, the file's own."""
    from oracle.cli.inputs.prompts import question
    from oracle.cli.inputs.tensors import read_input
    from tinynn.asking import Asking

    if text is not None:
        if model is None:
            raise typer.BadParameter("expected --image with it", param_hint="--text")
        return question(model, text, Asking(max_tokens), "own").data
    assert data is not None, "there is one of the two"
    if model is None:
        return data.read_bytes()
    return read_input(data, model.inputs, varies=model.tables.varies)


def answer_data(model: "Model | None", given: bytes, answer: bytes) -> dict[str, Any]:
    """The answer as bytes, and as what the model calls it, if there is one."""
    told: dict[str, Any] = {"output": hexadecimal(answer)}
    if model is None:
        return told
    from tinynn.asking import answered_text, takes_text

    expected = model.answer(given)
    told["same_here"] = answer == expected
    if takes_text(model.tables):
        told["text"] = answered_text(answer)
    elif told["same_here"]:
        arrays = zip(model.outputs, model.decode_output(answer), strict=True)
        told |= {spec.name: array.tolist() for spec, array in arrays}
    if not told["same_here"]:
        remark(f"expected {hexadecimal(expected)}, as the model answers here")
    return told


@app.command()
@settled()
def answer(
    settings: "Settings",
    contract: Address,
    request: Annotated[int, typer.Argument(metavar="REQUEST", min=0)],
    node: NodeUrl = LOCAL,
    gas_price: Price = None,
    as_json: AsJson = False,
) -> None:
    """Have the contract answer a request that waits, and take its reward."""
    from oracle.cosmos import asking
    from oracle.cosmos.address import prefix_of

    sender = sender_of(settings, node, prefix_of(contract), gas_price)
    output, receipt = asking.answer_request(sender, contract, request)
    show({"output": hexadecimal(output), **receipt_data(receipt)}, as_json)


@app.command()
def status(
    contract: Address,
    image: Image = None,
    request: Annotated[
        int | None, typer.Option(min=0, help="What became of that request.")
    ] = None,
    node: NodeUrl = LOCAL,
    as_json: AsJson = False,
) -> None:
    """What a contract computes, for which fees, and whether it is what it says.

    With --image every byte of its code is derived again, and its root is compared; exit
    status 1 if anything differs.
    """
    from oracle.cosmos import asking
    from oracle.cosmos.address import prefix_of
    from oracle.cosmos.node import Node

    prefix_of(contract)
    asked = Node(node)
    if request is not None:
        show(asking.queried(asked, contract, {"request": {"id": request}}), as_json)
        return
    held = asking.held_by(asked, contract)
    told: dict[str, Any] = {
        "model_root": hexadecimal(held.model_root),
        "image": "in the code" if held.in_code else "in the state",
        "image_bytes": held.image_bytes,
        "sealed": held.sealed,
        "owner": held.owner,
        "price": None if held.price is None else str(held.price),
        "reward": None if held.reward is None else str(held.reward),
        "requests": held.requests,
    }
    holds = True
    if image is not None:
        told |= checked_data(asked, contract, loaded(image))
        holds = told["holds"]
    show(told, as_json)
    if not holds:
        raise typer.Exit(1)


def checked_data(node: "Node", contract: str, model: "Model") -> dict[str, Any]:
    from oracle.cosmos.asking import checked

    found = checked(node, contract, model)
    return {
        "code_is_ours": found.code,
        "root_is_the_images": found.root,
        "admin": found.admin or None,
        "holds": found.holds,
    }


def receipt_data(receipt: "Receipt") -> dict[str, Any]:
    return {
        "transaction": receipt.transaction,
        "height": receipt.height,
        "gas_used": receipt.gas_used,
    }


def show(told: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(told)
    else:
        console().print(facts(told))
