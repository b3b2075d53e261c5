"""Contracts that ask in their own way: events, errors and numbers of their own."""

import json
from pathlib import Path

import pytest
from support.town import SEVEN, Town

from oracle.chain.chain import Contract, contract_of
from oracle.chain.errors import NotMined
from oracle.chain.local.accounts import development_accounts
from oracle.sending.sender import Sender
from solidity import artifact
from solidity.deployment import create_address

OWNER, FEE = 6, ("--fee", "0.01ether")


@pytest.fixture
def lottery(town: Town) -> Contract:
    sender = owner(town)
    code = artifact("Lottery")
    address = create_address(f"0x{sender.address.hex()}", sender.nonce)
    found = contract_of(code, bytes.fromhex(address.removeprefix("0x")))
    model_id = town.place.deployments.models["mnist"]
    arguments = (town.contracts.oracle.address, model_id)
    sender.deploy(found, found.abi.creation(code.bytecode, arguments))
    return found


def owner(town: Town) -> Sender:
    return Sender(town.chain, development_accounts(OWNER + 1)[OWNER])


def through(lottery: Contract) -> tuple[object, ...]:
    where = ("--through", f"0x{lottery.address.hex()}")
    return ("request", "send", "mnist", SEVEN, *where, *FEE)


def test_request_through_events_of_its_own_gives_id_and_hash(
    town: Town, lottery: Contract
) -> None:
    told = town.json(*through(lottery))
    assert told["request_id"] > 0 and len(told["transaction"]) == 66
    assert told["last_accept"] > town.chain.now()
    asked = town.json("request", "status", told["request_id"])
    assert asked["requester"] == f"0x{lottery.address.hex()}"


def test_request_through_more_than_one_gives_all_ids(
    town: Town, lottery: Contract
) -> None:
    owner(town).send(lottery, "set", False, 3)
    told = town.json(*through(lottery))
    first = told["request_id"]
    assert told["request_ids"] == [first, first + 1, first + 2]
    assert "request_ids" in town.plumb(*through(lottery)).out


def test_request_through_none_gives_the_hash_and_says_so(
    town: Town, lottery: Contract
) -> None:
    owner(town).send(lottery, "set", False, 0)
    ended = town.plumb(*through(lottery), "--json")
    told = json.loads(ended.out)
    assert (ended.status, told["request_id"]) == (1, None)
    assert len(told["transaction"]) == 66
    assert "expected it to ask the oracle" in ended.err


def test_request_whose_receipt_never_comes_gives_the_hash(
    town: Town, lottery: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The transaction is offered, and then nobody answers any more."""

    def never(*_: object) -> None:
        raise NotMined(b"\7" * 32, 1)

    monkeypatch.setattr("oracle.sending.durable.DurableSender._until_mined", never)
    ended = town.plumb(*through(lottery))
    assert (ended.status, ended.out) == (1, "")
    head = town.chain.endpoint.web3.eth.get_block("latest")
    (sent,) = head["transactions"]
    assert f"Sent as 0x{bytes(sent).hex()}: see what became of it" in ended.err


def test_callback_error_of_its_own_is_named_by_its_abi(
    town: Town, lottery: Contract, tmp_path: Path
) -> None:
    owner(town).send(lottery, "set", True, 1)
    abi = tmp_path / "Lottery.json"
    abi.write_text(json.dumps(artifact("Lottery").abi))
    where = ("--through", f"0x{lottery.address.hex()}")
    asked = ("request", "simulate", "mnist", SEVEN, *where)
    named = town.json(*asked, "--abi", abi)["callback_failure"]
    assert named.startswith("Broken(requestId ")
    bare = town.json(*asked)["callback_failure"]
    assert bare.startswith("an error of the contract's own, 0x")
    assert bare.endswith("--abi with the contract's ABI names it")


@pytest.mark.parametrize("verb", ["finalize", "retry-callback"])
def test_answer_that_there_is_not_yet_is_said_in_a_sentence(
    town: Town, verb: str
) -> None:
    request = town.send()
    ended = town.plumb("request", verb, request)
    told = f"plumb: request {request}: not answered yet: it waits for a worker ("
    assert (ended.status, ended.err[: len(told)]) == (1, told)
