"""A transaction in its block, as the embedded chain remembers it.

All of it is in the block, so a chain that was kept on disk reads it back from there.
"""

from dataclasses import dataclass
from typing import Self

from eth._utils.address import generate_contract_address
from eth.abc import BlockHeaderAPI, LogAPI, ReceiptAPI, SignedTransactionAPI


@dataclass(frozen=True, slots=True)
class Log:
    address: bytes
    topics: tuple[bytes, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class Mined:
    """One transaction, the only one of its block."""

    hash: bytes
    sender: bytes
    to: bytes
    header: BlockHeaderAPI
    transaction: SignedTransactionAPI
    bloom: int
    succeeded: bool
    gas_used: int
    gas_price: int
    contract: bytes
    logs: tuple[Log, ...]

    @classmethod
    def of(
        cls,
        header: BlockHeaderAPI,
        transaction: SignedTransactionAPI,
        receipt: ReceiptAPI,
    ) -> Self:
        base_fee = header.base_fee_per_gas or 0
        tip = min(
            transaction.max_priority_fee_per_gas,
            transaction.max_fee_per_gas - base_fee,
        )
        sender = transaction.sender
        created = b""
        if not transaction.to:
            created = generate_contract_address(sender, transaction.nonce)
        return cls(
            hash=transaction.hash,
            sender=sender,
            to=transaction.to,
            header=header,
            transaction=transaction,
            bloom=receipt.bloom,
            succeeded=receipt.state_root == b"\x01",
            gas_price=base_fee + tip,
            contract=created,
            gas_used=receipt.gas_used,
            logs=tuple(map(_log, receipt.logs)),
        )


def _log(log: LogAPI) -> Log:
    topics = tuple(topic.to_bytes(32, "big") for topic in log.topics)
    return Log(bytes(log.address), topics, bytes(log.data))
