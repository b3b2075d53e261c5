"""Tokens that a diffusion model draws: what they ask, what they keep and show."""

import struct

import numpy as np
import pytest
from support.chains.evm import Chain, reverts
from support.chains.picture_tokens import seen, told

from tinynn.asking import SEED_BYTES

WINDOW, STEPS, SIDE = 600, 20, 28
MODEL, FEE = b"\7" * 32, 10**15
TOKEN, MOCK = "DrawnToken", "MockInferenceOracle"


@pytest.fixture
def mock(chain: Chain) -> Chain:
    chain.deploy(MOCK)
    chain.deploy(TOKEN, chain.address(MOCK), MODEL, STEPS, WINDOW)
    chain.adopt("bank", "Staking", chain.call(MOCK, "staking"))
    send(chain, MOCK, "setFee", FEE, who="tester")
    return chain


def send(chain: Chain, contract: str, function: str, *args, who="buyer", value=0):
    sender = chain.account(who)
    return chain.send(contract, function, *args, sender=sender, value=value)


def minted(chain: Chain, digit: int, value: int = FEE, who: str = "buyer"):
    return send(chain, TOKEN, "mint", digit, value=value, who=who)


def answered(chain: Chain, token: int, pixels: bytes):
    send(chain, MOCK, "drawSeed", token, b"\5" * SEED_BYTES, who="tester")
    return send(chain, MOCK, "answer", token, pixels, who="tester")


def pixels(seed: int) -> bytes:
    return np.random.default_rng(seed).bytes(SIDE * SIDE)


def test_picture_is_asked_with_a_blocks_seed(mock):
    sent = minted(mock, 7)
    asked = sent.event("Requested")
    assert asked.input == bytes(32) + struct.pack("<i", 7)
    assert (asked.modelId, asked.request.fee) == (MODEL, FEE)
    assert asked.request.refundTo == mock.account("buyer")
    meter = sent.event("Metered").meter
    assert (meter.passPrice, meter.maxPasses) == (0, STEPS) and meter.seedBlock > 0
    assert mock.call(MOCK, "getRequest", 1).status == 6  # waits for its seed
    assert mock.call(TOKEN, "ownerOf", 1) == mock.account("buyer")


def test_picture_stays_on_chain_and_is_shown(mock):
    minted(mock, 3)
    before = told(mock.call(TOKEN, "tokenURI", 1))
    assert before["name"] == "Drawn 3" and "image" not in before
    assert mock.call(TOKEN, "pixelsOf", 1) == b""
    drawn = pixels(1)
    event = answered(mock, 1, drawn).event("PictureDrawn")
    assert (event.tokenId, event.digit, event.pixels) == (1, 3, drawn)
    assert mock.call(TOKEN, "pixelsOf", 1) == drawn
    after = told(mock.call(TOKEN, "tokenURI", 1))
    assert after["name"] == "Drawn 3"
    grey = np.frombuffer(drawn, np.uint8).reshape(SIDE, SIDE, 1)
    assert np.array_equal(seen(after["image"]), grey.repeat(3, 2))


def test_each_token_has_its_own_picture(mock):
    for token, digit in enumerate((0, 9), 1):
        minted(mock, digit)
        answered(mock, token, pixels(token))
    for token in (1, 2):
        assert mock.call(TOKEN, "pixelsOf", token) == pixels(token)
    assert mock.call(TOKEN, "balanceOf", mock.account("buyer")) == 2
    with reverts("NoSuchToken", 3):
        mock.call(TOKEN, "tokenURI", 3)


def test_what_is_no_picture_is_refused_and_stays_pending(mock):
    minted(mock, 1)
    reason = answered(mock, 1, bytes(783)).event("CallbackFailed").reason
    abi = mock.contracts[TOKEN].abi
    assert abi.decode_error(reason) == ("WrongPixels", (784, 783))
    assert mock.call(TOKEN, "isPending", 1) is True
    assert mock.call(TOKEN, "pixelsOf", 1) == b""


def test_digit_that_the_model_does_not_know_refused(mock):
    for digit in (10, 2**32 - 1):
        with reverts("WrongLabel", 9, digit):
            minted(mock, digit)


def test_fee_that_no_stranger_answers_for_refused(mock):
    assert mock.call(TOKEN, "quotePicture") == FEE
    with reverts("FeeTooLow", FEE, FEE - 1):
        minted(mock, 1, FEE - 1)


def test_nobody_but_the_oracle_brings_pictures(mock):
    minted(mock, 1)
    oracle, buyer = mock.address(MOCK), mock.account("buyer")
    with reverts("NotOracle", oracle, buyer):
        send(mock, TOKEN, "onInference", 1, pixels(1))


@pytest.mark.parametrize("size", [0, 1, 31, 32, 784, 24_575])
def test_bytes_kept_as_code_are_read_again(chain, size):
    chain.deploy("PictureParts")
    data = np.random.default_rng(size).bytes(size)
    at = chain.send("PictureParts", "keep", data, sender=chain.deployer).result
    assert chain.call("PictureParts", "load", at) == data
    assert chain.evm.get_code(at).startswith(b"\0" + data)  # pyrevm pads it


def test_bytes_beyond_an_accounts_code_refused(chain):
    chain.deploy("PictureParts")
    with reverts("NotKept"):
        chain.send("PictureParts", "keep", bytes(24_576), sender=chain.deployer)
    with reverts("NotKept"):
        chain.call("PictureParts", "load", chain.account("nobody"))
