"""Why a worker declines a request, in its own words and under its own key.

A requester whose request nobody takes asks the workers that it knows of. What they say
is signed, so that it can be shown who says it, and what that account has at stake.
"""

import json
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.request import urlopen

from eth_account import Account
from eth_account.messages import encode_defunct

from mips_vm.json_text import JsonObject
from oracle.errors import BadDecline

SECONDS = 5.0
MOST_BYTES = 1 << 14
MOST_CHARACTERS = 500
"""Of a reason."""


class Signer(Protocol):
    @property
    def address(self) -> bytes: ...

    def sign(self, text: str) -> bytes:
        """The account's signature (65 bytes) of a text, as of EIP-191."""
        ...


@dataclass(frozen=True, slots=True)
class About:
    """The request that is declined, wherever else there is one of that number."""

    chain_id: int
    oracle: bytes
    request_id: int


@dataclass(frozen=True, slots=True)
class Decline:
    """`block`: as of which the reason holds; `worker`: who says so."""

    about: About
    worker: bytes
    block: int
    reason: str

    @property
    def text(self) -> str:
        """What is signed."""
        about = self.about
        return "\n".join(
            (
                "plumb: declined",
                f"chain: {about.chain_id}",
                f"oracle: 0x{about.oracle.hex()}",
                f"request: {about.request_id}",
                f"block: {self.block}",
                f"reason: {self.reason}",
            )
        )

    def as_json(self) -> JsonObject:
        return {
            "request_id": self.about.request_id,
            "worker": f"0x{self.worker.hex()}",
            "block": self.block,
            "reason": self.reason,
        }

    def signed(self, signer: Signer) -> JsonObject:
        """For somebody else to read."""
        return self.as_json() | {"signature": f"0x{signer.sign(self.text).hex()}"}


def read_decline(told: Any, about: About) -> Decline:
    """What a worker has told of that request. Raises `BadDecline` unless that is who
    has signed it."""
    try:
        worker = bytes.fromhex(told["worker"].removeprefix("0x"))
        reason = str(told["reason"])[:MOST_CHARACTERS]
        found = Decline(about, worker, int(told["block"]), reason)
        message = encode_defunct(text=found.text)
        actual = Account.recover_message(message, signature=told["signature"])
    except Exception as error:  # a stranger's JSON, whatever is wrong with it
        raise BadDecline(f"{type(error).__name__}: {error}") from None
    if actual.lower() != f"0x{worker.hex()}":
        raise BadDecline(f"the signature of {actual}")
    return found


def told_by(url: str, about: About) -> Decline | None:
    """Why the worker that listens there (its `--metrics`) declines the request; None if
    it doesn't. Raises `BadDecline`, or `OSError` where nobody answers."""
    page = f"{url.rstrip('/')}/declined/{about.request_id}"
    # The user has named it, and nothing but a signed reason is taken from there.
    with urlopen(page, timeout=SECONDS) as answer:  # noqa: S310
        text = answer.read(MOST_BYTES)
    try:
        told = json.loads(text)
    except ValueError:
        raise BadDecline(f"{len(text)} bytes that are no JSON") from None
    return None if told is None else read_decline(told, about)
