"""Contracts that ask in their own way: events, errors and numbers of their own."""

import json
from pathlib import Path

import pytest
from support.testbeds.devnet import SEVEN, DevnetTestbed

from oracle.chain.chain import Contract, contract_of
from oracle.chain.errors import NotMined
from oracle.chain.local.accounts import development_accounts
from oracle.sending.sender import Sender
from solidity import artifact
from solidity.deployment import create_address

OWNER, FEE = 6, ("--fee", "0.01ether")


@pytest.fixture
def lottery(testbed: DevnetTestbed) -> Contract:
    sender = owner(testbed)
    code = artifact("Lottery")
    address = create_address(f"0x{sender.address.hex()}", sender.nonce)
    found = contract_of(code, bytes.fromhex(address.removeprefix("0x")))
    model_id = testbed.place.deployments.models["mnist"]
    arguments = (testbed.contracts.oracle.address, model_id)
    sender.deploy(found, found.abi.creation(code.bytecode, arguments))
    return found


def owner(testbed: DevnetTestbed) -> Sender:
    return Sender(testbed.chain, development_accounts(OWNER + 1)[OWNER])


def through(lottery: Contract) -> tuple[object, ...]:
    where = ("--through", f"0x{lottery.address.hex()}")
    return ("request", "send", "mnist", SEVEN, *where, *FEE)


def test_request_through_events_of_its_own_gives_id_and_hash(
    testbed: DevnetTestbed, lottery: Contract
) -> None:
    told = testbed.json(*through(lottery))
    assert told["request_id"] > 0 and len(told["transaction"]) == 66
    assert told["last_accept"] > testbed.chain.now()
    asked = testbed.json("request", "status", told["request_id"])
    assert asked["requester"] == f"0x{lottery.address.hex()}"


def test_request_through_more_than_one_gives_all_ids(
    testbed: DevnetTestbed, lottery: Contract
) -> None:
    owner(testbed).send(lottery, "set", False, 3)
    told = testbed.json(*through(lottery))
    first = told["request_id"]
    assert told["request_ids"] == [first, first + 1, first + 2]
    assert "request_ids" in testbed.plumb(*through(lottery)).out


def test_request_through_none_gives_the_hash_and_says_so(
    testbed: DevnetTestbed, lottery: Contract
) -> None:
    owner(testbed).send(lottery, "set", False, 0)
    ended = testbed.plumb(*through(lottery), "--json")
    told = json.loads(ended.out)
    assert (ended.status, told["request_id"]) == (1, None)
    assert len(told["transaction"]) == 66
    assert "expected it to ask the oracle" in ended.err


def test_request_whose_receipt_never_comes_gives_the_hash(
    testbed: DevnetTestbed, lottery: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The transaction is offered, and then nobody answers any more."""

    def never(*_: object) -> None:
        raise NotMined(b"\7" * 32, 1)

    monkeypatch.setattr("oracle.sending.durable.DurableSender._until_mined", never)
    ended = testbed.plumb(*through(lottery))
    assert (ended.status, ended.out) == (1, "")
    head = testbed.chain.endpoint.web3.eth.get_block("latest")
    (sent,) = head["transactions"]
    assert f"Sent as 0x{bytes(sent).hex()}: see what became of it" in ended.err


def test_callback_error_of_its_own_is_named_by_its_abi(
    testbed: DevnetTestbed, lottery: Contract, tmp_path: Path
) -> None:
    owner(testbed).send(lottery, "set", True, 1)
    abi = tmp_path / "Lottery.json"
    abi.write_text(json.dumps(artifact("Lottery").abi))
    where = ("--through", f"0x{lottery.address.hex()}")
    asked = ("request", "simulate", "mnist", SEVEN, *where)
    named = testbed.json(*asked, "--abi", abi)["callback_failure"]
    assert named.startswith("Broken(requestId ")
    bare = testbed.json(*asked)["callback_failure"]
    assert bare.startswith("an error of the contract's own, 0x")
    assert bare.endswith("--abi with the contract's ABI names it")


@pytest.mark.parametrize("verb", ["finalize", "retry-callback"])
def test_answer_that_there_is_not_yet_is_said_in_a_sentence(
    testbed: DevnetTestbed, verb: str
) -> None:
    request = testbed.send()
    ended = testbed.plumb("request", verb, request)
    told = f"plumb: request {request}: not answered yet: it waits for a worker ("
    assert (ended.status, ended.err[: len(told)]) == (1, told)
