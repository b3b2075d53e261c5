"""Honest nodes and griefers on a chain of their own, and what each has in the end."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random

from support.testbeds.embedded import ETHER, EmbeddedTestbed

from challenge.lies import FALSE_CHALLENGERS, Player
from oracle.chain.chain import Contract, contract_of
from oracle.chain.events import Requested
from oracle.node.actions import Action, Done
from oracle.node.challenger.challenger import Challenger
from oracle.node.node import Node
from oracle.node.worker.worker import Worker
from oracle.pricing.guard import Guard
from oracle.pricing.market import Market
from oracle.record.record import Answered, Asked, Record, Status
from oracle.requester.requests import take_back
from solidity import artifact
from solidity.deployment import create_address

ASKER, WORKER, CHALLENGER, GRIEFER = 1, 2, 3, 4
GWEI = 10**9
MOST_TURNS, TURN_SECONDS = 1500, 12
NO_LOSS = Guard(least_profit_wei=0)
"""As `plumb worker` is set by default."""
GAS_EATING = 2
"""A mood of `Hostile`."""


class ChallengesAll:
    """The strategy of a challenger to whom every claim is false."""

    width = 1

    def __init__(self, world: EmbeddedTestbed, manner: str) -> None:
        self._honest, self._manner = world.honest(), FALSE_CHALLENGERS[manner]
        self._players: dict[bytes, Player] = {}

    def can(self, asked: Asked) -> bool:
        return True

    def ready(self, asked: Asked) -> bool:
        return True

    def check_seconds(self, asked: Asked) -> float:
        return 0.0

    def doubts(self, answered: Answered) -> bool:
        return True

    def attacker(self, answered: Answered) -> Player:
        if answered.hash not in self._players:
            trace = self._honest.trace(answered.asked)
            self._players[answered.hash] = self._manner.make(trace, Random(1))
        return self._players[answered.hash]


class Leaser(Worker):
    """Accepts what it can, and never answers."""

    def actions(self) -> Iterator[Action]:
        return self._leases()

    def objection(self, asked: Asked, market: Market) -> str:
        """However often it has failed to answer before."""
        size = self._strategy.output_bytes(asked)
        return market.lateness(asked) or market.money_objection(asked, size)

    def _untried(self, asked: Asked) -> str:
        return ""


@dataclass
class GriefersTestbed:
    """`done` is what each node did, by address, in order."""

    world: EmbeddedTestbed
    done: list[tuple[bytes, Done]] = field(default_factory=list)
    record: Record = field(init=False)

    def __post_init__(self) -> None:
        self.record = Record(self.world.chain, self.world.contracts)

    def worker(self, guard: Guard = NO_LOSS) -> Worker:
        sender = self.world.senders[WORKER]
        self.world.stake(sender)
        return Worker(sender, self.world.contracts, self.world.honest(), guard)

    def challenger(self) -> Challenger:
        sender = self.world.senders[CHALLENGER]
        return Challenger(sender, self.world.contracts, self.world.honest())

    def griefing_challenger(self, manner: str) -> Challenger:
        strategy = ChallengesAll(self.world, manner)
        return Challenger(self.world.senders[GRIEFER], self.world.contracts, strategy)

    def leaser(self) -> Leaser:
        sender = self.world.senders[GRIEFER]
        self.world.stake(sender, 10 * ETHER)
        return Leaser(sender, self.world.contracts, self.world.honest())

    def live(self, *nodes: Node, until: Callable[[], bool]) -> None:
        """Everyone acts in turn; time passes when nobody has anything to do."""
        for _ in range(MOST_TURNS):
            acted = [(n.address, done) for n in nodes if (done := n.step())]
            self.done += acted
            if until():
                return
            if not acted:
                self.world.travel(TURN_SECONDS)
        raise AssertionError(f"not within {MOST_TURNS} turns")

    def status(self, request: int) -> Status:
        self.record.refresh()
        return self.record.tables.requests[request].status

    def all_final(self) -> bool:
        self.record.refresh()
        statuses = {asked.status for asked in self.record.tables.requests.values()}
        return statuses == {Status.FINAL}

    def take_back(self, request: int) -> None:
        """Its requester ends the lease that ran out, and cancels."""
        self.record.refresh()
        asked = self.record.tables.requests[request]
        take_back(self.world.senders[ASKER], self.world.contracts, asked)

    def wealth(self, index: int) -> int:
        """Balance and stake, free and locked, in wei."""
        address = self.world.senders[index].address
        staking = self.world.contracts.staking
        stake = self.world.chain.call(staking, "balanceOf", address)
        return self.world.chain.balance(address) + sum(map(int, stake))

    def fees(self, index: int, *functions: str) -> int:
        """Wei that the account's node paid for the gas of these functions."""
        address = self.world.senders[index].address
        return sum(
            done.receipt.fee_wei
            for who, done in self.done
            if who == address and done.action.function in functions
        )

    def count(self, index: int, function: str) -> int:
        address = self.world.senders[index].address
        return sum(
            who == address and done.action.function == function
            for who, done in self.done
        )

    def gas_of(self, index: int, function: str) -> int:
        """Of the last of them."""
        address = self.world.senders[index].address
        return [
            done.receipt.gas_used
            for who, done in self.done
            if who == address and done.action.function == function
        ][-1]

    def gas_eater(self) -> Contract:
        """A consumer that burns whatever gas its callback gets."""
        sender = self.world.senders[GRIEFER]
        code = artifact("Hostile")
        address = create_address("0x" + sender.address.hex(), sender.nonce)
        consumer = contract_of(code, bytes.fromhex(address[2:]))
        sender.deploy(consumer, consumer.abi.creation(code.bytecode, ()))
        sender.send(consumer, "setMood", GAS_EATING)
        return consumer

    def ask_through(self, consumer: Contract, callback_gas: int, fee: int) -> int:
        """A request by the griefer's contract; its id."""
        oracle = self.world.contracts.oracle
        deadline = self.world.chain.now() + 24 * 3600
        sender = self.world.senders[GRIEFER]
        asked = (self.world.model_id, b"\1\2\3\4", callback_gas, deadline, 600, 0)
        data = oracle.abi.calldata("request", (*asked, sender.address))
        call = (oracle.address, fee, data)
        receipt = sender.send(consumer, "execute", *call, value=fee, listening=[oracle])
        (told,) = (e for e in receipt.events if isinstance(e, Requested))
        self.world.requests.append(told.request_id)
        return told.request_id
