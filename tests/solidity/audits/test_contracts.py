"""Contracts in every role of an audit: who calls is meant, never who signed."""

from dataclasses import replace
from typing import Any

import pytest
from support.chains.evm import ETHER, GWEI, Chain, Receipt, reverts
from support.games.audited import (
    CLEARED,
    DRAWN,
    FEED,
    PRIZE,
    PRIZE_WEI,
    RATE,
    AuditedStory,
)
from support.games.protocol import BOND, CLAIMED, FINAL, MIN_LEASE, OPEN, OUTPUT, Puppet

STAKE = ETHER // 2
POOL = ETHER // 10
REOPEN_GAS = 71_000  # InferenceOracle's EXPIRE_GAS


class ContractStory(AuditedStory):
    """The worker is a contract; whoever signs for it has joined nothing."""

    def __init__(self, chain: Chain) -> None:
        super().__init__(chain)
        self.puppet = Puppet(chain, "worker contract")
        self.puppet.do("Staking", "deposit", self.puppet.address, value=STAKE)
        self.worker = self.puppet.address

    def audits(self, function: str, *args: Any, sender: str, value: int = 0) -> Receipt:
        if sender == self.worker:
            return self.puppet.do("Audits", function, *args, value=value)
        return super().audits(function, *args, sender=sender, value=value)

    def _oracle(self, function: str, *args: Any, **options: Any) -> Receipt:
        if options.get("sender") != self.worker:
            return super()._oracle(function, *args, **options)
        del options["sender"]
        sent = self.puppet.do("InferenceOracle", function, *args, **options)
        abi = self.chain.contracts["InferenceOracle"].abi
        return replace(sent, result=abi.decode_result(function, sent.result))


@pytest.fixture
def contract(chain: Chain) -> ContractStory:
    story = ContractStory(chain)
    story.join(value=POOL)
    return story


@pytest.fixture
def strange(chain: Chain) -> Puppet:
    return Puppet(chain, "strange contract")


def signer(story: AuditedStory) -> str:
    return story.chain.account("puppeteer")


def test_contract_joins_with_a_root_of_its_own(chain: Chain) -> None:
    story = ContractStory(chain)
    sent = story.join(value=POOL)
    root, worker = story.tree.root, story.worker
    assert sent.event("Joined").args == (worker, root, RATE, PRIZE, FEED, 0)
    assert sent.event("Fed").args == (worker, POOL)
    assert story.program.pool == POOL
    assert chain.call("Audits", "wasUsed", worker, root)
    assert not chain.call("Audits", "wasUsed", signer(story), root)


def test_contract_leaves_and_its_pool_is_its_own(contract: ContractStory) -> None:
    free = contract.free(contract.worker)
    left = contract.audits("leave", sender=contract.worker).event("Left")
    assert left.args == (contract.worker, POOL)
    assert contract.free(contract.worker) == free + POOL
    assert contract.free(signer(contract)) == 0


def test_contract_that_left_takes_out_what_it_has(contract: ContractStory) -> None:
    contract.audits("leave", sender=contract.worker)
    free = contract.free(contract.worker)
    assert free == STAKE + POOL
    before = contract.chain.balance(contract.worker)
    contract.puppet.do("Staking", "withdraw", contract.worker, free)
    assert contract.chain.balance(contract.worker) == before + free


def test_contract_is_audited_and_clears(contract: ContractStory) -> None:
    contract.drawn(test=False)
    assert (contract.audit.stage, contract.audit.worker) == (DRAWN, contract.worker)
    cleared = contract.clear().event("Cleared")
    assert cleared.args == (contract.r.id, contract.worker, contract.secret)
    assert contract.audit.stage == CLEARED
    contract.finalize()
    assert contract.state().status == FINAL


def test_contract_confesses_and_answers(contract: ContractStory) -> None:
    contract.drawn(test=True)
    sent, worker = contract.confess(), contract.worker
    assert sent.event("Confessed").worker == worker
    told = sent.event("Claimed")
    assert told.worker == told.claim.worker == worker
    assert (contract.state().status, contract.state().worker) == (CLAIMED, worker)
    contract.finalize()


def test_refusals_name_the_contract_that_called(
    contract: ContractStory, strange: Puppet
) -> None:
    worker, oracle = contract.worker, contract.chain.address("InferenceOracle")
    with reverts("NotOracle", oracle, strange.address):
        strange.do("Audits", "drop", 1)
    with reverts("NotJoined", strange.address):
        strange.do("Audits", "leave")
    contract.drawn(test=True)
    contract.window_over()
    shown = contract.shown()
    with reverts("WrongSender", worker, strange.address):
        strange.do("Audits", "clear", contract.r.id, *shown)
    with reverts("WrongSender", worker, strange.address):
        call = ("confess", contract.r, contract.claim, *shown, OUTPUT)
        strange.do("InferenceOracle", *call)


def test_contract_challenges_and_another_collects_for_it(
    contract: ContractStory, strange: Puppet
) -> None:
    contract.drawn(test=True)
    challenger = Puppet(contract.chain, "challenging contract")
    ask = contract.chain.call
    bond, *_ = ask("DisputeGame", "challengerBond", contract.claim.bond)
    challenger.do("DisputeGame", "challenge", contract.claim, value=bond)
    contract.confess()
    who = challenger.address
    sent = strange.do("Audits", "collect", contract.confessed, who)
    assert sent.event("Collected").challenger == who
    assert contract.free(who) == bond + PRIZE_WEI
    assert contract.free(strange.address) == contract.free(signer(contract)) == 0


def test_contract_that_reopens_is_credited_and_the_rest_burns() -> None:
    chain = Chain(verifier="TableVerifier", fees=True)
    story, ender = AuditedStory(chain), Puppet(chain, "ender")
    story.join()
    story.drawn(test=True)
    chain.set_basefee(GWEI)
    chain.travel_to(story.claim.windowEnd + MIN_LEASE)
    call = ("reopenWithheld", story.r, story.claim)
    told = ender.do("InferenceOracle", *call).event("SecretWithheld")
    credit, penalty = REOPEN_GAS * GWEI, BOND // 10
    expected = (story.r.id, story.claim_hash, story.worker, penalty, penalty - credit)
    assert told.args == expected
    assert story.free(ender.address) == credit
    assert story.state().status == OPEN
