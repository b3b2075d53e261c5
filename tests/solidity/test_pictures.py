"""Tokens whose pictures the chain draws: the model's pixels, as others read them."""

import io
from base64 import b64encode
from typing import Any

import numpy as np
import pytest
from eth_abi import encode
from PIL import Image
from support.chains.evm import Chain, reverts
from support.chains.picture_tokens import created, seen, told
from support.chains.py_evm import PyEvm

from mips_vm.hashing.keccak import keccak256
from oracle.evm.pictures import TOKENS
from tinynn import Model

SIDES = {"HandToken": 28, "PainterToken": 32}
ERC7007 = 0x702C55A6


def drawn_by(model: Model, seed: int) -> np.ndarray:
    return np.frombuffer(model.answer(seed.to_bytes(32, "big")), np.uint8)


def expected(name: str, pixels: np.ndarray) -> np.ndarray:
    """What should be seen of the painter's pixels; of a hand's, how dark each is."""
    side = SIDES[name]
    if name == "PainterToken":
        return pixels.reshape(3, side, side).transpose(1, 2, 0)
    logits = (pixels.reshape(side, side) // 4 * 4 + 2.0 - 128) / 21
    return 1 / (1 + np.exp(-1.5 * logits - 0.3))


def assert_shows(name: str, picture: np.ndarray, pixels: np.ndarray) -> None:
    """Bits, for the painter; ink on paper, for a hand, as the logistic function has
    it."""
    if name == "PainterToken":
        assert np.array_equal(picture, expected(name, pixels))
        return
    cover = expected(name, pixels).reshape(-1)
    terms, colours = np.stack([1 - cover, cover], 1), picture.reshape(-1, 3) / 1.0
    (paper, ink), *_ = np.linalg.lstsq(terms, colours)
    assert np.abs(terms @ [paper, ink] - colours).max() < 3
    assert np.abs(ink - paper).max() > 100


@pytest.fixture(params=list(TOKENS))
def drawing(request: Any) -> tuple[Chain, Model, str]:
    chain = Chain(protocol=False)
    return chain, *created(chain, request.param)


def test_token_shows_the_models_pixels(drawing: tuple[Chain, Model, str]) -> None:
    chain, model, name = drawing
    minter = chain.account("minter")
    for choice in range(3):
        seed = chain.call(name, "seedOf", minter, choice)
        packed = bytes.fromhex(minter[2:]).rjust(32, b"\0") + choice.to_bytes(32, "big")
        assert seed == int.from_bytes(keccak256(packed), "big")
        sent = chain.send(name, "mint", choice, sender=minter)
        assert sent.result == seed and sent.event("Transfer").tokenId == seed
        metadata = told(chain.call(name, "tokenURI", seed))
        assert metadata["prompt"] == f"0x{seed:064x}"
        assert (metadata["aigc_type"], metadata["proof_type"]) == ("image", "validity")
        assert metadata["image"] == chain.call(name, "draw", seed)
        assert_shows(name, seen(metadata["image"]), drawn_by(model, seed))
    assert chain.call(name, "balanceOf", minter) == 3


@pytest.mark.slow
def test_same_token_on_py_evm() -> None:
    """Another machine, and the gas that a chain would charge for minting."""
    chain = Chain(protocol=False, evm=PyEvm())
    model, name = created(chain, "hand")
    sent = chain.send(name, "mint", 5, sender=chain.account("minter"))
    assert sent.gas_used < 72_000
    picture = seen(told(chain.call(name, "tokenURI", sent.result))["image"])
    assert_shows(name, picture, drawn_by(model, sent.result))


def test_content_is_what_the_net_says_and_nothing_else() -> None:
    chain = Chain(protocol=False)
    model, name = created(chain, "hand")
    minter = chain.account("minter")
    seed = chain.send(name, "mint", 1, sender=minter).result
    prompt, content = seed.to_bytes(32, "big"), model.answer(seed.to_bytes(32, "big"))
    assert chain.call(name, "verify", prompt, content, b"")
    sent = chain.send(name, "addAigcData", seed, prompt, content, b"", sender=minter)
    assert sent.event("AigcData").args.aigcData == content
    other = bytes([content[0] ^ 1]) + content[1:]
    for given in ((prompt, other), (prompt[:31], content), (prompt, b"")):
        assert not chain.call(name, "verify", *given, b"")
        with reverts("WrongContent", seed):
            chain.send(name, "addAigcData", seed, *given, b"", sender=minter)
    twin = (seed ^ 1).to_bytes(32, "big")
    with reverts("WrongContent", seed):
        chain.send(
            name, "addAigcData", seed, twin, model.answer(twin), b"", sender=minter
        )
    with reverts("NoSuchToken", seed ^ 1):
        chain.call(name, "tokenURI", seed ^ 1)
    assert chain.call(name, "supportsInterface", ERC7007.to_bytes(4, "big"))


def test_another_net_is_never_asked() -> None:
    """Code that is not what was pinned: the oracle would have to be asked."""
    chain = Chain(protocol=False)
    chain.deploy("HandToken", (chain.deployer, 784, b"\x01" * 32), b"\x07" * 32)
    with reverts("UseOracle", b"\x07" * 32):
        chain.call("HandToken", "draw", 1)


# ERC-721.


@pytest.fixture(scope="module")
def tokens() -> Chain:
    chain = Chain(protocol=False)
    chain.deploy("HandToken", (chain.deployer, 784, b"\x01" * 32), bytes(32))
    chain.deploy("PictureParts")
    return chain


def test_owners_and_those_they_approve_move_tokens(tokens: Chain) -> None:
    alice, bob, carol = map(tokens.account, ("alice", "bob", "carol"))

    def send(function: str, *given: Any, sender: str) -> Any:
        return tokens.send("HandToken", function, *given, sender=sender)

    seed = send("mint", 1, sender=alice).result
    with reverts("TokenExists", seed):
        send("mint", 1, sender=alice)
    with reverts("NotApproved", bob, seed):
        send("transferFrom", alice, bob, seed, sender=bob)
    with reverts("NotApproved", bob, seed):
        send("approve", bob, seed, sender=bob)
    send("approve", bob, seed, sender=alice)
    assert tokens.call("HandToken", "getApproved", seed) == bob
    moved = send("transferFrom", alice, carol, seed, sender=bob)
    assert moved.event("Transfer").args == (alice, carol, seed)
    zero = "0x" + "00" * 20
    assert tokens.call("HandToken", "getApproved", seed) == zero
    with reverts("NotApproved", bob, seed):
        send("transferFrom", carol, bob, seed, sender=bob)
    with reverts("NotOwner", carol, alice):
        send("transferFrom", alice, bob, seed, sender=carol)
    with reverts("ZeroAddress"):
        send("transferFrom", carol, zero, seed, sender=carol)
    send("setApprovalForAll", bob, True, sender=carol)
    send("transferFrom", carol, bob, seed, sender=bob)
    assert tokens.call("HandToken", "ownerOf", seed) == bob
    counts = [tokens.call("HandToken", "balanceOf", who) for who in (alice, carol, bob)]
    assert counts == [0, 0, 1]


def test_safe_transfer_asks_a_contract(tokens: Chain) -> None:
    owner, taker = tokens.account("owner"), tokens.address("PictureParts")
    seed = tokens.send("HandToken", "mint", 1, sender=owner).result
    token = tokens.address("HandToken")

    def safe(*given: Any) -> None:
        kinds = ["address", "address", "uint256", "bytes"][: len(given)]
        selector = keccak256(f"safeTransferFrom({','.join(kinds)})".encode())[:4]
        tokens.evm.message_call(owner, token, selector + encode(kinds, given))

    with pytest.raises(RuntimeError, match="Revert"):
        safe(owner, taker, seed, b"no")
    with pytest.raises(RuntimeError, match="Revert"):
        safe(owner, token, seed)
    safe(owner, taker, seed)
    assert tokens.call("HandToken", "ownerOf", seed) == taker


# What files are made of.


@pytest.mark.parametrize("size", [0, 1, 2, 3, 23, 24, 25, 47, 48, 49, 1000, 4093])
def test_base64_is_what_python_says(tokens: Chain, size: int) -> None:
    for seed in range(3):
        data = np.random.default_rng(seed).integers(0, 256, size).astype(np.uint8)
        found = tokens.call("PictureParts", "base64", data.tobytes())
        assert found == b64encode(data.tobytes()).decode()


def test_every_letter_and_every_digit_is_made(tokens: Chain) -> None:
    bits = "".join(f"{value:06b}" for value in range(64))
    data = int(bits, 2).to_bytes(48, "big")
    assert tokens.call("PictureParts", "base64", data) == b64encode(data).decode()
    for value in (0, 1, 0x0123456789ABCDEF << 192, 2**256 - 1, 0xF0E1D2C3B4A5968778):
        assert tokens.call("PictureParts", "hexadecimal", value) == f"0x{value:064x}"


def test_bitmaps_are_what_pil_reads(tokens: Chain) -> None:
    rng = np.random.default_rng(1)
    for side in (4, 28, 32):
        planes = rng.integers(0, 256, (3, side, side)).astype(np.uint8)
        file = tokens.call("PictureParts", "coloured", planes.tobytes(), side)
        with Image.open(io.BytesIO(file)) as picture:
            assert np.array_equal(np.array(picture), planes.transpose(1, 2, 0))
        colours = rng.integers(0, 256, (16, 4)).astype(np.uint8)
        colours[:, 3] = 0
        numbers = rng.integers(0, 16, (side, side)).astype(np.uint8)
        given = numbers.tobytes(), side, colours.tobytes()
        file = tokens.call("PictureParts", "paletted", *given)
        with Image.open(io.BytesIO(file)) as picture:
            found = np.array(picture.convert("RGB"))
        assert np.array_equal(found, colours[numbers][..., 2::-1])
