"""What the chain says about everyone's money, after everything."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from load.testbed import LoadTestbed
from web3.types import RPCEndpoint

from oracle.chain import events
from oracle.models.library import Library
from oracle.node.honest import Honest
from oracle.record.record import Status


@dataclass(frozen=True)
class Ledger:
    """Wei by account: `wealth` before anything was asked, `fees` for gas, `earned` by
    the contracts' own account of it. `failed` counts transactions in vain."""

    wealth: dict[bytes, int]
    fees: Counter[bytes]
    earned: Counter[bytes]
    failed: int


def ledger(testbed: LoadTestbed, wealth: dict[bytes, int], first_block: int) -> Ledger:
    """What came after `wealth` was counted, that is, from `first_block` on."""
    fees: Counter[bytes] = Counter()
    failed = 0
    for receipt in receipts(testbed, first_block):
        sender = bytes.fromhex(receipt["from"][2:])
        if sender in wealth:
            used, price = (
                int(receipt[k], 16) for k in ("gasUsed", "effectiveGasPrice")
            )
            fees[sender] += used * price
            failed += receipt["status"] == "0x0"
    return Ledger(wealth, fees, earned(testbed, first_block), failed)


def receipts(testbed: LoadTestbed, first_block: int) -> list[dict[str, Any]]:
    """As the node gives them: web3 would take minutes to read thousands."""
    found = []
    provider = testbed.chain.endpoint.web3.provider
    for number in range(first_block, testbed.chain.height + 1):
        method = RPCEndpoint("eth_getBlockReceipts")
        answer: Any = provider.make_request(method, [hex(number)])  # type: ignore[union-attr]
        found += answer["result"]
    return found


def earned(testbed: LoadTestbed, first_block: int) -> Counter[bytes]:
    found: Counter[bytes] = Counter()
    claims = testbed.record.tables.claims
    told = testbed.chain.events(
        testbed.contracts.telling, first_block, testbed.chain.height
    )
    for event in told:
        match event:
            case events.Finalized(worker=worker, paid=paid):
                found[worker] += paid
            case events.ChallengerLost(claim_hash=claim, challenger=loser):
                found[claims[claim].claim.worker] += event.paid
                found[loser] -= event.paid + event.burned
            case events.WorkerLost(challenger=winner, paid=paid):
                found[winner] += paid
            case events.Settled(challenger=challenger, paid=paid):
                found[challenger] += paid
    return found


def lost_wei(testbed: LoadTestbed, books: Ledger) -> int:
    """By how much accounts differ from what earnings and gas explain, either way."""
    return sum(
        abs(was + books.earned[who] - books.fees[who] - testbed.wealth(who))
        for who, was in books.wealth.items()
    )


def unpunished(testbed: LoadTestbed, liars: Collection[bytes]) -> int:
    """False claims that did not die."""
    honest = Honest(Library([testbed.image]), cross_check_steps=0)
    return sum(
        answered.alive and honest.doubts(answered)
        for answered in testbed.record.tables.claims.values()
        if answered.claim.worker in liars
    )


def unpaid(testbed: LoadTestbed) -> int:
    """Requests without a final answer."""
    asked = testbed.record.tables.requests.values()
    return sum(request.status is not Status.FINAL for request in asked)


def wrong(testbed: LoadTestbed) -> int:
    """Final answers that are not the model's."""
    honest = Honest(Library([testbed.image]), cross_check_steps=0)
    final = testbed.record.requests(Status.FINAL)
    return sum(honest.answer(asked) != asked.output for asked in final)


def unbalanced_wei(testbed: LoadTestbed) -> int:
    """What the bank and the oracle hold beyond, or short of, what they owe."""
    record, contracts = testbed.record, testbed.contracts
    owed = sum(
        asked.request.fee
        for asked in record.tables.requests.values()
        if asked.status not in (Status.FINAL, Status.CANCELLED)
    )
    held = testbed.chain.balance(contracts.oracle.address)
    bank = testbed.chain.balance(contracts.staking.address)
    return abs(held - owed) + abs(bank - testbed.staked())
