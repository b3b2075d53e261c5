"""A swarm of registered models on a chain, whose claims are disputed as any others.

The model says letters of its seed and then what it was told (support.language.echo): as
a ranker its mark of an answer is that answer's first letters, a legitimate taste.
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from eth_utils import keccak, to_canonical_address
from support.chains.evm import ETHER, Chain, Receipt
from support.games.duel import CLOCK_SECONDS, STAKE, Duel
from support.language.echo import asked, echo_image

import tinynn
from challenge.claim import Claim
from challenge.trace import ExecutionTrace
from oracle.swarm.ring import degree, order, packed, places, word
from solidity.deployment import create_address
from tinynn import Model

NONE, ENTRY, DRAW, RANK, WINDOW, SETTLE, OVER, VOID = range(8)  # ModelPhase
FLOAT, TEXT = range(2)  # Mark
PROMPT = b"why?"
REWARD = ETHER // 10
SECONDS, TURN = 3600, 600
K = 8
LETTERS_AT = 4 + 28 + len(PROMPT) + 4
ALL = 1000


@dataclass(slots=True)
class Runner:
    """An agent in a round. `answer` and `outputs` may be lies."""

    name: str
    address: str
    index: int = 0
    answer: bytes = b""
    outputs: tuple[bytes, ...] = ()


class ModelCompany(Duel):
    """Contracts, ten runners of one model, and disputes over what they said."""

    def __init__(self, agents: int = 10) -> None:
        self.k = K
        self.chain = Chain(protocol=False)
        self.chain.prevrandao = keccak(text="beacon")
        self.chain.travel(0)
        deployer = self.chain.deployer
        at = [create_address(deployer, i) for i in range(5)]
        self.chain.deploy("MipsVerifier")
        self.chain.deploy("ModelRegistry")
        self.chain.deploy("Staking", at[3], at[4])
        self.chain.deploy("ModelSwarm", at[1], at[2], at[4])
        self.chain.deploy("DisputeGame", at[3], at[0], K, CLOCK_SECONDS)
        self.sent = []
        self._log = defaultdict(list)
        self.client = self.account("client")
        self.program_root = self.model.program_root
        self.model_root = self.model.model_root
        roots = (self.model_root, self.program_root, 0, [])
        registered = self.chain.send(
            "ModelRegistry", "register", *roots, sender=self.client
        )
        self.model_id = registered.result
        self.runners = [self._joined(f"runner{i}") for i in range(agents)]
        self.round = 0

    @cached_property
    def model(self) -> Model:
        return tinynn.load(echo_image())

    def _joined(self, name: str) -> Runner:
        self.stake(name)
        return Runner(name, self.account(name))

    def send_swarm(
        self, function: str, *args: Any, sender: str, **more: Any
    ) -> Receipt:
        return self.chain.send("ModelSwarm", function, *args, sender=sender, **more)

    def view_swarm(self, function: str, *args: Any) -> Any:
        return self.chain.call("ModelSwarm", function, *args)

    @property
    def question(self) -> tuple[bytes, ...]:
        return (PROMPT, bytes(32), bytes(32), b"", b"", b"")

    def ask(self, reward: int = REWARD, **changes: Any) -> Receipt:
        fields: dict[str, Any] = {
            "mark": TEXT,
            "markAt": LETTERS_AT,
            "maxAgents": 100,
            "entryEnd": self.chain.now + SECONDS,
            "rankSeconds": SECONDS,
            "windowSeconds": SECONDS,
            "turnSeconds": TURN,
            "minBond": 0,
        }
        assert changes.keys() <= fields.keys()
        terms = tuple((fields | changes).values())
        args = (terms, self.question)
        asked_for = self.send_swarm("ask", *args, sender=self.client, value=reward)
        self.round = asked_for.result
        return asked_for

    def seed_of(self, runner: Runner) -> bytes:
        where = word(self.round) + to_canonical_address(runner.address).rjust(32, b"\0")
        return keccak(where)[:28]

    def input_of(self, runner: Runner) -> bytes:
        return asked_bytes(self.seed_of(runner), PROMPT)

    def rank_input(self, target: Runner) -> bytes:
        return asked_bytes(bytes(28), PROMPT + target.answer)

    def trace(self, data: bytes) -> ExecutionTrace:
        return ExecutionTrace(self.model.execution(data))

    def answer_all(self, lies: dict[str, bytes] | None = None) -> None:
        for runner in self.runners:
            truth = self.model.answer(self.input_of(runner))
            runner.answer = (lies or {}).get(runner.name, truth)
            self.answer_one(runner)

    def answer_one(self, runner: Runner) -> Receipt:
        ids = (self.model_id, self.model_id)
        args = (self.round, *ids, runner.answer, 2**96 - 1)
        sent = self.send_swarm("answer", *args, sender=runner.address)
        runner.index = sent.result
        return sent

    @property
    def state(self) -> Any:
        return self.view_swarm("getRound", self.round)

    @property
    def phase(self) -> int:
        return int(self.view_swarm("phaseOf", self.round))

    def entry(self, runner: Runner) -> Any:
        return self.view_swarm("getEntry", self.round, runner.index)

    def draw(self) -> Receipt:
        self.chain.travel_to(max(self.chain.now, self.state.terms.entryEnd))
        return self.send_swarm("draw", self.round, sender=self.client)

    def targets(self, runner: Runner) -> list[Runner]:
        count = len(self.runners)
        ring = order(self.state.seed, count)
        at = ring.index(runner.index)
        by_index = {r.index: r for r in self.runners}
        m = degree(count)
        return [by_index[ring[(at + d) % count]] for d in range(1, m + 1)]

    def truths(self, runner: Runner) -> tuple[bytes, ...]:
        """What the runner's model makes of the answers that it has to rank."""
        return tuple(
            self.model.answer(self.rank_input(target))
            for target in self.targets(runner)
        )

    def rank_all(self, skip: tuple[Runner, ...] = ()) -> None:
        for runner in self.runners:
            if runner not in skip:
                runner.outputs = runner.outputs or self.truths(runner)
                self.rank_one(runner)

    def rank_one(self, runner: Runner) -> Receipt:
        args = (self.round, runner.index, self.state.seed, runner.outputs)
        return self.send_swarm("rank", *args, sender=runner.address)

    def expected_ranking(self, runner: Runner) -> int:
        """By the letters at which marks begin."""
        marks = [
            int.from_bytes(output[LETTERS_AT : LETTERS_AT + 4])
            for output in runner.outputs
        ]
        return packed(places([float(mark) for mark in marks]))

    def expose_answer(self, runner: Runner, sender: str) -> Claim:
        args = (self.round, runner.index, self.question, runner.answer)
        sent = self.send_swarm("exposeAnswer", *args, sender=self.account(sender))
        return self._exposed(sent, runner)

    def expose_rank(self, runner: Runner, distance: int, sender: str) -> Claim:
        target = self.targets(runner)[distance - 1]
        args = (
            *(self.round, runner.index, distance),
            *(self.question, target.answer, runner.outputs),
        )
        sent = self.send_swarm("exposeRank", *args, sender=self.account(sender))
        return self._exposed(sent, runner)

    def _exposed(self, sent: Receipt, runner: Runner) -> Claim:
        self.the_claim = Claim.from_abi(sent.event("Exposed").claim)
        assert self.the_claim.hash() == sent.result
        self.chain.accounts["worker"] = runner.address
        self.worker = runner.address
        return self.the_claim

    def close(self, runner: Runner) -> Receipt:
        args = (self.round, runner.index)
        return self.send_swarm("closeTurn", *args, sender=self.client)

    def to_settle(self) -> None:
        r = self.state
        end = r.drawnAt + r.terms.rankSeconds + r.terms.windowSeconds
        self.chain.travel_to(max(self.chain.now, end))

    def settle(self, count: int = ALL) -> Receipt:
        return self.send_swarm("settle", self.round, count, sender=self.client)

    def audit(self) -> None:
        """The bank holds what it owes; the swarm's contract holds nothing."""
        swarm = self.chain.address("ModelSwarm")
        holders = {*self.chain.accounts.values(), swarm}
        owed = sum(sum(self.chain.call("Staking", "balanceOf", h)) for h in holders)
        assert self.chain.balance(self.chain.address("Staking")) == owed
        assert self.chain.balance(swarm) == 0

    def bank(self, runner: Runner) -> Any:
        return self.chain.call("Staking", "balanceOf", runner.address)


def asked_bytes(seed: bytes, text: bytes) -> bytes:
    return seed + bytes(32) + asked(text)[60:]


__all__ = ["STAKE", "ModelCompany", "Runner"]
