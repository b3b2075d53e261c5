"""Nets of bytes as contracts of the Ethereum Virtual Machine, bit for bit.

`compiled(model)` gives a net's runtime code and the chunks of weights that it reads;
docs/evm.md has the scheme, and why it is exact.
"""

from converters.evm.contract import Compiled, Options, compiled

__all__ = ["Compiled", "Options", "compiled"]
