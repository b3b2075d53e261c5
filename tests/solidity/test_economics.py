"""The figures of docs/economics.md, and that Sybils gain a caught liar nothing."""

from pathlib import Path

import pytest
from support.chains.evm import ETHER, GWEI
from support.games.made_up import MadeUpGame, lying_game
from support.games.protocol import BOND, Story

from challenge import tariff

K = 32
UNITS = BOND // GWEI
BLOCK_GAS, BLOCK_SECONDS, SHARE = 30_000_000, 12, 10
HOUR, DAY = 3600, 24 * 3600
BASE_FEE = 5 * GWEI

PAGE = (Path(__file__).parents[2] / "docs" / "economics.md").read_text()
TEXT = " ".join(PAGE.split())


def row(label: str) -> list[str]:
    """The other cells of the table's row that begins so."""
    (found,) = [line for line in PAGE.splitlines() if line.startswith(f"| {label}")]
    return [cell.strip() for cell in found.split("|")[2:-1]]


@pytest.mark.parametrize(
    ("label", "units"),
    [
        ("worker's bond, B", UNITS),
        ("of it, burns", UNITS - tariff.WINNER_BONUS - UNITS // 2),
        ("winner's bonus", tariff.WINNER_BONUS),
        ("for tariffs", UNITS // tariff.TARIFF_SHARE),
        ("a challenger's longest", tariff.max_challenger_due(K)),
        ("a worker's longest", tariff.max_worker_due(K)),
        ("challenger's bond", tariff.challenger_bond_gas(K)),
    ],
)
def test_page_states_what_the_constants_come_to(label, units):
    assert row(label) == [f"{units:,}", f"{units / 10**9:.10g} ether"]


def test_page_states_what_delay_costs():
    lease_penalty, burned = UNITS // 10, UNITS * 2 // 5
    assert row("accept and")[1] == f"{lease_penalty:,}"
    assert row("challenge a true")[1] == f"{tariff.challenger_bond_gas(K):,}"
    assert row("lie, and")[1].startswith(f"{burned:,}")
    assert row("lie again")[1].startswith(f"{UNITS:,} a time, or {burned:,}")


@pytest.mark.parametrize(
    ("label", "clock"), [("1 hour", HOUR), ("1 day", DAY), ("7 days", 7 * DAY)]
)
def test_page_states_what_a_clock_is_worth(label, clock):
    gas = BLOCK_GAS // SHARE * (clock // BLOCK_SECONDS)
    games = gas // tariff.max_worker_due(K)
    budgets = [2 * price * GWEI * gas / ETHER for price in (1, 2, 20)]
    ether = [f"{v:.1f}" if v < 10 else f"{v:,.0f}" for v in budgets]
    assert row(label) == [f"{games:,}", *(f"{v} ether" for v in ether)]


def test_half_of_the_bond_pays_sixteen_games_of_full_length():
    assert 16 * tariff.max_challenger_due(K) <= UNITS // tariff.TARIFF_SHARE
    assert 16 * tariff.max_challenger_due(64) <= UNITS // tariff.TARIFF_SHARE
    assert 4 == UNITS // tariff.TARIFF_SHARE // tariff.max_challenger_due(2)


def test_page_states_how_many_games_leave_nobody_short():
    """A challenger halfway through an MNIST dispute, against a winner of another."""
    moves = tariff.CHALLENGE + 5 * tariff.SELECT
    reserve = UNITS // tariff.TARIFF_SHARE - (moves + tariff.PROVE)
    due = moves + tariff.SETTLE
    games = reserve // due
    assert f"({due:,} units with its `settle`)" in TEXT
    assert f"with up to {games} games open besides the winner's" in TEXT
    more = (games + 1) * tariff.challenger_bond_gas(K) / UNITS
    assert f"lock {games + 1} more challenger's bonds, {more:.1f} times" in TEXT


def test_page_states_how_far_the_bonus_reaches():
    """The base fee, in units of that at `accept`, at which the winner breaks even."""
    due = tariff.CHALLENGE + 5 * tariff.SELECT + tariff.PROVE
    times = 2 * (due + tariff.WINNER_BONUS) / due
    assert f"base fee is about {times:.0f} times what it was" in TEXT


def challenged(story: Story, count: int) -> list[MadeUpGame]:
    """Games by accounts that bring bonds, as long as that of docs/dispute-game.md."""
    games = []
    for i in range(count):
        account = story.chain.account(f"account {i}")
        games.append(
            lying_game(
                story, account, segments=21, instructions=53_402, lie=(12, 53_372)
            )
        )
        games[-1].challenge(value=ETHER // 10)
    return games


def wealth(story: Story, games: list[MadeUpGame]) -> int:
    """In hand and in the bank, of the worker and the challengers; gas is free here."""
    accounts = [story.worker, *(game.challenger for game in games)]
    bank = [story.free(who) + story.locked(who) for who in accounts]
    return sum(bank) + sum(map(story.chain.balance, accounts))


@pytest.mark.parametrize("count", [1, 3, 120])
def test_liar_with_many_accounts_loses_two_fifths_of_its_bond(story, count):
    """One of them wins by clock, all others settle."""
    story.claimed()
    games = challenged(story, count)
    before = wealth(story, games)
    story.chain.travel(7 * DAY)
    games[0].timeout()
    for game in games[1:]:
        game.settle()
    assert before - wealth(story, games) >= BOND * 2 // 5


def test_account_that_is_paid_more_than_its_gas_is_paid_by_the_liar(exact_story):
    """Gas at the bare base fee, half of what tariffs are paid at."""
    story = exact_story
    story.chain.set_basefee(BASE_FEE)
    story.claimed()
    games = challenged(story, 3)
    before = wealth(story, games)
    story.chain.travel(7 * DAY)
    games[0].timeout()
    paid = games[1].settle().event("Settled").paid
    games[2].settle()
    gas = sum(receipt.gas_used for _, receipt in games[1].receipts)
    due = tariff.CHALLENGE + tariff.SETTLE
    assert paid == due * 2 * BASE_FEE > gas * BASE_FEE
    assert f"takes {due:,} units for about {round(gas, -4):,} gas" in TEXT
    assert before - wealth(story, games) >= story.claim.bond * 2 // 5
    story.chain.set_basefee(0)


def test_winner_is_paid_in_full_however_many_challenge(story):
    story.claimed()
    winner, *_ = challenged(story, 120)
    event = winner.play().prove().event("WorkerLost")
    due = tariff.CHALLENGE + 5 * tariff.SELECT + tariff.PROVE
    assert event.paid == due * GWEI + BOND // 10


@pytest.mark.parametrize(("others", "whole"), [(36, True), (37, False)])
def test_challenger_that_settles_first_is_paid_in_full_among_36(story, others, whole):
    story.claimed()
    winner, honest, *_ = challenged(story, 1 + others)
    winner.open()
    honest.play()
    winner.play().prove()
    due = tariff.CHALLENGE + 5 * tariff.SELECT + tariff.SETTLE
    assert (honest.settle().event("Settled").paid == due * GWEI) is whole
