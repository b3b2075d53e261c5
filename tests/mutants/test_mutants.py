"""The mutator: it changes what it says, and a planted survivor is seen as one."""

import ast
import shutil
from pathlib import Path
from typing import cast

import pytest
from mutants import trial as trials
from mutants.compiler import Compiler
from mutants.ledger import KILLED, SURVIVED, Ledger, Verdict
from mutants.run import ROOT, Count, campaign, explanation, sites_of
from mutants.sites import Site, python_sites, solidity_sites
from mutants.targets import EXACT, EXPLAINED, TARGETS
from mutants.trial import Order, Outcome, trial
from mutants.workplace import Copy

from solidity import build

PYTHON = '''
def bounded(value: int, least: int, most: int = 7) -> bool:
    """1 < 2 in a docstring is no code."""
    found = sorted([value, least + 1])
    turns = sorted((n for n in found), key=lambda n: -n)
    return not (value < least or value > most) and found != turns
'''
SOLIDITY = """
contract Bank { // a < b
    uint256 constant LEAST = 1_999;
    function take(uint256 a) external {
        if (a > free) revert TooMuch(a);
        free -= a + 1;
        staking.burn(claim.worker, a);
    }
}
"""


def test_python_sites_are_each_an_operator() -> None:
    pairs = {(site.before, site.after) for site in python_sites(PYTHON)}
    assert pairs == {
        ("7", "(7 + 1)"),
        ("1", "(1 + 1)"),
        ("+", "-"),
        ("sorted", "list"),
        (
            "sorted((n for n in found), key=lambda n: -n)",
            "list((n for n in found))",
        ),
        ("not ", ""),
        ("<", "<="),
        (">", ">="),
        ("or", "and"),
        ("and", "or"),
        ("!=", "=="),
    }
    for site in python_sites(PYTHON):
        changed = site.applied(PYTHON)
        assert changed != PYTHON and ast.parse(changed)


def test_python_sites_of_a_guard_leave_what_it_is_given() -> None:
    source = "def put(write, x):\n    write.store(write.canonical(x + 1), x)\n"
    (site,) = [s for s in python_sites(source) if "canonical" in s.before]
    assert "write.store((x + 1), x)" in site.applied(source)


def test_python_sites_of_one_function() -> None:
    other = "def other(n: int) -> int:\n    return n + 1\n"
    sites = python_sites(PYTHON + other)
    named = python_sites(PYTHON + other, "other")
    assert [site.before for site in named] == ["+", "1"]
    assert named == sites[-2:]


def test_solidity_sites_are_each_an_operator() -> None:
    pairs = {(site.before, site.after) for site in solidity_sites(SOLIDITY)}
    assert pairs == {
        ("1_999", "2_000"),
        (" > ", " >= "),
        (" + ", " - "),
        (" -= ", " += "),
        ("if (a > free) revert TooMuch(a);", ""),
        ("claim.worker", "msg.sender"),
        ("staking.burn(claim.worker, a);", ""),
    }


@pytest.mark.parametrize("name", TARGETS)
def test_target_has_sites_and_its_tests_exist(name: str) -> None:
    target = TARGETS[name]
    least = 0 if target.function or target.only else 5
    assert len(sites_of(target)) > least
    for test in (*target.tests, *EXACT):
        path, _, function = test.partition("::")
        text = (ROOT / path).read_text()
        assert not function or f"def {function}(" in text, test


def test_explained_survivors_are_still_there() -> None:
    for (source, line, after), why in EXPLAINED.items():
        lines = [text.strip() for text in Path(ROOT / source).read_text().splitlines()]
        assert line in lines, "an explanation outlived its line"
        found = [t for t in TARGETS.values() if t.source == source]
        sites = [site for target in found for site in sites_of(target)]
        assert any(site.after.strip() == after for site in sites) and why


CODE = "def half(n: int) -> int:\n    return n // 2\n"
CHECKS = """
from code_of_mine import half

def test_of_nothing():
    assert half(0) == 0

def test_of_something():
    assert half(4) == 2
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "code_of_mine.py").write_text(CODE)
    (tmp_path / "test_code.py").write_text(CHECKS)
    return tmp_path


def tried(folder: Path, order: Order) -> Outcome:
    outcome = trial(folder, ["test_code.py"], order, ROOT)
    order.learn(outcome)
    return outcome


def test_trial_names_the_test_that_kills_and_runs_it_first(folder: Path) -> None:
    order = Order()
    first = tried(folder, order)
    assert first.passed and len(first.durations) == 2 and first.seconds > 0
    (folder / "code_of_mine.py").write_text(CODE.replace("//", "*"))
    second = tried(folder, order)
    assert (second.passed, second.killer) == (False, "test_code.py::test_of_something")
    assert len(second.durations) == 2
    assert list(tried(folder, order).durations) == ["test_code.py::test_of_something"]


def test_trial_without_end_is_a_failure(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = Order(durations={"test_code.py::test_of_nothing": 0.1})
    monkeypatch.setattr(trials, "SPARE_SECONDS", 1)
    (folder / "code_of_mine.py").write_text("while True:\n    pass\n")
    assert not tried(folder, order).passed


def test_order_is_what_killed_last_then_what_is_alike_then_what_is_quick() -> None:
    order = Order(durations={"slow": 2.0, "quick": 0.1})
    for killer in ("first", "second", "first"):
        order.learn(Outcome(False, killer, 1.0, {}))
    texts = dict.fromkeys(["slow", "quick", "new", "second", "first"], "assert claim")
    texts["alike"] = "with reverts('TooLate'): claim"
    assert order.sorted(texts) == ["first", "second", "quick", "new", "alike", "slow"]
    order.line = "if (claim.end < now) revert TooLate();"
    assert order.sorted(texts) == ["first", "second", "alike", "quick", "new", "slow"]


def test_ledger_continues_with_what_is_not_killed(tmp_path: Path) -> None:
    path = tmp_path / "build" / "mutants.jsonl"
    one, two, three, *_ = python_sites(PYTHON)
    ledger = Ledger(path, resume=False)
    for site, what in ((one, KILLED), (two, SURVIVED)):
        ledger.add(PYTHON, site, Verdict(what, "a test", 1.5))
    resumed = Ledger(path, resume=True)
    assert resumed.known(PYTHON, one) == Verdict(KILLED, "a test", 1.5)
    assert resumed.known(PYTHON, two) is resumed.known(PYTHON, three) is None
    assert resumed.known(PYTHON + "#", one) is None, "another source"
    assert Ledger(path, resume=False).known(PYTHON, one) is None


class Judge:
    """Stands for a copy of the tree: each site's verdict is given."""

    def __init__(self, verdicts: dict[Site, str]) -> None:
        self.verdicts = verdicts

    def unchanged(self) -> Verdict:
        return Verdict(SURVIVED, seconds=2.0)

    def verdict(self, site: Site) -> Verdict:
        return Verdict(self.verdicts.get(site, KILLED), seconds=0.5)


def test_campaign_counts_survivors_and_explanations_that_are_false(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = TARGETS["validator"]
    sites = sites_of(target)
    explained = [site for site in sites if explanation(target, site)]
    planted = next(site for site in sites if site not in explained)
    assert explained

    def counted(resume: bool, *survivors: Site) -> Count:
        judge = cast(Copy, Judge(dict.fromkeys(survivors, SURVIVED)))
        ledger = Ledger(tmp_path / "ledger", resume)
        return campaign(judge, "validator", sites, ledger)

    count = counted(False, planted, *explained)
    assert (count.sites, count.unexplained) == (len(sites), 1)
    assert count.of[SURVIVED] == 1 + len(explained)
    assert count.of[KILLED] == len(sites) - count.of[SURVIVED]
    assert count.seconds == 2 + len(sites) / 2
    shown = capsys.readouterr().out
    assert f"{target.source}:{planted.line}: {planted.before!r}" in shown
    assert shown.count("NOT EXPLAINED") == 1
    assert counted(True, *explained).unexplained == 0
    assert counted(False).unexplained == len(explained)
    assert "explained, yet killed" in capsys.readouterr().out


@pytest.mark.toolchain
@pytest.mark.skipif(shutil.which("node") is None, reason="node is absent")
def test_compiler_tells_code_that_differs_from_what_is_none() -> None:
    compiler = Compiler(ROOT)
    sources = build.read_sources()
    text = sources["Staking.sol"]

    def compiled(changed: str) -> build.Files:
        return compiler.artifacts(sources | {"Staking.sol": changed}, ("Staking",))

    unchanged = compiled(text)
    assert unchanged.keys() == {"Staking.json"}
    assert compiled(text.replace("free < amount", "free <= amount")) != unchanged
    assert compiled(text.replace("// The zero", "// A zero")) == unchanged
    assert compiled(text.replace("free < amount", "free < nothing")) == {}
    assert compiler.seconds > 0
    compiler.close()
