"""A model's contract, put on a chain: rehearsed first, and resumed where it stopped."""

import base64
import gzip
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mips_vm.cosmwasm import VERIFIER
from mips_vm.hashing.keccak import keccak256
from oracle.cosmos.asking import held_by, queried
from oracle.cosmos.errors import BitsDiffer
from oracle.cosmos.messages import Coin, execute, instantiate, store_code
from oracle.cosmos.node import Receipt
from oracle.cosmos.protobuf import one_bytes, one_number
from oracle.cosmos.sender import Sender
from tinynn import Model
from tinynn.cosmwasm import CHUNK_BYTES, MOST_CODE_BYTES, NET
from tinynn.cosmwasm.cargo import carrying
from tinynn.cosmwasm.host import Contract

MOST_SENT_BYTES: Final = 700_000
"""Of compressed code: nodes take 1,000,000 bytes a call, in base64."""

CHUNKS_AT_ONCE: Final = 3
"""In a transaction."""


@dataclass(frozen=True, slots=True)
class Fees:
    """`price` to the owner for each answer, `reward` to whoever answers a request."""

    price: Coin
    reward: Coin

    def document(self) -> dict[str, str]:
        """As the contract takes them."""
        amounts = str(self.price.amount), str(self.reward.amount)
        return {"denom": self.price.denom, "price": amounts[0], "reward": amounts[1]}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is put on a chain. `chunks` is empty where the code carries the image."""

    code: bytes
    terms: dict[str, Any]
    chunks: tuple[bytes, ...] = ()

    @property
    def in_code(self) -> bool:
        """Whether the code carries the image."""
        return not self.chunks


@dataclass(frozen=True, slots=True)
class Deployed:
    """Where it is, and what all of it took."""

    address: str
    code_id: int
    gas: int
    transactions: int


def planned(model: Model, fees: Fees | None, in_code: bool | None) -> Plan:
    """In the code where it fits, unless told otherwise. Raises `CodeTooLarge`."""
    terms = {
        "model_root": model.model_root.hex(),
        "image_bytes": model.image.size,
        "fees": None if fees is None else fees.document(),
    }
    if in_code is None:
        in_code = model.image.size + NET.stat().st_size < MOST_CODE_BYTES - 1024
        in_code = in_code and (
            len(gzip.compress(carrying(model.image), mtime=0)) <= MOST_SENT_BYTES
        )
    if in_code:
        return Plan(carrying(model.image), terms)
    image = model.image.tobytes()
    starts = range(0, len(image), CHUNK_BYTES)
    parts = tuple(image[start : start + CHUNK_BYTES] for start in starts)
    return Plan(NET.read_bytes(), terms, parts)


def rehearse(plan: Plan, model: Model, inputs: Sequence[bytes]) -> int:
    """Plays it all here, and compares answers. Raises `BitsDiffer`.

    The most operators that an answer took.
    """
    free = {**plan.terms, "fees": None}
    contract, most = Contract(plan.code), 0
    contract.instantiate(free)
    for message in uploads(plan.chunks):
        contract.execute(message)
    for number, data in enumerate(inputs):
        text = base64.b64encode(data).decode()
        answer = contract.execute({"ask": {"input": text}})
        expected = model.answer(data)
        if answer.data != expected:
            raise BitsDiffer(number, expected, answer.data)
        most = max(most, answer.operators)
    return most


def uploads(
    chunks: Sequence[bytes], wanted: Sequence[int] | None = None
) -> Iterator[Mapping[str, Any]]:
    """The messages that bring chunks, all or the wanted, and then seal them."""
    for index in range(len(chunks)) if wanted is None else wanted:
        text = base64.b64encode(chunks[index]).decode()
        yield {"chunk": {"index": index, "bytes": text}}
    if chunks:
        yield {"seal": {}}


class Deployment:
    """Of one plan, by one account, step by step: `told` gets a word about each."""

    def __init__(self, sender: Sender, plan: Plan, told: Callable[[str], None]) -> None:
        self._sender, self._plan, self._told = sender, plan, told
        self.gas = self.transactions = 0

    def run(
        self, label: str, code_id: int | None = None, contract: str | None = None
    ) -> Deployed:
        """From code that is there, or a contract that was begun; else from nothing."""
        if contract is not None:
            code_id = one_number(self._sender.node.contract_info(contract), 1)
        if code_id is None:
            code_id = self._store()
        if contract is None:
            contract = self._instantiate(code_id, label)
        self._bring(contract)
        return Deployed(contract, code_id, self.gas, self.transactions)

    def _store(self) -> int:
        self._told(f"storing {len(self._plan.code):,} bytes of code")
        receipt = self._send([store_code(self._sender.address, self._plan.code)])
        return one_number(receipt.responses[0], 1)

    def _instantiate(self, code_id: int, label: str) -> str:
        self._told("instantiating")
        sender = self._sender.address
        receipt = self._send([instantiate(sender, code_id, label, self._plan.terms)])
        return one_bytes(receipt.responses[0], 1).decode()

    def _bring(self, contract: str) -> None:
        """What the contract's store lacks."""
        chunks = self._plan.chunks
        if not chunks or held_by(self._sender.node, contract).sealed:
            return
        missing = [
            index
            for index, data in enumerate(chunks)
            if chunk_hash(self._sender, contract, index) != keccak256(data).hex()
        ]
        messages = [
            execute(self._sender.address, contract, message)
            for message in uploads(chunks, missing)
        ]
        for start in range(0, len(messages) - 1, CHUNKS_AT_ONCE):
            group = messages[start : min(start + CHUNKS_AT_ONCE, len(messages) - 1)]
            self._told(f"chunks {start + 1} to {start + len(group)} of {len(missing)}")
            self._send(group)
        self._told("sealing")
        self._send(messages[-1:])

    def _send(self, messages: list[bytes]) -> Receipt:
        receipt = self._sender.send(messages)
        self.gas += receipt.gas_used
        self.transactions += 1
        return receipt


def chunk_hash(sender: Sender, contract: str, index: int) -> str | None:
    """Of what the store holds there."""
    found = queried(sender.node, contract, {"chunk": {"index": index}})["hash"]
    return None if found is None else str(found)


def verifier_plan() -> Plan:
    """The dispute game's verifier, which knows no model."""
    return Plan(VERIFIER.read_bytes(), {})
