"""A model as contracts: chunks of weights, and the net that reads them.

The net's calldata is the model's input and nothing else, its returned data the answer,
byte for byte; an input of another length has an empty answer. Behind the code stand
the net's constants if there is room for them, then the model's root and the factory's
address: all that is needed to derive every byte again.
"""

from dataclasses import dataclass
from typing import Final

from converters.evm.assembler import Assembler
from converters.evm.errors import TooLargeForEvm
from converters.evm.factory import address_of, creation_of
from converters.evm.network import Network
from converters.evm.numbers import MASKS
from converters.evm.reading import network_of
from converters.evm.rooms import Room, plan
from converters.evm.stages.phases import Phases
from converters.evm.stages.product import Product
from converters.evm.stages.sparse import Sparse
from converters.evm.store import MAX_CODE, Store
from converters.evm.work import BASE, Work
from mips_vm.hashing.keccak import keccak256
from tinynn import Model

ROW_CODE: Final = (12000, 6000, 3000, 1500, 700, 0)
"""Bytes of code that a product's rows may take; more are written out at once, and are
cheaper, the more there is room for."""

ROOT_BYTES, ADDRESS_BYTES = 32, 20
TRAILER_BYTES: Final = ROOT_BYTES + ADDRESS_BYTES


@dataclass(frozen=True, slots=True)
class Options:
    """`skip_zeros`: products of the input skip its zeros, scheme A of docs/evm.md."""

    skip_zeros: bool = False


@dataclass(frozen=True, slots=True)
class Compiled:
    """`chunks` are runtime codes that lie at `addresses`, `runtime` is the net's."""

    network: Network
    chunks: tuple[bytes, ...]
    addresses: tuple[bytes, ...]
    runtime: bytes
    memory_bytes: int
    factory: bytes

    @property
    def creation(self) -> bytes:
        """The net's creation code: it reverts unless each chunk is there, whole."""
        hashes = [keccak256(chunk) for chunk in self.chunks]
        checked = list(zip(self.addresses, hashes, strict=True))
        return creation_of(self.runtime, checked)

    @property
    def creations(self) -> tuple[bytes, ...]:
        """What the factory is called with, chunk by chunk and then the net."""
        return (*map(creation_of, self.chunks), self.creation)

    @property
    def address(self) -> bytes:
        """Where the net comes to lie."""
        return address_of(self.factory, self.creation)

    @property
    def parts(self) -> tuple[tuple[str, bytes, bytes], ...]:
        """What it consists of, in the order of creation: (name, address, code)."""
        names = [f"chunk {i + 1}" for i in range(len(self.chunks))]
        chunks = zip(names, self.addresses, self.chunks, strict=True)
        return (*chunks, ("net", self.address, self.runtime))


def compiled(model: Model, factory: bytes, options: Options | None = None) -> Compiled:
    """The model as contracts that `factory` creates.

    Raises OutsideSubset for operators that are not of the subset, all at once, and
    TooLargeForEvm for code that no contract holds.
    """
    options = options or Options()
    return fitted(network_of(model, options.skip_zeros), model, factory)


def fitted(network: Network, model: Model, factory: bytes) -> Compiled:
    """With as much code written out as fits. Raises TooLargeForEvm."""
    least = 0
    for own in (True, False):
        for code in ROW_CODE:
            made = attempt(network, model, factory, own, code)
            least = len(made.runtime)
            if least <= MAX_CODE:
                return made
    raise TooLargeForEvm(network.name, MAX_CODE, least)


def attempt(
    network: Network, model: Model, factory: bytes, own: bool, code: int
) -> Compiled:
    """With constants in its own code or in chunks, and so much code for rows."""
    stages = [
        stage.fitted(code) if isinstance(stage, Phases | Product | Sparse) else stage
        for stage in network.stages
    ]
    store = Store(own)
    for stage in stages:
        stage.lay(store)
    areas = [
        {
            name: Room(f"{index}.{name}", size, index, index)
            for name, size in stage.needs().items()
        }
        for index, stage in enumerate(stages)
    ]
    scratch = [room for named in areas for room in named.values()]
    memory = plan([*network.rooms, *scratch])
    chunks = tuple(map(bytes, store.chunks))
    addresses = [address_of(factory, creation_of(chunk)) for chunk in chunks]
    asm = Assembler()
    work = Work(asm, addresses)
    work.data = asm.label()
    begin(asm, network)
    for stage, named in zip(stages, areas, strict=True):
        work.areas = named
        stage.emit(work)
        assert asm.stack == list(BASE), (stage, asm.stack)
    tail = bytes(store.data) + model.model_root + factory
    runtime = asm.code(tail, work.data)
    return Compiled(network, chunks, tuple(addresses), runtime, memory, factory)


def begin(asm: Assembler, network: Network) -> None:
    """Takes the input, if it has its length; else the answer is empty."""
    right = asm.label()
    asm.op("CALLDATASIZE")
    asm.push(network.input_bytes)
    asm.op("EQ")
    asm.jump_if(right)
    asm.op("STOP")
    asm.put_label(right)
    at = 0
    for room, size in network.given:
        asm.push(size)
        asm.push(at)
        asm.push(room.address)
        asm.op("CALLDATACOPY")
        at += size
    for name, mask in zip(BASE, reversed(MASKS), strict=True):
        asm.push(mask, name)


def trailer_of(runtime: bytes) -> tuple[bytes, bytes]:
    """The model's root and the factory, as a net's code says them."""
    tail = runtime[-TRAILER_BYTES:]
    return tail[:ROOT_BYTES], tail[ROOT_BYTES:]
