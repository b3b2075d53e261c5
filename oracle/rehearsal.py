"""A request through a contract, rehearsed: would it be taken, would its callback work?

The node plays both transactions on a copy of its state (`eth_simulateV1`), and sends
nothing.
"""

from dataclasses import dataclass
from typing import Any

from eth_utils.address import to_checksum_address
from web3.exceptions import Web3RPCError
from web3.types import RPCEndpoint

from oracle.chain import events
from oracle.chain.chain import Chain, Contract
from oracle.chain.errors import Refused
from oracle.contracts import Contracts
from oracle.reasons import explained

ASKER = bytes.fromhex("a5".zfill(40))
"""Nobody; whoever asks, the contract is to do the same."""
RICH_WEI = 10**24
TRANSACTION_GAS = 21_000
REFUND_SHARE = 4
"""Up to a fifth of what is used comes back, so before that it was a quarter more."""
SUCCESS = 1


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """`callback_gas` is enough for the callback; zero if it fails, for this reason."""

    callback_gas: int
    failure: str

    @property
    def succeeded(self) -> bool:
        return not self.failure


def rehearse(
    chain: Chain, contracts: Contracts, consumer: Contract, asked: bytes, answer: bytes
) -> Rehearsal | None:
    """What became of `read(asked)` and the callback with this answer; None if the node
    can't play them. Raises `Refused` if the contract wouldn't even ask."""
    fee = 10**18
    read = _call(ASKER, consumer.address, consumer.abi.calldata("read", [asked]), fee)
    begun = _played(chain, [read])
    if begun is None:
        return None
    request_id = _requested(consumer, contracts, begun[0])
    delivery = consumer.abi.calldata("onInference", [request_id, answer])
    callback = _call(contracts.oracle.address, consumer.address, delivery)
    played = _played(chain, [read, callback])
    assert played is not None, "it could play one, so it can play two"
    end = played[1]
    if int(end["status"], 16) != SUCCESS:
        return Rehearsal(0, explained(_revert_data(end), [consumer.abi]))
    used = int(end["gasUsed"], 16)
    return Rehearsal(used + used // REFUND_SHARE - TRANSACTION_GAS, "")


def _call(sender: bytes, to: bytes, data: bytes, value: int = 0) -> dict[str, str]:
    return {
        "from": to_checksum_address(sender),
        "to": to_checksum_address(to),
        "input": f"0x{data.hex()}",
        "value": hex(value),
    }


def _played(chain: Chain, calls: list[dict[str, str]]) -> list[Any] | None:
    """What each call came to, one after the other; None if the node doesn't do that."""
    rich = {call["from"]: {"balance": hex(RICH_WEI)} for call in calls}
    wanted = {
        "blockStateCalls": [{"stateOverrides": rich, "calls": calls}],
        "validation": False,
    }
    manager = chain.endpoint.web3.manager
    try:
        (block,) = manager.request_blocking(
            RPCEndpoint("eth_simulateV1"), [wanted, "latest"]
        )
    except Web3RPCError:
        return None
    return list(block["calls"])


def _requested(consumer: Contract, contracts: Contracts, begun: Any) -> int:
    if int(begun["status"], 16) != SUCCESS:
        data = _revert_data(begun)
        raise Refused(f"{consumer.name}.read", *consumer.abi.error(data), data)
    oracle = contracts.oracle
    for log in begun["logs"]:
        if bytes.fromhex(log["address"][2:]) != oracle.address:
            continue
        topics = [bytes.fromhex(topic[2:]) for topic in log["topics"]]
        name, told = oracle.abi.event(topics, bytes.fromhex(log["data"][2:]))
        if name == events.Requested.__name__:
            return int(told[0])
    raise Refused(f"{consumer.name}.read", "", {}, b"")


def _revert_data(end: Any) -> bytes:
    error = end.get("error") or {}
    text = error.get("data") or end.get("returnData") or "0x"
    return bytes.fromhex(text[2:])
