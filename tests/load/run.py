"""`make load REQUESTS=n`: many requests, workers, liars and challengers at once.

The honest are processes at their usual command lines, on anvil; the liars answer first,
and are silent until each of their claims is challenged by everyone; then they take the
same requests again, as long as they have a bond. Prints what happens on standard error,
and a JSON summary last, on standard output. The exit status is 1 if
anybody honest lost anything, or a lie went unpunished.
"""

import argparse
import json
import re
import signal
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from threading import Event
from typing import Any
from urllib.request import urlopen

from load import books
from load.figures import cpu_seconds, percentiles, requests_in
from load.liars import LyingThread, PatientMind
from load.testbed import ACCOUNTS, FIRST_NODE, WINDOW_SECONDS, K, LoadTestbed
from support.programs.anvil import anvil
from support.programs.process import Running, running

from oracle.chain.local.accounts import development_accounts
from oracle.models.library import Library
from oracle.node.honest import Honest
from oracle.sending.durable import DurableSender
from oracle.store.outbox import Outbox
from oracle.store.store import Store

PAUSE_SECONDS, TELL_SECONDS, PATIENCE_SECONDS = 0.25, 10.0, 3600.0
ONE_LIE_IN = 40
BONDS_A_LIE = 3
"""That liars have: without an end, each request of theirs would wait for its deadline,
for a bond a game. They are in this process, and mostly quicker than who is honest."""
STARTED = "started"
CALLS, POSTS = "plumb_rpc_calls_total", "plumb_rpc_requests_total"
BAD = (
    "unpunished_lies",
    "unpaid_answers",
    "wrong_answers",
    "lost_wei",
    "created_wei",
    "unbalanced_wei",
)


class TooSlow(Exception):
    """Something did not happen in time; says what."""


class TooManyLies(Exception):
    """More than there are requests to lie about."""

    def __init__(self, expected: int, actual: int) -> None:
        super().__init__(f"lies: expected at most {expected}, got {actual}")


@dataclass(frozen=True)
class Size:
    """How much of everything. `block_seconds` 0: a block a transaction, at once.

    `lies` of the requests are answered falsely; without a number one in forty, and one
    for each liar at least.
    """

    requests: int = 1000
    lies: int = 0
    workers: int = 4
    liars: int = 2
    challengers: int = 2
    block_seconds: int = 1
    model: str = "mnist"

    def __post_init__(self) -> None:
        if not self.lies:
            lies = max(self.liars, self.requests // ONE_LIE_IN)
            object.__setattr__(self, "lies", lies)
        if self.lies > self.requests:
            raise TooManyLies(self.requests, self.lies)

    @property
    def roles(self) -> list[tuple[str, int]]:
        """Who is honest, with the account of each."""
        named = ["worker"] * self.workers + ["challenger"] * self.challengers
        return [(role, FIRST_NODE + place) for place, role in enumerate(named)]

    @property
    def liar_accounts(self) -> range:
        first = FIRST_NODE + self.workers + self.challengers
        return range(first, min(first + self.liars, ACCOUNTS))


@dataclass
class Run:
    """`asked` and `claimed`: steady seconds at which the driver asked, and first saw a
    true answer, by request."""

    testbed: LoadTestbed
    size: Size
    url: str
    asked: dict[int, float] = field(default_factory=dict)
    claimed: dict[int, float] = field(default_factory=dict)
    most_games: int = 0
    loud: Event = field(default_factory=Event)
    pages: dict[int, str] = field(default_factory=dict)
    """Where each process tells its figures."""

    @property
    def liars(self) -> set[bytes]:
        return {self.testbed.address(index) for index in self.size.liar_accounts}

    def lie(self) -> None:
        """Has some requests answered falsely before anybody honest is there."""
        self._ask(self.size.lies)
        self._until("the lies are told", lambda: self._told() == self.size.lies)

    def answer(self) -> None:
        """Asks the rest, and waits until all answers are there, and true."""
        self._ask(self.size.requests - self.size.lies)
        games = self.size.lies * self.size.challengers
        self._until("all games are open", lambda: self.testbed.open_games() == games)
        self.loud.set()
        self._until("all is answered", self._all_answered)

    def pay(self) -> None:
        """Lets the window pass, and waits until all is paid."""
        self.testbed.travel(WINDOW_SECONDS)
        self._until("all is paid", lambda: self.testbed.final() == self.size.requests)

    @contextmanager
    def lying(self) -> Iterator[None]:
        """The liars, each of whom takes its share of the first requests."""
        accounts, stop = self.size.liar_accounts, Event()
        last = self.size.lies
        threads = []
        for place, index in enumerate(accounts):
            about = range(1 + place, last + 1, len(accounts))
            honest = Honest(Library([self.testbed.image]), cross_check_steps=0)
            strategy = PatientMind(honest, K, about, self.loud)
            sender = self._durable(index)
            threads.append(LyingThread(sender, self.testbed.contracts, strategy, stop))
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stop.set()
            for thread in threads:
                thread.join()

    @contextmanager
    def honest(self) -> Iterator[list[tuple[str, Running]]]:
        """The honest nodes, as processes with homes of their own."""
        with ExitStack() as stack:
            nodes = []
            for role, index in self.size.roles:
                home = self.testbed.folder / f"{role}{index}"
                home.mkdir()
                where = ("--deployments", self.testbed.folder, "--home", home)
                what = ("--model", self.testbed.image, "--poll", 0.5)
                command = (role, "start", "--account", f"dev:{index}", *what, *where)
                address = f"127.0.0.1:{free_port()}"
                rpc = ("--rpc-url", self.url, "--metrics", address)
                process = stack.enter_context(running(home, *command, *rpc))
                nodes.append((role, process))
                self.pages[process.process.pid] = f"http://{address}/metrics"
            yield nodes

    def wait_for_start(self, nodes: Iterable[Running]) -> None:
        """Until all of them look at the chain: starting takes seconds of its own."""
        logs = [node.log for node in nodes]
        self._until(
            "all have started",
            lambda: all(STARTED in log.read_text() for log in logs),
        )

    def _ask(self, count: int) -> list[int]:
        requests = self.testbed.ask(count)
        self.asked |= dict.fromkeys(requests, time.monotonic())
        return requests

    def _durable(self, index: int) -> DurableSender:
        store = Store(f"sqlite:///{self.testbed.folder / f'liar{index}.db'}")
        account = development_accounts(index + 1)[index]
        outbox = Outbox(
            store, self.testbed.chain.endpoint.chain_id, self.testbed.address(index)
        )
        return DurableSender(self.testbed.chain, account, outbox)

    def _told(self) -> int:
        return len(self.testbed.record.tables.claims)

    def _all_answered(self) -> bool:
        return len(self.claimed) == self.size.requests and not self.testbed.open_games()

    def _until(self, what: str, done: Callable[[], bool]) -> None:
        end, told = time.monotonic() + PATIENCE_SECONDS, 0.0
        while True:
            self._look()
            if done():
                return
            now = time.monotonic()
            if now > end:
                raise TooSlow(f"{what}: {self}")
            if now - told > TELL_SECONDS:
                told = now
                print(f"until {what}: {self}", file=sys.stderr)
            time.sleep(PAUSE_SECONDS)

    def _look(self) -> None:
        self.testbed.record.refresh()
        now, liars = time.monotonic(), self.liars
        for answered in self.testbed.record.tables.claims.values():
            if answered.claim.worker not in liars:
                self.claimed.setdefault(answered.claim.request_id, now)
        self.most_games = max(self.most_games, self.testbed.open_games())

    def __str__(self) -> str:
        games, final = self.testbed.open_games(), self.testbed.final()
        return f"{len(self.claimed)} answered, {games} games open, {final} final"


def load(folder: Path, size: Size) -> dict[str, Any]:
    """Lets everybody loose; the summary."""
    log = folder / "anvil.log"
    with anvil("--accounts", ACCOUNTS, log=log) as url:
        testbed = LoadTestbed.founded(folder, url, size.model)
        everyone = [index for _, index in size.roles]
        for index in everyone:
            testbed.stake(index)
        for index in size.liar_accounts:
            lies = -(-size.lies // size.liars)
            testbed.stake(index, BONDS_A_LIE * lies * testbed.bond_wei)
        money, first_block = testbed.all_money(), testbed.chain.height + 1
        before = {
            testbed.address(i): testbed.wealth(testbed.address(i)) for i in everyone
        }
        run = Run(testbed, size, url)
        with run.lying():
            run.lie()
            testbed.tick(size.block_seconds)
            with run.honest() as nodes:
                figures = timed(run, nodes, log)
                for _, process in nodes:
                    process.stop()
        testbed.tick(0)
        ledger = books.ledger(testbed, before, first_block)
        return asdict(size) | figures | balanced(run, ledger, money)


def timed(run: Run, nodes: list[tuple[str, Running]], log: Path) -> dict[str, Any]:
    """Has everything answered and paid; how long that took, and whom."""
    run.wait_for_start(process for _, process in nodes)
    begin, before = time.monotonic(), spent_by(nodes)
    calls, asked = asked_by_nodes(run, log), asked_by_role(run, nodes)
    run.answer()
    answered = time.monotonic() - begin
    calls = asked_by_nodes(run, log) - calls
    asked = asked_by_role(run, nodes) - asked
    spent = spent_by(nodes) - before
    run.pay()
    count = run.size.requests
    latencies = (at - run.asked[request] for request, at in run.claimed.items())
    return {
        "most_games_at_once": run.most_games,
        "seconds_to_answers": round(answered, 1),
        "seconds_to_payment": round(time.monotonic() - begin, 1),
        "answers_a_second": round(count / answered, 2),
        "latency_seconds": percentiles(latencies),
        "cpu_seconds": {role: round(seconds, 1) for role, seconds in spent.items()},
        "cpu_seconds_a_request": {
            role: round(seconds / count, 3) for role, seconds in spent.items()
        },
        "challenger_cpu_share": round(spent["challenger"] / spent.total(), 3),
        "challenger_cpu_of_one_core": round(
            spent["challenger"] / run.size.challengers / answered, 3
        ),
        "rpc_calls_a_request": round(calls.total() / count, 1),
        "rpc_calls_a_request_by_method": {
            method: round(number / count, 2) for method, number in calls.most_common()
        },
        "rpc_calls_a_request_by_role": a_request(asked, CALLS, count),
        "http_requests_a_request_by_role": a_request(asked, POSTS, count),
    }


def spent_by(nodes: list[tuple[str, Running]]) -> Counter[str]:
    """Processor seconds by role, children's included."""
    spent: Counter[str] = Counter()
    for role, process in nodes:
        spent[role] += cpu_seconds(process.process.pid)  # type: ignore[assignment]
    return spent


def asked_by_nodes(run: Run, log: Path) -> Counter[str]:
    """Requests to anvil by method, the driver's and the liars' own aside."""
    return requests_in(log) - run.testbed.endpoint.calls


def asked_by_role(
    run: Run, nodes: list[tuple[str, Running]]
) -> Counter[tuple[str, str]]:
    """Calls and requests of HTTP by metric and role, as the nodes count them."""
    asked: Counter[tuple[str, str]] = Counter()
    for role, process in nodes:
        with urlopen(run.pages[process.process.pid]) as page:
            told = page.read().decode()
        for metric in (CALLS, POSTS):
            rows = re.findall(rf"^{metric}\{{.*\}} (.*)$", told, re.MULTILINE)
            asked[metric, role] += int(sum(map(float, rows)))
    return asked


def a_request(
    asked: Counter[tuple[str, str]], metric: str, count: int
) -> dict[str, float]:
    return {
        role: round(number / count, 2)
        for (name, role), number in asked.items()
        if name == metric
    }


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def balanced(run: Run, ledger: books.Ledger, money: int) -> dict[str, Any]:
    """What is wrong with everyone's money, and what may be wrong but honest."""
    testbed = run.testbed
    liars = run.liars
    challengers = {
        testbed.address(i) for role, i in run.size.roles if role == "challenger"
    }
    gained = sum(ledger.earned[who] - ledger.fees[who] for who in challengers)
    claims = testbed.record.tables.claims.values()
    return {
        "unpunished_lies": books.unpunished(testbed, liars),
        "unpaid_answers": books.unpaid(testbed),
        "wrong_answers": books.wrong(testbed),
        "lost_wei": books.lost_wei(testbed, ledger),
        "created_wei": abs(testbed.all_money() - money),
        "unbalanced_wei": books.unbalanced_wei(testbed),
        "lies_told": sum(answered.claim.worker in liars for answered in claims),
        "transactions_in_vain": ledger.failed,
        "challengers_gained_wei": gained,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    for each in fields(Size):
        flag = "--" + each.name.replace("_", "-")
        parser.add_argument(flag, type=type(each.default), default=each.default)
    parser.add_argument("--folder", type=Path, help="keep everything there")
    options = vars(parser.parse_args())
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # leaves no process behind
    kept = options.pop("folder")
    with tempfile.TemporaryDirectory(prefix="plumb-load-") as temporary:
        folder = kept or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        found = load(folder, Size(**options))
    print(json.dumps(found, indent=2))
    return int(any(found[name] for name in BAD))


if __name__ == "__main__":
    sys.exit(main())
