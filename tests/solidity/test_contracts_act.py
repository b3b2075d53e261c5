"""Contracts in every role: who calls is meant, never who signed the transaction."""

from typing import Any

import pytest
from support.chains.evm import ETHER, GWEI, Receipt, reverts
from support.games.made_up import MadeUpGame, lying_game
from support.games.protocol import (
    ACCEPTED,
    CLAIMED,
    FINAL,
    MAX_LEASE,
    OUTPUT,
    Puppet,
    Story,
)

STAKE = ETHER // 2
ORACLE, GAME = "InferenceOracle", "DisputeGame"


@pytest.fixture
def worker(story: Story) -> Puppet:
    return staked(story, "worker contract")


def staked(story: Story, label: str) -> Puppet:
    puppet = Puppet(story.chain, label)
    puppet.do("Staking", "deposit", puppet.address, value=STAKE)
    return puppet


def accepted(story: Story, worker: Puppet) -> Receipt:
    sent = worker.do(ORACLE, "accept", *story.acceptance())
    story.lease = sent.event("Accepted").lease
    return sent


def submitted(story: Story, worker: Puppet) -> Receipt:
    sent = worker.do(ORACLE, "submit", story.r, story.lease, OUTPUT)
    told = sent.event("Claimed")
    story.claim, story.claim_hash, story.output = told.claim, told.claimHash, OUTPUT
    return sent


def holder(story: Story) -> tuple[int, str]:
    state = story.state()
    return state.status, state.worker


def test_contract_asks_and_another_answers(story: Story, worker: Puppet) -> None:
    asker = Puppet(story.chain, "asker")
    told = story.request(by=asker).event("Requested")
    assert told.requester == told.request.requester == told.request.refundTo
    assert told.requester == asker.address

    told = accepted(story, worker).event("Accepted")
    assert told.worker == told.lease.worker == worker.address
    assert holder(story) == (ACCEPTED, worker.address)
    assert (story.free(worker.address), story.locked(worker.address)) == (
        STAKE - story.lease.bond,
        story.lease.bond,
    )

    told = submitted(story, worker).event("Claimed")
    assert told.worker == told.claim.worker == worker.address
    assert holder(story) == (CLAIMED, worker.address)

    told = story.finalize().event("Finalized")
    assert told.worker == worker.address
    assert holder(story) == (FINAL, worker.address)
    assert story.free(worker.address) == STAKE + told.paid


def test_refusals_name_the_contract_that_called(story: Story, worker: Puppet) -> None:
    chain, stranger = story.chain, Puppet(story.chain, "strange contract")
    story.request()
    with reverts("WrongSender", story.requester, stranger.address):
        stranger.do(ORACLE, "cancel", story.r)
    accepted(story, worker)
    with reverts("WrongSender", worker.address, stranger.address):
        stranger.do(ORACLE, "submit", story.r, story.lease, OUTPUT)
    submitted(story, worker)
    with reverts("WrongSender", chain.address(GAME), stranger.address):
        stranger.do(ORACLE, "killClaim", story.claim)
    account = chain.account("challenger")
    story.stake(account)
    lying_game(story, account, segments=9, instructions=9, lie=(1, 1)).challenge()
    with reverts("WrongSender", worker.address, stranger.address):
        stranger.do(GAME, "open", story.claim, account, 1, [])


def test_contract_that_ends_a_lease_is_credited(exact_story: Story) -> None:
    story, chain = exact_story, exact_story.chain
    story.request()
    story.accept()
    ender = Puppet(chain, "ender")
    chain.set_basefee(GWEI)
    chain.travel(MAX_LEASE)
    ender.do(ORACLE, "expireLease", story.r, story.lease)
    assert story.free(ender.address) == 71_000 * GWEI
    chain.set_basefee(0)


class ContractsGame(MadeUpGame):
    """The challenger is a contract."""

    puppet: Puppet

    def _do(
        self, function: str, *args: Any, sender: str = "", **options: Any
    ) -> Receipt:
        if sender in ("", self.challenger):
            return self.puppet.do(GAME, function, *args, **options)
        return super()._do(function, *args, sender=sender, **options)


def test_contract_challenges_with_the_bond_that_it_brings(story: Story) -> None:
    puppet = Puppet(story.chain, "challenging contract")
    story.claimed()
    made = lying_game(story, puppet.address, segments=2, instructions=2, lie=(1, 1))
    game = ContractsGame(story, made.run, made.truth, puppet.address)
    game.puppet = puppet
    bond, *_ = story.chain.call(GAME, "challengerBond", story.claim.bond)
    told = game.challenge(value=bond + 5).event("Challenged")
    assert (told.challenger, told.worker) == (puppet.address, story.worker)
    assert (story.free(puppet.address), story.locked(puppet.address)) == (5, bond)
    sent = game.play().prove()
    assert sent.event("Proved").prover == puppet.address
    assert sent.event("WorkerLost").challenger == puppet.address
    assert story.free(puppet.address) == bond + 5 + sent.event("WorkerLost").paid
