"""What the chain says about the honest, after everything."""

from dataclasses import dataclass

from chaos.testbed import CHALLENGER, NOTHING, WORKER, ChaosTestbed

from oracle.chain import events
from oracle.record.record import Status

HONEST = (WORKER, CHALLENGER)
REPEATABLE = ("deposit", "withdraw", NOTHING)
"""What may rightly be said twice in the same words."""


@dataclass(frozen=True)
class Sent:
    """A transaction of an honest account."""

    sender: bytes
    function: str
    data: bytes
    fee_wei: int
    succeeded: bool


def sent_by_the_honest(testbed: ChaosTestbed) -> list[Sent]:
    eth = testbed.chain.endpoint.web3.eth
    names = testbed.functions
    honest = {testbed.sender(index).address for index in HONEST}
    found = []
    for number in range(testbed.contracts.block, testbed.chain.height + 1):
        for transaction in eth.get_block(number, True)["transactions"]:
            assert not isinstance(transaction, bytes)
            sender = bytes.fromhex(transaction["from"][2:])
            if sender not in honest:
                continue
            receipt = eth.get_transaction_receipt(transaction["hash"])
            data = bytes(transaction["input"])
            fee = receipt["gasUsed"] * receipt["effectiveGasPrice"]
            name = names.get(data[:4], NOTHING)
            found.append(Sent(sender, name, data, fee, bool(receipt["status"])))
    return found


def duplicates(sent: list[Sent]) -> int:
    """Moves that were sent though the same had come true before, in the chain's order:
    a node forgot that it had made them."""
    true: set[tuple[bytes, bytes]] = set()
    again = 0
    for each in sent:
        if each.function in REPEATABLE:
            continue
        said = (each.sender, each.data)
        again += said in true
        if each.succeeded:
            true.add(said)
    return again


def in_vain(sent: list[Sent]) -> int:
    """What was mined and failed. Between a node's last look and its block the chain may
    go back, or time: what made it right is undone, and no node can help that. When it
    is right again it is said again, in the same words."""
    return sum(not each.succeeded for each in sent)


def missed_moves(testbed: ChaosTestbed) -> list[str]:
    """Games, claims and leases that an honest node lost, by clock or otherwise."""
    worker, challenger = (testbed.sender(index).address for index in HONEST)
    told = testbed.chain.events(
        testbed.contracts.telling, testbed.contracts.block, testbed.chain.height
    )
    return [
        f"block {e.block}: {type(e).__name__}"
        for e in told
        if (isinstance(e, events.LeaseExpired | events.ClaimKilled))
        and e.worker == worker
        or (isinstance(e, events.ChallengerLost) and e.challenger == challenger)
    ]


def wrong_winners(testbed: ChaosTestbed) -> int:
    """Final answers that are not the model's."""
    honest = testbed.honest()
    testbed.record.refresh()
    return sum(
        asked.status is Status.FINAL and asked.output != honest.answer(asked)
        for asked in testbed.record.tables.requests.values()
    )


def lost_wei(testbed: ChaosTestbed, before: dict[int, int], sent: list[Sent]) -> int:
    """By how much the honest are poorer than the gas that they paid for explains."""
    lost = 0
    for index in HONEST:
        address = testbed.sender(index).address
        fees = sum(s.fee_wei for s in sent if s.sender == address)
        lost += max(0, before[index] - fees - testbed.wealth(index))
    return lost
