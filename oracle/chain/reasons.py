"""Why somebody's code reverted, in words, as far as they are to be had."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from oracle.chain.abi import Abi
from oracle.errors import BadAbi
from solidity import artifact

KNOWN_CONSUMERS = ("DigitReader", "InferenceConsumer")
PANICS = {
    0x01: "an assertion failed",
    0x11: "arithmetic overflow",
    0x12: "division by zero",
    0x21: "no such value of an enum",
    0x31: "pop of an empty array",
    0x32: "index out of bounds",
    0x41: "too much memory",
    0x51: "call of a function that was not set",
}
"""Solidity's, by code."""


def explained(data: bytes, abis: Sequence[Abi] = ()) -> str:
    """The reason: by one of the ABIs, by our own contracts or Solidity; or bytes."""
    if not data:
        return "no reason given, as when gas runs out"
    ours = [Abi(name, artifact(name).abi) for name in KNOWN_CONSUMERS]
    for abi in (*abis, *ours):
        name, arguments = abi.error(data)
        if name == "Error":
            return f"{arguments['0']!r}"
        if name == "Panic":
            return PANICS.get(arguments["0"], f"panic {arguments['0']:#x}")
        if name:
            listed = (f"{key} {_shown(value)}" for key, value in arguments.items())
            return f"{name}({', '.join(listed)})"
    own = f"an error of the contract's own, 0x{data.hex()}"
    return f"{own}: --abi with the contract's ABI names it"


def read_abi(path: Path) -> Abi:
    """From a list of entries, or from what Hardhat and Foundry write.

    Raises `BadAbi`.
    """
    try:
        found: Any = json.loads(path.read_bytes())
        return Abi(path.stem, found["abi"] if isinstance(found, dict) else found)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadAbi(path, f"{type(error).__name__}: {error}") from None


def _shown(value: Any) -> str:
    return f"0x{value.hex()}" if isinstance(value, bytes) else str(value)
