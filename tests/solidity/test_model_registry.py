"""The open list of models."""

import pytest
from eth_abi import encode
from eth_utils import keccak
from support.chains.evm import Chain, reverts

ROOTS = (b"\x11" * 32, b"\x22" * 32)  # model, program
URIS = ("ipfs://a", "https://example.org/b")


def register(chain: Chain, *args: object, sender: str = "publisher"):
    return chain.send("ModelRegistry", "register", *args, sender=chain.account(sender))


def test_register_stores_and_tells_the_model(chain):
    sent = register(chain, *ROOTS, 250, URIS)
    publisher = chain.account("publisher")
    event = sent.event("ModelRegistered")
    assert event.args == (sent.result, publisher, ROOTS[1], ROOTS[0], 250, URIS)
    expected = (publisher, 250, *ROOTS)
    assert chain.call("ModelRegistry", "model", sent.result) == expected
    assert chain.call("ModelRegistry", "exists", sent.result) is True
    assert chain.call("ModelRegistry", "uris", sent.result) == URIS


def test_id_is_the_hash_of_the_abi_encoded_model(chain):
    sent = register(chain, *ROOTS, 250, URIS)
    model = (chain.account("publisher"), 250, *ROOTS)
    expected = keccak(encode(["address", "uint16", "bytes32", "bytes32"], model))
    assert sent.result == expected == chain.call("ModelRegistry", "idOf", model)


def test_register_by_another_publisher_is_another_model(chain):
    first = register(chain, *ROOTS, 0, ())
    second = register(chain, *ROOTS, 0, (), sender="other")
    assert first.result != second.result


def test_register_twice_refused(chain):
    sent = register(chain, *ROOTS, 0, ())
    with reverts("ModelExists", sent.result):
        register(chain, *ROOTS, 0, URIS)


@pytest.mark.parametrize("missing", [0, 1])
def test_register_without_a_root_refused(chain, missing):
    roots = list(ROOTS)
    roots[missing] = bytes(32)
    with reverts("ZeroRoot"):
        register(chain, *roots, 0, ())


def test_register_royalty_above_half_refused(chain):
    register(chain, *ROOTS, 5000, ())
    with reverts("RoyaltyTooHigh", 5000, 5001):
        register(chain, *ROOTS, 5001, ())


def test_uris_too_many_refused(chain):
    sent = register(chain, *ROOTS, 0, ("u",) * 8)
    with reverts("TooManyUris", 8, 9):
        register(chain, *ROOTS, 1, ("u",) * 9)
    with reverts("TooManyUris", 8, 9):
        publisher = chain.account("publisher")
        args = (sent.result, ("u",) * 9)
        chain.send("ModelRegistry", "setUris", *args, sender=publisher)


def test_uri_too_long_refused(chain):
    register(chain, *ROOTS, 0, ("u" * 256,))
    with reverts("UriTooLong", 256, 257):
        register(chain, *ROOTS, 1, ("ok", "u" * 257))


def test_set_uris_replaces_the_list_and_nothing_else(chain):
    model_id = register(chain, *ROOTS, 0, URIS).result
    publisher = chain.account("publisher")
    model = chain.call("ModelRegistry", "model", model_id)
    for uris in (("ipfs://c",), (), ("x", "y", "z")):
        sent = chain.send("ModelRegistry", "setUris", model_id, uris, sender=publisher)
        assert sent.event("UrisChanged").args == (model_id, uris)
        assert chain.call("ModelRegistry", "uris", model_id) == uris
    assert chain.call("ModelRegistry", "model", model_id) == model


def test_set_uris_by_a_stranger_refused(chain):
    model_id = register(chain, *ROOTS, 0, URIS).result
    stranger = chain.account("stranger")
    with reverts("NotPublisher", chain.account("publisher"), stranger):
        chain.send("ModelRegistry", "setUris", model_id, (), sender=stranger)


def test_unknown_model_refused(chain):
    unknown = b"\x99" * 32
    assert chain.call("ModelRegistry", "exists", unknown) is False
    with reverts("UnknownModel", unknown):
        chain.call("ModelRegistry", "model", unknown)
    with reverts("UnknownModel", unknown):
        sender = chain.account("publisher")
        chain.send("ModelRegistry", "setUris", unknown, (), sender=sender)
