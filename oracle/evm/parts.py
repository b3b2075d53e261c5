"""Nets in parts: rehearsed, put on a chain with their relay, and checked there."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from eth_abi.abi import decode
from eth_utils.address import to_checksum_address

from converters.evm import Compiled
from mips_vm.hashing.keccak import keccak256
from oracle.chain.abi import Abi
from oracle.chain.chain import Chain, contract_of
from oracle.chain.local.embedded import Call, EmbeddedChain
from oracle.evm.checking import Difference, differences
from oracle.evm.errors import BitsDiffer, NotCreated, TooDear
from oracle.evm.rehearsal import (
    ETHER,
    SENDER,
    Rehearsal,
    factory_step,
    outcome,
    played_steps,
)
from solidity import artifact
from tinynn import Model

RELAY: Final = "NetRelay"
Parts = Sequence[Compiled]


def relay_abi() -> Abi:
    return Abi(RELAY, artifact(RELAY).abi)


def nets_of(parts: Parts) -> list[tuple[bytes, int, bytes]]:
    """What the relay pins of each part."""
    return [
        (part.address, part.network.output_bytes, keccak256(part.runtime))
        for part in parts
    ]


def creation_of(parts: Parts, model: Model) -> bytes:
    """The relay's creation code."""
    given = nets_of(parts), model.model_root
    return relay_abi().creation(artifact(RELAY).bytecode, given)


def rehearse_parts(
    parts: Parts,
    model: Model,
    inputs: Iterable[bytes],
    present: Collection[bytes] = (),
    new_factory: bool = False,
) -> tuple[Rehearsal, tuple[int, ...]]:
    """Plays all of it, and the gas of each part's transaction at most.

    Raises NotCreated, BitsDiffer, or TooDear with the first part that no transaction
    holds: more parts are needed.
    """
    chain = EmbeddedChain({SENDER: 1000 * ETHER}, first_base_fee=0)
    steps = [factory_step(chain, parts[0].factory, not new_factory)]
    for number, part in enumerate(parts, start=1):
        for step in played_steps(chain, part, present):
            steps.append(replace(step, name=f"part {number}: {step.name}"))
    most, totals = [0] * len(parts), []
    for number, data in enumerate(inputs):
        gas, answer = played(chain, parts, model, data)
        if answer != model.answer(data):
            raise BitsDiffer(number, model.answer(data), answer)
        most = [max(pair) for pair in zip(most, gas, strict=True)]
        totals.append(sum(gas))
    return Rehearsal(tuple(steps), tuple(totals)), tuple(most)


def played(
    chain: EmbeddedChain, parts: Parts, model: Model, data: bytes
) -> tuple[list[int], bytes]:
    """The gas of each transaction of a job, and its answer.

    Each is played with what the one before returned, on a relay that is created in the
    same breath: nothing of it stays.
    """
    create = Call(SENDER, b"", creation_of(parts, model))
    calls, gas, state = [create], [], data
    abi, job = relay_abi(), keccak256(data)
    (made,) = chain.rehearse(calls, {})
    if made.is_error:
        raise NotCreated("relay", "a refusal")
    for index in range(len(parts)):
        arguments = abi.calldata("advance", (job, state))
        calls.append(Call(SENDER, made.msg.storage_address, arguments))
        output, used = outcome(calls[-1], chain.rehearse(calls, {})[-1])
        if not output:
            raise TooDear(model.name, index, len(parts), calls[-1].gas)
        (state,) = decode(["bytes"], output)
        gas.append(used)
    return gas, bytes(state)


def relay_runtime(parts: Parts, model: Model) -> bytes:
    """The code that the relay's creation leaves, once its parts are there."""
    chain = EmbeddedChain({SENDER: 1000 * ETHER}, first_base_fee=0)

    def change(state: Any) -> None:
        for part in parts:
            for _, address, code in part.parts:
                state.set_code(address, code)

    chain.alter(change)
    wanted = Call(SENDER, b"", creation_of(parts, model))
    output, _ = outcome(wanted, chain.rehearse([wanted], {})[0])
    if not output:
        raise NotCreated("relay", "nothing")
    return output


def check_parts(
    chain: Chain, address: bytes, parts: Parts, model: Model
) -> Iterator[Difference]:
    """All that differs: the relay's code, what it pins, and every byte of the parts."""
    expected, actual = relay_runtime(parts, model), chain.code(address)
    yield from differences(chain.code, [("relay", address, expected)])
    if actual != expected:
        return
    relay = contract_of(artifact(RELAY), address)
    for number, net in enumerate(nets_of(parts)):
        held = chain.call(relay, "part", number)
        pinned = bytes(held[0]), int(held[1]), bytes(held[2])
        if pinned != net:
            yield Difference(f"part {number + 1}, as pinned", pinned[0], 0, 1, 1)
    for number, part in enumerate(parts, start=1):
        found = [(f"part {number}: {name}", at, code) for name, at, code in part.parts]
        yield from differences(chain.code, found)


def compare(chain: Chain, parts: Parts, model: Model, number: int, data: bytes) -> None:
    """Calls the parts one after the other, each with what the one before returned.

    Raises BitsDiffer unless the last returns the model's answer.
    """
    state = data
    for part in parts:
        to: Any = {"to": to_checksum_address(part.address), "data": state}
        state = bytes(chain.endpoint.web3.eth.call(to))
    if state != model.answer(data):
        raise BitsDiffer(number, model.answer(data), state)
