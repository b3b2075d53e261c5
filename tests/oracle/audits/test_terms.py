"""What audits are worth: by formula, by simulation, and as the page has it."""

import re
from itertools import product
from math import nextafter
from pathlib import Path
from random import Random

import pytest
from support.chains.evm import Chain, Reverted
from support.games.audited import AuditedStory, Tree

from oracle.audits.simulation import BOND_GAS, Case, cases, played
from oracle.audits.terms import BPS, JOIN_GAS, OTHERS, PENALTY_GAS, Checking, Terms

USUAL = Terms(100, 3_000_000)
PAGE = Path(__file__).parents[3] / "docs" / "economics.md"
ERRORS = {
    "rate: ": "ShareOutOfRange",
    "walking": "PrizeAbovePenalty",
    "blindly": "PrizePaysBlind",
    "checking": "PrizePaysNoCheck",
}


def test_objections_are_the_contracts() -> None:
    """At and beside every bound."""
    story = AuditedStory(Chain(verifier="TableVerifier"))
    assert story.chain.call("DisputeGame", "challengerBondGas") == BOND_GAS
    assert story.chain.call("Audits", "JOIN_GAS") == JOIN_GAS
    prizes = (712_000, 712_001, 1_112_000, 1_112_001, BOND_GAS - 1, BOND_GAS)
    prizes += (PENALTY_GAS - 1, PENALTY_GAS)
    refused = 0
    for number, (rate, prize, check) in enumerate(
        product((0, 1, 100, 5000, 9999, 10_000), prizes, (0, 1000))
    ):
        objections = Terms(rate, prize, 0, check).objections(BOND_GAS)
        story.tree = Tree([number.to_bytes(32)])
        try:
            story.join(rate=rate, prize=prize, check=check, value=0)
        except Reverted as error:
            refused += 1
            first = next(name for word, name in ERRORS.items() if word in objections[0])
            assert error.name == first, (rate, prize, check, objections)
        else:
            assert not objections, (rate, prize, check)
    assert 20 < refused < 76


def test_income_by_formula_is_the_simulated() -> None:
    for checkers in (1, 2, 3, 4):
        case = Case("", USUAL, checkers=checkers)
        found = played(case)
        assert found.checker is not None
        expected = USUAL.income_gas(checkers - 1) - case.check_gas
        assert found.checker == pytest.approx(expected, rel=0.05, abs=300)


def test_income_of_checkers_who_see_a_part_is_the_binomials() -> None:
    """Each other halves the prize with the chance that it looks, too."""
    n, q = 5, 0.5
    found = played(Case("", USUAL, checkers=n, coverage=q))
    assert found.checker is not None
    share = USUAL.prize_gas * (1 - q / 2) ** (n - 1)
    expected = q * (USUAL.rate_bps / BPS * (share - JOIN_GAS) - 1000)
    assert found.checker == pytest.approx(expected, rel=0.1)


def test_draw_that_is_the_coverage_itself_does_not_look() -> None:
    """A coverage of zero never looks, whatever is drawn."""
    random = Random(1)
    random.randrange(BPS)  # whether the one claim is a test
    drawn = random.random()
    always = Terms(BPS, 3_000_000)
    at, above = drawn, nextafter(drawn, 1)
    found = [played(Case("", always, coverage=c), 1) for c in (at, above)]
    assert [each.noticed for each in found] == [0, 1]


def test_blind_challengers_lose_whatever_rates_are_allowed() -> None:
    for rate, prize in product((1, 100, 1000, 4000, 5000), (800_000, 3_000_000)):
        terms = Terms(rate, prize)
        if not terms.objections(BOND_GAS):
            assert terms.blind_gas(BOND_GAS) < 0
            found = played(Case("", terms, checkers=0, blind=1), claims=20_000)
            assert found.blind is not None and found.blind < 0
    assert Terms(6000, 3_000_000).blind_gas(BOND_GAS) > 0, "what is refused would pay"


def test_terms_that_pay_for_a_check_do_so_beside_two_others() -> None:
    check = 5_000
    terms = Terms(100, 2_712_001, 0, check)
    assert not terms.objections(BOND_GAS)
    assert terms.income_gas(OTHERS) > check >= Terms(100, 2_712_000).income_gas(OTHERS)


def test_accomplices_keep_half_at_most_and_starve_the_honest() -> None:
    by_own = {
        own: played(Case("", USUAL, own=own, check_gas=0)) for own in (0, 1, 2, 4, 5)
    }
    honest = [found.checker for found in by_own.values()]
    assert honest == sorted(honest, key=lambda income: -(income or 0))
    alone = by_own[0].worker
    assert all(found.worker < alone / 2 for found in by_own.values())
    assert by_own[5].checker is not None and by_own[5].checker < 0


def test_prize_is_burned_but_for_its_shares_and_noticed_where_somebody_looks() -> None:
    claims = 2000
    nobody = played(Case("", USUAL, checkers=0), claims)
    alone = played(Case("", USUAL), claims)
    three = played(Case("", USUAL, checkers=3), claims)
    assert (nobody.burned, nobody.noticed) == (0, 0)
    assert (alone.burned, alone.noticed) == (0, 1)
    assert three.noticed == 1
    prizes = -three.worker + nobody.worker
    assert three.burned == pytest.approx(prizes / 4), "three have a quarter each"


def test_page_has_the_simulated_figures() -> None:
    section = PAGE.read_text().split("## Audits:")[1].split("\n## ")[0]
    rows = {
        cells[0]: cells[1:]
        for line in section.splitlines()
        if (cells := [cell.strip() for cell in line.strip("|").split("|")])
    }
    for case in cases(USUAL):
        found = played(case)
        shown = (found.checker, found.lazy, found.blind, found.worker)
        told = ["" if each is None else f"{each:,.0f}" for each in shown]
        assert rows[case.name] == told, case.name


def test_page_names_gas_as_it_is_measured() -> None:
    """`test_audit_gas.py` measures it; here, that what adds up does."""
    text = PAGE.read_text()
    found = re.search(r"a challenge \(([\d,]+)\) and its `collect` \(([\d,]+)\)", text)
    assert found is not None
    parts = [int(part.replace(",", "")) for part in found.groups()]
    assert JOIN_GAS * 0.95 < sum(parts) <= JOIN_GAS


def test_checking_survives_json() -> None:
    found = Checking(b"\x07" * 20, Terms(100, 3_000_000, 1000, 5), 2 * 10**9, 3, 2, 1)
    assert Checking.from_json(found.as_json()) == found
    assert found.income_wei == int(USUAL.income_gas() * 2 * 10**9)
    assert found.alone_wei > found.income_wei
