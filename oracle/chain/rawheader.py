"""A block's header as RLP, by which contracts are shown what it holds (EIP-2935).

Nodes tell the fields; the header is known to be whole by its hash.
"""

from collections.abc import Mapping
from typing import Any

import rlp  # type: ignore[import-untyped]
from eth_typing import BlockNumber
from hexbytes import HexBytes

from mips_vm.hashing.keccak import keccak256
from oracle.chain.chain import Chain
from oracle.chain.errors import OddAnswer

FIELDS = (
    "parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot",
    "receiptsRoot", "logsBloom", "difficulty", "number", "gasLimit", "gasUsed",
    "timestamp", "extraData", "mixHash", "nonce",
)  # fmt: skip
"""As the yellow paper orders them."""
LATER_FIELDS = (
    "baseFeePerGas", "withdrawalsRoot", "blobGasUsed", "excessBlobGas",
    "parentBeaconBlockRoot", "requestsHash",
)  # fmt: skip
"""London's, Shanghai's, three of Cancun's and Prague's: each fork's after the ones
before."""


def raw_header(chain: Chain, number: int) -> bytes:
    """Its RLP. Raises `OddAnswer` where what the node tells has another hash."""
    block = chain.endpoint.web3.eth.get_block(BlockNumber(number))
    told = encoded(block)
    if keccak256(told) != bytes(block["hash"]):
        raise OddAnswer("eth_getBlockByNumber", "a header without all of its fields")
    return told


def encoded(block: Mapping[str, Any]) -> bytes:
    """The RLP of the fields that the node tells."""
    names = FIELDS + tuple(name for name in LATER_FIELDS if name in block)
    found: bytes = rlp.encode([_field(block[name]) for name in names])
    return found


def _field(value: Any) -> bytes:
    if isinstance(value, int):
        return value.to_bytes((value.bit_length() + 7) // 8)
    return bytes(HexBytes(value))
