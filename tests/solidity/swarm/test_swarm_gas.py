"""What a round costs, cold, on py-evm: no step outgrows a transaction's gas."""

import pytest
from support.chains.evm import MAX_GAS, Chain
from support.chains.py_evm import PyEvm
from support.games.swarm import Company

AGENT = {
    # what an agent sends, cold, with an answer of some 20 bytes
    "enter": 67_000,
    "reveal": 74_000,
    "sealRanking": 39_500,
    "revealRanking": 48_500,
}
SHARED = {
    # an agent's part of what anyone sends, in its first rounds
    "tally": 50_000,
    "settle": 28_000,
}


def test_an_agent_s_actions_cost_what_the_page_says():
    company = Company(10, Chain(protocol=False, evm=PyEvm()))
    company.play()
    for function, most in {**AGENT, **SHARED}.items():
        a_head = company.gas[function] / 10
        assert 0.8 * most < a_head < most, (function, a_head)


@pytest.mark.parametrize("agents", [10, 100])
def test_steps_for_all_fit_in_a_transaction(agents):
    """On pyrevm, warm; the figures of docs/swarm.md are cold."""
    company = Company(agents)
    sent = company.play()
    assert len(sent) == 2
    assert all(receipt.gas_used < MAX_GAS / 2 for receipt in sent)


@pytest.mark.heavy
@pytest.mark.parametrize("rated", [False, True], ids=["new", "old"])
def test_round_of_five_hundred_cold(rated):
    """Minutes. Steps of 250 agents fit, whether the ratings are new or not."""
    company = Company(500, Chain(protocol=False, evm=PyEvm()))
    for _ in range(1 + rated):
        company.gas = {}
        company.ask()
        company.enter()
        company.draw()
        company.reveal()
        company.rank()
        sent = company.finish(250)
    assert len(sent) == 4
    most = max(receipt.gas_used for receipt in sent)
    print(company.gas, sum(company.gas.values()), most)
    assert most < MAX_GAS
    steps = company.gas["tally"] + company.gas["settle"] + company.gas["draw"]
    assert steps < 40_000_000
