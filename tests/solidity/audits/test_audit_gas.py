"""What an audit costs whom, each transaction by itself and cold."""

from collections.abc import Iterator

import pytest
from support.chains.evm import Chain
from support.chains.py_evm import PyEvm
from support.games.audited import AuditedStory
from support.games.protocol import OUTPUT

JOIN_GAS = 178_000
AUDIT_GAS = 200_000
"""What an audited claim adds to a worker's gas, at most: as `oracle.pricing.guard`."""


@pytest.fixture
def exact() -> Iterator[AuditedStory]:
    story = AuditedStory(Chain(verifier="TableVerifier", evm=PyEvm()))
    story.join(rate=5000)
    yield story


def test_challenge_and_collect_cost_no_more_than_is_reckoned(exact):
    exact.drawn(test=True)
    games = exact.challenged_by("one", "two")
    exact.confess()
    challenged = games[1].receipts[0][1].gas_used
    collected = exact.collect(games[1].challenger).gas_used
    print(f"challenge {challenged:,}, collect {collected:,}")
    assert JOIN_GAS * 0.9 < challenged + collected <= JOIN_GAS


def test_audited_claim_costs_its_worker_no_more_than_is_reckoned(exact):
    """Beside a plain one of the same size."""
    exact.claimed()
    exact.finalize()
    exact.request()
    plain = [exact.accept(), exact.submit(), exact.finalize()]
    exact.drawn(test=False)
    exact.clear()
    exact.finalize()
    asked = exact.permit().gas_used - exact.request().gas_used
    exact.permit()
    steps = [exact.accept()]
    exact.chain._mine()
    steps += [exact.submit_audited(OUTPUT), exact.clear(), exact.finalize()]
    gas = [step.gas_used for step in steps]
    added = sum(gas) - sum(step.gas_used for step in plain)
    print(f"request +{asked:,}; accept, submit, clear, finalize {gas}, +{added:,}")
    assert added <= AUDIT_GAS


def test_confession_costs_what_is_reckoned(exact):
    exact.drawn(test=True)
    confessed = exact.confess().gas_used
    print(f"confess {confessed:,}")
    assert confessed <= AUDIT_GAS
