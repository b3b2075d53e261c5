"""What a chain says after the story: gas by function, block times, everyone's money."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

from chains.process import ChainProcess
from chains.story import Story
from chains.testbed import LIAR, ChainTestbed
from load import books

SEVEN = 7
BAD = (
    "unpunished_lies",
    "wrong_answers",
    "unpaid_answers",
    "lost_wei",
    "unbalanced_wei",
    "tracebacks",
    "misread_digits",
)
OTHER = "transfer"


@dataclass(frozen=True)
class Spent:
    """One transaction: which function of ours, its gas, whether it came to anything."""

    function: str
    gas: int
    succeeded: bool


def spent(process: ChainProcess, testbed: ChainTestbed) -> Iterator[Spent]:
    """All that was mined since the first contract."""
    contracts = [*testbed.contracts.all, testbed.reader]
    names = {
        entry.selector.hex(): name
        for contract in contracts
        for name, entry in contract.abi.functions.items()
    }
    for number in range(testbed.contracts.block, testbed.chain.height + 1):
        block = process.rpc("eth_getBlockByNumber", hex(number), True)
        sent = block["transactions"]
        receipts = process.rpc("eth_getBlockReceipts", hex(number)) if sent else []
        by_hash = {receipt["transactionHash"]: receipt for receipt in receipts}
        for transaction in sent:
            receipt = by_hash[transaction["hash"]]
            selector = transaction["input"][2:10]
            function = names.get(selector, OTHER) if transaction["to"] else "deploy"
            gas = int(receipt["gasUsed"], 16)
            yield Spent(function, gas, receipt["status"] == "0x1")


def gas_by_function(found: list[Spent]) -> dict[str, dict[str, int]]:
    """Of what succeeded: how often, and the median; of `deploy` the sum of all."""
    by_name: defaultdict[str, list[int]] = defaultdict(list)
    for each in found:
        if each.succeeded:
            by_name[each.function].append(each.gas)
    return {
        name: {
            "count": len(gas),
            "gas": sum(gas) if name == "deploy" else round(median(gas)),
        }
        for name, gas in sorted(by_name.items())
    }


def block_seconds(testbed: ChainTestbed) -> float:
    """From one block to the next on average, by the chain's own clock."""
    first, last = testbed.contracts.block, testbed.chain.height
    headers = testbed.chain.header(first), testbed.chain.header(last)
    assert headers[0] is not None and headers[1] is not None
    return round((headers[1].timestamp - headers[0].timestamp) / (last - first), 2)


def summary(process: ChainProcess, story: Story) -> dict[str, Any]:
    """The figures of one chain."""
    testbed = story.testbed
    testbed.record.refresh()
    found = list(spent(process, testbed))
    ledger = books.ledger(testbed, story.wealth, story.first_block)
    moves = [move for game in story.dispute["disputes"] for move in game["moves"]]
    fees = [testbed.chain.base_fee(n) for n in (testbed.contracts.block, None)]
    return {
        "chain": process.name,
        "version": process.version,
        "block_seconds": process.block_seconds,
        "block_seconds_measured": None if process.travels else block_seconds(testbed),
        "base_fee_wei": fees,
        "requests": story.plan.crowd + 1,
        "seconds": story.seconds,
        "gas": gas_by_function(found),
        "dispute_moves": len(moves),
        "dispute_seconds": moves[-1]["time"] - moves[0]["time"] if moves else None,
        "transactions": len(found),
        "transactions_in_vain": sum(not each.succeeded for each in found),
        "worker_kills": story.worker_kills,
        "rollbacks": [rollback.blocks for rollback in process.rollbacks],
        "fee_raises": story.raises,
        "refusals": story.refusals,
        "warnings": story.warnings,
        "unpunished_lies": books.unpunished(testbed, {testbed.address(LIAR)}),
        "wrong_answers": books.wrong(testbed),
        "unpaid_answers": books.unpaid(testbed),
        "lost_wei": books.lost_wei(testbed, ledger),
        "unbalanced_wei": books.unbalanced_wei(testbed),
        "tracebacks": story.tracebacks,
        "misread_digits": int(story.digit != SEVEN),
    }
