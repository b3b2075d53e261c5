"""What happens on the chain, part by part; each is one function that asserts."""

import base64
import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from support.fuzz import generate, judge

from mips_vm.witness import Witness
from oracle.bench.cosmos import FILES, digit, reader, step_message, stories
from oracle.cosmos import asking
from oracle.cosmos.deploying import (
    Deployment,
    Fees,
    Plan,
    chunk_hash,
    planned,
    uploads,
    verifier_plan,
)
from oracle.cosmos.errors import NodeRefused, Refused
from oracle.cosmos.local import DENOM, Chain
from oracle.cosmos.messages import Coin, execute, instantiate, store_code
from oracle.cosmos.node import Receipt
from oracle.cosmos.protobuf import decoded, encoded, one_bytes, one_number
from oracle.cosmos.sender import Sender
from tinynn import Model
from tinynn.asking import Asking

FEES = Fees(Coin(DENOM, 100), Coin(DENOM, 25))
QUERIES, ASKED = 200, 12
PLAIN_GAS = 3_000_000

Tell = Callable[[str], None]


@dataclass
class Stage:
    """The chain and who is on it; gas is free, so coins can be counted exactly."""

    chain: Chain
    owner: Sender
    bob: Sender
    carol: Sender
    data: Path | None
    tell: Tell

    def balance(self, who: Sender | str) -> int:
        address = who if isinstance(who, str) else who.address
        path = "/cosmos.bank.v1beta1.Query/Balance"
        found = self.chain.node.query(path, encoded((1, address), (2, DENOM)))
        return int(one_bytes(decoded(one_bytes(found, 1)), 2) or b"0")

    def deploy(self, plan: Plan, label: str) -> str:
        return Deployment(self.owner, plan, self.tell).run(label).address

    def refused(
        self, sender: Sender, message: bytes, *told: str, gas: int = PLAIN_GAS
    ) -> None:
        """A transaction without a simulation before it: the chain itself refuses."""
        try:
            sender.send([message], gas)
        except (Refused, NodeRefused) as error:
            reason = str(error)
            assert any(one in reason for one in told), (told, reason)
            return
        raise AssertionError(f"expected a refusal with {told}, got none")


def inputs(model: Model, count: int) -> list[bytes]:
    rng, size = Random(8), model.tables.input_bytes
    ends = [bytes(size), b"\xff" * size, b"\x80" * size, b"\x7f" * size]
    return [*ends, digit(), *(rng.randbytes(size) for _ in range(count - 5))]


def read_digits(stage: Stage) -> None:
    """In the code and in the state: the model's bits, fees paid, bytes as derived."""
    model = reader()
    for in_code in (True, False):
        contract = stage.deploy(planned(model, FEES, in_code), "digits")
        assert asking.checked(stage.chain.node, contract, model).holds
        before = stage.balance(stage.bob), stage.balance(stage.owner)
        for data in inputs(model, ASKED):
            answer, receipt = asking.ask(stage.bob, contract, data)
            assert answer == model.answer(data)
            told = receipt.event(asking.ANSWER_EVENT)
            assert base64.b64decode(told["output"]) == answer
        after = stage.balance(stage.bob), stage.balance(stage.owner)
        assert after == (before[0] - 100 * ASKED, before[1] + 100 * ASKED)
        for data in inputs(model, QUERIES if in_code else ASKED):
            told = asking.answer_free(stage.chain.node, contract, data)
            assert told == model.answer(data)
        stage.tell(f"digits {'in the code' if in_code else 'in the state'}: equal")
        requests_wait(stage, model, contract)


def requests_wait(stage: Stage, model: Model, contract: str) -> None:
    """Somebody else answers for the reward; one is taken back."""
    before = [stage.balance(who) for who in (stage.bob, stage.carol, contract)]
    first, _ = asking.request(stage.bob, contract, digit())
    second, _ = asking.request(stage.bob, contract, bytes(784))
    assert stage.balance(contract) == before[2] + 250
    answer, receipt = asking.answer_request(stage.carol, contract, first)
    assert answer == model.answer(digit())
    assert receipt.event(asking.ANSWER_EVENT)["id"] == str(first)
    cancel = {"cancel": {"id": second}}
    stage.refused(
        stage.carol, execute(stage.carol.address, contract, cancel), "who requested it"
    )
    stage.bob.send([execute(stage.bob.address, contract, cancel)])
    again = {"answer": {"id": first}}
    message = execute(stage.carol.address, contract, again)
    stage.refused(stage.carol, message, "got one that is answered")
    after = [stage.balance(who) for who in (stage.bob, stage.carol, contract)]
    assert after == [before[0] - 125, before[1] + 25, before[2]]
    told = asking.queried(stage.chain.node, contract, {"request": {"id": first}})
    assert base64.b64decode(told["output"]) == answer
    stage.tell("requests: answered, cancelled, paid")


def upload_resumes(stage: Stage) -> None:
    """Half an image, then what goes on with it; nobody else may bring chunks."""
    model = reader()
    plan = planned(model, None, in_code=False)
    sender = stage.owner
    stored = sender.send([store_code(sender.address, plan.code)])
    code_id = one_number(stored.responses[0], 1)
    made = sender.send([instantiate(sender.address, code_id, "half", plan.terms)])
    contract = one_bytes(made.responses[0], 1).decode()
    first = next(uploads(plan.chunks))
    message = execute(stage.bob.address, contract, first)
    stage.refused(stage.bob, message, "expected the owner", gas=10 * PLAIN_GAS)
    sender.send([execute(sender.address, contract, first)])
    assert chunk_hash(sender, contract, 0) and not chunk_hash(sender, contract, 1)
    seal = execute(stage.bob.address, contract, {"seal": {}})
    stage.refused(stage.bob, seal, "chunk 1: expected")
    Deployment(sender, plan, stage.tell).run("half", contract=contract)
    assert asking.checked(stage.chain.node, contract, model).holds
    stage.tell("upload: went on where it stopped")


def tells_stories(stage: Stage) -> None:
    """Tokens of a language model, in the state."""
    if stage.data is None or not (stage.data / FILES[0]).is_file():
        stage.tell("stories260K: skipped, its files are absent (PLUMB_SHARED_DATA)")
        return
    language = stories(stage.data)
    contract = stage.deploy(planned(language.model, None, in_code=False), "stories")
    for count in (1, 5):
        given = language.request(b"Lily and Tom went", Asking(count))
        answer, receipt = asking.ask(stage.bob, contract, given)
        assert answer == language.model.answer(given)
        text = language.answer_of(answer).decode()
        stage.tell(f"stories260K: {text!r}, {receipt.gas_used:,} gas")


class ChainJudge:
    """The verifier's contract, by transactions."""

    def __init__(self, sender: Sender, contract: str) -> None:
        self._sender, self._contract = sender, contract
        self.receipts: list[Receipt] = []

    def step(self, witness: Witness) -> bytes:
        message = step_message(witness)
        sent = execute(self._sender.address, self._contract, message)
        self.receipts.append(self._sender.send([sent]))
        node = self._sender.node
        told = asking.queried(node, self._contract, message)["post_root"]
        data = one_bytes(self.receipts[-1].responses[0], 1)
        assert data.hex() == told
        return data


def proves_steps(stage: Stage) -> None:
    """Steps of a digit and of any states, as the machine takes them; one bit of a
    witness turned is refused."""
    contract = stage.deploy(verifier_plan(), "verifier")
    on_chain = ChainJudge(stage.bob, contract)
    machine = reader().machine(digit())
    machine.resume()
    for _ in range(10):
        witness = machine.witness()
        machine.step()
        assert on_chain.step(witness) == machine.state_root()
    verdict = judge.on_chain(on_chain, generate.case(Random(2), 4, 5))
    assert not verdict.disagreement, verdict.disagreement
    for at in (0, 40, len(witness.data) - 1):
        data = bytearray(witness.data)
        data[at] ^= 1
        message = step_message(witness)
        message["step"]["witness"] = base64.b64encode(data).decode()
        sent = execute(stage.bob.address, contract, message)
        stage.refused(stage.bob, sent, "WrongPreState", "WrongLeafProof", "WrongBitmap")
    stage.tell(f"verifier: {10 + verdict.steps} steps proved")


def nested(depth: int) -> bytes:
    return b'{"ask":' * depth + b"1" + b"}" * depth


def survives_nasty_input(stage: Stage) -> None:
    """Each is refused by name, and afterwards everything is as it was."""
    model = reader()
    contract = stage.deploy(planned(model, FEES, in_code=True), "nasty")
    before = [stage.balance(who) for who in (stage.bob, contract)]
    held = asking.held_by(stage.chain.node, contract)
    asked = {"ask": {"input": base64.b64encode(digit()).decode()}}
    price, other = Coin(DENOM, 100), Coin("nothing", 1)
    long = json.dumps({"ask": {"input": "A" * 600_000}}).encode()
    cases: list[tuple[Any, list[Coin], int, tuple[str, ...]]] = [
        (b'{"ask":', [], PLAIN_GAS, ("invalid",)),
        (b"\xff\xfe", [], PLAIN_GAS, ("invalid",)),
        (b"", [], PLAIN_GAS, ("invalid", "empty")),
        (nested(33), [], PLAIN_GAS, ("at most 32 levels deep",)),
        (nested(5000), [], PLAIN_GAS, ("at most 32 levels deep",)),
        (nested(12000), [], PLAIN_GAS, ("invalid",)),
        (long, [price], 50 * PLAIN_GAS, ("input: expected 784 bytes, got 450000",)),
        (b'{"ask":{"input":"\\ud800"}}', [price], PLAIN_GAS, ("expected JSON",)),
        ({"unknown": {}}, [], PLAIN_GAS, ('got \\"unknown\\"', 'got "unknown"')),
        ({"ask": {}, "seal": {}}, [], PLAIN_GAS, ("got several",)),
        (b'{"ask":{"input":"AA=="},"ask":{}}', [], PLAIN_GAS, ("got several",)),
        (asked, [], PLAIN_GAS, ("expected 100stake, got none",)),
        (asked, [Coin(DENOM, 99)], PLAIN_GAS, ("got 99stake",)),
        (asked, [other], PLAIN_GAS, ("insufficient funds", "spendable")),
        (asked, [price], 100_000, ("out of gas",)),
        ({"ask": {"input": "AA=="}}, [price], PLAIN_GAS, ("784 bytes, got 1",)),
        ({"answer": {"id": 99}}, [], PLAIN_GAS, ("expected an id below 0",)),
    ]
    for message, funds, gas, told in cases:
        sent = execute(stage.bob.address, contract, message, funds)
        stage.refused(stage.bob, sent, *told, gas=gas)
        with suppress(NodeRefused):
            if isinstance(message, dict):
                asking.queried(stage.chain.node, contract, message)
    assert [stage.balance(who) for who in (stage.bob, contract)] == before
    assert asking.held_by(stage.chain.node, contract) == held
    answer, _ = asking.ask(stage.bob, contract, digit())
    assert answer == model.answer(digit())
    stage.tell(f"nasty input: {len(cases)} refused, nothing changed")


def outlives_its_node(stage: Stage) -> None:
    """Killed and started again, the chain has what it had."""
    model = reader()
    contract = stage.deploy(planned(model, None, in_code=True), "outliving")
    stage.chain.kill()
    stage.chain.start()
    answer, _ = asking.ask(stage.bob, contract, digit())
    assert answer == model.answer(digit())
    stage.tell("node: killed, and went on")


PARTS: tuple[Callable[[Stage], None], ...] = (
    read_digits,
    upload_resumes,
    proves_steps,
    survives_nasty_input,
    tells_stories,
    outlives_its_node,
)


def folder_of_stories() -> Path | None:
    """Where the third-party data is, or nowhere."""
    default = Path(__file__).parents[2].parent / "shared" / "data"
    folder = Path(os.environ.get("PLUMB_SHARED_DATA", default)) / "llama2c"
    return folder if folder.is_dir() else None
