"""What each action costs as a transaction by itself, and that tariffs cover moves.

On py-evm, since pyrevm keeps storage warm from one transaction to the next.
"""

import pytest
from support.evm import Chain, Receipt, calldata_gas
from support.made_up import Interval, MadeUpGame, Run, ends, lying_game, status
from support.protocol import IMAGE, OUTPUT, Story, tariffs
from support.py_evm import PyEvm

from mips_vm import Machine
from mips_vm.constants import LEAF_BYTES, MODEL, PROGRAM

T = tariffs()
HAPPY_LIMIT = 150_000  # beyond calldata, for 784 bytes in and 44 out
CLOCK = 7 * 24 * 3600
LONGEST = (2**32, 2**36)
MIDDLE = (2**31 + 12345, 2**35 + 777)

LOAD_FROM_MODEL = 0x8C01_8000  # lw $1, -32768($0)
LOADED = 0xFFFF_8000


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
    fee = story.chain.call(
        "InferenceOracle", "estimateFee", story.model_id, 784, len(OUTPUT), 0
    )
    assert work * 10**9 < fee


@pytest.mark.parametrize("size", [0, 44, 4000, 96 * 1024])
def test_estimated_fee_covers_a_worker_at_any_size_of_output(exact_story, size):
    story = exact_story
    output = bytes([0xA5]) * size
    story.claimed(output=output)  # slots that any chain in use has filled
    story.finalize()
    story.request()
    steps = [story.accept(), story.submit(output), story.finalize()]
    args = (story.model_id, 784, size, 0)
    fee = story.chain.call("InferenceOracle", "estimateFee", *args)
    royalty = fee * 500 // 10_000
    assert sum(step.gas_used for step in steps) * 10**9 < fee - royalty


def long_game(story: Story, name: str) -> MadeUpGame:
    challenger = story.chain.account(name)
    story.stake(challenger)
    segments, instructions = LONGEST
    game = lying_game(
        story, challenger, segments=segments, instructions=instructions, lie=MIDDLE
    )
    game.challenge()
    return game


def test_tariffs_cover_the_moves_of_a_game_of_full_length(exact_story):
    """And no tariff is so large that moving for its own sake would pay."""
    game = long_game(exact_story.claimed(), "challenger")
    spent = {"worker": 0, "challenger": game.receipts[0][1].gas_used}
    while game.stage != 5:
        before = game.game
        receipt = game.step()
        after = game.game
        mover = "challenger" if after.challengerDue > before.challengerDue else "worker"
        spent[mover] += receipt.gas_used
        due = getattr(after, f"{mover}Due") - getattr(before, f"{mover}Due")
        # The first select fills a slot: that is in the tariff of `challenge`.
        first = before.commitment == bytes(32) and mover == "challenger"
        assert receipt.gas_used <= due + 20_000 * first
        assert due <= receipt.gas_used * 1.2
    state = game.game
    assert spent["worker"] <= state.workerDue
    assert spent["challenger"] <= state.challengerDue <= spent["challenger"] * 1.3


def test_tariffs_cover_timeout_and_settle(exact_story):
    story = exact_story.claimed()
    games = [long_game(story, name) for name in ("one", "two", "three")]
    games[0].open()
    story.chain.travel(CLOCK)
    assert games[2].timeout(story.worker).gas_used <= T["CLOSE"]  # challenger loses
    story.claimed()
    games = [long_game(story, name) for name in ("one", "two", "three")]
    story.chain.travel(CLOCK)
    assert games[0].timeout().gas_used <= T["CLOSE"]  # worker loses
    for sibling in games[1:]:
        assert sibling.settle().gas_used <= T["CLOSE"]


def test_challenge_that_brings_its_bond_is_covered(exact_story):
    story = exact_story.claimed()
    game = lying_game(
        story, story.chain.account("fresh"), segments=9, instructions=9, lie=(1, 1)
    )
    assert game.challenge(value=10**17).gas_used <= T["CHALLENGE"]


def dense_machine() -> Machine:
    """About to load a word whose proof, like that of the code, has every sibling."""
    machine = Machine.from_program(LOAD_FROM_MODEL.to_bytes(4, "little"))
    for address, region in ((0, PROGRAM), (LOADED, MODEL)):
        for level in range(region.depth):
            beside = address ^ (LEAF_BYTES << level)
            machine.memory.write(beside, b"\xff" * LEAF_BYTES)
    machine.memory.write(LOADED, b"\x77" * LEAF_BYTES)
    machine.load_input(IMAGE)
    return machine


@pytest.mark.parametrize("prover", ["worker", "challenger"])
def test_tariff_covers_the_longest_proof_on_the_real_verifier(prover):
    machine = dense_machine()
    roots = [machine.memory.region_root(region) for region in (MODEL, PROGRAM)]
    story = Story(Chain(evm=PyEvm()), *roots).claimed()
    challenger = story.chain.account("challenger")
    story.stake(challenger)
    start, end = ends(story)
    assert machine.state_root() == status(start, 0)
    witness = machine.witness().data
    assert len(witness) > 1_800
    machine.step()
    # One segment of two instructions; its end is false, its middle as the prover says.
    middle = machine.state_root() if prover == "worker" else status(end, 0)
    run = OneSegment(start, end, 1, 2, (1, 0), b"", middle=middle)
    game = MadeUpGame(story, run, run, challenger, lambda mine, truth: 0)
    game.challenge()
    game.play()
    assert game.interval == Interval(2, 0, 0, 1)
    args = (story.claim, *game.position_args(), witness)
    sender = story.chain.account(prover)
    sent = story.chain.send("DisputeGame", "prove", *args, sender=sender)
    assert sent.has("ChallengerLost" if prover == "worker" else "WorkerLost")
    assert sent.gas_used <= T["PROVE"]


class OneSegment(Run):
    """A run whose one inner state is given."""

    def __init__(self, *fields, middle: bytes) -> None:
        super().__init__(*fields)
        object.__setattr__(self, "middle", middle)

    def state(self, segment: int, step: int) -> bytes:
        return self.middle if step == 1 else super().state(segment, step)
