"""Honest nodes and attackers on a chain of their own, and what each has in the end.

A gas unit costs the same in every block, half of it burned and half a tip, which is
what bonds are reckoned at. So money and gas units are the same throughout an attack.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Self

from eth_account.signers.local import LocalAccount

import tinynn
from oracle.bench.griefing.outcome import Outcome
from oracle.bench.griefing.slow import SlowMachine
from oracle.bench.griefing.tiny import tiny_image
from oracle.chain.chain import Chain
from oracle.chain.contracts import Contracts
from oracle.chain.events import ModelRegistered
from oracle.chain.local.accounts import development_accounts
from oracle.chain.local.endpoint import EmbeddedEndpoint
from oracle.chain.local.known import TIP_WEI
from oracle.compute.work import work_of
from oracle.models.library import Library
from oracle.node.actions import Done
from oracle.node.challenger.challenger import Challenger
from oracle.node.honest import Honest
from oracle.node.node import Node
from oracle.node.roles.roles import WorkerSettings
from oracle.node.worker.strategy import Strategy
from oracle.node.worker.worker import Worker
from oracle.record.record import Asked, Record, Status
from oracle.requester.fees import Sizes, reckoned
from oracle.requester.requests import Terms, ask
from oracle.sending.deploy import deploy
from oracle.sending.sender import Receipt, Sender
from solidity.deployment import Parameters

ETHER = 10**18
ACCOUNTS, RICH_WEI = 20, 1000 * ETHER
PUBLISHER = "publisher"
BASE_FEE_WEI = TIP_WEI
PRICE_WEI = BASE_FEE_WEI + TIP_WEI
STAKE_WEI = 2 * ETHER
"""Of an honest worker: 27 bonds."""
ROYALTY_BPS = 500
PARAMETERS = Parameters(k=8, clock_seconds=600, min_lease_seconds=300)
DEFAULT_GUARD = WorkerSettings.model_construct().guard
TURN_SECONDS, MOST_TURNS = 12, 5000
INPUT = b"\x10\x80\x00\xff"


@dataclass
class GriefingTestbed:
    """`senders` by name: anyone who is asked for has an account. `done`: what each node
    did, by name, in order."""

    endpoint: EmbeddedEndpoint
    chain: Chain
    senders: dict[str, Sender]
    contracts: Contracts
    model_id: bytes
    machines: list[SlowMachine] = field(default_factory=list)
    done: list[tuple[str, Done]] = field(default_factory=list)
    record: Record = field(init=False)
    _before: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.record = Record(self.chain, self.contracts)

    @classmethod
    def made(cls, parameters: Parameters = PARAMETERS) -> Self:
        keys = development_accounts(ACCOUNTS)
        given = {bytes.fromhex(key.address[2:]): RICH_WEI for key in keys}
        endpoint = EmbeddedEndpoint(given)
        endpoint.chain.hold_base_fee(BASE_FEE_WEI)
        chain = Chain(endpoint)
        publisher = Sender(chain, keys[0])
        contracts = deploy(publisher, parameters).contracts
        model_id = _registered(publisher, contracts)
        return cls(endpoint, chain, {PUBLISHER: publisher}, contracts, model_id)

    @property
    def now(self) -> int:
        return self.chain.now()

    def sender(self, name: str) -> Sender:
        """The account of that name, made when it is first asked for."""
        if name not in self.senders:
            self.senders[name] = Sender(self.chain, self.key(name))
        return self.senders[name]

    def key(self, name: str) -> LocalAccount:
        """Of the account of that name."""
        names = [*self.senders] if name in self.senders else [*self.senders, name]
        return development_accounts(ACCOUNTS)[names.index(name)]

    def honest(self) -> Honest:
        """A strategy that holds the model, and has computed nothing yet."""
        return Honest(self._library())

    def _library(self) -> Library:
        library, model = Library(), tinynn.load(tiny_image())
        library.add(model)
        library.offer(model.model_root)
        return library

    def slow(self, seconds: float) -> Honest:
        """A strategy whose machine is at each answer so long, by the chain's clock."""
        machine = SlowMachine(seconds, lambda: self.now)
        self.machines.append(machine)
        return Honest(self._library(), executors=machine)

    def worker(
        self,
        name: str = "worker",
        strategy: Strategy | None = None,
        stake: int = STAKE_WEI,
    ) -> Worker:
        """One with the default settings, unless it has a strategy of its own."""
        sender = self.sender(name)
        self.stake(name, stake)
        return Worker(sender, self.contracts, strategy or self.honest(), DEFAULT_GUARD)

    def challenger(self, name: str = "challenger") -> Challenger:
        return Challenger(self.sender(name), self.contracts, self.honest())

    def stake(self, name: str, wei: int) -> Receipt:
        sender, staking = self.sender(name), self.contracts.staking
        return sender.send(staking, "deposit", sender.address, value=wei)

    def ask(self, name: str, terms: Terms, data: bytes = INPUT) -> int:
        """A request by that account; its id."""
        sender = self.sender(name)
        request, _ = ask(sender, self.contracts, self.model_id, data, terms)
        return request

    def usual_fee(self, callback_gas: int = 0, window: int = 600) -> int:
        """As `plumb request send` offers it."""
        sizes = Sizes(12, callback_gas, window)
        return reckoned(self.chain, self.contracts, self.model_id, sizes).offer_wei

    def asked(self, request: int) -> Asked:
        """The request as it stands now."""
        self.record.refresh()
        return self.record.tables.requests[request]

    def live(
        self,
        *nodes: Node,
        until: Callable[[], bool],
        turn_seconds: int = TURN_SECONDS,
    ) -> None:
        """Everyone acts in turn; time passes when nobody has anything to do."""
        names = {sender.address: name for name, sender in self.senders.items()}
        for _ in range(MOST_TURNS):
            self.tick()
            acted = [(names[n.address], done) for n in nodes if (done := n.step())]
            self.done += acted
            if until():
                return
            if not acted:
                self.travel(turn_seconds)
        raise AssertionError(f"not within {MOST_TURNS} turns")

    def tick(self) -> None:
        """The machines' clocks follow the chain's."""
        for machine in self.machines:
            machine.tick()

    def travel(self, seconds: int) -> None:
        self.endpoint.travel(seconds)

    def all_ended(self) -> bool:
        """Whether every request is final or cancelled."""
        self.record.refresh()
        statuses = {asked.status for asked in self.record.tables.requests.values()}
        return statuses <= {Status.FINAL, Status.CANCELLED}

    def count(self, name: str, function: str) -> int:
        """How often the node of that name did it."""
        return sum(
            who == name and done.action.function == function for who, done in self.done
        )

    def wealth(self, name: str) -> int:
        """Balance and stake, free and locked, in wei."""
        address = self.sender(name).address
        stake = self.chain.call(self.contracts.staking, "balanceOf", address)
        return self.chain.balance(address) + sum(map(int, stake))

    def open_books(self, *names: str) -> None:
        """From now on, what these gain and lose counts."""
        self._before = {name: self.wealth(name) for name in names}

    def outcome(self, attackers: Iterable[str]) -> Outcome:
        """What everybody in the books has gained or lost since."""
        gains = {n: self.wealth(n) - before for n, before in self._before.items()}
        gained = sum(gains.pop(name) for name in attackers)
        lost = {name: -(gain // PRICE_WEI) for name, gain in gains.items()}
        return Outcome(gained, lost)


def _registered(publisher: Sender, contracts: Contracts) -> bytes:
    """The tiny model's id."""
    model = tinynn.load(tiny_image())
    identity = (model.model_root, model.program_root, ROYALTY_BPS)
    receipt = publisher.send(contracts.registry, "register", *identity, [])
    (told,) = (e for e in receipt.events if isinstance(e, ModelRegistered))
    stated = (told.model_id, work_of(model.tables))
    publisher.send(contracts.registry, "stateWork", *stated)
    return told.model_id
