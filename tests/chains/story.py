"""The story that is played on each chain, by `plumb` at its usual command lines.

The contracts are deployed and a model is registered; a contract asks for a digit; a
liar answers, is disputed to one instruction, loses, and its challenger collects. Then
an honest worker answers that request and a crowd of others, is killed in the middle,
and is paid when the window has passed. Where a chain survives it, the chain is killed
as well, at any time from the dispute on.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from chains.commands import TRACEBACK, Commands
from chains.process import ChainProcess
from chains.testbed import (
    ASKER,
    CHALLENGER,
    CLOCK_SECONDS,
    LIAR,
    MODEL,
    POOR,
    PUBLISHER,
    WINDOW_SECONDS,
    WORKER,
    ChainTestbed,
    K,
)
from support.programs.process import Running, running

from oracle.chain import events
from oracle.node.loop import OUTAGES
from oracle.record.record import Status
from tinynn import models

STAKE = "5000ether"
"""The worker's: of one requester's requests it locks a quarter of it at most."""
LIE = "activation"
DIGIT = Path(__file__).parents[2] / "docs" / "seven.json"
PAUSE_SECONDS, PATIENCE_SECONDS = 1.0, 1800.0
BLOCKS_TO_A_KILL = 4, 40
"""Of the chain since its last start: as few, and as many."""
RAISED, STARTED = "fee raised to", "] started "
FIRST = 1
"""The contract's request; the others are the crowd's."""

Tell = Callable[[str], None]


class StoryFailed(Exception):
    """It did not go on in time; says where, and what the nodes said last."""


@dataclass
class Plan:
    """`crowd`: requests at once. `wrong_clocks`: what makes the worker's wall clock
    run ahead, and the challenger's behind."""

    crowd: int = 60
    kills_of_worker: int = 2
    kills_of_chain: int = 0
    wrong_clocks: tuple[dict[str, str], dict[str, str]] = ({}, {})
    full_blocks: int = 12
    """Where there are no fees: so often others outbid the worker, each time that it
    starts, and it has to raise its fee of nothing."""
    seed: int = 1


@dataclass
class Story:
    """`seconds` that each act took; `first_block` is that from which money counts."""

    chain: ChainProcess
    plan: Plan
    tell: Tell
    seconds: dict[str, float] = field(default_factory=dict)
    worker_kills: int = 0
    wealth: dict[bytes, int] = field(default_factory=dict)
    first_block: int = 0
    digit: int = -1
    refusals: dict[str, str] = field(default_factory=dict)
    """What those who can't pay were told, by command."""
    _kill_at: int = 0
    _kills_wait: bool = False

    def __post_init__(self) -> None:
        self.folder, self.rng = self.chain.folder, Random(self.plan.seed)
        self.plumb = Commands(self.folder, self.chain.url)

    def play(self) -> ChainTestbed:
        """Everything, in order; what it left behind."""
        self._found()
        with ExitStack() as stack:
            with self.act("lie, unnoticed"):
                liar = stack.enter_context(
                    self._node("liar", "worker", LIAR, "--lie", LIE)
                )
                self._ask_through_contract()
                self._until("the lie is told", lambda: self._claimed(FIRST), liar)
            self._meet_the_poor(stack)
            self._plan_kill()
            behind = self.plan.wrong_clocks[1]
            with self.act("dispute"):
                challenger = stack.enter_context(
                    self._node("challenger", "challenger", CHALLENGER, off=behind)
                )
                both = liar, challenger
                self._until("the lie falls", self._fallen, *both)
            with self.act("collect"):
                self._until("the challenger has its money", self._collected, *both)
            self._end(liar)
            self._settle_down()
            self._answer(challenger)
            self._end(challenger)
        return self.testbed

    def _found(self) -> None:
        """Contracts, model, reader and stakes."""
        with self.act("deploy"):
            shape = ("--k", K, "--clock", CLOCK_SECONDS)
            self.plumb.ask(PUBLISHER, "deploy", *shape)
        with self.act("register"):
            image = models.path(MODEL)
            self.plumb.ask(PUBLISHER, "model", "register", image, "--name", MODEL)
        self.testbed = ChainTestbed.opened(self.folder, self.chain)
        self.testbed.place_reader()
        with self.act("stake"):
            self.plumb.ask(WORKER, "worker", "stake", STAKE)
            # One bond and a half: else it would lie again, as long as it can.
            self.testbed.stake(LIAR, self.testbed.bond_wei * 3 // 2)
        self._settle_down()
        people = map(self.testbed.address, (WORKER, CHALLENGER))
        self.wealth = {who: self.testbed.wealth(who) for who in people}
        self.first_block = self.testbed.chain.height + 1

    def _settle_down(self) -> None:
        """What is there by now stays, however often the chain is killed later."""
        if self.plan.kills_of_chain:
            self.chain.stop()
            self.chain.start()
            self._kill_at = 0

    def _ask_through_contract(self) -> None:
        through = ("--through", "DigitReader")
        told = self.plumb.ask(ASKER, "request", "send", MODEL, DIGIT, *through)
        assert told["request_id"] == FIRST, told

    def _meet_the_poor(self, stack: ExitStack) -> None:
        """Who can't pay is told so, in words; and stands in nobody's way."""
        with self.act("refuse the poor"):
            send = ("request", "send", MODEL, DIGIT)
            self.refusals["request send"] = self.plumb.refused(POOR, *send)
        poor = self._node("poor", "challenger", POOR)
        self._poor = stack.enter_context(poor)

    def _answer(self, challenger: Running) -> None:
        """The crowd, and the contract's request again: by an honest worker."""
        count = self.plan.crowd + 1
        answered = (Status.CLAIMED, Status.FINAL)
        with self.act("answers"):
            self.testbed.crowd(self.plan.crowd)
            self._plan_kill()
            for at in self._instants(count):
                with self._worker() as worker:
                    if self.chain.feeless:
                        self.testbed.fill(self.plan.full_blocks, self.chain.block_gas)
                    self._until(
                        f"{at} of {count} are answered",
                        lambda at=at: self.testbed.count(*answered) >= at,  # type: ignore[misc]
                        *(worker, challenger),
                    )
                    worker.kill()
                    self.worker_kills += 1
        with self._worker() as worker:
            both = worker, challenger
            with self.act("answers"):
                self._until(
                    "all are answered",
                    lambda: self.testbed.count(*answered) == count,
                    *both,
                )
            with self.act("window and payment"):
                if self.chain.travels:
                    self.testbed.travel(WINDOW_SECONDS)
                self._until(
                    "all are paid",
                    lambda: self.testbed.count(Status.FINAL) == count,
                    *both,
                )
            self._spend_kills(*both)
            with self.act("look"):
                self._look()
            self._end(worker)

    def _instants(self, count: int) -> list[int]:
        """After how many answers the worker is killed."""
        kills = self.plan.kills_of_worker
        return [count * place // (kills + 1) for place in range(1, kills + 1)]

    def _spend_kills(self, *nodes: Running) -> None:
        """Those of the chain that are left; and all is as it was afterwards."""
        count = self.plan.crowd + 1
        kills = self.plan.kills_of_chain
        self._until(
            "the chain is killed as often as it should be",
            lambda: len(self.chain.rollbacks) >= kills,
            *nodes,
        )
        self._until(
            "all stay paid", lambda: self.testbed.count(Status.FINAL) == count, *nodes
        )

    def _look(self) -> None:
        """As a user would, at what has come of it."""
        told = self.plumb.ask(ASKER, "request", "wait", FIRST, "--confirmations", 1)
        assert told["status"] == "final", told
        self.dispute = self.plumb.ask(ASKER, "dispute", "show", FIRST)
        _, _, digit, _ = self.testbed.chain.call(self.testbed.reader, "readings", FIRST)
        self.digit = int(digit)

    def _claimed(self, request: int) -> bool:
        return self.testbed.status(request) is Status.CLAIMED

    def _fallen(self) -> bool:
        """The false claim is dead, and its request open for others."""
        lost = self.testbed.told(events.WorkerLost)
        return bool(lost) and self.testbed.status(FIRST) is Status.OPEN

    def _collected(self) -> bool:
        """All of the challenger's money is at home."""
        return self._fallen() and self.testbed.free_and_locked(CHALLENGER) == (0, 0)

    @contextmanager
    def _worker(self) -> Iterator[Running]:
        ahead = self.plan.wrong_clocks[0]
        with self._node("worker", "worker", WORKER, off=ahead) as node:
            yield node

    @contextmanager
    def _node(
        self,
        name: str,
        role: str,
        account: int,
        *options: object,
        off: dict[str, str] | None = None,
    ) -> Iterator[Running]:
        """With a log of its own in a folder of that name; once it looks at the chain:
        what starts while no chain is there ends at once, and should."""
        home = self.folder / name
        home.mkdir(exist_ok=True)
        command = (role, "start", "--model", MODEL, *self.plumb.shared(account))
        with running(home, *command, *options, environment=off) as node:
            before, self._kills_wait = _starts(node), True
            self._until(f"{name} has started", lambda: _starts(node) > before, node)
            self._kills_wait = False
            yield node

    def _end(self, node: Running) -> None:
        status = node.stop()
        assert status == 0, f"expected status 0, got {status}: {_tail(node)}"

    @contextmanager
    def act(self, name: str) -> Iterator[None]:
        """Timed; an act may come in several parts."""
        self.tell(name)
        begun = time.monotonic()
        yield
        spent = time.monotonic() - begun
        self.seconds[name] = round(self.seconds.get(name, 0.0) + spent, 1)

    def _until(self, what: str, done: Callable[[], bool], *nodes: Running) -> None:
        """Raises `StoryFailed`."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not self._is(done):
            for node in nodes:
                if (status := node.process.poll()) is not None:
                    raise StoryFailed(f"{what}: a node ended, {status}: {_tail(node)}")
            if time.monotonic() > end:
                said = "\n".join(map(_tail, nodes))
                raise StoryFailed(f"{what}: not in {PATIENCE_SECONDS:.0f} s\n{said}")
            self.tell(f"until {what}")
            self._perhaps_kill()
            if self.chain.rollbacks:
                with suppress(*OUTAGES):
                    self.testbed.offer_again()
            time.sleep(PAUSE_SECONDS)

    def _is(self, done: Callable[[], bool]) -> bool:
        """Not while the chain doesn't tell."""
        with suppress(*OUTAGES):
            return done()
        return False

    def _plan_kill(self) -> None:
        self._kill_at = self.testbed.chain.height + self.rng.randint(*BLOCKS_TO_A_KILL)

    def _perhaps_kill(self) -> None:
        """The chain, where that was planned, when it has come far enough."""
        made = len(self.chain.rollbacks)
        waits = self._kills_wait or not self._kill_at
        if waits or made >= self.plan.kills_of_chain:
            return
        if (self.chain.height() or 0) >= self._kill_at:
            self.chain.kill()
            self._plan_kill()

    @property
    def tracebacks(self) -> list[str]:
        """Nodes that have told of one."""
        logs = sorted(self.folder.glob("*/*.log"))
        return [log.parent.name for log in logs if TRACEBACK in log.read_text()]

    @property
    def raises(self) -> int:
        """How often a node of ours signed anew for a higher fee."""
        logs = self.folder.glob("*/*.log")
        return sum(log.read_text().count(RAISED) for log in logs)

    @property
    def warnings(self) -> dict[str, int]:
        """How many lines of each node's log are warnings or worse."""
        return {
            log.parent.name: sum(
                any(word in line for word in ("warning", "error"))
                for line in log.read_text().splitlines()
            )
            for log in sorted(self.folder.glob("*/*.log"))
        }


def _starts(node: Running) -> int:
    """How often it, or one before it, has started by the log."""
    return node.log.read_text().count(STARTED)


def _tail(node: Running) -> str:
    return f"{node.log.parent.name}: ...{node.log.read_text()[-1500:]}"
