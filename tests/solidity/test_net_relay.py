"""A net in parts: the whole net's bits, whoever goes on, and whatever others try."""

from itertools import pairwise
from typing import Any

import pytest
from support.chains.evm import Chain, OutOfGas, Reverted, reverts
from support.chains.nets import address
from support.sources.byte_nets import NETS, inputs_of, random_net, random_transposed

from converters.evm import Compiled
from converters.evm.errors import TooFewStages
from converters.evm.reading import network_of
from converters.evm.split import cuts, split
from mips_vm.hashing.keccak import keccak256
from tinynn import Model

PARTS = 3


def created(chain: Chain, parts: tuple[Compiled, ...]) -> None:
    for part in parts:
        for creation in part.creations:
            chain.send("NetFactory", "create", creation, sender=chain.deployer)


def nets_of(parts: tuple[Compiled, ...]) -> list[tuple[str, int, bytes]]:
    return [
        ("0x" + p.address.hex(), p.network.output_bytes, keccak256(p.runtime))
        for p in parts
    ]


def relay(chain: Chain, model: Model, count: int) -> tuple[Compiled, ...]:
    """The parts on the chain, and their relay."""
    chain.deploy("NetFactory")
    parts = split(model, address(chain.address("NetFactory")), count)
    created(chain, parts)
    chain.deploy("NetRelay", nets_of(parts), model.model_root)
    return parts


def advance(chain: Chain, who: str, job: bytes, state: bytes, gas: int = 2**24) -> Any:
    return chain.send(
        "NetRelay", "advance", job, state, sender=chain.account(who), gas=gas
    )


@pytest.fixture
def chain() -> Chain:
    return Chain(protocol=False)


def assert_equal_bits(chain: Chain, model: Model, data: bytes, count: int) -> None:
    """Each part by somebody else, with the state that the log before told."""
    job, state = keccak256(data), data
    for number in range(count):
        sent = advance(chain, f"passer-by {number}", job, state)
        told = sent.event("Advanced").args
        assert (told.done, told.state) == (number + 1, sent.result)
        state = told.state
    assert state == model.answer(data), data.hex()
    assert chain.call("NetRelay", "isAnswer", data, state)
    assert not chain.call("NetRelay", "isAnswer", data, state[:-1] + b"\x99")


@pytest.mark.parametrize("name", ["lenet", "odd", "loose", "picture"])
@pytest.mark.parametrize("count", [1, 2, PARTS])
def test_parts_have_the_whole_nets_bits(chain: Chain, name: str, count: int) -> None:
    model = NETS[name]()
    relay(chain, model, count)
    for data in inputs_of(model, 3):
        assert_equal_bits(chain, model, data, count)


@pytest.mark.parametrize("seed", range(12))
def test_random_nets_in_as_many_parts_as_they_have_stages(
    chain: Chain, seed: int
) -> None:
    """Every boundary, with whatever is needed across it."""
    model = random_net(seed) if seed % 2 else random_transposed(seed)
    count = len(network_of(model).stages)
    relay(chain, model, count)
    for data in inputs_of(model, 2, seed):
        assert_equal_bits(chain, model, data, count)
    with pytest.raises(TooFewStages, match=f"at most {count} parts, got {count + 1}"):
        split(model, bytes(20), count + 1)


def test_lies_about_the_state_change_nothing(chain: Chain) -> None:
    model = NETS["lenet"]()
    relay(chain, model, PARTS)
    good, other = inputs_of(model, 3)[1:]
    job = keccak256(good)
    with reverts("WrongState", job, keccak256(other)):
        advance(chain, "liar", job, other)
    state = advance(chain, "honest", job, good).result
    lies = {
        "a bit": bytes([state[0] ^ 1]) + state[1:],
        "shorter": state[:-1],
        "longer": state + b"\0",
        "nothing": b"",
        "the input again": good,
    }
    for lie in lies.values():
        with reverts("WrongState", keccak256(state), keccak256(lie)):
            advance(chain, "liar", job, lie)
    # Another job's state, which is true there.
    others = advance(chain, "honest", keccak256(other), other).result
    with reverts("WrongState", keccak256(state), keccak256(others)):
        advance(chain, "liar", job, others)
    assert chain.call("NetRelay", "progress", job) == (1, keccak256(state))
    for _ in range(PARTS - 1):
        state = advance(chain, "passer-by", job, state).result
    assert state == model.answer(good)
    with reverts("Finished", job):
        advance(chain, "liar", job, state)


def test_part_without_gas_enough_changes_nothing(chain: Chain) -> None:
    """Whatever the caller leaves it: all of its work is done, or none."""
    model = NETS["lenet"]()
    relay(chain, model, PARTS)
    data = inputs_of(model, 3)[2]
    job = keccak256(data)
    for _ in range(2):  # pyrevm's accounts are warm the second time, and then stay so
        with chain.undone():
            used = advance(chain, "a", job, data).gas_used
    for share in (0.25, 0.5, 0.75, 0.9, 0.98):
        with pytest.raises((Reverted, OutOfGas)):
            advance(chain, "a", job, data, gas=int(used * share))
        assert chain.call("NetRelay", "progress", job) == (0, bytes(32))
    assert advance(chain, "a", job, data).result


def test_input_of_another_length_is_no_job(chain: Chain) -> None:
    model = NETS["lenet"]()
    relay(chain, model, PARTS)
    with reverts("PartFailed", 0):
        advance(chain, "a", keccak256(b"short"), b"short")


def test_relay_pins_its_parts(chain: Chain) -> None:
    """A part that is not there, or other code, and there is no relay."""
    model = NETS["lenet"]()
    chain.deploy("NetFactory")
    parts = split(model, address(chain.address("NetFactory")), PARTS)
    nets = nets_of(parts)
    created(chain, parts[:-1])
    with reverts("NotThere", ...):
        chain.deploy("NetRelay", nets, model.model_root)
    created(chain, parts[-1:])
    swapped = [(at, size, nets[0][2]) for at, size, _ in nets]
    with reverts("NotThere", ...):
        chain.deploy("NetRelay", swapped, model.model_root)
    with reverts("NoParts"):
        chain.deploy("NetRelay", [], model.model_root)
    chain.deploy("NetRelay", nets, model.model_root)
    assert chain.call("NetRelay", "count") == PARTS


def test_cuts_make_the_dearest_part_as_cheap_as_can_be() -> None:
    works = [9, 1, 1, 8, 2, 2, 1, 1]
    for count in range(1, len(works) + 1):
        ends = cuts(works, count)
        sums = [sum(works[a:b]) for a, b in pairwise((0, *ends))]
        assert (len(sums), ends[-1], min(sums) > 0) == (count, len(works), True)
        assert max(sums) == least(works, count)


def least(works: list[int], count: int) -> int:
    """By trying all."""
    if count == 1:
        return sum(works)
    most = len(works) - count + 1
    return min(
        max(sum(works[:end]), least(works[end:], count - 1))
        for end in range(1, most + 1)
    )
