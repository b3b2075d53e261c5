"""Tests run in a fork of this process, which has loaded third parties' packages once.

What is ours is loaded anew in each fork, from the copy that holds the mutant.
"""

import contextlib
import functools
import importlib
import inspect
import json
import os
import re
import resource
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from mutants.targets import EXACT

THIRD_PARTIES = (
    "hypothesis",
    "numpy",
    "llvmlite.binding",
    "sqlalchemy.dialects.sqlite",
    "web3",
    "eth_tester",
    "eth.vm.forks.prague",
    "fastapi",
    "uvicorn",
    "typer",
    "rich.console",
    "structlog",
    "prometheus_client",
    "pydantic_settings",
    "tenacity",
    "coincurve",
    "pyrevm",
)
OURS = ("mips_vm", "tinynn", "converters", "challenge", "oracle", "solidity")
RECENT = 12
"""So many tests that failed last go first."""
SLOW_SECONDS = 1.0
"""Tests that take longer go last."""
OUTPUT = "trial.txt"
"""What pytest printed last, below the copy."""
SPARE_SECONDS = 20
"""CPU time above three times what the unchanged sources take; also of wall time, ten
times that."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`killer`: the test that failed, empty if none did. `seconds`: of CPU."""

    passed: bool
    killer: str
    seconds: float
    durations: dict[str, float]


@dataclass(slots=True)
class Order:
    """What killed last goes first, what is slow goes last; between them, tests that
    share rare words with the line that is changed go before others."""

    killers: list[str] = field(default_factory=list)
    durations: dict[str, float] = field(default_factory=dict)
    line: str = ""

    def sorted(self, texts: dict[str, str]) -> list[str]:
        """The tests of those texts, in the order in which to run them."""
        words = {test: _words(text) for test, text in texts.items()}
        common = Counter(word for found in words.values() for word in found)
        told, recent = _words(self.line), self.killers[:RECENT]

        def rank(test: str) -> tuple[int, float]:
            if test in recent:
                return (recent.index(test), 0.0)
            likeness = sum(1 / common[word] for word in told & words[test])
            slow = self.durations.get(test, 0.0) > SLOW_SECONDS
            return (RECENT + slow, -likeness)

        return sorted(texts, key=rank)

    def learn(self, outcome: Outcome) -> None:
        """After a trial."""
        if outcome.passed:
            self.durations |= outcome.durations
        elif outcome.killer:
            others = [test for test in self.killers if test != outcome.killer]
            self.killers = [outcome.killer, *others]

    def limit(self) -> int:
        """Seconds of CPU for a trial: a mutant may run for ever."""
        return 3 * int(sum(self.durations.values())) + SPARE_SECONDS


def _words(text: str) -> frozenset[str]:
    """Names of some length, which tell what a text is about."""
    return frozenset(re.findall(r"[A-Za-z_]{5,}", text))


@dataclass(slots=True, eq=False)
class Plugin:
    """Pytest's view of an `Order`, and what became of each test."""

    order: Order
    killer: str = ""
    durations: dict[str, float] = field(default_factory=dict)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Function]) -> None:
        by_name = {item.nodeid: item for item in items}
        texts = {name: _source(item.function) for name, item in by_name.items()}
        items[:] = [by_name[name] for name in self.order.sorted(texts)]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        spent = self.durations.get(report.nodeid, 0.0) + report.duration
        self.durations[report.nodeid] = spent
        if report.failed and not self.killer:
            self.killer = report.nodeid


@functools.cache
def _source(function: Callable[..., object]) -> str:
    return inspect.getsource(function)


def load_third_parties() -> None:
    """Once, in the parent; what is absent, tests will not need."""
    for name in THIRD_PARTIES:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def trial(folder: Path, tests: Sequence[str], order: Order, root: Path) -> Outcome:
    """`tests` on the sources below `folder`, until one fails. `root`: of this tree."""
    report = folder / "trial.json"
    report.unlink(missing_ok=True)
    limit = order.limit() if order.durations else 3600
    child = os.fork()
    if child == 0:
        status = 1
        try:  # Nothing of the parent's may be unwound here.
            status = _run(folder, tests, order, root, report, limit)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    status, seconds = _wait(child, 10 * limit)
    # Killed by its limit, or by itself: no report.
    said = json.loads(report.read_text()) if report.exists() else {}
    passed = status == 0 and bool(said)
    return Outcome(passed, said.get("killer", ""), seconds, said.get("durations", {}))


def _wait(child: int, wall_seconds: float) -> tuple[int, float]:
    """Exit status, and CPU seconds of it and its children."""
    end = time.monotonic() + wall_seconds
    while True:
        done, status, usage = os.wait4(child, os.WNOHANG)
        if done:
            return status, usage.ru_utime + usage.ru_stime
        if time.monotonic() > end:
            os.kill(child, signal.SIGKILL)
        time.sleep(0.02)


def _run(
    folder: Path,
    tests: Sequence[str],
    order: Order,
    root: Path,
    report: Path,
    limit: int,
) -> int:
    """In the fork: as if pytest had been started in `folder`."""
    for name in [n for n in sys.modules if n.partition(".")[0] in OURS]:
        del sys.modules[name]
    elsewhere = {"", str(root), str(root / "tests")}
    sys.path[:] = [str(folder), *(p for p in sys.path if p not in elsewhere)]
    os.environ["PYTHONPATH"] = str(folder)
    sys.dont_write_bytecode = False
    os.chdir(folder)
    signal.signal(signal.SIGXCPU, _overrun)
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + SPARE_SECONDS))
    output = os.open(folder / OUTPUT, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    plugin = Plugin(order)
    arguments = ["-q", "-x", "-p", "no:cacheprovider", "--assert=plain", *tests]
    arguments += [f"--deselect={test}" for test in EXACT]
    status = int(pytest.main(arguments, plugins=[plugin]))
    said = {"killer": plugin.killer, "durations": plugin.durations}
    report.write_text(json.dumps(said))
    return status


def _overrun(signum: int, frame: object) -> None:
    raise KeyboardInterrupt("expected an end within the time limit, got none")
