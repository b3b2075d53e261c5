"""The devnet as wallets and developers' tools use it: cheats, signing, WebSockets."""

import asyncio
import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct
from support.testbeds.devnet_client import rpc
from web3 import AsyncWeb3, Web3, WebSocketProvider
from web3.exceptions import Web3RPCError
from websockets.sync.client import ClientConnection, connect

from oracle.devnet.server import Service
from oracle.devnet.setup import Ready, set_up
from solidity.deployment import Parameters

ETHER = 10**18
FIRST = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
STRANGER = "0x00000000000000000000000000000000000000AA"
RETURNS_SEVEN = "0x600760005260206000f3"  # mstore(0, 7); return(0, 32)


@pytest.fixture
def socket(url: str) -> Iterator[ClientConnection]:
    with connect(url.replace("http", "ws")) as connection:
        yield connection


def asked(socket: ClientConnection, method: str, *params: Any) -> Any:
    request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
    socket.send(json.dumps(request))
    return json.loads(socket.recv(10))


def told(socket: ClientConnection) -> Any:
    """The next notification: its subscription, and what it tells."""
    message = json.loads(socket.recv(10))
    assert message["method"] == "eth_subscription"
    return message["params"]["subscription"], message["params"]["result"]


def pay(web3: Web3, sender: str = FIRST, to: str = STRANGER, **fields: Any) -> Any:
    sent = web3.eth.send_transaction({"from": sender, "to": to, "value": 1, **fields})
    return web3.eth.get_transaction_receipt(sent)


@pytest.mark.parametrize("prefix", ["anvil_", "hardhat_"])
def test_devnet_state_can_be_set(web3: Web3, prefix: str) -> None:
    rpc(web3, prefix + "setBalance", STRANGER, hex(5 * ETHER))
    assert web3.eth.get_balance(STRANGER) == 5 * ETHER
    rpc(web3, prefix + "setNonce", STRANGER, "0x11")
    assert web3.eth.get_transaction_count(STRANGER) == 17
    rpc(web3, prefix + "setCode", STRANGER, RETURNS_SEVEN)
    assert int(web3.eth.call({"to": STRANGER}).hex(), 16) == 7
    rpc(web3, prefix + "setStorageAt", STRANGER, "0x3", "0x" + "00" * 31 + "09")
    assert int(web3.eth.get_storage_at(STRANGER, 3).hex(), 16) == 9
    height = web3.eth.block_number
    rpc(web3, prefix + "mine", "0x2")
    assert web3.eth.block_number == height + 2


def test_devnet_stranger_sends_only_while_impersonated(web3: Web3) -> None:
    rpc(web3, "anvil_setBalance", STRANGER, hex(ETHER))
    with pytest.raises(Web3RPCError, match="neither unlocked nor impersonated"):
        pay(web3, STRANGER, FIRST)
    rpc(web3, "hardhat_impersonateAccount", STRANGER)
    receipt = pay(web3, STRANGER, FIRST, value=7)
    found = web3.eth.get_transaction(receipt["transactionHash"])
    assert (found["from"], found["value"], receipt["status"]) == (STRANGER, 7, 1)
    assert web3.eth.get_transaction_count(STRANGER) == 1
    rpc(web3, "hardhat_stopImpersonatingAccount", STRANGER)
    with pytest.raises(Web3RPCError, match="neither unlocked"):
        pay(web3, STRANGER, FIRST)


def test_devnet_contract_can_be_impersonated(web3: Web3, ready: Ready) -> None:
    oracle = Web3.to_checksum_address(ready.deployments.contracts.oracle.address)
    rpc(web3, "anvil_setBalance", oracle, hex(ETHER))
    rpc(web3, "anvil_impersonateAccount", oracle)
    assert pay(web3, oracle)["status"] == 1
    rpc(web3, "anvil_stopImpersonatingAccount", oracle)


def test_devnet_impersonated_transaction_survives_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "chain.db"
    first = set_up(Parameters(8, 600), state)
    service = Service(first.devnet, first.disk)
    for method, *params in (
        ("anvil_setBalance", STRANGER, hex(ETHER)),
        ("anvil_autoImpersonateAccount", True),
        ("eth_sendTransaction", {"from": STRANGER, "to": FIRST, "value": "0x5"}),
    ):
        answer = service.ask(method, params)
        assert "error" not in answer, answer
    receipt = service.ask("eth_getTransactionReceipt", [answer["result"]])["result"]
    assert first.disk is not None
    first.disk.close()
    second = set_up(Parameters(8, 600), state)
    again = Service(second.devnet, second.disk)
    assert again.ask("eth_getTransactionReceipt", [answer["result"]])["result"] == (
        receipt
    )
    assert receipt["from"] == STRANGER
    assert second.disk is not None
    second.disk.close()


def test_devnet_accounts_sign(web3: Web3) -> None:
    text = "0x" + b"hello".hex()
    message = encode_defunct(b"hello")
    for signature in (
        rpc(web3, "personal_sign", text, FIRST, ""),
        rpc(web3, "eth_sign", FIRST, text),
    ):
        assert Account.recover_message(message, signature=signature) == FIRST


def test_devnet_wallets_questions_are_answered(web3: Web3, url: str) -> None:
    """What a wallet in a browser asks, from another origin, in one batch."""
    methods: list[tuple[str, list[Any]]] = [
        ("eth_chainId", []),
        ("net_version", []),
        ("eth_accounts", []),
        ("eth_requestAccounts", []),
        ("eth_blockNumber", []),
        ("eth_getBlockByNumber", ["latest", False]),
        ("eth_getBalance", [FIRST, "latest"]),
        ("eth_getTransactionCount", [FIRST, "pending"]),
        ("eth_getCode", [FIRST, "latest"]),
        ("eth_gasPrice", []),
        ("eth_maxPriorityFeePerGas", []),
        ("eth_feeHistory", ["0x5", "latest", [10, 50, 90]]),
        ("eth_estimateGas", [{"from": FIRST, "to": STRANGER, "value": "0x1"}]),
        ("wallet_switchEthereumChain", [{"chainId": "0x7a69"}]),
    ]
    batch = [
        {"jsonrpc": "2.0", "id": n, "method": method, "params": params}
        for n, (method, params) in enumerate(methods)
    ]
    headers = {"content-type": "application/json", "origin": "https://dapp.example"}
    request = urllib.request.Request(url, json.dumps(batch).encode(), headers)
    with urllib.request.urlopen(request) as answer:
        assert answer.headers["access-control-allow-origin"] == "*"
        found = json.loads(answer.read())
    assert [one["id"] for one in found] == list(range(len(methods)))
    assert not [one for one in found if "error" in one]
    with pytest.raises(Web3RPCError, match="expected 31337, got 1"):
        rpc(web3, "wallet_switchEthereumChain", {"chainId": "0x1"})


def test_devnet_preflight_of_a_browser_is_granted(url: str) -> None:
    headers = {
        "origin": "https://dapp.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
    }
    request = urllib.request.Request(url, headers=headers, method="OPTIONS")
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 200
        assert "POST" in answer.headers["access-control-allow-methods"]


@pytest.mark.parametrize("kind", [0, 1, 2])
def test_devnet_transactions_of_every_kind_are_mined(web3: Web3, kind: int) -> None:
    account = Account.from_key(b"\5" * 32)
    rpc(web3, "anvil_setBalance", account.address, hex(ETHER))
    price = 10 * web3.eth.gas_price
    fields: dict[str, Any] = {
        "chainId": 31337,
        "nonce": web3.eth.get_transaction_count(account.address),
        "to": STRANGER,
        "value": 3,
        "gas": 21_000,
    }
    if kind == 2:
        fields |= {"maxFeePerGas": price, "maxPriorityFeePerGas": 1}
    else:
        fields |= {"gasPrice": price} | ({"accessList": []} if kind else {})
        fields |= {"type": kind} if kind else {}
    sent = web3.eth.send_raw_transaction(
        account.sign_transaction(fields).raw_transaction
    )
    receipt = web3.eth.get_transaction_receipt(sent)
    assert (receipt["status"], receipt["type"]) == (1, kind)
    assert receipt["effectiveGasPrice"] <= price
    assert web3.eth.get_transaction(sent)["type"] == kind


def test_socket_answers_as_http_does(socket: ClientConnection, web3: Web3) -> None:
    assert asked(socket, "eth_chainId")["result"] == "0x7a69"
    number = int(asked(socket, "eth_blockNumber")["result"], 16)
    assert number == web3.eth.block_number
    assert asked(socket, "eth_noSuch")["error"]["code"] == -32601


def test_socket_new_heads_are_told_in_order(
    socket: ClientConnection, web3: Web3
) -> None:
    identity = asked(socket, "eth_subscribe", "newHeads")["result"]
    hashes = [pay(web3)["blockHash"].hex() for _ in range(3)]
    found = [told(socket) for _ in hashes]
    assert {subscription for subscription, _ in found} == {identity}
    assert [head["hash"] for _, head in found] == ["0x" + hash for hash in hashes]
    assert asked(socket, "eth_unsubscribe", identity)["result"] is True
    pay(web3)
    assert asked(socket, "eth_chainId")["result"] == "0x7a69"  # and nothing before it
    with pytest.raises(TimeoutError):
        socket.recv(0.2)


def test_socket_logs_are_told_if_they_match(
    socket: ClientConnection, web3: Web3, ready: Ready
) -> None:
    staking = ready.deployments.contracts.staking
    address = Web3.to_checksum_address(staking.address)
    identity = asked(socket, "eth_subscribe", "logs", {"address": address})["result"]
    elsewhere = asked(socket, "eth_subscribe", "logs", {"address": STRANGER})["result"]
    deposit = staking.abi.calldata("deposit", [bytes.fromhex(FIRST[2:])])
    receipt = pay(web3, to=address, value=5, data=Web3.to_hex(deposit))
    subscription, log = told(socket)
    assert subscription == identity != elsewhere
    assert log["address"] == address
    assert log["transactionHash"] == "0x" + receipt["transactionHash"].hex()


@pytest.mark.parametrize("params", [[], ["syncing"], [7], ["newHeads", 1, 2]])
def test_socket_bad_subscription_is_told_why(
    socket: ClientConnection, params: list[Any]
) -> None:
    assert asked(socket, "eth_subscribe", *params)["error"]["code"] == -32602
    assert asked(socket, "eth_chainId")["result"] == "0x7a69"


def test_socket_client_that_goes_leaves_nothing_behind(
    url: str, ready: Ready, web3: Web3
) -> None:
    filters = ready.devnet._filters._filters
    before = len(filters)
    with connect(url.replace("http", "ws")) as one:
        asked(one, "eth_subscribe", "newHeads")
        assert len(filters) == before + 1
    for _ in range(200):
        if len(filters) == before:
            break
        rpc(web3, "eth_chainId")
    assert len(filters) == before


def test_socket_web3_follows_the_chain(url: str, web3: Web3) -> None:
    async def follow() -> int:
        async with AsyncWeb3(WebSocketProvider(url.replace("http", "ws"))) as client:
            await client.eth.subscribe("newHeads")
            receipt = await asyncio.to_thread(pay, web3)
            async for message in client.socket.process_subscriptions():
                assert message["result"]["hash"] == receipt["blockHash"]
                return int(message["result"]["number"])
        raise AssertionError("the socket was closed")

    assert asyncio.run(follow()) == web3.eth.block_number
