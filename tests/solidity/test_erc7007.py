"""Tokens of ERC-7007, whose content is true when its claim is final."""

import pytest
from eth_abi import encode
from eth_utils import keccak
from support.chains.evm import Chain, reverts
from support.games.protocol import CLAIM, IMAGE, OUTPUT, Story

TOKEN = 7


@pytest.fixture
def chain(story: Story) -> Chain:
    chain = story.chain
    chain.deploy("ContentToken", chain.address("InferenceOracle"), story.model_id)
    return chain


@pytest.fixture
def story() -> Story:
    return Story(Chain(verifier="TableVerifier"))


def proof(story: Story) -> bytes:
    return encode([CLAIM], [tuple(story.claim)])


def verify(chain: Chain, *given: bytes) -> bool:
    return bool(chain.call("ContentToken", "verify", *given))


def test_content_has_the_standards_identifier(chain):
    for identifier, has in (
        (0x702C55A6, True),
        (0x01FFC9A7, True),
        (0xFFFFFFFF, False),
    ):
        given = identifier.to_bytes(4, "big")
        assert chain.call("ContentToken", "supportsInterface", given) is has


def test_content_is_true_once_it_is_final(story, chain):
    story.claimed()
    content = IMAGE, OUTPUT, proof(story)
    assert not verify(chain, *content), "it can still be challenged"
    stranger = chain.account("stranger")
    with reverts("NotVerified", TOKEN):
        chain.send("ContentToken", "addAigcData", TOKEN, *content, sender=stranger)
    story.finalize()
    assert verify(chain, *content)
    sent = chain.send("ContentToken", "addAigcData", TOKEN, *content, sender=stranger)
    told = sent.event("AigcData").args
    assert (told.tokenId, told.aigcData, told.proof) == (TOKEN, OUTPUT, content[2])
    assert told.prompt == keccak(IMAGE)
    assert chain.call("ContentToken", "contents", TOKEN) == OUTPUT
    with reverts("HasContent", TOKEN):
        chain.send("ContentToken", "addAigcData", TOKEN, *content, sender=stranger)


def test_content_is_false_if_a_bit_of_anything_is_another(story, chain):
    story.claimed()
    story.finalize()
    content = [IMAGE, OUTPUT, proof(story)]
    for which, part in enumerate(content):
        for at in {*range(0, len(part), 31), len(part) - 1}:
            changed = bytearray(part)
            changed[at] ^= 1 << at % 8
            given = [*content]
            given[which] = bytes(changed)
            assert not verify(chain, *given), (which, at)
        for other in (b"", part[:-1], part + b"\0"):
            given = [*content]
            given[which] = other
            assert not verify(chain, *given), (which, len(other))


def test_content_of_another_model_is_false(story, chain):
    oracle = chain.address("InferenceOracle")
    chain.deploy("ContentToken", oracle, b"\1" * 32, label="other")
    story.claimed()
    story.finalize()
    assert verify(chain, IMAGE, OUTPUT, proof(story))
    assert chain.call("other", "verify", IMAGE, OUTPUT, proof(story)) is False
