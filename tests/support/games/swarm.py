"""A swarm's round on a `support.chains.evm.Chain`, a phase a call; secrets are kept.

company = Company(agents=12); company.ask(); company.enter(); company.draw()
company.reveal(); company.rank(); company.finish()
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

from eth_utils import keccak, to_canonical_address
from support.chains.evm import ETHER, GWEI, Chain, Contract, Receipt
from support.games.protocol import ZERO_ADDRESS

from oracle.swarm.ring import Site, packed, targets
from solidity.deployment import create_address

RANKING, MAJORITY, STAKE = range(3)  # Rule
(
    NONE, ENTRY, DRAW, REVEAL, SEAL, SHOW, TALLY, SETTLE, OVER, VOID,
) = range(10)  # Phase  # fmt: skip
SILENT, RANKED, RETURNED, LOW, NEWCOMER = range(5)  # Fate
TICKET = 200_000 * GWEI
REWARD = ETHER // 10
SECONDS = 600
RANDAO = keccak(text="the beacon's")
ALL = 10_000  # more than there are


@dataclass(slots=True)
class Agent:
    name: str
    address: str
    quality: float  # of its answer
    index: int | None = None
    ranking: int = 0
    answer: bytes = b""

    @property
    def canonical(self) -> bytes:
        return to_canonical_address(self.address)

    def salt(self, round: int, what: str) -> bytes:
        return keccak(text=f"{self.name} {round} {what}")


class Company:
    """A swarm with its bank, a client and agents whose answers have known qualities."""

    def __init__(self, agents: int = 12, chain: Chain | None = None) -> None:
        self.chain = chain or Chain(protocol=False)
        self.chain.prevrandao = RANDAO
        self.chain.travel(0)
        deployer = self.chain.deployer
        swarm = create_address(deployer, self.chain.nonce(deployer) + 1)
        self.chain.deploy("Staking", swarm, swarm, label="Bank")
        self.chain.deploy("Swarm", self.chain.address("Bank"))
        self.site = Site(1, to_canonical_address(swarm))
        self.client = self.chain.account("client")
        self.agents: list[Agent] = []
        self.gas: dict[str, int] = {}
        self.round = 0
        self.puppets: dict[str, Contract] = {}  # agents that are contracts
        self.join(agents)

    def join(self, count: int, prefix: str = "agent") -> list[Agent]:
        """That many agents more; each has some ether in the bank."""
        more = [
            self.agent(f"{prefix}{len(self.agents) + i}", (i * 37 % 101) / 101)
            for i in range(count)
        ]
        self.agents += more
        return more

    def agent(self, name: str, quality: float) -> Agent:
        address = self.chain.account(name)
        self.chain.send("Bank", "deposit", address, sender=address, value=ETHER)
        return Agent(name, address, quality)

    def terms(self, **changes: Any) -> tuple[Any, ...]:
        fields: dict[str, Any] = {
            "rule": RANKING,
            "maxAgents": 1000,
            "cutBps": 2500,
            "ticket": TICKET,
            "entryEnd": self.chain.now + SECONDS,
            "revealSeconds": SECONDS,
            "sealSeconds": SECONDS,
            "showSeconds": SECONDS,
        }
        assert changes.keys() <= fields.keys()
        return tuple((fields | changes).values())

    def ask(
        self, reward: int = REWARD, prompt: bytes = b"?", **changes: Any
    ) -> Receipt:
        sent = self.send(
            "ask", self.terms(**changes), prompt, sender=self.client, value=reward
        )
        self.round = sent.result
        for agent in self.agents:
            agent.index, agent.ranking, agent.answer = None, 0, b""
        return sent

    def send(self, function: str, *args: Any, sender: str, value: int = 0) -> Receipt:
        if sender in self.puppets:
            call = self.chain.contracts["Swarm"].abi.encode_call(function, args)
            to = (self.chain.address("Swarm"), 0, call)
            puppet = self.puppets[sender]
            sent = self.chain.send(puppet, "execute", *to, sender=self.client)
            return replace(sent, result=int.from_bytes(sent.result))
        sent = self.chain.send("Swarm", function, *args, sender=sender, value=value)
        self.gas[function] = self.gas.get(function, 0) + sent.gas_used
        return sent

    def view(self, function: str, *args: Any) -> Any:
        return self.chain.call("Swarm", function, *args)

    @property
    def state(self) -> Any:
        return self.view("getRound", self.round)

    @property
    def phase(self) -> int:
        return int(self.view("phaseOf", self.round))

    def enter(self, agents: Iterable[Agent] | None = None, stake: int = 0) -> None:
        for agent in self.agents if agents is None else agents:
            self.enter_one(agent, stake)

    def enter_one(self, agent: Agent, stake: int = 0, **changes: Any) -> Receipt:
        agent.answer = agent.answer or f"{agent.name} {agent.quality:.3f}".encode()
        salt = agent.salt(self.round, "answer")
        seal = self.site.answer_seal(self.round, agent.canonical, salt, agent.answer)
        return self.send("enter", self.round, seal, stake, sender=agent.address)

    def draw(self) -> Receipt:
        self.chain.travel_to(max(self.chain.now, self.state.entryEnd))
        return self.send("draw", self.round, sender=self.client)

    def reveal(self, agents: Iterable[Agent] | None = None) -> None:
        for agent in self.agents if agents is None else agents:
            self.reveal_one(agent)

    def reveal_one(self, agent: Agent) -> Receipt:
        salt = agent.salt(self.round, "answer")
        args = (self.round, self.state.drawn, agent.answer, salt)
        sent = self.send("reveal", *args, sender=agent.address)
        agent.index = sent.result
        return sent

    @property
    def seed(self) -> bytes:
        return bytes(self.view("seedOf", self.round))

    @property
    def by_index(self) -> dict[int, Agent]:
        return {a.index: a for a in self.agents if a.index is not None}

    def targets(self, agent: Agent) -> list[Agent]:
        known = self.by_index
        found = targets(self.seed, len(known), agent.index)
        return [known[index] for index in found]

    def honest(self, agent: Agent) -> list[int]:
        """Places by quality."""
        return in_order([(t.quality, t.name) for t in self.targets(agent)])

    def to_seal(self) -> None:
        r = self.state
        self.chain.travel_to(max(self.chain.now, r.drawnAt + r.revealSeconds))

    def to_show(self) -> None:
        r = self.state
        end = r.drawnAt + r.revealSeconds + r.sealSeconds
        self.chain.travel_to(max(self.chain.now, end))

    def to_tally(self) -> None:
        r = self.state
        end = r.drawnAt + r.revealSeconds + r.sealSeconds + r.showSeconds
        self.chain.travel_to(max(self.chain.now, end))

    def seal_one(self, agent: Agent, places: list[int] | None = None) -> Receipt:
        agent.ranking = packed(self.honest(agent) if places is None else places)
        seal = self.site.ranking_seal(
            self.round,
            agent.canonical,
            agent.salt(self.round, "ranking"),
            self.seed,
            agent.ranking,
        )
        args = (self.round, agent.index, self.seed, seal)
        return self.send("sealRanking", *args, sender=agent.address)

    def show_one(self, agent: Agent) -> Receipt:
        args = (
            self.round,
            agent.index,
            keccak(agent.answer),
            agent.ranking,
            agent.salt(self.round, "ranking"),
        )
        return self.send("revealRanking", *args, sender=agent.address)

    def rank(
        self,
        agents: Iterable[Agent] | None = None,
        places: Callable[[Agent], list[int]] | None = None,
    ) -> None:
        chosen = list(self.agents if agents is None else agents)
        chosen = [agent for agent in chosen if agent.index is not None]
        self.to_seal()
        for agent in chosen:
            self.seal_one(agent, places(agent) if places else None)
        self.to_show()
        for agent in chosen:
            self.show_one(agent)

    def finish(self, batch: int = ALL) -> list[Receipt]:
        """Tallies, settles and sweeps what is there; the receipts of all that."""
        sent = []
        if self.phase in (SEAL, SHOW):
            self.to_tally()
        if self.phase == REVEAL:
            self.to_seal()
        while self.phase == TALLY:
            sent.append(self.send("tally", self.round, batch, sender=self.client))
        void = self.phase == VOID
        while self.phase == SETTLE or void:
            sent.append(self.send("settle", self.round, batch, sender=self.client))
            void = void and self.state.settled < self.state.revealed
        sealed = [a.address for a in self.agents if self.tag(a) == 1]
        if sealed:
            args = (self.round, sealed)
            sent.append(self.send("sweep", *args, sender=self.client))
        return sent

    def play(self, silent: Iterable[Agent] = (), **changes: Any) -> list[Receipt]:
        """A whole round; `silent` reveal no ranking."""
        quiet = {agent.name for agent in silent}
        self.ask(**changes)
        self.enter()
        self.draw()
        self.reveal()
        self.rank([agent for agent in self.agents if agent.name not in quiet])
        return self.finish()

    def tag(self, agent: Agent) -> int:
        return int(self.view("commitmentOf", self.round, agent.address)[0])

    def entry(self, agent: Agent) -> Any:
        return self.view("getEntry", self.round, agent.index)

    def owned(self, agent: Agent | str) -> int:
        """Wei in the bank, free and locked."""
        address = agent if isinstance(agent, str) else agent.address
        return sum(self.chain.call("Bank", "balanceOf", address))

    def books(self) -> SimpleNamespace:
        """What everybody owns in the bank, by name, and what was burned."""
        owned = {agent.name: self.owned(agent) for agent in self.agents}
        burned = self.chain.balance(ZERO_ADDRESS)
        return SimpleNamespace(**owned, client=self.owned(self.client), burned=burned)

    def audit(self) -> None:
        """The bank holds what it owes; what nobody's round holds is nobody's."""
        holders = {*self.chain.accounts.values(), self.chain.address("Swarm")}
        owed = sum(map(self.owned, holders))
        assert self.chain.balance(self.chain.address("Bank")) == owed
        assert self.chain.balance(self.chain.address("Swarm")) == 0
        held = [self.view("getRound", r).held for r in range(1, self.round + 1)]
        if not any(held):
            assert self.owned(self.chain.address("Swarm")) == 0


def in_order(marks: list[Any]) -> list[int]:
    """The place of each of some marks that all differ."""
    return [sorted(marks).index(mark) for mark in marks]
