"""How code comes to lie on a chain: by the contract NetFactory, CREATE2 with salt 0.

The same creation code comes to lie at the same address whoever calls the factory, so
that a deployment can be taken up again where it stopped, by anybody.
"""

from collections.abc import Sequence

from converters.evm.assembler import Assembler
from mips_vm.hashing.keccak import keccak256

CREATE2_PREFIX = b"\xff"
SALT = bytes(32)
ADDRESS_BYTES = 20


def creation_of(runtime: bytes, chunks: Sequence[tuple[bytes, bytes]] = ()) -> bytes:
    """Creation code that leaves these bytes, and reverts unless each address has code
    of that hash.

    INVARIANT: a net never reads a chunk that isn't there: of an absent account
    EXTCODECOPY gives zeros, and those are weights, too.
    """
    asm = Assembler()
    wrong, data = asm.label(), asm.label()
    for address, digest in chunks:
        asm.push(int.from_bytes(digest, "big"))
        asm.push(int.from_bytes(address, "big"))
        asm.op("EXTCODEHASH", "XOR")
        asm.jump_if(wrong)
    asm.push(len(runtime))
    asm.dup()
    asm.push_label(data)
    asm.push(0)
    asm.op("CODECOPY")
    asm.push(0)
    asm.op("RETURN")
    if chunks:
        asm.begin(wrong)
        asm.push(0)
        asm.push(0)
        asm.op("REVERT")
    return asm.code(runtime, data)


def address_of(factory: bytes, creation: bytes) -> bytes:
    """Where the factory puts what this creation code leaves, EIP-1014."""
    digest = keccak256(CREATE2_PREFIX + factory + SALT + keccak256(creation))
    return digest[-ADDRESS_BYTES:]
