"""Nets in pyrevm: created by the factory, called with bytes."""

from typing import Any

import pyrevm
from support.chains.abi import Abi

from converters.evm import Compiled, Options, compiled
from converters.evm.contract import attempt
from converters.evm.reading import network_of
from solidity import artifact
from tinynn import Model

SENDER = "0x" + "11" * 20
GAS = 2**24
"""A transaction's, EIP-7825."""


class NetBox:
    """An EVM with a factory, and the net of one model."""

    def __init__(
        self,
        model: Model,
        options: Options | None = None,
        evm: Any = None,
        code: int | None = None,
    ) -> None:
        """With `code`, its constants are in chunks, and rows take so many bytes."""
        self.model = model
        self.evm = evm or pyrevm.EVM(gas_limit=2**32, spec_id="CANCUN")
        self.evm.set_balance(SENDER, 10**24)
        self.abi = Abi(artifact("NetFactory").abi)
        self.factory = self.evm.deploy(SENDER, artifact("NetFactory").bytecode, gas=GAS)
        factory = address(self.factory)
        self.made: Compiled = (
            compiled(model, factory, options)
            if code is None
            else attempt(network_of(model, False), model, factory, False, code)
        )
        for creation in self.made.creations:
            self.create(creation)
        self.net = "0x" + self.made.address.hex()

    def create(self, creation: bytes) -> bytes:
        data = self.abi.encode_call("create", (creation,))
        return bytes(self.evm.message_call(SENDER, self.factory, data, gas=GAS))

    def code(self, at: bytes) -> bytes:
        """The code there; pyrevm pads it with zeros."""
        return bytes(self.evm.get_code("0x" + at.hex()))

    def run(self, data: bytes, gas: int = GAS) -> bytes:
        return bytes(self.evm.message_call(SENDER, self.net, data, gas=gas))


def address(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
