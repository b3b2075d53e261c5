"""What each action costs as a transaction by itself, and that tariffs cover moves.

On py-evm, since pyrevm keeps storage warm from one transaction to the next;
tests/oracle/chain/test_real_gas.py compares py-evm with the embedded chain.
"""

import pytest
from support.chains.evm import GWEI, Receipt, calldata_gas
from support.games.dense import DEAREST, SWR_STACK, DenseGame, dense_game
from support.games.made_up import MadeUpGame, lying_game
from support.games.protocol import IMAGE, OUTPUT, Story, tariffs

T = tariffs()
HAPPY_LIMIT = 150_000  # beyond calldata, for 784 bytes in and 44 out
CLOCK = 7 * 24 * 3600
LONGEST = (2**32, 2**36)
MIDDLE = (2**31 + 12345, 2**35 + 777)
FIRST_SELECT = 20_000  # fills a slot: that is in the tariff of `challenge`


def beyond_calldata(receipt: Receipt) -> int:
    return receipt.gas_used - calldata_gas(receipt.data)


def test_happy_path_costs_less_than_150k_a_step(exact_story):
    """Even the first request of all, with every slot fresh."""
    story = exact_story
    assert (len(IMAGE), len(OUTPUT)) == (784, 44)
    steps = {
        "request": story.request(),
        "accept": story.accept(),
        "submit": story.submit(),
        "finalize": story.finalize(),
    }
    costs = {name: beyond_calldata(receipt) for name, receipt in steps.items()}
    assert max(costs.values()) < HAPPY_LIMIT, costs
    work = sum(steps[name].gas_used for name in ("accept", "submit", "finalize"))
    fee = story.chain.call("InferenceOracle", "estimateFee", story.model_id, 784, 0, 0)
    assert work * 10**9 < fee


@pytest.mark.parametrize("size", [0, 44, 4000, 96 * 1024])
def test_estimated_fee_covers_a_worker_at_any_size_of_output(exact_story, size):
    story = exact_story
    output = bytes([0xA5]) * size
    story.claimed(output=output)  # slots that any chain in use has filled
    story.finalize()
    story.request()
    steps = [story.accept(), story.submit(output), story.finalize()]
    story.state_work((0, 0, 0, max(1, size), 0))
    args = (story.model_id, 784, 0, 0)
    fee = story.chain.call("InferenceOracle", "estimateFee", *args)
    royalty = fee * 500 // 10_000
    assert sum(step.gas_used for step in steps) * 10**9 < fee - royalty


def test_plain_request_pays_nothing_for_meters(exact_story):
    """Gas of each action as it was before there were any, and before audits, or a
    hundredth more at most: a flag in `Claimed`, and a look at the request's traits."""
    story = exact_story
    story.claimed()
    story.finalize()
    gas = {
        "request": story.request().gas_used,
        "accept": story.accept().gas_used,
        "submit": story.submit().gas_used,
        "finalize": story.finalize().gas_used,
    }
    story.request()
    gas["cancel"] = story.cancel().gas_used
    story.request()
    story.accept()
    story.chain.travel_to(story.lease.end)
    expired = ("expireLease", story.r, story.lease)
    gas["expire"] = story._oracle(*expired, sender=story.stranger).gas_used
    before = {
        "request": 113_535,
        "accept": 52_043,
        "submit": 53_701,
        "finalize": 101_325,
        "cancel": 68_002,
        "expire": 63_852,
    }
    assert all(gas[name] <= most * 1.01 for name, most in before.items()), gas


def long_game(story: Story, name: str) -> MadeUpGame:
    challenger = story.chain.account(name)
    story.stake(challenger)
    segments, instructions = LONGEST
    game = lying_game(
        story, challenger, segments=segments, instructions=instructions, lie=MIDDLE
    )
    game.challenge()
    return game


def step_and_due(game: MadeUpGame) -> tuple[int, int]:
    """The gas of the game's next move, and what it is worth."""
    before = game.game
    gas = game.step().gas_used
    after = game.game
    due = after.workerDue + after.challengerDue
    due -= before.workerDue + before.challengerDue
    first = (
        before.commitment == bytes(32) and after.challengerDue > before.challengerDue
    )
    return gas, due + FIRST_SELECT * first


def test_tariffs_cover_the_moves_of_a_game_of_full_length(exact_story):
    """And no tariff is so large that moving for its own sake would pay."""
    game = long_game(exact_story.claimed(), "challenger")
    while game.stage != 5:
        gas, due = step_and_due(game)
        assert gas * 1.01 <= due <= gas * 1.15, game.receipts[-1][0]


@pytest.mark.parametrize("parts", [1, 2, 3, 5, 9, 17, 31])
def test_tariffs_cover_dissections_into_few_parts(exact_story, parts):
    story = exact_story.claimed()
    challenger = story.chain.account("challenger")
    story.stake(challenger)
    for segments, instructions in ((parts, 2), (3, parts)):
        game = lying_game(
            story, challenger, segments=segments, instructions=instructions, lie=(0, 1)
        )
        game.challenge()
        while game.stage != 5:
            gas, due = step_and_due(game)
            assert gas * 1.01 <= due <= gas * 1.15, game.receipts[-1][0]
        game.prove()
        story.claimed()


def test_tariffs_cover_timeout_and_settle(exact_story):
    story = exact_story.claimed()
    games = [long_game(story, name) for name in ("one", "two", "three")]
    games[0].open()
    story.chain.travel(CLOCK)
    assert games[2].timeout(story.worker).gas_used <= T["TIMEOUT"]  # challenger loses
    story.claimed()
    games = [long_game(story, name) for name in ("one", "two", "three")]
    story.chain.travel(CLOCK)
    gas = games[0].timeout().gas_used  # worker loses
    assert gas <= T["TIMEOUT"] <= gas * 1.1
    gas = max(sibling.settle().gas_used for sibling in games[1:])
    assert gas <= T["SETTLE"] <= gas * 1.1


def test_challenge_that_brings_its_bond_is_covered(exact_story):
    story = exact_story.claimed()
    game = lying_game(
        story, story.chain.account("fresh"), segments=9, instructions=9, lie=(1, 1)
    )
    gas = game.challenge(value=10**17).gas_used + FIRST_SELECT
    assert gas <= T["CHALLENGE"] <= gas * 1.1


@pytest.mark.parametrize("true_claim", [True, False])
@pytest.mark.parametrize("step", DEAREST)
def test_tariff_covers_the_dearest_proofs_on_the_real_verifier(step, true_claim):
    """With another game that is still open, for which the dead bond keeps a reserve."""
    dense = dense_game(
        step, true_claim=true_claim, segments=2, instructions=4, lie=(1, 2)
    )
    assert len(dense.witness) > 1_800
    dense.game.challenge(value=10**17)
    sibling = dense.game.story.chain.account("sibling")
    MadeUpGame(dense.game.story, dense.game.run, dense.game.truth, sibling).challenge(
        value=10**17
    )
    dense.game.play()
    assert proved(dense, true_claim).gas_used <= T["PROVE"]


def test_tariff_of_a_proof_is_close_to_the_dearest():
    dense = dense_game(
        SWR_STACK, true_claim=False, segments=2, instructions=4, lie=(1, 2)
    )
    dense.game.challenge(value=10**17)
    gas = proved(dense, False, play=True).gas_used + FIRST_SELECT  # no reserve is kept
    assert T["PROVE"] <= gas * 1.1


@pytest.mark.parametrize("true_claim", [True, False])
@pytest.mark.parametrize(
    ("segments", "instructions", "lie"),
    [(*LONGEST, MIDDLE), (21, 50_000, (12, 31_337)), (2, 3, (1, 2))],
)
def test_whole_dispute_pays_the_honest_side_for_its_gas(
    true_claim, segments, instructions, lie
):
    """Even if it pays a tip as high as the base fee: that is the price of the bonds."""
    basefee = 3 * GWEI
    dense = dense_game(
        SWR_STACK,
        true_claim=true_claim,
        segments=segments,
        instructions=instructions,
        lie=lie,
        basefee=basefee,
    )
    game = dense.game
    game.challenge(value=10**17)
    last = proved(dense, true_claim, play=True)
    challenging = ("challenge", "select")
    spent = last.gas_used + sum(
        receipt.gas_used
        for function, receipt in game.receipts
        if (function in challenging) != true_claim
    )
    if true_claim:
        terms = game.chain.call("DisputeGame", "challengerBond", game.story.claim.bond)
        paid = last.event("ChallengerLost").paid - terms.rent
    else:
        paid = last.event("WorkerLost").paid - game.story.claim.bond // 10
    assert spent * 2 * basefee <= paid


def proved(dense: DenseGame, by_worker: bool, play: bool = False) -> Receipt:
    """The proof that ends the game, sent by the side that it makes win."""
    game = dense.game.play() if play else dense.game
    sender = game.story.worker if by_worker else game.challenger
    args = (game.story.claim, *game.position_args(), dense.witness)
    receipt = game.chain.send("DisputeGame", "prove", *args, sender=sender)
    assert receipt.has("ChallengerLost" if by_worker else "WorkerLost")
    return receipt
