"""The embedded chain: blocks, time, gas, reverts, and going back."""

import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount
from web3 import Web3
from web3.exceptions import ContractLogicError, MethodUnavailable, Web3RPCError
from web3.types import RPCEndpoint

from oracle.chain.local.embedded import GENESIS_TIME, Call, EmbeddedChain
from oracle.chain.local.endpoint import EmbeddedEndpoint
from oracle.chain.local.known import CHAIN_ID, TRANSACTION_GAS
from oracle.chain.local.rules import BLOCK_SECONDS, BUILDER

ETHER = 10**18
ACCOUNT: LocalAccount = Account.from_key(b"\1" * 32)
ADDRESS = bytes.fromhex(ACCOUNT.address[2:])
OTHER = b"\2" * 20
# Stores the first word of its calldata at slot 0, and logs it under topic 7.
STORE = bytes.fromhex("5f355f555f355f52600760205fa100")
# Calls the identity contract, then reverts unless more than 100,000 gas are left.
GREEDY = bytes.fromhex("5f5f5f5f6004611000fa50620186a05a116017575f5ffd5b00")
REVERTS = bytes.fromhex("63deadbeef5f526004601cfd")


def creation(code: bytes) -> bytes:
    """Code that returns `code`, up to 255 bytes."""
    return bytes([0x60, len(code), 0x80, 0x60, 9, 0x5F, 0x39, 0x5F, 0xF3]) + code


@pytest.fixture
def endpoint() -> EmbeddedEndpoint:
    return EmbeddedEndpoint({ADDRESS: 100 * ETHER})


def send(web3: Web3, **fields: object) -> dict[str, object]:
    """A signed transaction of ACCOUNT, mined; its receipt."""
    base_fee = web3.eth.get_block("latest")["baseFeePerGas"]
    transaction = {
        "chainId": CHAIN_ID,
        "nonce": web3.eth.get_transaction_count(ACCOUNT.address),
        "gas": 1_000_000,
        "maxFeePerGas": 2 * base_fee + 10**9,
        "maxPriorityFeePerGas": 10**9,
    } | fields
    signed = ACCOUNT.sign_transaction(transaction)
    return dict(
        web3.eth.get_transaction_receipt(
            web3.eth.send_raw_transaction(signed.raw_transaction)
        )
    )


def deployed(web3: Web3, code: bytes) -> str:
    receipt = send(web3, data=creation(code))
    assert receipt["status"] == 1
    return str(receipt["contractAddress"])


def test_chain_start_is_the_same_everywhere(endpoint: EmbeddedEndpoint) -> None:
    eth = endpoint.web3.eth
    assert eth.chain_id == CHAIN_ID
    assert eth.block_number == 0
    assert eth.get_block("latest")["timestamp"] == GENESIS_TIME
    again = EmbeddedEndpoint({ADDRESS: 100 * ETHER}).web3.eth
    assert eth.get_block(0)["hash"] == again.get_block(0)["hash"]


def test_transaction_is_a_block_and_costs_what_is_burned_and_tipped(
    endpoint: EmbeddedEndpoint,
) -> None:
    web3 = endpoint.web3
    receipt = send(web3, to="0x" + OTHER.hex(), value=ETHER)
    block = web3.eth.get_block("latest")
    assert block["number"] == receipt["blockNumber"] == 1
    assert block["timestamp"] == GENESIS_TIME + BLOCK_SECONDS
    burned = block["baseFeePerGas"] * receipt["gasUsed"]
    tipped = web3.eth.get_balance(Web3.to_checksum_address(BUILDER))
    left = web3.eth.get_balance(ACCOUNT.address)
    assert burned + tipped == receipt["effectiveGasPrice"] * receipt["gasUsed"]
    assert left + ETHER + burned + tipped == 100 * ETHER


def test_travel_moves_block_time_only_forward(endpoint: EmbeddedEndpoint) -> None:
    endpoint.travel(3600)
    assert endpoint.web3.eth.get_block("latest")["timestamp"] == GENESIS_TIME + 3600
    with pytest.raises(Web3RPCError):
        endpoint.web3.manager.request_blocking(RPCEndpoint("evm_increaseTime"), [-1])


def test_send_above_the_transaction_cap_refused(endpoint: EmbeddedEndpoint) -> None:
    with pytest.raises(Web3RPCError, match="expected at most 16777216, got 16777217"):
        send(endpoint.web3, to="0x" + OTHER.hex(), gas=TRANSACTION_GAS + 1)


def test_send_wrong_nonce_refused(endpoint: EmbeddedEndpoint) -> None:
    with pytest.raises(Web3RPCError):
        send(endpoint.web3, to="0x" + OTHER.hex(), nonce=7)


def test_calldata_floor_is_charged(endpoint: EmbeddedEndpoint) -> None:
    data = b"\1" * 1000 + b"\0" * 100
    floor = 21_000 + 40 * 1000 + 10 * 100
    call = Call(ADDRESS, OTHER, data)
    assert endpoint.chain.estimate(call) == floor
    receipt = send(endpoint.web3, to="0x" + OTHER.hex(), data=data, gas=floor)
    assert receipt["gasUsed"] == floor
    with pytest.raises(Web3RPCError):
        send(endpoint.web3, to="0x" + OTHER.hex(), data=data, gas=floor - 1)


def test_estimate_of_plain_code_suffices(endpoint: EmbeddedEndpoint) -> None:
    store = deployed(endpoint.web3, STORE)
    data = (5).to_bytes(32, "big")
    gas = endpoint.chain.estimate(Call(ADDRESS, bytes.fromhex(store[2:]), data))
    receipt = send(endpoint.web3, to=store, data=data, gas=gas)
    assert receipt["status"] == 1
    assert gas <= receipt["gasUsed"] + 2300


def test_estimate_of_code_that_looks_at_its_gas_suffices(
    endpoint: EmbeddedEndpoint,
) -> None:
    greedy = deployed(endpoint.web3, GREEDY)
    gas = endpoint.chain.estimate(Call(ADDRESS, bytes.fromhex(greedy[2:])))
    receipt = send(endpoint.web3, to=greedy, gas=gas)
    assert receipt["status"] == 1
    assert gas > receipt["gasUsed"] + 90_000


def test_call_that_reverts_gives_its_data(endpoint: EmbeddedEndpoint) -> None:
    address = deployed(endpoint.web3, REVERTS)
    for ask in (endpoint.web3.eth.call, endpoint.web3.eth.estimate_gas):
        with pytest.raises(ContractLogicError) as refused:
            ask({"to": address, "from": ACCOUNT.address})
        assert refused.value.data == "0xdeadbeef"


def test_transaction_that_reverts_is_mined_and_says_so(
    endpoint: EmbeddedEndpoint,
) -> None:
    receipt = send(endpoint.web3, to=deployed(endpoint.web3, REVERTS))
    assert receipt["status"] == 0
    assert receipt["gasUsed"] < 30_000


def test_call_changes_nothing(endpoint: EmbeddedEndpoint) -> None:
    store = bytes.fromhex(deployed(endpoint.web3, STORE)[2:])
    before = endpoint.chain.head.state_root
    endpoint.chain.call(Call(ADDRESS, store, (9).to_bytes(32, "big")))
    assert endpoint.chain.state().get_storage(store, 0) == 0
    assert endpoint.chain.head.state_root == before


def test_logs_are_found_by_block_address_and_topic(endpoint: EmbeddedEndpoint) -> None:
    web3 = endpoint.web3
    first, second = deployed(web3, STORE), deployed(web3, STORE)
    for address, word in ((first, 1), (second, 2), (first, 3)):
        send(web3, to=address, data=word.to_bytes(32, "big"))
    topic = "0x" + (7).to_bytes(32, "big").hex()
    wanted = [
        ({}, [1, 2, 3]),
        ({"address": first}, [1, 3]),
        ({"address": [first, second], "fromBlock": 4, "toBlock": 4}, [2]),
        ({"topics": [topic]}, [1, 2, 3]),
        ({"topics": [None]}, [1, 2, 3]),
        ({"topics": ["0x" + "00" * 32]}, []),
        ({"topics": [topic, topic]}, []),
    ]
    for query, expected in wanted:
        logs = web3.eth.get_logs({"fromBlock": 0, "toBlock": "latest"} | query)
        assert [int.from_bytes(log["data"], "big") for log in logs] == expected, query


def test_rewind_forgets_later_blocks(endpoint: EmbeddedEndpoint) -> None:
    web3 = endpoint.web3
    store = deployed(web3, STORE)
    kept = send(web3, to=store, data=(1).to_bytes(32, "big"))
    lost = send(web3, to=store, data=(2).to_bytes(32, "big"))
    endpoint.chain.rewind(2)
    assert web3.eth.block_number == 2
    assert web3.eth.get_transaction_count(ACCOUNT.address) == 2
    assert endpoint.chain.state().get_storage(bytes.fromhex(store[2:]), 0) == 1
    assert [log["blockNumber"] for log in web3.eth.get_logs({"fromBlock": 0})] == [2]
    again = send(web3, to=store, data=(3).to_bytes(32, "big"))
    assert again["blockNumber"] == lost["blockNumber"]
    assert again["blockHash"] != lost["blockHash"]
    assert web3.eth.get_transaction_receipt(kept["transactionHash"])["status"] == 1


def test_past_balance_is_of_that_block(endpoint: EmbeddedEndpoint) -> None:
    send(endpoint.web3, to="0x" + OTHER.hex(), value=ETHER)
    eth, other = endpoint.web3.eth, Web3.to_checksum_address(OTHER)
    assert [eth.get_balance(other, block) for block in (0, 1)] == [0, ETHER]


def test_unknown_method_refused(endpoint: EmbeddedEndpoint) -> None:
    with pytest.raises(MethodUnavailable):
        endpoint.web3.manager.request_blocking(RPCEndpoint("eth_getProof"), [])


def test_base_fee_that_is_held_stays_through_blocks_and_reorgs() -> None:
    chain = EmbeddedChain({})
    chain.mine()
    chain.hold_base_fee(7_000)
    for _ in range(3):
        chain.mine()
    chain.rewind(2)
    chain.mine()
    assert [chain.header(n).base_fee_per_gas for n in (2, 3)] == [7_000, 7_000]
    assert chain.header(1).base_fee_per_gas != 7_000
    assert chain.next_base_fee == 7_000
