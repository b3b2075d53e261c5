"""Whether an answer would be taken that a worker failed to bring the first time.

The node plays it on a copy of its state: the old lease ended if need be, the request
accepted, the answer submitted.
"""

from typing import Any

from challenge.claim import Lease
from oracle.chain import events
from oracle.chain.chain import Chain, Contract
from oracle.chain.contracts import Contracts
from oracle.chain.events import event_of
from oracle.chain.preview import call_of, played, revert_data, succeeded
from oracle.chain.reasons import explained
from oracle.record.record import Asked

ANY_BOND = (1 << 96) - 1


def refused(
    chain: Chain, contracts: Contracts, worker: bytes, asked: Asked, output: bytes
) -> str:
    """Why the contracts would refuse the answer; empty if they would take it, or if the
    node can't play transactions."""
    oracle, request = contracts.oracle, asked.request

    def call(function: str, *arguments: Any) -> dict[str, str]:
        data = oracle.abi.calldata(function, arguments)
        return call_of(worker, oracle.address, data)

    calls, attempt = [], asked.attempt
    if asked.lease is not None:
        calls, attempt = [call("expireLease", request, asked.lease)], attempt + 1
    calls.append(call("accept", request, attempt, 0, ANY_BOND))
    begun = played(chain, calls)
    if begun is None:
        return ""
    if not succeeded(begun[-1]):
        return explained(revert_data(begun[-1]), [oracle.abi])
    if _is_audited(contracts, begun[-1]):
        return ""  # what it has to say, a block that is yet to come decides
    calls.append(call("submit", request, _lease(oracle, begun[-1]), output))
    both = played(chain, calls)
    assert both is not None, "it could play one, so it can play two"
    end = both[-1]
    return "" if succeeded(end) else explained(revert_data(end), [oracle.abi])


def _is_audited(contracts: Contracts, end: Any) -> bool:
    """Whether the accept has told of an audit."""
    audits = contracts.audits.address
    return any(bytes.fromhex(log["address"][2:]) == audits for log in end["logs"])


def _lease(oracle: Contract, end: Any) -> Lease:
    """That the accept has logged."""
    for log in end["logs"]:
        if bytes.fromhex(log["address"][2:]) != oracle.address:
            continue
        topics = [bytes.fromhex(topic[2:]) for topic in log["topics"]]
        name, told = oracle.abi.event(topics, bytes.fromhex(log["data"][2:]))
        event = event_of(name, told, 0, b"")
        if isinstance(event, events.Accepted):
            return event.lease
    raise AssertionError("an accept that succeeds tells of its lease")
