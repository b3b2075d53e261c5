"""The devnet as its clients see it: web3, and requests as other tools make them."""

import json
import socket
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from hexbytes import HexBytes
from support.programs.command import plumb_in
from support.programs.process import running
from support.testbeds.devnet_client import rpc
from web3 import HTTPProvider, Web3
from web3.exceptions import Web3RPCError

from oracle.chain.chain import Chain
from oracle.chain.contracts import check_contracts
from oracle.chain.deployments import Deployments, read_deployments
from oracle.chain.endpoint import RemoteEndpoint
from oracle.chain.errors import BadState
from oracle.devnet.clock import Clock
from oracle.devnet.server import Service, application
from oracle.devnet.serving import serving
from oracle.devnet.setup import Ready, set_up
from oracle.errors import BadDeployments, NoDeployments
from solidity.deployment import Parameters

ETHER = 10**18
FIRST = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
LAST = "0x8626f6940E2eb28930eFb4CeF49B2d1F2C9C1199"
STRANGER = "0x00000000000000000000000000000000000000AA"


def posted(url: str, body: Any) -> Any:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"content-type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(url, data, headers)) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def pay(web3: Web3, to: str = STRANGER, **fields: Any) -> Any:
    sent = web3.eth.send_transaction({"from": FIRST, "to": to, "value": 1, **fields})
    return web3.eth.get_transaction_receipt(sent)


def test_served_answers_don_t_wait_for_the_receipt_of_their_heads(
    ready: Ready, monkeypatch: pytest.MonkeyPatch
) -> None:
    listeners = []
    create = socket.create_server

    def created(*arguments: Any, **options: Any) -> socket.socket:
        listeners.append(create(*arguments, **options))
        return listeners[-1]

    monkeypatch.setattr(socket, "create_server", created)
    with serving(application(Service(ready.devnet)), "127.0.0.1", 0):
        (listener,) = listeners
        assert listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_devnet_has_the_usual_twenty_accounts(web3: Web3) -> None:
    accounts = web3.eth.accounts
    assert (len(accounts), accounts[0], accounts[19]) == (20, FIRST, LAST)
    assert web3.eth.get_balance(accounts[19]) == 10_000 * ETHER
    assert web3.eth.chain_id == 31337


def test_devnet_contracts_lie_where_it_says(url: str, ready: Ready) -> None:
    chain = Chain(RemoteEndpoint(url, 31337))
    check_contracts(chain, ready.deployments.contracts)
    reader = ready.deployments.contract("DigitReader")
    model_id = ready.deployments.models["mnist"]
    assert chain.call(reader, "modelId") == model_id
    (uri,) = chain.call(ready.deployments.contracts.registry, "uris", model_id)
    assert uri.startswith("file://") and Path(uri[7:]).exists()


def test_devnet_deployments_file_reads_as_written(ready: Ready, tmp_path: Path) -> None:
    ready.deployments.write(tmp_path)
    assert read_deployments(tmp_path, 31337) == Deployments(
        31337, dict(ready.deployments.placed), dict(ready.deployments.models)
    )


def test_devnet_transaction_is_found_by_hash(web3: Web3) -> None:
    receipt = pay(web3, value=7)
    found = web3.eth.get_transaction(receipt["transactionHash"])
    assert (found["from"], found["to"], found["value"]) == (FIRST, STRANGER, 7)
    block = web3.eth.get_block(receipt["blockHash"], full_transactions=True)
    assert block["number"] == receipt["blockNumber"]
    assert [t["hash"] for t in block["transactions"]] == [found["hash"]]
    assert len(web3.eth.get_block_receipts(block["number"])) == 1


def test_devnet_time_travels_without_the_past(web3: Web3) -> None:
    before = web3.eth.get_block("latest")
    rpc(web3, "evm_increaseTime", 600)
    assert web3.eth.block_number == before["number"]
    rpc(web3, "evm_mine")
    after = web3.eth.get_block("latest")
    assert after["number"] == before["number"] + 1
    assert 600 <= after["timestamp"] - before["timestamp"] < 660
    with pytest.raises(Web3RPCError, match="expected at least"):
        rpc(web3, "anvil_setNextBlockTimestamp", after["timestamp"])


def test_devnet_next_instant_can_be_set(web3: Web3) -> None:
    instant = web3.eth.get_block("latest")["timestamp"] + 1234
    rpc(web3, "evm_setNextBlockTimestamp", instant)
    assert web3.eth.get_block(pay(web3)["blockNumber"])["timestamp"] == instant
    rpc(web3, "hardhat_mine", "0x3", "0x64")
    assert web3.eth.get_block("latest")["timestamp"] >= instant + 200


def test_devnet_snapshots_nest_and_are_used_once(web3: Web3) -> None:
    outer = rpc(web3, "evm_snapshot")
    pay(web3)
    inner = rpc(web3, "anvil_snapshot")
    pay(web3)
    assert rpc(web3, "evm_revert", outer)
    assert web3.eth.get_balance(STRANGER) == 0
    assert not rpc(web3, "evm_revert", inner)
    assert not rpc(web3, "evm_revert", outer)


def test_devnet_balance_can_be_set(web3: Web3) -> None:
    rpc(web3, "anvil_setBalance", STRANGER, hex(5 * ETHER))
    assert web3.eth.get_balance(STRANGER) == 5 * ETHER
    assert pay(web3)["status"] == 1
    assert web3.eth.get_balance(STRANGER) == 5 * ETHER + 1


def test_devnet_filters_tell_what_is_new(web3: Web3) -> None:
    blocks = rpc(web3, "eth_newBlockFilter")
    pending = rpc(web3, "eth_newPendingTransactionFilter")
    receipt = pay(web3)
    assert rpc(web3, "eth_getFilterChanges", blocks) == [
        "0x" + receipt["blockHash"].hex()
    ]
    assert len(rpc(web3, "eth_getFilterChanges", pending)) == 1
    assert rpc(web3, "eth_getFilterChanges", blocks) == []
    assert rpc(web3, "eth_uninstallFilter", blocks) is True
    with pytest.raises(Web3RPCError, match="filter not found"):
        rpc(web3, "eth_getFilterChanges", blocks)


def test_devnet_log_filter_tells_only_what_matches(web3: Web3, ready: Ready) -> None:
    staking = ready.deployments.contracts.staking
    address = Web3.to_checksum_address(staking.address)
    asked = web3.eth.filter({"address": address})
    elsewhere = web3.eth.filter({"address": STRANGER})
    deposit = staking.abi.calldata("deposit", [bytes.fromhex(FIRST[2:])])
    pay(web3, to=address, value=5, data=Web3.to_hex(deposit))
    (log,) = asked.get_new_entries()
    assert log["address"] == address
    assert asked.get_new_entries() == [] and elsewhere.get_new_entries() == []


def test_devnet_fee_history_has_a_fee_for_the_next_block(web3: Web3) -> None:
    pay(web3)
    history = web3.eth.fee_history(3, "latest", [50])
    assert len(history["baseFeePerGas"]) == 4
    assert len(history["reward"]) == len(history["gasUsedRatio"]) == 3


@pytest.mark.parametrize("nonce, complaint", [(0, "too low"), (999, "too high")])
def test_devnet_nonce_out_of_turn_refused(
    web3: Web3, nonce: int, complaint: str
) -> None:
    with pytest.raises(Web3RPCError, match=f"nonce {complaint}"):
        pay(web3, nonce=hex(nonce), gas=21_000)


def test_devnet_batch_is_answered_in_order(url: str) -> None:
    methods = ("eth_chainId", "eth_noSuch", "web3_clientVersion")
    batch = [
        {"jsonrpc": "2.0", "id": n, "method": method}
        for n, method in enumerate(methods)
    ]
    answers = posted(url, [*batch, {"jsonrpc": "2.0", "method": "eth_chainId"}])
    assert [answer["id"] for answer in answers] == [0, 1, 2]
    assert answers[0]["result"] == "0x7a69"
    assert answers[1]["error"]["code"] == -32601
    assert answers[2]["result"].startswith("plumb-devnet/")


@pytest.mark.parametrize(
    "body, code",
    [
        (b"{", -32700),
        (7, -32600),
        ({"id": 1, "method": "eth_getBalance", "params": []}, -32602),
        ({"id": 1, "method": "eth_getBalance", "params": ["0xzz"]}, -32602),
        ({"id": 1, "method": "eth_getBalance", "params": [FIRST, "0xffff"]}, -32000),
    ],
)
def test_devnet_malformed_request_is_told_why(url: str, body: Any, code: int) -> None:
    assert posted(url, body)["error"]["code"] == code


def test_devnet_call_by_block_object_is_understood(url: str) -> None:
    params = [FIRST, {"blockNumber": "0x0"}]
    asked = {"id": 1, "method": "eth_getBalance", "params": params}
    assert int(posted(url, asked)["result"], 16) == 10_000 * ETHER


def test_devnet_logs_and_receipts_are_found_by_the_blocks_hash(
    url: str, ready: Ready
) -> None:
    """As EIP-234 and EIP-1898 have it; what isn't there is an error, not nothing."""
    contracts = ready.deployments.contracts
    client = Web3(HTTPProvider(url))
    head = client.eth.block_number
    found = client.eth.get_logs({"fromBlock": 0, "toBlock": head})
    block = found[0]["blockHash"]
    assert client.eth.get_logs({"blockHash": block}) == [
        log for log in found if log["blockHash"] == block
    ]
    other = Web3.to_checksum_address(contracts.game.address)
    assert client.eth.get_logs({"blockHash": block, "address": other}) == []
    receipts = client.eth.get_block_receipts(Web3.to_hex(block))
    assert receipts == client.eth.get_block_receipts(found[0]["blockNumber"])
    assert [log for receipt in receipts for log in receipt["logs"]] == [
        log for log in found if log["blockHash"] == block
    ]
    gone = Web3.to_hex(b"\1" * 32)
    for ask in (
        lambda: client.eth.get_logs({"blockHash": HexBytes(gone)}),
        lambda: client.eth.get_block_receipts(gone),
    ):
        with pytest.raises(Web3RPCError, match="unknown block"):
            ask()
    with pytest.raises(Web3RPCError, match="expected it alone, got a range too"):
        client.eth.get_logs({"blockHash": block, "fromBlock": 0})


def test_clock_never_goes_back() -> None:
    wall = [1000.0]
    clock = Clock(lambda: wall[0])
    assert clock.next_time(900) == 1000
    clock.travel(50, 1000)
    assert clock.next_time(1000) == 1050
    wall[0] = 10.0
    assert clock.next_time(1050) == 1051
    clock.settle(1050)
    assert clock.next_time(1050) == 1051
    assert clock.ahead == 1040


def test_devnet_goes_on_where_it_was_killed(tmp_path: Path) -> None:
    arguments = ("devnet", "up", "--port", 0, "--state", "chain.db", "--json")
    with running(tmp_path, *arguments, "--block-time", 0) as first:
        client = Web3(HTTPProvider(first.wait_for_json()["rpc_url"]))
        receipt = pay(client, value=5)
        rpc(client, "evm_increaseTime", 10_000)
        rpc(client, "evm_mine")
        head = client.eth.get_block("latest")
        first.kill()
    with running(tmp_path, *arguments, "--block-time", 0) as second:
        told = second.wait_for_json()
        client = Web3(HTTPProvider(told["rpc_url"]))
        assert client.eth.get_block("latest")["hash"] == head["hash"]
        assert client.eth.get_balance(STRANGER) == 5
        again = client.eth.get_transaction_receipt(receipt["transactionHash"])
        assert again == receipt
        later = client.eth.get_block(pay(client)["blockNumber"])
        assert later["timestamp"] > head["timestamp"]
        chain = Chain(RemoteEndpoint(told["rpc_url"], 31337))
        found = read_deployments(tmp_path / "deployments", 31337)
        check_contracts(chain, found.contracts)
        with pytest.raises(BadState, match="locked"):
            set_up(Parameters(), tmp_path / "chain.db")
        assert second.stop() == 0


def test_devnet_blocks_come_by_themselves(tmp_path: Path) -> None:
    arguments = ("devnet", "up", "--port", 0, "--block-time", 0.05, "--json")
    with running(tmp_path, *arguments) as devnet:
        client = Web3(HTTPProvider(devnet.wait_for_json()["rpc_url"]))
        seen = client.eth.block_number
        waited = 0
        while client.eth.block_number == seen and waited < 1000:
            waited += 1
        assert client.eth.block_number > seen
        assert devnet.stop() == 0


def test_devnet_state_that_is_none_refused(tmp_path: Path) -> None:
    (tmp_path / "chain.db").write_bytes(b"no database, for all its length" * 100)
    with pytest.raises(BadState, match="not a database"):
        set_up(Parameters(), tmp_path / "chain.db")


def test_deploy_writes_where_the_contracts_lie(
    url: str, web3: Web3, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plumb = plumb_in(capsys)
    shared = ("--rpc-url", url, "--deployments", tmp_path)
    told = plumb("deploy", "--account", "dev:7", "--k", 4, "--json", *shared).json()
    found = read_deployments(tmp_path, 31337)
    chain = Chain(RemoteEndpoint(url, 31337))
    check_contracts(chain, found.contracts)
    assert chain.call(found.contracts.game, "k") == 4
    assert told["contracts"].keys() == found.placed.keys()
    ended = plumb("deploy", "--account", "dev:7", "--chain-id", 1, *shared)
    assert (ended.status, "expected 1, got 31337" in ended.err) == (1, True)


@pytest.mark.parametrize(
    "text", ["", "[]", '{"chainId": 31337, "contracts": {}}', '{"chainId": 1}']
)
def test_deployments_file_that_is_none_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "31337.json").write_text(text)
    with pytest.raises(BadDeployments, match="expected what `plumb deploy` writes"):
        read_deployments(tmp_path, 31337)


def test_deployments_of_another_chain_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(NoDeployments, match="run `plumb deploy`"):
        read_deployments(tmp_path, 1)
