"""ABI encoding and decoding by eth_abi, but that no string fails to be read.

INVARIANT: a `string` is whatever bytes its author chose: the contracts check no UTF-8.
What a log holds must be readable all the same, or one registration blinds every node.
"""

from typing import Any

from eth_abi import registry as known
from eth_abi.codec import ABICodec
from eth_abi.decoding import StringDecoder


class AnyString(StringDecoder):
    """What isn't UTF-8 becomes U+FFFD, where eth_abi raises `UnicodeDecodeError`."""

    @staticmethod
    def decoder_fn(data: bytes, handle_string_errors: str = "") -> str:
        return data.decode(errors="replace")


def _codec() -> ABICodec:
    eth_abi: Any = known  # parts of it have no types
    ours = eth_abi.registry.copy()
    ours.unregister_decoder("string")
    ours.register_decoder(eth_abi.BaseEquals("string"), AnyString, label="string")
    return ABICodec(ours)


_CODEC = _codec()
encode, decode = _CODEC.encode, _CODEC.decode
