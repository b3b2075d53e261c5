"""A request as it is known, without the chain that it would come from."""

from dataclasses import replace
from typing import Any

from challenge.claim import Request
from oracle.chain.events import ModelRegistered
from oracle.record.tables import Asked

ASKER = b"\1" * 20
ROYALTY_BPS = 500
REQUEST = Request(
    id=7,
    model_id=b"",
    requester=ASKER,
    fee=10**18,
    input_root=b"",
    callback_gas=50_000,
    window=600,
    deadline=1_100_000,
    min_bond=0,
    refund_to=ASKER,
)


def made_up_request(**terms: Any) -> Asked:
    """Open; its terms as above, but for `terms`."""
    model = ModelRegistered(1, b"", b"", b"", b"", b"", ROYALTY_BPS, ())
    return Asked(replace(REQUEST, **terms), model, b"")
