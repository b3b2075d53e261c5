"""Audits simulated: who earns what a claim, when all of them play for themselves.

Gas units throughout, at the price of bonds. Draws are by a seed: equal cases give equal
figures. Claims are independent, so a case is a population that stays as it is; which
populations last is for whoever reads the incomes.
"""

from dataclasses import dataclass
from random import Random
from typing import Final

from oracle.audits.terms import BPS, JOIN_GAS, Terms

BOND_GAS: Final = 3_092_500
"""A challenger's, with K = 32."""
SETTLE_GAS: Final = 100_000
"""What its challenge costs whoever challenges blindly and loses, besides the bond."""
CONFESS_GAS: Final = 146_000
CLAIMS: Final = 200_000


@dataclass(frozen=True, slots=True)
class Case:
    """Who is there, for each claim of a worker that is audited.

    `checkers` compute an answer with the chance `coverage`, each by itself, for
    `check_gas`. `lazy` never do: they join whoever has challenged and isn't answered.
    `blind` challenge each claim, whatever it says. `own` are accounts of the worker's,
    which it tells what is a test.
    """

    name: str
    terms: Terms
    checkers: int = 1
    coverage: float = 1.0
    lazy: int = 0
    blind: int = 0
    own: int = 0
    check_gas: int = 1_000


@dataclass(frozen=True, slots=True)
class Incomes:
    """On average, a claim, in gas units; None where there is nobody of that kind.

    `worker`: prizes and gas that tests cost it, what its own accounts bring back taken
    off. `burned`: of prizes. `noticed`: share of tests that somebody challenged.
    """

    checker: float | None
    lazy: float | None
    blind: float | None
    worker: float
    burned: float
    noticed: float


def played(case: Case, claims: int = CLAIMS, seed: int = 1) -> Incomes:
    """The case, test by test; of what is no test only how much there is counts."""
    terms, random = case.terms, Random(seed)
    tests = sum(random.randrange(BPS) < terms.rate_bps for _ in range(claims))
    checkers = lazy = blind = own = 0.0
    prizes = burned = 0
    noticed = 0
    for _ in range(tests):
        looking = sum(random.random() < case.coverage for _ in range(case.checkers))
        first = looking + case.blind + case.own
        # Whoever never computes has to see a challenge that is not answered.
        there = first + (case.lazy if first else 0)
        if not there:
            continue
        share = terms.prize_gas >> (there - 1)
        noticed, prizes = noticed + 1, prizes + terms.prize_gas
        burned += terms.prize_gas - share * there
        earned = share - JOIN_GAS
        checkers += looking * earned
        lazy, blind, own = lazy + earned, blind + earned, own + case.own * earned
    blind -= (claims - tests) * (BOND_GAS + SETTLE_GAS)
    checks = case.check_gas * case.coverage
    return Incomes(
        checker=checkers / case.checkers / claims - checks if case.checkers else None,
        lazy=lazy / claims if case.lazy else None,
        blind=blind / claims if case.blind else None,
        worker=(own - prizes - CONFESS_GAS * tests) / claims,
        burned=burned / claims,
        noticed=noticed / tests if tests else 1.0,
    )


def cases(terms: Terms) -> tuple[Case, ...]:
    """Those of docs/economics.md."""
    return (
        Case("nobody looks", terms, checkers=0),
        Case("one checks", terms),
        Case("two check", terms, checkers=2),
        Case("three check", terms, checkers=3),
        Case("four check", terms, checkers=4),
        Case("five check", terms, checkers=5),
        Case("five check, each half of all", terms, checkers=5, coverage=0.5),
        Case("one checks, one joins", terms, lazy=1),
        Case("one checks, three join", terms, lazy=3),
        Case("only who never computes", terms, checkers=0, lazy=3),
        Case("one challenges all blindly", terms, checkers=0, blind=1),
        Case("one checks, the worker's account", terms, own=1),
        Case("one checks, two of its accounts", terms, own=2),
        Case("one checks, four of its accounts", terms, own=4),
        Case("one checks, five of its accounts", terms, own=5),
    )
