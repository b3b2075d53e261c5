"""Who is paid when a game ends, to the wei, and what burns; `audit` adds it all up."""

import pytest
from eth_abi import encode
from eth_utils import keccak
from support.chains.evm import ETHER, GWEI, Chain
from support.games.made_up import (
    DISSECT,
    SELECT,
    MadeUpGame,
    Run,
    ends,
    lying_game,
)
from support.games.protocol import (
    BOND,
    FEE,
    GAS_EATING,
    REVERT_BOMBING,
    REVERTING,
    ROYALTY_BPS,
    STAKE,
    ZERO_ADDRESS,
    Puppet,
    tariffs,
)

CLOCK = 7 * 24 * 3600
PRICE = GWEI
RENT = BOND * CLOCK // (10 * 365 * 24 * 3600)
"""Of the least bond's, at the least price."""


T = tariffs()


def challenger_bond(chain: Chain) -> int:
    return int(chain.call("DisputeGame", "challengerBond", BOND).bond)


def more_games(game: MadeUpGame, count: int) -> list[MadeUpGame]:
    """Other challengers of the same claim."""
    story, games = game.story, []
    for i in range(count):
        challenger = story.chain.account(f"challenger {i}")
        story.stake(challenger)
        games.append(MadeUpGame(story, game.run, game.truth, challenger))
        games[-1].challenge()
    return games


def game_ids(game: MadeUpGame) -> tuple[bytes, bytes, str]:
    """What the end of a game is told with: game, claim and challenger."""
    claim_hash, challenger = game.story.claim_hash, game.challenger
    game_id = keccak(encode(["bytes32", "address"], [claim_hash, challenger]))
    return game_id, claim_hash, challenger


def burned(chain: Chain) -> int:
    return chain.balance(ZERO_ADDRESS)


def test_dues_add_up_move_by_move(game):
    assert game.game.challengerDue == T["CHALLENGE"]
    game.open()
    opened = T["OPEN"] + 31 * T["ROOT"]
    assert game.game.workerDue == opened
    game.select()
    assert game.game.challengerDue == T["CHALLENGE"] + T["SELECT"]
    count = min(32, game.interval.length) - 1
    game.dissect()
    dissected = opened + T["DISSECT"] + count * T["ROOT"]
    assert game.game.workerDue == dissected
    game.select()
    game.descend()
    assert game.game.workerDue == dissected + T["DESCEND"] + 31 * T["ROOT"]


def test_worker_loses_bond_winner_has_dues_and_a_bonus(game, story):
    game.play()
    due = game.game.challengerDue + T["PROVE"]
    sent = game.prove()
    paid = due * PRICE + BOND // 10
    event = sent.event("WorkerLost")
    assert (event.paid, event.burned) == (paid, BOND - paid)
    assert story.free(game.challenger) == STAKE + paid
    assert story.locked(game.challenger) == 0
    assert (story.free(story.worker), story.locked(story.worker)) == (STAKE - BOND, 0)
    assert burned(story.chain) == BOND - paid


def test_worker_loses_by_clock_pays_the_same_way(game, story):
    story.chain.travel(CLOCK)
    event = game.timeout().event("WorkerLost")
    due = T["CHALLENGE"] + T["TIMEOUT"]
    assert event.paid == due * PRICE + BOND // 10
    assert event.paid + event.burned == BOND


def test_stranger_who_ends_a_game_earns_nothing(game, story):
    game.play()
    due = game.game.challengerDue
    paid = due * PRICE + BOND // 10
    event = game.prove(story.stranger).event("WorkerLost")
    assert event.args == (*game_ids(game), paid, BOND - paid)
    assert story.free(story.stranger) == 0


def test_challenger_loses_bond_worker_has_dues(story, challenger):
    story.claimed()
    start, end = ends(story)
    run = Run(start, end, 1000, 2000, (10**9, 0), b"")
    game = MadeUpGame(story, run, run, challenger, lambda mine, truth: 0)
    bond = challenger_bond(story.chain)
    game.challenge()
    game.play()
    paid = (game.game.workerDue + T["PROVE"]) * PRICE + RENT
    event = game.prove(story.worker).event("ChallengerLost")
    assert (event.paid, event.burned) == (paid, bond - paid)
    assert story.free(challenger) == STAKE - bond
    assert story.locked(challenger) == 0
    assert story.free(story.worker) == STAKE - BOND + paid
    assert burned(story.chain) == bond - paid
    story.finalize()
    royalty = FEE * ROYALTY_BPS // 10_000
    assert story.free(story.worker) == STAKE + paid + FEE - royalty


@pytest.mark.parametrize("bond", [BOND, ETHER, 9 * ETHER])
def test_rent_is_a_tenth_of_the_claims_bond_a_year(story, challenger, bond):
    """For one clock, however long the game: by silence it can be made to last that."""
    story.claimed(min_bond=bond)
    terms = story.chain.call("DisputeGame", "challengerBond", bond)
    assert terms.rent == bond * CLOCK // (10 * 365 * 24 * 3600)
    units = story.chain.call("DisputeGame", "challengerBondGas")
    assert terms.bond == units * PRICE + terms.rent
    game = lying_game(story, challenger, segments=9, instructions=9, lie=(1, 1))
    game.challenge()
    assert story.locked(challenger) == terms.bond
    story.chain.travel(1000)
    game.open()
    due = game.game.workerDue * PRICE
    story.chain.travel(CLOCK)
    event = game.timeout(story.stranger).event("ChallengerLost")
    assert (event.paid, event.burned) == (
        due + terms.rent,
        terms.bond - terms.rent - due,
    )


@pytest.mark.parametrize("ender", ["stranger", "worker"])
def test_tariffs_go_to_the_worker_whoever_ends_the_game(story, challenger, ender):
    story.claimed()
    start, end = ends(story)
    run = Run(start, end, 9, 9, (10**9, 0), b"")
    game = MadeUpGame(story, run, run, challenger, lambda mine, truth: 0)
    game.challenge()
    game.play()
    due = game.game.workerDue + (T["PROVE"] if ender == "worker" else 0)
    before = story.free(story.stranger)
    bond, paid = challenger_bond(story.chain), due * PRICE + RENT
    event = game.prove(story.chain.account(ender)).event("ChallengerLost")
    assert event.args == (*game_ids(game), paid, bond - paid)
    assert story.free(story.worker) == STAKE - BOND + paid
    assert story.free(story.stranger) == before


def test_challenger_loses_by_clock_worker_is_paid_to_say_so(game, story):
    game.open()
    due = game.game.workerDue + T["TIMEOUT"]
    story.chain.travel(CLOCK)
    event = game.timeout(story.worker).event("ChallengerLost")
    assert event.paid == due * PRICE + RENT


def test_every_open_challenger_of_a_dead_claim_is_made_whole(game, story):
    second, third = more_games(game, 2)
    game.open()
    second.play(DISSECT)
    third.play(SELECT)
    dues = [g.game.challengerDue + T["SETTLE"] for g in (second, third)]
    game.play()
    killed = game.prove().event("WorkerLost")
    reserve = 2 * story.chain.call("DisputeGame", "maxChallengerDue") * PRICE
    assert killed.paid + killed.burned + reserve == BOND
    assert story.locked(story.worker) == reserve
    for sibling, due in zip((second, third), dues, strict=True):
        event = sibling.settle().event("Settled")
        assert event.paid == due * PRICE
        assert story.free(sibling.challenger) == STAKE + due * PRICE
        assert story.locked(sibling.challenger) == 0
    assert story.locked(story.worker) == 0
    assert burned(story.chain) == BOND - killed.paid - sum(dues) * PRICE


def test_settling_for_another_pays_the_challenger(game, story):
    (second,) = more_games(game, 1)
    game.play().prove()
    paid = T["CHALLENGE"] * PRICE
    event = second.settle(story.stranger).event("Settled")
    assert event.args == (*game_ids(second), paid)
    assert story.free(second.challenger) == STAKE + paid
    assert story.free(story.stranger) == 0
    dispute = story.chain.call("DisputeGame", "getDispute", story.claim_hash)
    assert (dispute.openGames, dispute.reserve) == (0, 0)


def test_sixteen_full_games_are_covered(story, challenger):
    """Of one claim, each as long as a game can be."""
    largest = story.chain.call("DisputeGame", "maxChallengerDue")
    assert 16 * largest * PRICE <= BOND // 2
    story.claimed()
    lie = (2**31 + 7, 2**35 + 7)
    game = lying_game(story, challenger, segments=2**32, instructions=2**36, lie=lie)
    game.challenge()
    game.play()
    due = game.game.challengerDue + T["PROVE"]
    assert due == largest
    game.prove()


@pytest.mark.parametrize("count", [0, 1, 15, 40])
def test_two_fifths_of_the_bond_burn_however_many_challenge(game, story, count):
    """A liar that loses to its own second accounts gains nothing."""
    siblings = more_games(game, count)
    bystanders = [game.challenger, *(s.challenger for s in siblings)]
    liars = [story.worker, *bystanders]
    before = sum(story.free(who) + story.locked(who) for who in liars)
    game.open()
    for sibling in siblings:
        sibling.select()
    game.play().prove()
    for sibling in reversed(siblings):
        sibling.settle()
    after = sum(story.free(who) + story.locked(who) for who in liars)
    assert before - after == burned(story.chain) >= BOND * 2 // 5
    assert all(story.free(who) >= STAKE for who in bystanders)  # bonds came back
    assert not any(story.locked(who) for who in liars)


def test_too_many_games_share_what_there_is(game, story):
    """Forty challengers, one of them far into its game: it can wait for its share."""
    siblings = more_games(game, 40)
    game.open()
    busy = siblings[0].play(DISSECT)
    game.play().prove()
    due = (busy.game.challengerDue + T["SETTLE"]) * PRICE
    for sibling in siblings[1:]:
        sibling.settle()
    assert busy.settle().event("Settled").paid == due


def test_liar_that_loses_to_itself_by_silence_loses_most(game, story):
    worker, second = story.worker, game.challenger
    holdings = [story.free(who) + story.locked(who) for who in (worker, second)]
    story.chain.travel(CLOCK)
    game.timeout(second)
    after = [story.free(who) + story.locked(who) for who in (worker, second)]
    assert sum(holdings) - sum(after) > BOND * 4 // 5


def test_larger_bond_burns_more(story, challenger):
    story.claimed(min_bond=5 * ETHER)
    game = lying_game(story, challenger, segments=9, instructions=9, lie=(1, 1))
    game.challenge()
    due = (game.play().game.challengerDue + T["PROVE"]) * PRICE
    event = game.prove().event("WorkerLost")
    assert event.paid == due + BOND // 10, "the bonus is of the least bond"
    assert event.burned == 5 * ETHER - event.paid


def test_worker_that_challenges_itself_only_loses(story):
    story.claimed()
    start, end = ends(story)
    run = Run(start, end, 9, 9, (10**9, 0), b"")
    game = MadeUpGame(story, run, run, story.worker, lambda mine, truth: 0)
    game.challenge()
    bond = challenger_bond(story.chain)
    due = (game.play().game.workerDue + T["PROVE"]) * PRICE + RENT
    game.prove()
    assert story.free(story.worker) == STAKE - BOND - bond + due
    story.finalize()
    assert story.locked(story.worker) == 0


def test_prices_are_those_of_the_moment_that_bonds_were_locked(exact_story):
    """Accepted at one price of gas, challenged at another, proved at a third."""
    story, chain = exact_story, exact_story.chain
    chain.set_basefee(2 * GWEI)
    story.claimed()
    assert story.claim.gasPrice == 4 * GWEI
    challenger = chain.account("challenger")
    story.stake(challenger)
    chain.set_basefee(3 * GWEI)
    game = lying_game(story, challenger, segments=2, instructions=2, lie=(1, 1))
    game.challenge()
    assert game.game.gasPrice == 6 * GWEI
    units = chain.call("DisputeGame", "challengerBondGas")
    assert story.locked(challenger) == units * 6 * GWEI + 4 * RENT
    chain.set_basefee(9 * GWEI)
    due = game.play().game.challengerDue + T["PROVE"]
    event = game.prove().event("WorkerLost")
    assert event.paid == due * 4 * GWEI + 4 * BOND // 10
    assert story.locked(challenger) == 0
    chain.set_basefee(0)


def test_price_of_a_challenge_has_a_bound(exact_story):
    """It is kept in 80 bits; a base fee beyond them makes the bond no cheaper."""
    chain = exact_story.chain
    most = 2**80 - 1
    for basefee, price in ((2**78, 2**79), (2**79, most), (2**80, most)):
        chain.set_basefee(basefee)
        assert chain.call("DisputeGame", "challengerBond", BOND).gasPrice == price
    chain.set_basefee(0)


@pytest.mark.parametrize("mood", [REVERTING, GAS_EATING, REVERT_BOMBING])
def test_players_that_refuse_ether_block_nothing(story, mood):
    """Worker, winner and sibling are contracts that fail whenever they are called."""
    chain = story.chain
    names = ("worker contract", "winner", "sibling")
    worker, winner, sibling = [Puppet(chain, name) for name in names]
    for puppet in (worker, winner, sibling):
        puppet.do("Staking", "deposit", puppet.address, value=ETHER // 2)
        puppet.mood(mood)
    story.request()
    accepted = worker.do("InferenceOracle", "accept", *story.acceptance())
    story.lease = accepted.events[0].lease
    papers = (story.r, story.lease, b"false")
    claimed = worker.do("InferenceOracle", "submit", *papers).event("Claimed")
    story.claim, story.claim_hash = claimed.claim, claimed.claimHash
    winner.do("DisputeGame", "challenge", story.claim)
    sibling.do("DisputeGame", "challenge", story.claim)
    chain.travel(CLOCK)
    for function, puppet in (("timeout", winner), ("settle", sibling)):
        args = (story.claim, puppet.address)
        chain.send("DisputeGame", function, *args, sender=story.stranger)
    assert story.free(winner.address) > ETHER // 2 < story.free(sibling.address)
    assert story.state().status == 1


def test_challenge_may_be_lost_without_a_dent_in_the_claim(game, story):
    """A false challenge costs its bond; the honest one after it still wins."""
    loser = more_games(game, 1)[0]
    game.open()
    story.chain.travel(1000)  # so that the game outlasts the loser's
    game.play()
    state = loser.game
    story.chain.travel_to(state.since + state.challengerLeft)
    assert loser.timeout(story.worker).has("ChallengerLost")
    assert game.prove().has("WorkerLost")
