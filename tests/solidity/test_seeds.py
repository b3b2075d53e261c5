"""Seeds of blocks: which block, which bytes, once, and who is bound until when."""

import pytest
from support.chains.beacon import MIX, Beacon
from support.chains.evm import reverts
from support.games.protocol import (
    CANCELLED,
    FEE,
    IMAGE,
    MIN_LEASE,
    OPEN,
    UNSEEDED,
    Story,
)

from mips_vm.constants import INPUT
from mips_vm.hashing.keccak import keccak256
from mips_vm.hashing.tree import region_root_of
from oracle.node.worker.seeds import seed_of, siblings

SEEDLESS = bytes(28) + IMAGE[28:]
DELAY, HISTORY, SEED_TIME = 32, 8191, 600
LENGTHS = [28, 29, 60, 61, 92, 784, 5000, 96 * 1024]


def root_of(data: bytes) -> bytes:
    return region_root_of(len(data).to_bytes(4, "little") + data, INPUT.depth)


@pytest.fixture
def beacon(story: Story) -> Beacon:
    return Beacon(story.chain)


def ask(story: Story, data: bytes = SEEDLESS, **changes):
    return story.request_metered(from_block=True, input=data, **changes)


def fix(story: Story, beacon: Beacon, header: bytes = b"", data: bytes = SEEDLESS):
    """As soon as it can be."""
    number = story.chain.call("InferenceOracle", "getMeter", story.r.id).seedBlock
    beacon.travel(max(0, number + 1 - story.chain.number))
    raw = header or beacon.header(number)
    args = (story.r, raw, len(data), siblings(data))
    sent = story._oracle("fixSeed", *args, sender=story.stranger)
    told = sent.event("SeedFixed")
    story.r = story.r._replace(inputRoot=told.inputRoot)
    return told


@pytest.mark.parametrize("length", LENGTHS)
def test_seed_of_block_becomes_part_of_the_input(story, beacon, length):
    data = bytes(28) + bytes(i % 251 for i in range(length - 28))
    story.request()  # another id than the first
    beacon.travel(1)
    asked = ask(story, data)
    number = story.chain.number - 1
    assert asked.event("Metered").meter == (0, 0, number + DELAY)
    assert story.state().status == UNSEEDED
    told = fix(story, beacon, data=data)
    seed = keccak256(MIX + (2).to_bytes(32))[:28]
    assert told.args == (2, seed, root_of(seed + data[28:]))
    assert story.state().status == OPEN
    story.accept()
    story.submit()
    story.finalize()


def test_seed_is_drawn_for_each_request(story, beacon):
    ask(story)
    first = fix(story, beacon).seed
    beacon.travel(1)
    ask(story)
    assert fix(story, beacon).seed == seed_of(MIX, 2) != first == seed_of(MIX, 1)


def test_seed_waits_for_its_block(story, beacon):
    """Nobody can have it before, and nobody can accept until it is there."""
    ask(story)
    number = story.chain.call("InferenceOracle", "getMeter", 1).seedBlock
    with reverts("WrongStatus", 1, OPEN, UNSEEDED):
        story.accept()
    raw = beacon.header(number)
    args = (story.r, raw, len(SEEDLESS), siblings(SEEDLESS))
    for before in (2, 1, 0):
        story.chain.number = number - before
        story.chain._set_block()
        with reverts("NoBlockHash", number):
            story._oracle("fixSeed", *args, sender=story.stranger)
    story.chain.number = number + 1
    story.chain._set_block()
    story._oracle("fixSeed", *args, sender=story.stranger)


def test_seed_is_fixed_once(story, beacon):
    ask(story)
    before = story.r
    fix(story, beacon)
    number = story.chain.call("InferenceOracle", "getMeter", 1).seedBlock
    args = (before, beacon.header(number), len(SEEDLESS), siblings(SEEDLESS))
    with reverts("WrongStatus", 1, UNSEEDED, OPEN):
        story._oracle("fixSeed", *args, sender=story.stranger)


def test_seed_stays_for_all_attempts(story, beacon):
    ask(story)
    fix(story, beacon)
    seeded = story.r.inputRoot
    story.accept()
    story.chain.travel_to(story.lease.end)
    story._oracle("expireLease", story.r, story.lease, sender=story.stranger)
    assert (story.state().status, story.state().attempt) == (OPEN, 1)
    story.accept()
    story.submit()
    assert story.claim.inputRoot == seeded


def test_other_blocks_header_refused(story, beacon):
    ask(story)
    number = story.chain.call("InferenceOracle", "getMeter", 1).seedBlock
    beacon.travel(DELAY + 5)
    right = beacon.header(number)
    wrong = beacon.header(number + 1)
    args = (len(SEEDLESS), siblings(SEEDLESS))
    with reverts("WrongHeader", keccak256(right), keccak256(wrong)):
        story._oracle("fixSeed", story.r, wrong, *args, sender=story.stranger)
    for at in range(0, len(right), 37):
        changed = right[:at] + bytes([right[at] ^ 1]) + right[at + 1 :]
        with reverts("WrongHeader", ..., ...):
            story._oracle("fixSeed", story.r, changed, *args, sender=story.stranger)


FIELDS = bytes([1]) * 12
MIX_FIELD = b"\xa0" + MIX


@pytest.mark.parametrize(
    "header",
    [
        b"\x80",
        b"\xf8\x02" + bytes(40),
        b"\xf7\1" + FIELDS + MIX_FIELD,
        b"\xf8\x40\xc0" + FIELDS + MIX_FIELD,
        b"\xf8\x40\1" + FIELDS + b"\xa1" + MIX + b"\1",
    ],
)
def test_block_whose_header_is_none_refused(story, beacon, header):
    """As on a chain whose headers have other fields."""
    ask(story)
    number = story.chain.call("InferenceOracle", "getMeter", 1).seedBlock
    beacon.travel(DELAY + 5)
    beacon.remember(number, keccak256(header))
    args = (header, len(SEEDLESS), siblings(SEEDLESS))
    with reverts("NotAHeader"):
        story._oracle("fixSeed", story.r, *args, sender=story.stranger)


@pytest.mark.parametrize(
    "first",
    [
        b"\x7f",
        b"\x80",
        b"\x81\xff",
        b"\xb7" + bytes(55),
        b"\xb8\x01\x07",
        b"\xbf" + (3).to_bytes(8) + b"abc",
    ],
)
def test_header_with_any_first_field_is_read(story, beacon, first):
    ask(story)
    number = story.chain.call("InferenceOracle", "getMeter", 1).seedBlock
    beacon.travel(DELAY + 5)
    raw = b"\xf8\x40" + first + FIELDS + MIX_FIELD
    beacon.remember(number, keccak256(raw))
    assert fix(story, beacon, raw).seed == seed_of(MIX, 1)


@pytest.mark.parametrize("size", [0, 1, 55, 56, 255, 256, 300])
def test_header_with_any_extra_data_is_read(story, beacon, size):
    ask(story)
    number = story.chain.call("InferenceOracle", "getMeter", 1).seedBlock
    beacon.travel(DELAY + 5)
    raw = beacon.header(number, extra=b"\x85" * size)
    assert fix(story, beacon, raw).seed == seed_of(MIX, 1)


def test_other_input_refused(story, beacon):
    """Another length, other siblings, fewer, more: each makes another root."""
    ask(story)
    number = story.chain.call("InferenceOracle", "getMeter", 1).seedBlock
    beacon.travel(DELAY + 1)
    raw, path = beacon.header(number), siblings(SEEDLESS)
    other = [bytes([path[0][0] ^ 1]) + path[0][1:], *path[1:]]
    flawed = [
        (len(SEEDLESS) + 1, path),
        (len(SEEDLESS), path[:-1]),
        (len(SEEDLESS), other),
        (len(SEEDLESS), path + [bytes(32)] * 24),
    ]
    for length, found in flawed:
        with reverts("WrongInput", story.r.inputRoot, ...):
            args = (story.r, raw, length, found)
            story._oracle("fixSeed", *args, sender=story.stranger)


def test_more_siblings_than_a_region_has_levels_refused(story, beacon):
    ask(story, bytes(28))
    number = story.chain.call("InferenceOracle", "getMeter", 1).seedBlock
    beacon.travel(DELAY + 1)
    zeros = [region_root_of(b"", level) for level in range(24)]
    args = (beacon.header(number), 28)
    with reverts("WrongInput", ..., ...):
        story._oracle("fixSeed", story.r, *args, zeros, sender=story.stranger)
    story._oracle("fixSeed", story.r, *args, zeros[:23], sender=story.stranger)


def test_other_terms_refused(story, beacon):
    ask(story)
    number = story.chain.call("InferenceOracle", "getMeter", 1).seedBlock
    beacon.travel(DELAY + 1)
    args = (beacon.header(number), len(SEEDLESS), siblings(SEEDLESS))
    with reverts("WrongRequest", ..., ...):
        changed = story.r._replace(minBond=1)
        story._oracle("fixSeed", changed, *args, sender=story.stranger)


@pytest.mark.parametrize("at", [0, 27])
def test_seed_of_ones_own_where_a_block_draws_refused(story, beacon, at):
    data = bytearray(SEEDLESS)
    data[at] = 1
    with reverts("SeedNotZero", bytes(28), bytes(data[:28])):
        ask(story, bytes(data))
    data[at], data[28] = 0, 1
    ask(story, bytes(data))


def test_input_without_room_for_a_seed_refused(story, beacon):
    with reverts("InputTooShort", 28, 27):
        ask(story, bytes(27))


def test_request_with_too_little_time_for_its_seed_refused(story, beacon):
    least = SEED_TIME + 60 + MIN_LEASE
    now = story.chain.now
    most = now + 90 * 86400
    with reverts("DeadlineOutOfRange", now + least, most, now + least - 1):
        ask(story, deadline=now + least - 1)
    ask(story, deadline=now + least)


@pytest.mark.parametrize("drawn", [0, 1, 2**64 - 1])
def test_chain_without_randomness_refused(story, beacon, drawn):
    """Chains without a beacon have a constant there."""
    beacon.draw(drawn.to_bytes(32))
    with reverts("NoRandomness", drawn):
        ask(story)
    beacon.draw((2**64).to_bytes(32))
    ask(story)


def test_chain_without_history_refused(story):
    Beacon(story.chain, history=False)
    with reverts("NoBlockHash", story.chain.number - 1):
        ask(story)


def test_history_that_nobody_fills_refused(story, beacon):
    """Anyone can deploy it anywhere; what fills it is the chain's rules."""
    last = story.chain.number - 1
    beacon.remember(last, bytes(32))
    with reverts("NoBlockHash", last):
        ask(story)


def test_own_seed_and_greedy_wait_for_nothing(story):
    """Also on a chain without any of it."""
    story.request_metered(input=IMAGE)
    assert story.state().status == OPEN
    story.accept()
    story.request(input=SEEDLESS)
    story.accept()


@pytest.mark.parametrize("fixed", [False, True])
def test_who_asked_is_bound_until_the_deadline(story, beacon, fixed):
    """Before the seed's block, too: its proposer's predecessor knows it first."""
    ask(story)
    if fixed:
        fix(story, beacon)
    for now in (story.chain.now + 60, story.r.deadline - 1):
        story.chain.travel_to(now)
        with reverts("Binding", story.r.deadline, now):
            story.cancel()
    story.chain.travel_to(story.r.deadline)
    story.cancel(story.stranger)
    assert story.state().status == CANCELLED
    assert story.free(story.requester) == FEE


def test_who_asked_is_bound_after_a_missed_lease(story, beacon):
    ask(story)
    fix(story, beacon)
    story.accept()
    story.chain.travel_to(story.lease.end)
    story._oracle("expireLease", story.r, story.lease, sender=story.stranger)
    with reverts("Binding", story.r.deadline, ...):
        story.cancel()


def test_metered_request_without_a_blocks_seed_is_cancelled_as_any(story):
    story.request_metered()
    story.cancel()
    assert story.free(story.requester) == FEE


def test_seed_that_cant_be_shown_any_more_frees_who_asked(story, beacon):
    ask(story, deadline=story.chain.now + 2 * 86400)
    number = story.chain.call("InferenceOracle", "getMeter", 1).seedBlock
    raw = beacon.header(number)
    args = (story.r, raw, len(SEEDLESS), siblings(SEEDLESS))
    story.chain.travel(100)
    story.chain.number = number + HISTORY
    story.chain._set_block()
    with reverts("Binding", story.r.deadline, ...):
        story.cancel()
    with story.chain.undone():
        story._oracle("fixSeed", *args, sender=story.stranger)
    story.chain.number = number + HISTORY + 1
    story.chain._set_block()
    with reverts("NoBlockHash", number):
        story._oracle("fixSeed", *args, sender=story.stranger)
    with reverts("WrongSender", story.requester, story.stranger):
        story.cancel(story.stranger)
    story.cancel()
    assert story.state().status == CANCELLED


def test_fixed_seed_frees_nobody_by_its_age(story, beacon):
    ask(story, deadline=story.chain.now + 2 * 86400)
    fix(story, beacon)
    story.chain.number += 2 * HISTORY
    story.chain.travel(100)
    with reverts("Binding", story.r.deadline, ...):
        story.cancel()
