"""An account that sends transactions, one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from coincurve import PrivateKey

from oracle.cosmos.address import address_of
from oracle.cosmos.messages import GasPrice, Signer
from oracle.cosmos.node import Node, Receipt

ROOM: Final = Fraction(5, 4)
"""Of gas, beyond what a simulation took: the chain may have moved on."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Signs with a key, and pays a price for gas, or none."""

    node: Node
    key: PrivateKey
    prefix: str
    gas_price: GasPrice | None = None

    @property
    def address(self) -> str:
        """In bech32."""
        return address_of(self.key.public_key.format(compressed=True), self.prefix)

    def signer(self) -> Signer:
        """As the chain stands now."""
        number, sequence = self.node.account(self.address)
        return Signer(self.key, self.node.chain_id(), number, sequence)

    def estimate(self, messages: Sequence[bytes]) -> int:
        """The gas of a transaction of these messages. Raises `Refused`."""
        return self.node.simulate(self.signer().transaction(messages, 0, []))

    def send(self, messages: Sequence[bytes], gas: int | None = None) -> Receipt:
        """In a block; not simulated if the limit is given. Raises `Refused`."""
        signer = self.signer()
        if gas is None:
            simulated = self.node.simulate(signer.transaction(messages, 0, []))
            gas = int(simulated * ROOM)
        fee = [] if self.gas_price is None else self.gas_price.fee(gas)
        return self.node.send(signer.transaction(messages, gas, fee))
