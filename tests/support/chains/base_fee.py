"""A base fee for pyrevm, whose calls see none whatever its block has.

The opcode that reads it is replaced by COINBASE, which no contract of ours reads: as
cheap, and a number that a block of pyrevm's can be told.
"""

BASEFEE, COINBASE = 0x48, 0x41
PUSH1, PUSH32 = 0x60, 0x7F


def readable(code: bytes) -> bytes:
    """The same creation code, reading the base fee where pyrevm has one."""
    changed = bytearray(code)
    for at in _instructions(code):
        assert code[at] != COINBASE, "it would read the base fee"
        if code[at] == BASEFEE:
            changed[at] = COINBASE
    return bytes(changed)


def told(base_fee: int) -> str:
    """The block's builder, as which contracts read it."""
    return f"0x{base_fee:040x}"


def _instructions(code: bytes) -> list[int]:
    """Where each begins; what is pushed is none."""
    found, at = [], 0
    while at < len(code):
        found.append(at)
        pushes = PUSH1 <= code[at] <= PUSH32
        at += code[at] - PUSH1 + 2 if pushes else 1
    return found
