"""Sending: fees, limits, refusals decoded, on an embedded and on a remote chain."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from eth_account import Account
from support.testbeds.embedded import ETHER, EmbeddedTestbed

from oracle.chain.chain import Chain
from oracle.chain.contracts import check_contracts
from oracle.chain.endpoint import RemoteEndpoint
from oracle.chain.errors import (
    FeeAboveCap,
    GasAboveCap,
    NoCode,
    NoTimeTravel,
    Refused,
    WrongChain,
)
from oracle.chain.events import Requested
from oracle.chain.local.accounts import development_accounts
from oracle.chain.local.embedded import Call
from oracle.chain.local.known import CHAIN_ID
from oracle.chain.local.rpc import EmbeddedProvider
from oracle.node.worker.worker import Worker
from oracle.sending.sender import MOST_TIP_WEI, Sender, calldata_gas


def test_development_accounts_are_everyones() -> None:
    first, second = development_accounts(2)
    assert first.address == "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
    assert second.address == "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"


def test_send_receipt_says_what_it_cost(world: EmbeddedTestbed) -> None:
    sender = world.senders[2]
    before = world.chain.balance(sender.address)
    receipt = world.stake(sender, ETHER)
    assert world.chain.balance(sender.address) == before - ETHER - receipt.fee_wei
    assert receipt.action == "deposit"
    data = world.contracts.staking.abi.calldata("deposit", [sender.address])
    assert receipt.calldata_gas == calldata_gas(data)
    assert receipt.gas_used > 21_000 + receipt.calldata_gas


def test_send_events_of_listened_contracts_only(world: EmbeddedTestbed) -> None:
    request = world.ask()
    ((told),) = [
        event
        for event in world.chain.events([world.contracts.oracle], 0, world.chain.height)
        if isinstance(event, Requested)
    ]
    assert told.request_id == request
    assert not world.chain.events([world.contracts.game], 0, world.chain.height)


def test_send_refusal_names_the_error_with_expected_and_actual(
    world: EmbeddedTestbed,
) -> None:
    staking, sender = world.contracts.staking, world.senders[2]
    with pytest.raises(Refused) as refused:
        sender.send(staking, "withdraw", sender.address, 5)
    assert refused.value.name == "InsufficientBalance"
    expected = {"account": sender.address, "expected": 5, "actual": 0}
    assert refused.value.arguments == expected
    assert "Staking.withdraw refused: InsufficientBalance(account 0x" in str(
        refused.value
    )


def test_call_refusal_names_the_error(world: EmbeddedTestbed) -> None:
    with pytest.raises(Refused, match="UnknownModel"):
        world.chain.call(world.contracts.registry, "model", b"\1" * 32)


def test_send_failed_on_chain_is_explained(
    world: EmbeddedTestbed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An estimate is from before: the transaction may still fail in its block."""

    def hopeful(call: Call) -> int:
        return 200_000

    monkeypatch.setattr(type(world.embedded), "estimate", lambda _, call: hopeful(call))
    staking, sender = world.contracts.staking, world.senders[2]
    height = world.chain.height
    with pytest.raises(Refused, match="InsufficientBalance"):
        sender.send(staking, "withdraw", sender.address, 5)
    assert world.chain.height == height + 1


def test_send_to_another_chain_refused(world: EmbeddedTestbed) -> None:
    world.endpoint.chain_id = 1  # type: ignore[misc]
    with pytest.raises(WrongChain, match="expected 1, got 31337"):
        world.stake(world.senders[2])


@pytest.mark.parametrize(
    ("cap", "paid"), [(None, MOST_TIP_WEI), (200 * 10**9, 200 * 10**9)]
)
def test_send_tip_that_an_endpoint_makes_up_is_bounded(
    world: EmbeddedTestbed, monkeypatch: pytest.MonkeyPatch, cap: int | None, paid: int
) -> None:
    """It may be the one who builds the block; a cap is the user's own word."""
    monkeypatch.setattr(Chain, "tip", lambda _: 10**18)
    sender = Sender(world.chain, development_accounts(3)[2], fee_cap=cap)
    fees = sender._fees()
    assert fees["maxPriorityFeePerGas"] == paid
    assert fees["maxFeePerGas"] <= paid + 2 * world.chain.base_fee()


def test_send_base_fee_above_the_cap_refused(world: EmbeddedTestbed) -> None:
    (account,) = development_accounts(1)
    fee = world.chain.base_fee()
    sender = Sender(world.chain, account, fee_cap=fee - 1)
    with pytest.raises(FeeAboveCap, match=f"at most {fee - 1} wei, got {fee}"):
        world.stake(sender)


def test_send_more_gas_than_a_transaction_may_have_refused(
    world: EmbeddedTestbed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(world.embedded), "estimate", lambda _, call: 2**24 + 1)
    with pytest.raises(GasAboveCap, match="at most 16777216, got 16777217"):
        world.stake(world.senders[2])


def test_code_at_wrong_address_noticed(world: EmbeddedTestbed) -> None:
    contracts = world.contracts
    check_contracts(world.chain, contracts)
    code = world.chain.code(contracts.game.address)
    with pytest.raises(NoCode, match="is not Staking"):
        world.chain.check_code(contracts.staking, code)


class Served(BaseHTTPRequestHandler):
    """JSON-RPC over HTTP, as any node speaks it."""

    provider: EmbeddedProvider

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        asked = json.loads(body)
        response = self.provider.make_request(asked["method"], asked["params"])
        answer = json.dumps({**response, "id": asked["id"]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def remote(world: EmbeddedTestbed) -> Iterator[RemoteEndpoint]:
    """The world's chain behind a port."""
    handler = type("Handler", (Served,), {"provider": EmbeddedProvider(world.embedded)})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        endpoint = RemoteEndpoint(f"http://127.0.0.1:{server.server_port}", CHAIN_ID)
        yield endpoint
        provider = endpoint.web3.provider
        for session in provider._request_session_manager.session_cache._data.values():  # type: ignore[attr-defined]
            session.close()
        server.shutdown()
        thread.join()


def test_remote_chain_worker_answers_over_json_rpc(
    world: EmbeddedTestbed, remote: RemoteEndpoint
) -> None:
    world.ask()
    sender = Sender(Chain(remote), development_accounts(3)[2])
    worker = Worker(sender, world.contracts, world.honest())
    worker.deposit(ETHER)
    actions = [worker.step(), worker.step(), worker.step()]
    assert [a and a.action.function for a in actions] == ["accept", "submit", None]


def test_remote_chain_refusal_decoded(
    world: EmbeddedTestbed, remote: RemoteEndpoint
) -> None:
    sender = Sender(Chain(remote), development_accounts(3)[2])
    with pytest.raises(Refused, match="InsufficientBalance"):
        sender.send(world.contracts.staking, "withdraw", sender.address, 5)


def test_remote_chain_of_another_id_refused(
    world: EmbeddedTestbed, remote: RemoteEndpoint
) -> None:
    remote.chain_id = 1
    with pytest.raises(WrongChain):
        world.stake(Sender(Chain(remote), Account.from_key(b"\1" * 32)))


def test_remote_chain_clock_cannot_be_moved(remote: RemoteEndpoint) -> None:
    with pytest.raises(NoTimeTravel):
        remote.travel(1)
