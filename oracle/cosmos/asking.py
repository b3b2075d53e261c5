"""A model's contract as it stands: asked, looked at, checked byte for byte."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from oracle.cosmos.errors import NodeRefused, NoModel
from oracle.cosmos.messages import Coin, execute
from oracle.cosmos.node import Node, Receipt
from oracle.cosmos.protobuf import one_bytes, one_number
from oracle.cosmos.sender import Sender
from tinynn import Model
from tinynn.cosmwasm import NET
from tinynn.cosmwasm.cargo import carrying
from tinynn.errors import CodeTooLarge

ANSWER_EVENT: Final = "wasm-plumb-answer"
REQUEST_EVENT: Final = "wasm-plumb-request"


@dataclass(frozen=True, slots=True)
class Held:
    """What a contract says of itself."""

    model_root: bytes
    image_bytes: int
    in_code: bool
    sealed: bool
    input_bytes: int
    varies: bool
    owner: str
    price: Coin | None
    reward: Coin | None
    requests: int

    @property
    def funds(self) -> list[Coin]:
        """What an answer at once costs."""
        return _payable(self.price)

    @property
    def request_funds(self) -> list[Coin]:
        """What a request costs that somebody else answers."""
        if self.price is None or self.reward is None:
            return []
        total = self.price.amount + self.reward.amount
        return _payable(Coin(self.price.denom, total))


def _payable(coin: Coin | None) -> list[Coin]:
    return [coin] if coin is not None and coin.amount else []


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether a contract is what an image says. `code` and `root`: as they should be;
    `admin`: who may put other code behind the address, or nobody."""

    code: bool
    root: bool
    admin: str

    @property
    def holds(self) -> bool:
        return self.code and self.root and not self.admin


def queried(node: Node, contract: str, message: Mapping[str, Any]) -> Any:
    """A contract's answer. Raises `NoModel` where it isn't one that we know."""
    raw = node.smart_query(contract, message)
    try:
        return json.loads(raw)
    except ValueError:
        raise NoModel(contract, "an answer that is no JSON") from None


def held_by(node: Node, contract: str) -> Held:
    """Raises `NoModel`."""
    try:
        told = queried(node, contract, {"config": {}})
    except NodeRefused as error:
        raise NoModel(contract, str(error)) from None
    try:
        fees = told["fees"]
        coins: list[Coin | None] = [None, None]
        if fees is not None:
            coins = [Coin(fees["denom"], int(fees[k])) for k in ("price", "reward")]
        return Held(
            model_root=bytes.fromhex(told["model_root"]),
            image_bytes=int(told["image_bytes"]),
            in_code=not told["chunk_bytes"],
            sealed=bool(told["sealed"]),
            input_bytes=int(told["input_bytes"]),
            varies=bool(told["varies"]),
            owner=str(told["owner"]),
            price=coins[0],
            reward=coins[1],
            requests=int(told["requests"]),
        )
    except (KeyError, TypeError, ValueError):
        raise NoModel(contract, f"the answer {json.dumps(told)}") from None


def checked(node: Node, contract: str, model: Model) -> Checked:
    """Derives every byte of the code again, and compares the image's root."""
    held, info = held_by(node, contract), node.contract_info(contract)
    code = node.code(one_number(info, 1))
    return Checked(
        code=code == expected_code(held, model),
        root=held.sealed and held.model_root == model.model_root,
        admin=one_bytes(info, 3).decode(),
    )


def expected_code(held: Held, model: Model) -> bytes | None:
    """None where no code of ours could be it."""
    if not held.in_code:
        return NET.read_bytes()
    try:
        return carrying(model.image)
    except CodeTooLarge:
        return None


def answer_free(node: Node, contract: str, data: bytes) -> bytes:
    """By a query: one node's word, and no gas."""
    text = base64.b64encode(data).decode()
    told = queried(node, contract, {"answer": {"input": text}})
    return base64.b64decode(told["output"])


def ask(sender: Sender, contract: str, data: bytes) -> tuple[bytes, Receipt]:
    """The answer in a transaction, whose fee is paid."""
    held = held_by(sender.node, contract)
    message = {"ask": {"input": base64.b64encode(data).decode()}}
    receipt = sender.send([execute(sender.address, contract, message, held.funds)])
    return one_bytes(receipt.responses[0], 1), receipt


def request(sender: Sender, contract: str, data: bytes) -> tuple[int, Receipt]:
    """A request that waits for whoever answers it; its id."""
    held = held_by(sender.node, contract)
    message = {"request": {"input": base64.b64encode(data).decode()}}
    sent = [execute(sender.address, contract, message, held.request_funds)]
    receipt = sender.send(sent)
    return int(one_bytes(receipt.responses[0], 1)), receipt


def answer_request(sender: Sender, contract: str, id_: int) -> tuple[bytes, Receipt]:
    """The answer to somebody's request, whose reward goes to this sender."""
    message = {"answer": {"id": id_}}
    receipt = sender.send([execute(sender.address, contract, message)])
    return one_bytes(receipt.responses[0], 1), receipt
