"""The mutator: it changes what it says, and a planted survivor is seen as one."""

import ast
from pathlib import Path

import pytest
from mutants.run import ROOT, sites_of
from mutants.sites import python_sites, solidity_sites
from mutants.targets import EXPLAINED, TARGETS

PYTHON = '''
def bounded(value: int, least: int, most: int = 7) -> bool:
    """1 < 2 in a docstring is no code."""
    found = sorted([value, least + 1])
    return not (value < least or value > most) and found != []
'''
SOLIDITY = """
contract Bank { // a < b
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


def test_solidity_sites_are_each_an_operator() -> None:
    pairs = {(site.before, site.after) for site in solidity_sites(SOLIDITY)}
    assert pairs == {
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
    assert len(sites_of(target)) > 10
    assert all((ROOT / path).exists() for path in target.tests), target.tests


def test_explained_survivors_are_still_there() -> None:
    for (source, line, after), why in EXPLAINED.items():
        lines = [text.strip() for text in Path(ROOT / source).read_text().splitlines()]
        assert line in lines, "an explanation outlived its line"
        (target,) = (t for t in TARGETS.values() if t.source == source)
        assert any(site.after.strip() == after for site in sites_of(target)) and why
