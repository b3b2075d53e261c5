"""MemoryTree and StateRoot against a few lines of Python."""

import random

import pytest
from eth_utils import keccak
from support.chains.abi import selector
from support.chains.evm import Chain, calldata_gas, reverts

from mips_vm.constants import ARENA, INPUT, Status

SIZES = [0, 1, 27, 28, 29, 31, 32, 33, 59, 60, 61, 92, 784, 1000, 2043, 2044, 2045]


class Libraries:
    """The functions of src/test/Libraries.sol, and the gas that the last one took."""

    def __init__(self) -> None:
        self.chain = Chain(protocol=False)
        self.contract = self.chain.deploy("Libraries")

    def call(self, function, *args):
        return self.chain.call(self.contract, function, *args)

    def gas(self, function, *args):
        """Execution alone: neither the transaction nor its calldata."""
        self.call(function, *args)
        data = self.contract.abi.encode_call(function, args)
        used = self.chain.evm.result.gas_used
        return used - 21_000 - calldata_gas(data)


@pytest.fixture(scope="module")
def libraries() -> Libraries:
    return Libraries()


def zero_root(depth: int) -> bytes:
    root = bytes(32)
    for _ in range(depth):
        root = keccak(root + root)
    return root


def region_root(data: bytes) -> bytes:
    content = len(data).to_bytes(4, "little") + data
    content += bytes(-len(content) % 32)
    nodes = [content[i : i + 32] for i in range(0, len(content), 32)]
    for level in range(INPUT.depth):
        if len(nodes) % 2:
            nodes.append(zero_root(level))
        pairs = zip(nodes[::2], nodes[1::2], strict=True)
        nodes = [keccak(left + right) for left, right in pairs]
    return nodes[0]


def packed(memory_root: bytes) -> bytes:
    return memory_root + bytes(4) + (4).to_bytes(4, "big") + bytes(4 + 4 + 128)


def memory_root(*regions: bytes) -> bytes:
    program, input_, output, stack, arena, model = regions
    low = keccak(keccak(program + input_) + keccak(output + stack))
    return keccak(keccak(low + arena) + model)


@pytest.mark.parametrize("size", SIZES)
def test_region_root_of_any_size_is_the_tree_of_length_and_bytes(libraries, size):
    data = random.Random(size).randbytes(size)
    assert libraries.call("regionRoot", data) == region_root(data)


@pytest.mark.parametrize("size", SIZES)
def test_region_root_in_assembly_equals_plain_solidity(libraries, size):
    data = random.Random(~size).randbytes(size)
    fast = libraries.call("regionRoot", data)
    assert fast == libraries.call("regionRootPlain", data)


def test_region_root_costs_at_most_300_gas_a_leaf(libraries):
    few, many = (libraries.gas("regionRoot", bytes(28 + 32 * n)) for n in (0, 1000))
    assert many - few <= 300 * 1000


@pytest.mark.parametrize("seed", range(8))
def test_parent_in_assembly_equals_plain_solidity(libraries, seed):
    pair = [random.Random(seed).randbytes(32), random.Random(~seed).randbytes(32)]
    parent = libraries.call("parent", *pair)
    assert parent == libraries.call("parentPlain", *pair) == keccak(b"".join(pair))


def proof(rng, levels, spoilt=None):
    """A random leaf proof; at level `spoilt` a zero sibling is sent."""
    bitmap = rng.getrandbits(levels)
    siblings = {at: rng.randbytes(32) for at in range(levels) if bitmap >> at & 1}
    if spoilt is not None:
        bitmap |= 1 << spoilt
        siblings[spoilt] = zero_root(spoilt)
    sent = b"".join(siblings[level] for level in sorted(siblings))
    return rng.randbytes(32) + bitmap.to_bytes(4, "big") + sent


@pytest.mark.parametrize("levels", [0, 1, 2, 23, 26, 27])
def test_leaf_root_in_assembly_equals_plain_solidity(libraries, levels):
    rng = random.Random(levels)
    for _ in range(8):
        args = proof(rng, levels), levels, rng.getrandbits(40), rng.randbytes(32)
        assert libraries.call("leafRoot", *args) == libraries.call(
            "leafRootPlain", *args
        )


@pytest.mark.parametrize("spoilt", [0, 1, 11, 22])
def test_leaf_root_zero_sibling_sent_is_refused_alike(libraries, spoilt):
    args = proof(random.Random(spoilt), 23, spoilt), 23, 12345, bytes(32)
    for function in ("leafRoot", "leafRootPlain"):
        with reverts("NonCanonicalSibling", spoilt):
            libraries.call(function, *args)


def test_ones_counts_the_bits_of_a_bitmap(libraries):
    rng = random.Random(9)
    for bits in [0, 1, 0x80000000, 0xFFFFFFFF, *(rng.getrandbits(32) for _ in "12345")]:
        assert libraries.call("ones", bits) == bits.bit_count()


def test_initial_state_root_is_the_packed_reboot_with_status_yielded(libraries):
    roots = [random.Random(7).randbytes(32) for _ in range(3)]
    program, input_, model = roots
    empty = zero_root(INPUT.depth)
    root = memory_root(program, input_, empty, empty, zero_root(ARENA.depth), model)
    expected = bytes([Status.YIELDED]) + keccak(packed(root))[1:]
    assert libraries.call("initial", *roots) == expected


def test_terminal_state_root_is_the_packed_reboot_with_status_halted(libraries):
    roots = [random.Random(seed).randbytes(32) for seed in range(4)]
    program, input_, output, model = roots
    arena = zero_root(ARENA.depth)
    root = memory_root(program, input_, output, zero_root(INPUT.depth), arena, model)
    expected = bytes([Status.HALTED]) + keccak(packed(root))[1:]
    assert libraries.call("terminal", *roots) == expected


@pytest.mark.parametrize("status", [0, 1, 2, 3, 4, 255])
def test_status_byte_is_replaced_and_nothing_else(libraries, status):
    root = random.Random(status).randbytes(32)
    changed = libraries.call("withStatus", root, status)
    assert changed == bytes([status]) + root[1:]
    assert libraries.call("statusOf", changed) == status


STRUCTS = {
    "Request": (32, 32, 20, 12, 32, 4, 4, 5, 12, 20),
    "Lease": (32, 4, 20, 5, 12, 12),
    "Claim": (32, 32, 32, 32, 32, 20, 4, 5, 12, 12),
}
"""Bytes of each field."""


@pytest.mark.parametrize("name", STRUCTS)
def test_commitment_is_the_hash_of_the_abi(libraries, name):
    """From calldata, and from memory where that is done, as the plain ones have it."""
    chain, contract = libraries.chain, libraries.contract
    rng = random.Random(7)
    for _ in range(20):
        words = [rng.randbytes(size).rjust(32, b"\0") for size in STRUCTS[name]]
        expected = keccak(b"".join(words))
        for function in (f"hashOf{name}", f"hashOf{name}Plain"):
            entry = contract.abi.function(function)
            data = selector(entry) + b"".join(words)
            found = chain.evm.message_call(chain.deployer, contract.address, data)
            assert bytes(found) in (expected, 2 * expected)


@pytest.mark.parametrize("name", STRUCTS)
def test_commitment_of_unused_bits_is_another(libraries, name):
    """Or refused, as the plain one does: they pass for nothing that is stored."""
    chain, contract = libraries.chain, libraries.contract
    entry = contract.abi.function(f"hashOf{name}")
    words = [bytes(32) for _ in STRUCTS[name]]
    for place, size in enumerate(STRUCTS[name]):
        if size == 32:
            continue
        flawed = list(words)
        flawed[place] = b"\1" + bytes(31)
        data = selector(entry) + b"".join(flawed)
        try:
            found = chain.evm.message_call(chain.deployer, contract.address, data)
        except RuntimeError as error:
            assert "Revert" in str(error)
        else:
            assert bytes(found) == keccak(b"".join(flawed)) != keccak(b"".join(words))
