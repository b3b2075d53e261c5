"""A request through a contract, rehearsed: would it be taken, would its callback work?

The node plays both transactions on a copy of its state (`eth_simulateV1`), and sends
nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from oracle.chain import events
from oracle.chain.abi import Abi
from oracle.chain.chain import Chain, Contract
from oracle.chain.contracts import Contracts
from oracle.chain.errors import Refused
from oracle.chain.preview import call_of, played, revert_data, succeeded
from oracle.chain.reasons import explained

ASKER = bytes.fromhex("a5".zfill(40))
"""Nobody; whoever asks, the contract is to do the same."""
TRANSACTION_GAS = 21_000
REFUND_SHARE = 4
"""Up to a fifth of what is used comes back, so before that it was a quarter more."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """`callback_gas` is enough for the callback; zero if it fails, for this reason."""

    callback_gas: int
    failure: str

    @property
    def succeeded(self) -> bool:
        return not self.failure


def rehearse(
    chain: Chain,
    contracts: Contracts,
    consumer: Contract,
    asked: bytes,
    answer: bytes,
    abis: Sequence[Abi] = (),
) -> Rehearsal | None:
    """What became of `read(asked)` and the callback with this answer; None if the node
    can't play them. `abis` may know the consumer's errors. Raises `Refused` if the
    contract wouldn't even ask."""
    fee = 10**18
    read = call_of(ASKER, consumer.address, consumer.abi.calldata("read", [asked]), fee)
    begun = played(chain, [read])
    if begun is None:
        return None
    request_id = _requested(consumer, contracts, begun[0])
    delivery = consumer.abi.calldata("onInference", [request_id, answer])
    callback = call_of(contracts.oracle.address, consumer.address, delivery)
    both = played(chain, [read, callback])
    assert both is not None, "it could play one, so it can play two"
    end = both[1]
    if not succeeded(end):
        return Rehearsal(0, explained(revert_data(end), [*abis, consumer.abi]))
    used = int(end["gasUsed"], 16)
    return Rehearsal(used + used // REFUND_SHARE - TRANSACTION_GAS, "")


def _requested(consumer: Contract, contracts: Contracts, begun: Any) -> int:
    if not succeeded(begun):
        data = revert_data(begun)
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
