"""Contracts that ask language models: what they send, what they do with what comes."""

import json
import struct
from urllib.parse import unquote

import pytest
from support.chains.evm import ETHER, Chain, reverts
from support.games.protocol import ZERO_ADDRESS

from tinynn.asking import HEAD, SEED_BYTES

WINDOW, PRICE, FEE = 600, ETHER // 50, ETHER // 100
QUESTION = b"Is this review of a shop good or bad? Answer with one word.\n\n"


@pytest.fixture
def mock(chain: Chain) -> Chain:
    chain.deploy("MockInferenceOracle")
    oracle, owner = chain.address("MockInferenceOracle"), chain.account("owner")
    terms = (oracle, b"\7" * 32, owner, PRICE, WINDOW)
    chain.deploy("ReviewedShop", *terms)
    chain.deploy("StoryToken", *terms)
    chain.adopt("bank", "Staking", chain.call("MockInferenceOracle", "staking"))
    send(chain, "MockInferenceOracle", "setFee", FEE, who="tester")
    return chain


def send(chain: Chain, contract: str, function: str, *args, who="buyer", value=0):
    sender = chain.account(who)
    return chain.send(contract, function, *args, sender=sender, value=value)


def answer(chain: Chain, request: int, text: bytes, passes: int = 10):
    output = struct.pack("<I", passes) + text
    return send(chain, "MockInferenceOracle", "answer", request, output, who="tester")


def reviewed(chain: Chain, who: str, text: str, said: bytes):
    send(chain, "ReviewedShop", "buy", who=who, value=PRICE)
    sent = send(chain, "ReviewedShop", "review", text, who=who, value=FEE)
    return answer(chain, sent.event("ReviewAsked").requestId, said)


def test_review_asks_greedily_with_the_whole_prompt(mock):
    send(mock, "ReviewedShop", "buy", value=PRICE)
    sent = send(mock, "ReviewedShop", "review", "Late, and wet.", value=FEE)
    data = sent.event("Requested").input
    assert data[:SEED_BYTES] == bytes(SEED_BYTES)
    assert HEAD.unpack_from(data)[1:] == (4, 0.0, 1, 1.0, 1.0)
    assert data[HEAD.size :] == QUESTION + b"Late, and wet."
    passes = len(data) - HEAD.size + 4 + 64
    assert sent.event("Metered").meter == (0, passes, 0)
    assert sent.event("Requested").request.refundTo == mock.account("buyer")


@pytest.mark.parametrize(
    ("said", "label"),
    [
        (b"Good", 1),
        (b" good.", 1),
        (b"GOOD!", 1),
        (b"bad", 2),
        (b"  Bad, very", 2),
        (b"", 3),
        (b"   ", 3),
        (b"goo", 3),
        (b"not bad", 3),
        ("gütig".encode(), 3),
    ],
)
def test_answer_is_a_label(mock, said, label):
    event = reviewed(mock, "buyer", "So so.", said).event("Reviewed")
    assert (event.label, event.answer) == (label, said.decode())
    counts = mock.call("ReviewedShop", "good"), mock.call("ReviewedShop", "bad")
    assert counts == (int(label == 1), int(label == 2))


def test_shop_with_more_bad_reviews_than_good_sells_nothing(mock):
    reviewed(mock, "a", "Fine.", b"good")
    for who in "bcd":
        reviewed(mock, who, "Awful.", b"bad")
    with reverts("Suspended", 1, 3):
        send(mock, "ReviewedShop", "buy", who="e", value=PRICE)
    assert mock.call("bank", "balanceOf", mock.account("owner")).free == 4 * PRICE


def test_two_bad_reviews_suspend_nobody(mock):
    for who in "ab":
        reviewed(mock, who, "Awful.", b"bad")
    send(mock, "ReviewedShop", "buy", who="c", value=PRICE)


def test_only_who_bought_reviews_once(mock):
    with reverts("NotBuyer", mock.account("buyer")):
        send(mock, "ReviewedShop", "review", "Fine.", value=FEE)
    reviewed(mock, "buyer", "Fine.", b"good")
    with reverts("NotBuyer", mock.account("buyer")):
        send(mock, "ReviewedShop", "review", "Fine.", value=FEE)
    with reverts("WrongPrice", PRICE, PRICE - 1):
        send(mock, "ReviewedShop", "buy", value=PRICE - 1)


def test_cancelled_review_may_be_written_again(mock):
    send(mock, "ReviewedShop", "buy", value=PRICE)
    send(mock, "ReviewedShop", "review", "Fine.", value=FEE)
    terms = mock.call("MockInferenceOracle", "getTerms", 1)
    mock.travel(60)
    with reverts("NotAuthor", mock.account("buyer"), mock.account("e")):
        send(mock, "ReviewedShop", "cancel", terms, who="e")
    send(mock, "ReviewedShop", "cancel", terms)
    assert mock.call("ReviewedShop", "mayReview", mock.account("buyer")) is True
    assert mock.call("bank", "balanceOf", mock.account("buyer")).free == FEE


def test_prompt_too_long_refused(mock):
    send(mock, "ReviewedShop", "buy", value=PRICE)
    most = len(QUESTION) + 600
    with reverts("PromptTooLong", most, most + 1):
        send(mock, "ReviewedShop", "review", "x" * 601, value=FEE)
    send(mock, "ReviewedShop", "review", "x" * 600, value=FEE)


def test_fee_below_the_quote_refused(mock):
    send(mock, "ReviewedShop", "buy", value=PRICE)
    assert mock.call("ReviewedShop", "quoteReview", 5) == FEE
    with reverts("FeeTooLow", FEE, FEE - 1):
        send(mock, "ReviewedShop", "review", "Fine.", value=FEE - 1)


def test_text_too_long_is_refused_and_stays_pending(mock):
    event = reviewed(mock, "buyer", "Fine.", b"good" + bytes(125))
    reason = event.event("CallbackFailed").reason
    abi = mock.contracts["ReviewedShop"].abi
    assert abi.decode_error(reason) == ("TextTooLong", (128, 129))
    assert mock.call("ReviewedShop", "isPending", 1) is True


def test_answer_without_any_text_is_unclear(mock):
    """An input that doesn't fit the model, or a prompt that leaves no room."""
    for who, output in (("a", b""), ("b", b"\0\0"), ("c", bytes(4))):
        send(mock, "ReviewedShop", "buy", who=who, value=PRICE)
        sent = send(mock, "ReviewedShop", "review", "x", who=who, value=FEE)
        number = sent.event("ReviewAsked").requestId
        done = send(mock, "MockInferenceOracle", "answer", number, output, who="tester")
        assert done.event("Reviewed").args[2:] == (3, "")


def minted(chain: Chain, hero: str = "a fox", **options):
    return send(chain, "StoryToken", "mint", hero, value=PRICE + FEE, **options)


def told(chain: Chain, token: int, story: str):
    draw = ("drawSeed", token, b"\5" * 28)
    send(chain, "MockInferenceOracle", *draw, who="tester")
    return answer(chain, token, story.encode())


def test_story_is_asked_with_a_blocks_seed(mock):
    sent = minted(mock)
    data = sent.event("Requested").input
    _, most, temperature, top_k, top_p, penalty = HEAD.unpack_from(data)
    assert (most, top_k, penalty) == (120, 40, 1.0)
    assert temperature == pytest.approx(0.8, abs=1e-7)
    assert top_p == pytest.approx(0.95, abs=1e-7)
    assert data[HEAD.size :] == b"Tell a short story about a fox."
    assert sent.event("Metered").meter.seedBlock > 0
    assert mock.call("MockInferenceOracle", "getRequest", 1).status == 6
    assert mock.call("StoryToken", "ownerOf", 1) == mock.account("buyer")
    assert mock.call("bank", "balanceOf", mock.account("owner")).free == PRICE


def test_story_stays_on_chain_and_is_json(mock):
    minted(mock)
    story = 'He said "no\\",\nthen 100 % gone \x01 — Füchse #1.'
    assert told(mock, 1, story).event("StoryTold").story == story
    assert mock.call("StoryToken", "stories", 1) == story
    uri = mock.call("StoryToken", "tokenURI", 1)
    head, _, body = uri.partition(",")
    assert head == "data:application/json;charset=utf-8"
    assert "#" not in body and body.isascii()
    card = json.loads(unquote(body))
    shown = "He said 'no ', then 100 % gone   — Füchse #1."
    assert card == {"name": "a fox", "description": shown}


def test_story_of_the_greatest_length_fits_the_callback(mock):
    minted(mock)
    assert told(mock, 1, "x" * 1024).has("StoryTold")


def test_minter_cant_leave_once_it_could_know(mock):
    """And if nobody answered, the price is kept: no draw is free."""
    minted(mock)
    terms = mock.call("MockInferenceOracle", "getTerms", 1)
    abi = mock.contracts["StoryToken"].abi
    assert "cancel" not in {e.get("name") for e in abi.entries}
    mock.travel_to(terms.deadline)
    send(mock, "MockInferenceOracle", "cancel", terms, who="e")
    assert mock.call("bank", "balanceOf", mock.account("buyer")).free == FEE
    assert mock.call("bank", "balanceOf", mock.account("owner")).free == PRICE


def test_fee_that_nobody_answers_for_refused(mock):
    value = mock.call("StoryToken", "quoteStory", 5)
    assert value == PRICE + FEE
    with reverts("FeeTooLow", FEE, FEE - 1):
        send(mock, "StoryToken", "mint", "a fox", value=value - 1)
    with reverts("PriceNotPaid", PRICE, PRICE - 1):
        send(mock, "StoryToken", "mint", "a fox", value=PRICE - 1)


@pytest.mark.parametrize("hero", ['a "fox"', "fox\n", "fox. Ignore", "füchse", "a\\b"])
def test_hero_that_is_no_name_refused(mock, hero):
    with reverts("WrongHero", ...):
        minted(mock, hero)
    minted(mock, "A Fox 7")


def test_hero_too_long_refused(mock):
    with reverts("PromptTooLong", 32, 33):
        minted(mock, "x" * 33)
    minted(mock, "x" * 32)


def test_token_is_its_owners_to_give(mock):
    minted(mock)
    buyer, other = mock.account("buyer"), mock.account("other")
    for sender, source in (("other", buyer), ("buyer", other)):
        with reverts("NotOwner", buyer, mock.account(sender)):
            send(mock, "StoryToken", "transferFrom", source, other, 1, who=sender)
    with reverts("NoSuchToken", 1):
        send(mock, "StoryToken", "transferFrom", buyer, ZERO_ADDRESS, 1)
    send(mock, "StoryToken", "transferFrom", buyer, other, 1)
    assert mock.call("StoryToken", "ownerOf", 1) == other
    assert mock.call("StoryToken", "balanceOf", other) == 1
    with reverts("NoSuchToken", 2):
        mock.call("StoryToken", "tokenURI", 2)
