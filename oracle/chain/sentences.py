"""What contracts refuse, in sentences for who runs a command.

Only of errors that people meet, and that their arguments explain. Nodes log the errors
by their names.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from oracle.amounts import brief_wei
from oracle.chain.errors import Refused
from oracle.legible import number_of

Arguments = Mapping[str, Any]

STATUSES: Final = (
    *("none", "open", "accepted", "claimed", "final", "cancelled", "unseeded"),
)
"""A request's, in the order of the contract's enum."""
STANDING: Final = {
    "none": "there is no such request",
    "open": "not answered yet: it waits for a worker",
    "accepted": "not answered yet: a worker has it",
    "claimed": "not final yet: its answer can still be challenged, or waits for "
    "`plumb request finalize`",
    "final": "it is final already: answered and paid",
    "cancelled": "it was cancelled",
    "unseeded": "not answered yet: it waits for its seed",
}


def _standing(told: Arguments) -> str:
    actual = told["actual"]
    status = actual if isinstance(actual, str) else STATUSES[int(actual)]
    return f"request {told['requestId']}: {STANDING[status]}"


def _range(what: str) -> Callable[[Arguments], str]:
    return lambda told: (
        f"{what}: expected {told['minimum']:,} to {told['maximum']:,}, "
        f"got {told['actual']:,}"
    )


def _most(what: str) -> Callable[[Arguments], str]:
    return lambda told: (
        f"{what}: expected at most {told['maximum']:,}, got {told['actual']:,}"
    )


def _disputed(told: Arguments) -> str:
    games = number_of(told["openGames"], "game")
    return f"its answer is disputed in {games}: `plumb dispute show` tells how it goes"


SENTENCES: Final[Mapping[str, Callable[[Arguments], str]]] = {
    "WrongStatus": _standing,
    "TooEarly": lambda told: (
        f"too early by {number_of(told['expected'] - told['actual'], 'second')} of the "
        "chain's clock"
    ),
    "TooLate": lambda told: (
        f"too late, by {number_of(told['actual'] - told['expected'], 'second')} of the "
        "chain's clock"
    ),
    "DisputeOpen": _disputed,
    "CallbackNotPending": lambda told: (
        "its callback didn't fail: there is nothing to make again"
    ),
    "NotEnoughGas": lambda told: (
        f"expected {told['expected']:,} gas for the callback, got {told['actual']:,}"
    ),
    "DataTooLong": _most("bytes of input"),
    "CallbackGasTooHigh": _most("gas of the callback"),
    "WindowOutOfRange": _range("seconds of the window"),
    "DeadlineOutOfRange": _range("instant of the deadline"),
    "AmountTooLarge": lambda told: (
        f"amount: expected at most {brief_wei(told['maximum'])}, "
        f"got {brief_wei(told['actual'])}"
    ),
    "UnknownModel": lambda told: (
        f"no model 0x{told['modelId'].hex()} is registered on this chain"
    ),
    "ModelExists": lambda told: "this model is registered already",
    "RoyaltyTooHigh": _most("royalty in 1/10,000"),
    "TooManyUris": _most("URIs"),
    "UriTooLong": _most("bytes of a URI"),
    "InsufficientBalance": lambda told: (
        f"free stake: expected {brief_wei(told['expected'])}, "
        f"got {brief_wei(told['actual'])}: `plumb worker stake` adds to it"
    ),
}


def sentence(refused: Refused) -> str:
    """What it means, with the contract's own words behind; these alone, if they are
    not known here."""
    mean = SENTENCES.get(refused.name)
    try:
        return (
            str(refused) if mean is None else f"{mean(refused.arguments)} ({refused})"
        )
    except (KeyError, TypeError, IndexError):  # another contract's, of the same name
        return str(refused)
