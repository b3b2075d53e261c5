"""Which claims a challenger looks at: all, or a part that no liar can foretell."""

import secrets
from dataclasses import dataclass, field

from mips_vm.hashing.keccak import keccak256
from oracle.record.record import Answered

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Choice:
    """A `share` of the claims, drawn by a secret, among those worth `least_value_wei`.

    What is left out is not checked by us at all: the share that a liar may hope for is
    the one that nobody checks. A claim is worth its fee, or what its requester said
    that it should cost to lie (`minBond`), whichever is more.
    """

    share: float = 1.0
    least_value_wei: int = 0
    secret: bytes = field(
        default_factory=lambda: secrets.token_bytes(SECRET_BYTES), repr=False
    )

    def takes(self, answered: Answered) -> bool:
        request = answered.asked.request
        if max(request.fee, request.min_bond) < self.least_value_wei:
            return False
        drawn = int.from_bytes(keccak256(self.secret + answered.hash))
        return drawn < self.share * 2**256


EVERY_CLAIM = Choice()
