"""A deployment and some calls, played on the embedded chain before anything is paid.

The embedded chain keeps Prague's rules, so that the gas told is what any chain with
these rules charges, to the unit.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from eth.abc import ComputationAPI

from converters.evm import Compiled
from oracle.chain.abi import Abi
from oracle.chain.local.embedded import Call, EmbeddedChain
from oracle.evm.errors import BitsDiffer, NotCreated
from solidity import artifact
from tinynn import Model

FACTORY = "NetFactory"
SENDER = bytes.fromhex("5e".rjust(40, "5"))
ETHER = 10**18
REFUND_SHARE = 5
FLOOR_ZERO, FLOOR_BYTE, BASE_GAS = 10, 40, 21_000


@dataclass(frozen=True, slots=True)
class Step:
    """One creation: what it leaves where, and what the transaction costs."""

    name: str
    address: bytes
    code: bytes
    creation: bytes
    gas: int
    present: bool
    """Whether the chain has it already, so that nothing is sent."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """All creations in order, and the gas of each input as a whole transaction."""

    steps: tuple[Step, ...]
    run_gas: tuple[int, ...]

    @property
    def gas(self) -> int:
        """Of all that is to be sent."""
        return sum(step.gas for step in self.steps if not step.present)


def factory_abi() -> Abi:
    return Abi(FACTORY, artifact(FACTORY).abi)


def rehearse(
    made: Compiled,
    model: Model,
    inputs: Iterable[bytes],
    present: Collection[bytes] = (),
    new_factory: bool = False,
) -> Rehearsal:
    """Plays it. Raises NotCreated, or BitsDiffer with the first input that differs.

    `present` are addresses that the chain has already; a factory that it has not is
    created first.
    """
    chain = EmbeddedChain({SENDER: 1000 * ETHER}, first_base_fee=0)
    steps = (
        factory_step(chain, made.factory, not new_factory),
        *played_steps(chain, made, present),
    )
    gas = []
    for number, data in enumerate(inputs):
        actual, used = call(chain, made.address, data)
        expected = model.answer(data)
        if actual != expected:
            raise BitsDiffer(number, expected, actual)
        gas.append(used)
    return Rehearsal(steps, tuple(gas))


def factory_step(chain: EmbeddedChain, address: bytes, there: bool) -> Step:
    """The factory, which is put where it lies, or will lie."""
    creation = artifact(FACTORY).bytecode
    output, used = call(chain, b"", creation)
    if output != artifact(FACTORY).deployed_bytecode:
        raise NotCreated("factory", f"0x{output.hex() or '0'}")
    place(chain, address, output)
    return Step("factory", address, output, creation, used, there)


def played_steps(
    chain: EmbeddedChain, made: Compiled, present: Collection[bytes]
) -> Iterator[Step]:
    abi = factory_abi()
    for (name, address, code), creation in zip(made.parts, made.creations, strict=True):
        output, used = call(chain, made.factory, abi.calldata("create", (creation,)))
        if output[-len(address) :] != address:
            raise NotCreated(name, f"0x{output.hex() or '0'}")
        place(chain, address, code)
        yield Step(name, address, code, creation, used, address in present)


def place(chain: EmbeddedChain, address: bytes, code: bytes) -> None:
    """Puts code there."""

    def change(state: object) -> None:
        state.set_code(address, code)  # type: ignore[attr-defined]  # py-evm's state

    chain.alter(change)


def call(chain: EmbeddedChain, to: bytes, data: bytes) -> tuple[bytes, int]:
    """What the transaction returns, empty if it fails, and the gas that it pays."""
    wanted = Call(SENDER, to, data)
    (played,) = chain.rehearse([wanted], {})
    return outcome(wanted, played)


def outcome(wanted: Call, played: ComputationAPI) -> tuple[bytes, int]:
    """What the transaction returned, empty if it failed, and the gas that it paid."""
    used = wanted.gas - played.get_gas_remaining()
    used -= min(played.get_gas_refund(), used // REFUND_SHARE)
    output = b"" if played.is_error else bytes(played.output)
    return output, max(used, floor_gas(wanted.data))


def floor_gas(data: bytes) -> int:
    """What EIP-7623 charges at least."""
    zeros = data.count(0)
    return BASE_GAS + FLOOR_ZERO * zeros + FLOOR_BYTE * (len(data) - zeros)
