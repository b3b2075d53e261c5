"""`plumb demo`: its JSON, its books, its liars, and that a seed repeats it."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from challenge.lies import FALSE_CHALLENGERS
from oracle.cli import main
from oracle.demo.ledger import Balances, Receipts
from oracle.demo.outcome import Outcome
from oracle.demo.story import Story, script
from oracle.demo.teller import Mute
from oracle.node.worker.liars import WORKER_LIES
from oracle.sending.sender import Receipt
from tinynn import models

MOST_TRANSACTIONS = 16
BYTES_OF_OUTPUT = 44
TIMES = ("seconds",)

Captured = pytest.CaptureFixture[str]


@cache
def told(kind: str | None = None, seed: int = 0) -> Outcome:
    """The story, once for all tests that only look at it."""
    return Story(script(models.path("mnist"), seed, kind), Mute()).tell()


def without_times(value: Any) -> Any:
    """JSON without what no seed can repeat."""
    if isinstance(value, dict):
        return {k: without_times(v) for k, v in value.items() if k not in TIMES}
    if isinstance(value, list):
        return [without_times(item) for item in value]
    return value


def test_demo_json_is_one_object_with_all_that_was_promised(capsys: Captured) -> None:
    assert main(["demo", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert [set(r) >= {"id", "status", "output"} for r in printed["requests"]] == (
        [True] * 3
    )
    promised = {"winner", "lie", "transactions", "gas", "seconds", "instruction"}
    assert [set(d) >= promised for d in printed["disputes"]] == [True] * 2
    assert set(printed["balances"]) >= {"before", "after", "contracts"}
    assert printed["conserved"] is True
    assert printed["seconds"]["total"] > 0
    assert without_times(printed) == without_times(told().as_json())


def test_demo_requests_are_final_and_read_what_was_drawn() -> None:
    readings = told().requests
    assert [r.status for r in readings] == ["final"] * 3
    assert [r.digit for r in readings] == [r.drawn for r in readings]
    assert [len(r.output) for r in readings] == [BYTES_OF_OUTPUT] * 3
    digits = [int.from_bytes(r.output[40:], "little") for r in readings]
    assert digits == [r.drawn for r in readings]
    assert [r.attempts for r in readings] == [1, 2, 1]


def test_demo_both_liars_lose_in_few_transactions() -> None:
    caught, defended = told().disputes
    assert (caught.winner, caught.liar) == ("challenger", "liar")
    assert (defended.winner, defended.liar) == ("worker", "slanderer")
    for verdict in (caught, defended):
        assert verdict.transactions <= MOST_TRANSACTIONS
        assert verdict.transactions == len(verdict.moves)
        assert verdict.gas == sum(move["gas"] for move in verdict.moves)
        assert verdict.evidence is not None
        assert verdict.paid > 0
        assert verdict.burned > verdict.paid


def test_demo_liar_claims_another_digit_and_the_worker_the_right_one() -> None:
    outcome = told()
    caught, defended = outcome.disputes
    _, second, third = outcome.requests
    assert int.from_bytes(caught.output[40:], "little") != second.drawn
    assert caught.output != second.output
    assert defended.output == third.output


def test_demo_sides_state_different_things_about_the_last_instruction() -> None:
    for verdict in told().disputes:
        seen = verdict.evidence
        assert seen is not None
        assert seen.operands
        assert seen.worker.root != seen.challenger.root
        assert seen.worker.writes != seen.challenger.writes


def test_demo_who_gains_and_who_loses() -> None:
    outcome = told()
    gained = {
        name: outcome.after.accounts[name] + outcome.stakes[name] - wei
        for name, wei in outcome.before.accounts.items()
    }
    caught, defended = outcome.disputes
    assert gained["challenger"] > 0
    assert gained["worker"] > 0
    assert gained["liar"] < -caught.paid - caught.burned
    assert gained["slanderer"] < -defended.paid - defended.burned
    burned = caught.burned + defended.burned
    assert outcome.after.burned["bonds burned"] == burned


def test_demo_money_is_conserved_over_everything_there_is() -> None:
    outcome = told()
    assert outcome.conserved
    assert outcome.before.total() == 60 * 10**18
    assert set(outcome.before.contracts.values()) == {0}
    assert outcome.after.contracts["Staking"] == sum(outcome.stakes.values())


def test_outcome_a_missing_wei_is_noticed() -> None:
    outcome = told()
    accounts = dict(outcome.after.accounts)
    accounts["worker"] -= 1
    after = Balances(accounts, outcome.after.contracts, outcome.after.burned)
    short = Outcome(
        outcome.seed,
        outcome.requests,
        outcome.disputes,
        outcome.before,
        after,
        outcome.stakes,
        outcome.spent,
        outcome.bare_request,
        outcome.seconds,
    )
    assert not short.conserved
    assert short.as_json()["conserved"] is False


def test_demo_seed_repeats_everything_but_the_time() -> None:
    again = Story(script(models.path("mnist"), 0, None), Mute()).tell()
    assert without_times(again.as_json()) == without_times(told().as_json())
    other = told(seed=1)
    assert [r.output for r in other.requests] != [r.output for r in again.requests]


def test_demo_happy_path_costs_little_beyond_calldata() -> None:
    spent = {spent.action: spent.beyond_calldata for spent in told().happy_path}
    assert list(spent) == ["request", "accept", "submit", "finalize"]
    assert max(spent.values()) < 150_000


def test_demo_reorg_drops_what_was_undone() -> None:
    outcome = told("reorg")
    caught, _ = outcome.disputes
    assert caught.winner == "challenger"
    assert outcome.conserved
    games = sum(verdict.transactions for verdict in outcome.disputes)
    moves = {"challenge", "open", "select", "dissect", "descend", "prove", "timeout"}
    booked = sum(spent.count for spent in outcome.spent if spent.action in moves)
    assert booked == games


@pytest.mark.slow
@pytest.mark.parametrize("kind", [*WORKER_LIES, *FALSE_CHALLENGERS])
def test_demo_any_lie_is_caught(kind: str) -> None:
    outcome = told(kind, seed=2)
    assert [v.winner for v in outcome.disputes] == ["challenger", "worker"]
    assert [r.digit for r in outcome.requests] == [r.drawn for r in outcome.requests]
    assert max(v.transactions for v in outcome.disputes) <= MOST_TRANSACTIONS
    assert outcome.conserved
    liar = outcome.disputes[0 if kind in WORKER_LIES else 1]
    assert liar.lie == kind


def test_demo_lie_list_names_every_kind(capsys: Captured) -> None:
    assert main(["demo", "--lie", "list"]) == 0
    printed = capsys.readouterr().out
    assert all(kind in printed for kind in (*WORKER_LIES, *FALSE_CHALLENGERS))
    assert main(["demo", "--lie", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["lies"]
    assert [lie["kind"] for lie in listed] == [*WORKER_LIES, *FALSE_CHALLENGERS]


def test_demo_unknown_lie_is_one_clear_line(capsys: Captured) -> None:
    assert main(["demo", "--lie", "white"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    (line,) = printed.err.splitlines()
    assert "unknown kind of lie: expected one of digit, output," in line
    assert line.endswith("got white")


def test_demo_negative_seed_is_refused(capsys: Captured) -> None:
    assert main(["demo", "--seed", "-1"]) == 2
    assert "Traceback" not in capsys.readouterr().err


@pytest.fixture
def narrated(capsys: Captured) -> Callable[[], str]:
    def run() -> str:
        assert main(["demo"]) == 0
        return capsys.readouterr().out

    return run


def test_demo_narration_tells_all_four_chapters(narrated: Callable[[], str]) -> None:
    text = narrated()
    outcome = told()
    for number in range(1, 5):
        assert f"{number}. " in text
    for verdict in outcome.disputes:
        assert verdict.evidence is not None
        assert verdict.evidence.text in text
        assert f"{verdict.gas:,} gas" in text
    assert "conserved to the wei" in text
    for action in ("read", "accept", "submit", "finalize"):
        assert action in text
    assert f"{outcome.before.total():,}" in text


def test_receipts_forget_only_what_a_reorg_undid() -> None:
    receipts = Receipts()
    for block in (1, 2, 3):
        receipts.book(_receipt(block))
    receipts.forget(2)
    assert [receipt.block for receipt in receipts.kept] == [1, 2]


def _receipt(block: int) -> Receipt:
    return Receipt("a", b"", b"", block, 5, 1, 2, b"", ())
