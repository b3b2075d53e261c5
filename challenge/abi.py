"""ABI encoding of static values, which is all that the protocol hashes.

Dynamic arguments (roots, paths, witnesses) are never hashed as ABI, only sent; whoever
talks to the chain encodes those.
"""

Word = int | bytes

WORD_BYTES = 32
ADDRESS_BYTES = 20


def words(*values: Word) -> bytes:
    """`abi.encode` of static values: one 32-byte word each.

    Integers and addresses (20 bytes) are right-aligned, 32-byte hashes are as they are.
    """
    return b"".join(_word(value) for value in values)


def _word(value: Word) -> bytes:
    if isinstance(value, int):
        return value.to_bytes(WORD_BYTES, "big")
    if len(value) not in (ADDRESS_BYTES, WORD_BYTES):
        raise ValueError(f"expected 20 or 32 bytes, actual {len(value)}")
    return value.rjust(WORD_BYTES, b"\0")


def address_bytes(address: str | bytes) -> bytes:
    """The 20 bytes of an address, from them or from hex in any case."""
    if isinstance(address, bytes):
        return address
    return bytes.fromhex(address.removeprefix("0x"))
