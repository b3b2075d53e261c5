"""The fuzzer as CI runs it, the cases that it found, and whether it finds anything."""

from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.chains.verifier import Verifier
from support.fuzz import judge
from support.fuzz.campaign import CASES, Campaign
from support.fuzz.case import Case
from support.fuzz.minimise import minimised

from mips_vm.translate import arithmetic, engine

SEEDS = range(20260401, 20260405)
TRANSLATED_STEPS = 60_000
ON_CHAIN_STEPS = 1_500
C_STEPS = 2_500


@pytest.fixture(autouse=True)
def nothing_translated_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Neither in memory nor in a cache; nor afterwards."""
    monkeypatch.setenv("PLUMB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(engine, "_translations", OrderedDict())
    yield


@pytest.mark.parametrize("seed", SEEDS)
def test_campaign_translated_engine_agrees(seed: int, tmp_path: Path) -> None:
    campaign = Campaign(seed, tmp_path)
    while campaign.tally.translated_steps < TRANSLATED_STEPS:
        campaign.translated_round()
    assert not campaign.tally.failures
    assert len(campaign.coverage.seen) > 200


@pytest.mark.parametrize("seed", SEEDS)
def test_campaign_contract_agrees(seed: int, tmp_path: Path) -> None:
    campaign = Campaign(seed, tmp_path)
    while campaign.tally.on_chain_steps < ON_CHAIN_STEPS:
        campaign.on_chain_round()
    assert not campaign.tally.failures


@pytest.mark.parametrize("seed", SEEDS)
def test_campaign_judge_in_c_agrees(seed: int, tmp_path: Path) -> None:
    campaign = Campaign(seed, tmp_path)
    while campaign.tally.c_steps < C_STEPS:
        campaign.in_c_round()
    assert not campaign.tally.failures


@pytest.mark.parametrize("path", sorted(CASES.glob("*.json")), ids=lambda p: p.stem)
def test_case_replayed_agrees_on_all_three_machines(path: Path) -> None:
    case = Case.load(path)
    for verdict in (judge.translated(case), judge.on_chain(Verifier(), case)):
        assert verdict.steps > 0
        assert not verdict.disagreement


def test_case_saved_is_loaded_again(tmp_path: Path) -> None:
    campaign = Campaign(1, tmp_path)
    for index in range(20):
        case = campaign.next()
        case.save(tmp_path / f"{index}.json")
        assert Case.load(tmp_path / f"{index}.json") == case


PLANTED = {
    "subu": (arithmetic.COMPUTE, "subu", arithmetic.COMPUTE["addu"]),
    "bgtz": (arithmetic.CONDITIONS, "greater", arithmetic.CONDITIONS["not_less"]),
    "add": (arithmetic.OVERFLOWING, "add", "llvm.ssub.with.overflow.i32"),
}


@pytest.mark.parametrize("bug", PLANTED)
def test_bug_planted_is_found_and_made_small(
    bug: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = Campaign(3, tmp_path)
    with monkeypatch.context() as patch:
        patch.setitem(*PLANTED[bug])
        while not campaign.tally.failures:
            campaign.translated_round()
            assert campaign.tally.rounds < 100
        case = Case.load(campaign.tally.failures[0])
        assert judge.translated(case).disagreement
    assert sum(word != 0 for word in case.words) <= 4
    monkeypatch.setattr(engine, "_translations", OrderedDict())
    monkeypatch.setenv("PLUMB_CACHE", str(tmp_path / "another"))
    assert not judge.translated(case).disagreement


def test_minimised_case_still_fails_and_is_smallest() -> None:
    case = Campaign(3).next()
    wanted = next(word for word in case.words if word)

    def fails(case: Case) -> bool:
        return wanted in case.words and len(case.starts) > 1

    small = minimised(case, fails)
    assert fails(small)
    assert len(small.starts) == 2 and not small.memory
    assert [word for word in small.words if word] == [wanted]
    assert all(start.steps == 1 and not any(start.registers) for start in small.starts)
