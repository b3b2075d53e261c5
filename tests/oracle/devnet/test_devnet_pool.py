"""The devnet while nothing is mined by itself; proofs of state; and `cast` on both."""

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import rlp
from eth.rlp.accounts import Account
from eth_utils.crypto import keccak
from support.programs.foundry import program
from support.testbeds.devnet_client import rpc
from trie import HexaryTrie
from web3 import HTTPProvider, Web3
from web3.exceptions import TransactionNotFound, Web3RPCError

from oracle.chain.local.accounts import development_accounts
from oracle.devnet.setup import Ready

FIRST, SECOND = (account.address for account in development_accounts(2))
STRANGER = "0x00000000000000000000000000000000000000AA"
TRANSFER_GAS, GWEI = 21_000, 10**9


@pytest.fixture
def web3(url: str) -> Iterator[Web3]:
    """A client of a devnet that mines when it is told to; all is taken back."""
    client = Web3(HTTPProvider(url))
    before = rpc(client, "evm_snapshot")
    rpc(client, "evm_setAutomine", False)
    yield client
    rpc(client, "anvil_dropAllTransactions")
    rpc(client, "evm_setAutomine", True)
    assert rpc(client, "evm_revert", before)


def pay(
    web3: Web3, nonce: int | None = None, gwei: int = 9, sender: str = FIRST
) -> Any:
    """A wei to a stranger; the hash."""
    fees = {"maxFeePerGas": gwei * GWEI, "maxPriorityFeePerGas": gwei * GWEI}
    wanted = {"from": sender, "to": STRANGER, "value": 1, "gas": TRANSFER_GAS, **fees}
    if nonce is not None:
        wanted["nonce"] = nonce
    return web3.eth.send_transaction(wanted)  # type: ignore[arg-type]


def sizes(web3: Web3) -> tuple[int, int]:
    status = rpc(web3, "txpool_status")
    return int(status["pending"], 16), int(status["queued"], 16)


def test_pool_holds_transactions_until_a_block_is_asked_for(web3: Web3) -> None:
    height, nonce = web3.eth.block_number, web3.eth.get_transaction_count(FIRST)
    sent = [pay(web3), pay(web3)]
    assert (web3.eth.block_number, sizes(web3)) == (height, (2, 0))
    assert web3.eth.get_transaction_count(FIRST) == nonce
    assert web3.eth.get_transaction_count(FIRST, "pending") == nonce + 2
    waiting = web3.eth.get_transaction(sent[0])
    assert (waiting["blockNumber"], waiting["from"]) == (None, FIRST)
    with pytest.raises(TransactionNotFound):
        web3.eth.get_transaction_receipt(sent[0])
    rpc(web3, "evm_mine")
    receipts = [web3.eth.get_transaction_receipt(identity) for identity in sent]
    assert [r["status"] for r in receipts] == [1, 1]
    assert [r["blockNumber"] for r in receipts] == [height + 1, height + 2]
    assert sizes(web3) == (0, 0)
    assert web3.eth.get_transaction(sent[0])["blockNumber"] == height + 1


def test_pool_keeps_what_comes_too_early_in_its_queue(web3: Web3) -> None:
    nonce = web3.eth.get_transaction_count(FIRST)
    late = pay(web3, nonce + 1)
    assert sizes(web3) == (0, 1)
    content = rpc(web3, "txpool_content")
    assert content["pending"] == {}
    assert content["queued"][FIRST][str(nonce + 1)]["hash"] == Web3.to_hex(late)
    rpc(web3, "evm_mine")
    assert sizes(web3) == (0, 1)
    pay(web3, nonce)
    assert sizes(web3) == (2, 0)
    summary = rpc(web3, "txpool_inspect")["pending"][FIRST][str(nonce)]
    assert summary == f"{STRANGER}: 1 wei + {TRANSFER_GAS} gas × {9 * GWEI} wei"
    rpc(web3, "evm_setAutomine", True)
    assert sizes(web3) == (0, 0), "what waits is mined when nothing has to wait"
    assert web3.eth.get_transaction_receipt(late)["status"] == 1


def test_pool_replacement_must_pay_a_tenth_more(web3: Web3) -> None:
    nonce = web3.eth.get_transaction_count(FIRST)
    first = pay(web3, nonce, gwei=20)
    with pytest.raises(Web3RPCError, match="already known"):
        pay(web3, nonce, gwei=20)
    with pytest.raises(Web3RPCError, match="replacement transaction underpriced"):
        pay(web3, nonce, gwei=21)
    second = pay(web3, nonce, gwei=22)
    assert sizes(web3) == (1, 0)
    rpc(web3, "evm_mine")
    assert web3.eth.get_transaction_receipt(second)["status"] == 1
    with pytest.raises(TransactionNotFound):
        web3.eth.get_transaction(first)
    with pytest.raises(Web3RPCError, match="nonce too low"):
        pay(web3, nonce)


def test_pool_leaves_waiting_what_does_not_pay_the_base_fee(web3: Web3) -> None:
    nonce = web3.eth.get_transaction_count(FIRST)
    cheap = {"maxFeePerGas": 1, "maxPriorityFeePerGas": 1, "nonce": nonce}
    wanted = {"from": FIRST, "to": STRANGER, "value": 1, "gas": TRANSFER_GAS} | cheap
    web3.eth.send_transaction(wanted)  # type: ignore[arg-type]
    pay(web3, nonce + 1)
    other = pay(web3, sender=SECOND)
    height = web3.eth.block_number
    rpc(web3, "evm_mine")
    assert web3.eth.get_transaction_receipt(other)["blockNumber"] == height + 1
    assert sizes(web3) == (2, 0), "it, and what comes after it"


def test_pool_refuses_what_can_not_be_paid(web3: Web3) -> None:
    rpc(web3, "anvil_impersonateAccount", STRANGER)
    with pytest.raises(Web3RPCError, match="insufficient funds"):
        pay(web3, sender=STRANGER)
    rpc(web3, "anvil_setBalance", STRANGER, hex(2 * TRANSFER_GAS * 9 * GWEI))
    sent = pay(web3, sender=STRANGER)
    rpc(web3, "anvil_setBalance", STRANGER, "0x0")
    height = web3.eth.block_number
    rpc(web3, "evm_mine")
    assert (sizes(web3), web3.eth.block_number) == ((0, 0), height + 1)
    with pytest.raises(TransactionNotFound):
        web3.eth.get_transaction(sent)
    rpc(web3, "anvil_stopImpersonatingAccount", STRANGER)


def test_pool_transaction_can_be_dropped(web3: Web3) -> None:
    sent = Web3.to_hex(pay(web3))
    assert rpc(web3, "anvil_getAutomine") is False
    assert [t["hash"] for t in rpc(web3, "eth_pendingTransactions")] == [sent]
    assert rpc(web3, "anvil_dropTransaction", sent) == sent
    assert rpc(web3, "anvil_dropTransaction", sent) is None
    assert sizes(web3) == (0, 0)


def absent_or(value: bytes, root: str, key: bytes, proof: list[str]) -> bool:
    """Whether the proof shows that the trie has the value there; empty: nothing."""
    nodes = [rlp.decode(bytes.fromhex(node[2:])) for node in proof]
    found = HexaryTrie.get_from_proof(bytes.fromhex(root[2:]), keccak(key), nodes)
    return bytes(found) == value


def test_proof_of_an_account_and_its_slots_leads_to_the_state_root(
    web3: Web3, ready: Ready
) -> None:
    """Checked by the library's own verifier: slots that are set, and one that isn't."""
    contract = ready.deployments.contracts.oracle.address
    address = Web3.to_checksum_address(contract)
    rpc(web3, "anvil_setStorageAt", address, "0x3", "0x" + "00" * 31 + "09")
    found = rpc(web3, "eth_getProof", address, ["0x3", "0x" + "77" * 32], "latest")
    root = Web3.to_hex(web3.eth.get_block("latest")["stateRoot"])
    account = Account(
        int(found["nonce"], 16),
        int(found["balance"], 16),
        bytes.fromhex(found["storageHash"][2:]),
        bytes.fromhex(found["codeHash"][2:]),
    )
    assert found["codeHash"] == Web3.to_hex(keccak(web3.eth.get_code(address)))
    assert absent_or(rlp.encode(account), root, contract, found["accountProof"])
    nine, nothing = found["storageProof"]
    assert (nine["value"], nothing["value"]) == ("0x9", "0x0")
    for slot, value in ((nine, rlp.encode(9)), (nothing, b"")):
        key = bytes.fromhex(slot["key"][2:])
        assert absent_or(value, found["storageHash"], key, slot["proof"])
    older = rpc(web3, "eth_getProof", address, ["0x3"], hex(web3.eth.block_number - 1))
    assert older["storageProof"][0]["value"] == "0x0"


def test_proof_of_a_stranger_shows_that_it_is_not_there(web3: Web3) -> None:
    nobody = "0x" + "fe" * 20
    found = rpc(web3, "eth_getProof", nobody, ["0x0"], "latest")
    root = Web3.to_hex(web3.eth.get_block("latest")["stateRoot"])
    assert absent_or(b"", root, bytes.fromhex(nobody[2:]), found["accountProof"])
    assert (found["balance"], found["nonce"]) == ("0x0", "0x0")
    assert found["storageProof"][0]["proof"] == []


def test_cast_sees_sends_and_proves(web3: Web3, url: str) -> None:
    """The tool that Foundry's users type; it refuses answers that lack a field."""
    binary = program("cast")

    def cast(*arguments: str) -> str:
        command = [binary, *arguments, "--rpc-url", url]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    sent = cast("send", STRANGER, "--value", "5", "--from", FIRST, "--unlocked",
                "--async", "--gas-limit", "21000")  # fmt: skip
    assert json.loads(cast("rpc", "txpool_status"))["pending"] == "0x1"
    assert FIRST.lower() in cast("tx-pool", "content").lower()
    assert json.loads(cast("tx", sent, "--json"))["blockNumber"] is None
    cast("rpc", "evm_mine")
    assert json.loads(cast("receipt", sent, "--json"))["status"] == "0x1"
    assert cast("balance", STRANGER) == "5"
    assert json.loads(cast("proof", STRANGER, "0x0"))["balance"] == "0x5"
    assert int(cast("nonce", FIRST)) == web3.eth.get_transaction_count(FIRST)
