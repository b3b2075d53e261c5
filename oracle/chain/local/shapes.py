"""Blocks, transactions, receipts and logs as JSON-RPC gives them.

Every field of the execution API's schemas is there, since clients that are compiled
against them (alloy in `cast`, ethers) refuse an answer that lacks one.
"""

from typing import Any, cast

import rlp  # type: ignore[import-untyped]
from eth.abc import BlockHeaderAPI
from eth_utils.address import to_checksum_address

from mips_vm.json_text import Json, JsonObject
from oracle.chain.local.asked import LogEntry
from oracle.chain.local.known import CHAIN_ID
from oracle.chain.local.mined import Mined

BLOOM_BYTES = 256
HASH_BYTES = 32
NONCE_BYTES = 8
DYNAMIC_FEE = 2


def hexed(value: bytes) -> str:
    return "0x" + value.hex()


def unhexed(value: str) -> bytes:
    return bytes.fromhex(value.removeprefix("0x"))


def word(value: int) -> str:
    """A quantity where the schema wants 32 bytes."""
    return hexed(value.to_bytes(HASH_BYTES, "big"))


def header_entry(header: BlockHeaderAPI) -> JsonObject:
    """A header as `eth_subscribe` tells it; blocks add to it."""
    return {
        "number": hex(header.block_number),
        "hash": hexed(header.hash),
        "parentHash": hexed(header.parent_hash),
        "nonce": hexed(header.nonce),
        "sha3Uncles": hexed(header.uncles_hash),
        "logsBloom": hexed(header.bloom.to_bytes(BLOOM_BYTES, "big")),
        "transactionsRoot": hexed(header.transaction_root),
        "stateRoot": hexed(header.state_root),
        "receiptsRoot": hexed(header.receipt_root),
        "miner": to_checksum_address(header.coinbase),
        "difficulty": hex(header.difficulty),
        "extraData": hexed(header.extra_data),
        "gasLimit": hex(header.gas_limit),
        "gasUsed": hex(header.gas_used),
        "timestamp": hex(header.timestamp),
        "mixHash": hexed(header.mix_hash),
        "baseFeePerGas": hex(header.base_fee_per_gas or 0),
        "withdrawalsRoot": hexed(header.withdrawals_root or bytes(HASH_BYTES)),
        "blobGasUsed": hex(header.blob_gas_used or 0),
        "excessBlobGas": hex(header.excess_blob_gas or 0),
        "parentBeaconBlockRoot": hexed(
            header.parent_beacon_block_root or bytes(HASH_BYTES)
        ),
    }


def block_entry(
    header: BlockHeaderAPI, mined: Mined | None, full: bool = False
) -> JsonObject:
    listed: list[Any] = []
    if mined is not None:
        listed = [transaction_entry(mined) if full else hexed(mined.hash)]
    return header_entry(header) | {
        "size": hex(len(rlp.encode(header))),
        "uncles": [],
        "withdrawals": [],
        "transactions": listed,
    }


def transaction_entry(mined: Mined) -> JsonObject:
    return waiting_entry(mined.transaction) | {
        "blockHash": hexed(mined.header.hash),
        "blockNumber": hex(mined.header.block_number),
        "transactionIndex": "0x0",
        "gasPrice": hex(mined.gas_price),
    }


def waiting_entry(transaction: Any) -> JsonObject:
    """A transaction that is in no block."""
    kind = getattr(transaction, "type_id", None) or 0
    entry: JsonObject = {
        "hash": hexed(transaction.hash),
        "type": hex(kind),
        "chainId": hex(CHAIN_ID),
        "nonce": hex(transaction.nonce),
        "blockHash": None,
        "blockNumber": None,
        "transactionIndex": None,
        "from": to_checksum_address(transaction.sender),
        "to": to_checksum_address(transaction.to) if transaction.to else None,
        "value": hex(transaction.value),
        "gas": hex(transaction.gas),
        "gasPrice": hex(transaction.max_fee_per_gas),
        "input": hexed(transaction.data),
        "r": hex(transaction.r),
        "s": hex(transaction.s),
        "v": hex(getattr(transaction, "v", transaction.y_parity)),
    }
    if kind:
        entry |= {"yParity": hex(transaction.y_parity), "accessList": []}
    if kind == DYNAMIC_FEE:
        entry |= {
            "maxFeePerGas": hex(transaction.max_fee_per_gas),
            "maxPriorityFeePerGas": hex(transaction.max_priority_fee_per_gas),
        }
    return entry


def receipt_entry(mined: Mined) -> JsonObject:
    kind = getattr(mined.transaction, "type_id", None) or 0
    return {
        "transactionHash": hexed(mined.hash),
        "transactionIndex": "0x0",
        "blockHash": hexed(mined.header.hash),
        "blockNumber": hex(mined.header.block_number),
        "from": to_checksum_address(mined.sender),
        "to": to_checksum_address(mined.to) if mined.to else None,
        "status": hex(mined.succeeded),
        "gasUsed": hex(mined.gas_used),
        "cumulativeGasUsed": hex(mined.gas_used),
        "effectiveGasPrice": hex(mined.gas_price),
        "contractAddress": (
            to_checksum_address(mined.contract) if mined.contract else None
        ),
        "logs": cast(list[Json], log_entries(mined)),
        "logsBloom": hexed(mined.bloom.to_bytes(BLOOM_BYTES, "big")),
        "type": hex(kind),
    }


def log_entries(mined: Mined) -> list[LogEntry]:
    return [
        {
            "address": to_checksum_address(log.address),
            "topics": [hexed(topic) for topic in log.topics],
            "data": hexed(log.data),
            "blockNumber": hex(mined.header.block_number),
            "blockHash": hexed(mined.header.hash),
            "blockTimestamp": hex(mined.header.timestamp),
            "transactionHash": hexed(mined.hash),
            "transactionIndex": "0x0",
            "logIndex": hex(index),
            "removed": False,
        }
        for index, log in enumerate(mined.logs)
    ]
